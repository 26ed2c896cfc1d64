"""The population of cases behind the generated responses, and the people who walked away from a tablet half-way."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics.periods import blocks_of, half_month_block
from app.demo.generator import GeneratedResponse
from app.demo.office import DemoOffice, DemoUnit
from app.runtime import day_of_hour
from survey_forms import Instrument, Mode
from survey_forms.vocabulary import MODES

# Streams of chance of their own: drawing more of one thing does not move another.
_DOSSIERS, _WALK_AWAYS = 1, 2

_DOSSIERS_PER_RESPONSE = 4.2
_MODE_SHARES: Mapping[Mode, float] = {"in_person": 0.66, "online": 0.28, "postal": 0.06}
_QUIET_DOSSIERS = 9.0
"""Dossiers of an average desk and field in half a month when nobody has rated."""
_WALK_AWAYS_PER_BLOCK = 2.5

Place = tuple[str, str, Mode, str]
"""Unit, field, mode, half-month block."""


@dataclass(frozen=True, slots=True)
class DossierFigure:
    """Dossiers finished in a half-month, and how many of them late."""

    unit: str
    field: str
    mode: Mode
    block: str
    finished: int
    late: int


@dataclass(frozen=True, slots=True)
class WalkAwayFigure:
    """People who left a tablet on one day after the same criterion."""

    device_id: str
    left_on: date
    criterion: str
    people: int


def place_of(response: GeneratedResponse) -> Place:
    """Where a response belongs in the dossier register."""
    return response.unit, response.field, response.mode, half_month_block(day_of_hour(response.answered_hour))


def generate_dossiers(office: DemoOffice, n_responses: Mapping[Place, int], *, seed: int) -> Iterator[DossierFigure]:
    """Finished and late dossiers of every desk, field, mode and block; never fewer finished than `n_responses` there."""
    rng = np.random.default_rng([seed, _DOSSIERS])
    field_weight = sum(field.weight for field in office.fields) / len(office.fields)
    unit_weight = sum(desk.weight for desk in office.desks) / len(office.desks)
    for desk in office.desks:
        for block in _blocks_of_unit(office, desk):
            for field in office.fields:
                usual = _QUIET_DOSSIERS * desk.weight / unit_weight * field.weight / field_weight
                for mode in MODES:
                    n = n_responses.get((desk.key, field.code, mode, block), 0)
                    unrated = rng.poisson(usual * _MODE_SHARES[mode] + (_DOSSIERS_PER_RESPONSE - 1) * n)
                    finished = n + int(unrated)
                    late = int(rng.binomial(finished, field.late_share))
                    if finished:
                        yield DossierFigure(desk.key, field.code, mode, block, finished, late)


def count_places(responses: Iterable[GeneratedResponse]) -> Counter[Place]:
    """Responses per unit, field, mode and block."""
    return Counter(place_of(response) for response in responses)


def _blocks_of_unit(office: DemoOffice, desk: DemoUnit) -> tuple[str, ...]:
    days = office.days_of(desk, working=False)
    return blocks_of(days[0], days[-1])


def generate_walk_aways(office: DemoOffice, instrument: Instrument, *, seed: int) -> Iterator[WalkAwayFigure]:
    """How many people left each tablet half-way, on working days, by the last criterion they saw."""
    rng = np.random.default_rng([seed, _WALK_AWAYS])
    codes = [criterion.code for criterion in instrument.criteria]
    for desk in office.desks:
        days = office.days_of(desk, working=True)
        expected = _WALK_AWAYS_PER_BLOCK * len(_blocks_of_unit(office, desk))
        for device_id in desk.tablets:
            left = Counter(
                (days[int(rng.integers(len(days)))], codes[int(rng.integers(len(codes)))]) for _person in range(int(rng.poisson(expected)))
            )
            for (left_on, criterion), people in sorted(left.items()):
                yield WalkAwayFigure(device_id, left_on, criterion, people)
