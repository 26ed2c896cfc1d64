"""The circumstances of each generated response: where, about what, when, by which channel – drawn column by column.

Nothing here depends on how satisfied a person is, so no selection moves a share away from its truth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from app.demo.office import DemoOffice, DemoUnit
from app.runtime import first_hour_of
from survey_forms import STAGES, Stage
from survey_forms.vocabulary import CHANNELS, MODES, TOOK_CLASSES, Channel

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

FEEDBACK_SHARE = 0.11
"""Visitors who ever gave feedback."""
EMPTY_SHARE = 0.004
"""Forms handed in without a single rating: returned, not valid."""

_CHANNELS_BEFORE: Mapping[Channel, float] = MappingProxyType(
    {"kiosk": 0.34, "invitation": 0.14, "poster": 0.15, "link": 0.05, "paper": 0.32}
)
_CHANNELS_SINCE: Mapping[Channel, float] = MappingProxyType(
    {"kiosk": 0.40, "invitation": 0.32, "poster": 0.08, "link": 0.10, "paper": 0.10}
)
_RESULT_SHARES: Mapping[Channel, float] = MappingProxyType({"kiosk": 0.62, "invitation": 0.84, "poster": 0.60, "link": 0.92, "paper": 0.74})
_MODE_SHARES: Mapping[Channel, tuple[float, float, float]] = MappingProxyType(
    {
        "kiosk": (1.0, 0.0, 0.0),
        "invitation": (0.72, 0.20, 0.08),
        "poster": (1.0, 0.0, 0.0),
        "link": (0.0, 0.86, 0.14),
        "paper": (1.0, 0.0, 0.0),
    }
)
_HELPED_SHARES: Mapping[Channel, float] = MappingProxyType({"kiosk": 0.08, "invitation": 0.03, "poster": 0.02, "link": 0.03, "paper": 0.14})
_TOOK_SHARES = (0.07, 0.38, 0.42, 0.13)

# Hours of the day in Việt Nam: 7:00–11:30 and 13:30–17:00, busiest in the morning; at home in the evening.
_OFFICE_HOURS, _OFFICE_HOUR_WEIGHTS = (7, 8, 9, 10, 11, 13, 14, 15, 16), (8, 20, 20, 15, 4, 5, 13, 11, 4)
_HOME_HOURS, _HOME_HOUR_WEIGHTS = (6, 12, 18, 19, 20, 21, 22), (3, 14, 15, 24, 25, 15, 4)
_AT_HOME_SHARE = 0.55
"""Of the online dossiers, those judged outside office hours, on any day of the week."""
_MONTH_WEIGHTS = (8, 9, 11, 10, 10, 10, 12, 12, 11, 11, 10, 10)
_SENT_LATER_SHARE = 0.03
"""Of the tablets' responses, those that waited on a tablet without network."""


@dataclass(frozen=True, slots=True)
class Visits:
    """n visits; every array has shape (n,). Numbers are positions in the tuples they are named after; -1 is none."""

    unit: Ints  # in office.desks
    field: Ints  # in office.fields
    channel: Ints  # in CHANNELS
    mode: Ints  # in MODES
    stage: Ints  # in STAGES
    kind: Ints  # in RESPONDENT_KINDS
    took: Ints  # in TOOK_CLASSES
    counter: Ints  # in the unit's counters
    tablet: Ints  # in the unit's tablets
    gave_feedback: Flags
    is_empty: Flags
    helped: Flags
    answered_hour: Ints  # whole hours since 1970-01-01T00Z
    answered_minute: Ints  # 0–59 within the hour; orders a tablet's visitors and is not kept
    received_hour: Ints

    def __len__(self) -> int:
        return len(self.unit)


def channel_shares(office: DemoOffice, unit: DemoUnit) -> Mapping[Channel, float]:
    """How the responses of a desk come in; the units that ended during the year still had more paper."""
    return _CHANNELS_BEFORE if not unit.is_valid_on(office.last_on) else _CHANNELS_SINCE


def stage_shares(office: DemoOffice, unit: DemoUnit) -> Mapping[Stage, float]:
    """How a desk's responses part into the two stages."""
    result = sum(share * _RESULT_SHARES[channel] for channel, share in channel_shares(office, unit).items())
    return {"filing": 1 - result, "result": result}


def draw_visits(rng: Generator, office: DemoOffice, n: int) -> Visits:
    """Draw the circumstances of n responses."""
    desks, fields = office.desks, office.fields
    unit = rng.choice(len(desks), size=n, p=_normalised([desk.weight for desk in desks]))
    field = rng.choice(len(fields), size=n, p=_normalised([entry.weight for entry in fields]))
    channel = _draw_by_group(rng, unit, [[channel_shares(office, desk).get(name, 0.0) for name in CHANNELS] for desk in desks])
    mode = _draw_by_group(rng, channel, [_MODE_SHARES.get(name, (1.0, 0.0, 0.0)) for name in CHANNELS])
    is_result = rng.random(n) < _lookup(_RESULT_SHARES)[channel]
    answered_hour = _draw_hours(rng, office, unit, mode)
    counter, tablet = _draw_places(rng, office, unit, channel)
    return Visits(
        unit=unit,
        field=field,
        channel=channel,
        mode=mode,
        stage=np.where(is_result, STAGES.index("result"), STAGES.index("filing")),
        kind=_draw_by_group(rng, field, [entry.kinds for entry in fields]),
        took=np.where(_is(channel, "paper"), -1, rng.choice(len(TOOK_CLASSES), size=n, p=_normalised(_TOOK_SHARES))),
        counter=counter,
        tablet=tablet,
        gave_feedback=rng.random(n) < FEEDBACK_SHARE,
        is_empty=rng.random(n) < EMPTY_SHARE,
        helped=rng.random(n) < _lookup(_HELPED_SHARES)[channel],
        answered_hour=answered_hour,
        answered_minute=rng.integers(0, 60, size=n),
        received_hour=answered_hour + _draw_delays(rng, channel),
    )


def _draw_hours(rng: Generator, office: DemoOffice, unit: Ints, mode: Ints) -> Ints:
    """Hours on days on which the unit exists: working days and office hours, but for those who answer from home."""
    n = len(unit)
    at_home = (mode == MODES.index("online")) & (rng.random(n) < _AT_HOME_SHARE)
    hour_of_day = np.where(
        at_home,
        rng.choice(_HOME_HOURS, size=n, p=_normalised(_HOME_HOUR_WEIGHTS)),
        rng.choice(_OFFICE_HOURS, size=n, p=_normalised(_OFFICE_HOUR_WEIGHTS)),
    )
    midnight = np.empty(n, dtype=np.int64)
    for number, desk in enumerate(office.desks):
        for working in (True, False):
            drawn = (unit == number) & (at_home != working)
            days = office.days_of(desk, working=working)
            weights = _normalised([_MONTH_WEIGHTS[day.month - 1] for day in days])
            first_hours = np.array([first_hour_of(day) for day in days], dtype=np.int64)
            midnight[drawn] = rng.choice(first_hours, size=int(drawn.sum()), p=weights)
    return midnight + hour_of_day


def _draw_places(rng: Generator, office: DemoOffice, unit: Ints, channel: Ints) -> tuple[Ints, Ints]:
    """Counter and tablet: a tablet stands at its counter, an invitation names one, the other channels know none."""
    n_counters = np.array([desk.n_counters for desk in office.desks], dtype=np.int64)
    n_tablets = np.array([desk.n_tablets for desk in office.desks], dtype=np.int64)
    tablet = np.where(_is(channel, "kiosk"), rng.integers(0, n_tablets[unit]), -1)
    counter = np.where(_is(channel, "invitation"), rng.integers(0, n_counters[unit]), tablet)
    return counter, tablet


def _draw_delays(rng: Generator, channel: Ints) -> Ints:
    """Hours between answer and arrival: paper is typed in days later, a tablet may have been without network."""
    n = len(channel)
    later = _is(channel, "kiosk") & (rng.random(n) < _SENT_LATER_SHARE)
    delays = np.where(_is(channel, "paper"), rng.integers(20, 120, size=n), 0)
    return np.where(later, rng.integers(1, 40, size=n), delays)


def _is(channel: Ints, name: Channel) -> Flags:
    return np.asarray(channel == CHANNELS.index(name))


def _lookup(shares: Mapping[Channel, float]) -> NDArray[np.float64]:
    return np.array([shares.get(name, 0.0) for name in CHANNELS])


def _draw_by_group(rng: Generator, group: Ints, shares: Sequence[Sequence[float]]) -> Ints:
    """One choice per visit, with the chances of its group: `shares[group]` add up to 1."""
    ends = np.cumsum(np.array(shares, dtype=np.float64), axis=1)
    ends[:, -1] = 1.0  # rounding must not leave a gap at the top
    return np.asarray((rng.random(len(group))[:, None] >= ends[group]).sum(axis=1), dtype=np.int64)


def _normalised(weights: Sequence[float]) -> NDArray[np.float64]:
    total = np.array(weights, dtype=np.float64)
    return np.asarray(total / total.sum())
