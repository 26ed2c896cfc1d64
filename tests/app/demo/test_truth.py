"""The truth table is what an estimate tends to, by the formula and by counting."""

from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.design import Design, encode_sheet
from analytics.index import compute_index
from analytics.results import Cell
from analytics.tally import tally_answers
from app.demo.generator import generate_responses
from app.demo.office import DemoOffice
from app.demo.truth import expected_answers, latent_means, list_true_shares
from app.demo.tuy_phuoc import TUY_PHUOC_OFFICE
from survey_forms import STAGES, Instrument

N_RESPONSES = 20_000
FALSE_ALARMS = 1e-6
"""Chance that a right generator fails the comparison below, over all its figures together."""


def estimate(office: DemoOffice, instrument: Instrument, seed: int) -> tuple[list[Cell], dict[tuple[str, str], int]]:
    """Figures of generated responses by unit and, last, of all units; and the responses of each unit × field."""
    responses = list(generate_responses(office, instrument, n=N_RESPONSES, seed=seed))
    asked_at = {stage: tuple(c.code for c in instrument.criteria_at(stage)) for stage in STAGES}
    design = Design.of(instrument)
    answers = np.array([encode_sheet(design, r.asked or asked_at[r.stage], r.ratings) for r in responses])
    tally = tally_answers(design, answers, {"unit": np.array([r.unit for r in responses], dtype=object)})
    n_of: dict[tuple[str, str], int] = {}
    for response in responses:
        n_of[response.unit, response.field] = n_of.get((response.unit, response.field), 0) + 1
    return [*compute_index(tally).cells, *compute_index(tally.by()).cells], n_of


def truth_of(office: DemoOffice, instrument: Instrument, n_of: dict[tuple[str, str], int]) -> dict[tuple[str | None, str], float]:
    """True factor shares by unit and over all (None), for the responses each unit × field has."""
    factor_of = np.array([factor.code for factor in instrument.factors for _criterion in factor.criteria])
    answers = {desk.key: expected_answers(office, instrument, desk) for desk in office.desks}
    sums: dict[tuple[str | None, str], NDArray[np.float64]] = {}
    for line in list_true_shares(office, instrument):
        if line.factor is None or line.criterion is not None:
            continue
        n_answers = n_of.get((line.unit, line.field), 0) * answers[line.unit][factor_of == line.factor].sum()
        for unit in (line.unit, None):
            sums[unit, line.factor] = sums.get((unit, line.factor), np.zeros(2)) + np.array([line.share, 1]) * n_answers
    return {place: float(satisfied / n) for place, (satisfied, n) in sums.items()}


def deviations(figures: list[Cell], truth: dict[tuple[str | None, str], float]) -> list[float]:
    """How many standard errors each factor's estimate lies off its truth.

    The standard error is that of the plain sample; given the numbers of each field the estimate varies less.
    """
    return [
        abs(factor.share - truth[cell.unit, code]) / factor.se
        for cell in figures
        for code, factor in cell.factors.items()
        if factor.share is not None and factor.se is not None
    ]


def bound(n_figures: int) -> float:
    """Standard errors that all of n figures stay within but for a chance of FALSE_ALARMS (Bonferroni)."""
    return NormalDist().inv_cdf(1 - FALSE_ALARMS / (2 * n_figures))


def test_estimates_lie_within_sampling_error_of_the_truth_for_every_factor(instrument: Instrument) -> None:
    figures, n_of = estimate(TUY_PHUOC_OFFICE, instrument, seed=1)
    found = deviations(figures, truth_of(TUY_PHUOC_OFFICE, instrument, n_of))
    assert len(found) == (len(TUY_PHUOC_OFFICE.desks) + 1) * len(instrument.factors)
    assert max(found) < bound(len(found))


def test_a_wrong_truth_table_would_be_noticed(instrument: Instrument) -> None:
    figures, n_of = estimate(TUY_PHUOC_OFFICE, instrument, seed=1)
    first, *rest = TUY_PHUOC_OFFICE.fields
    shifted = replace(TUY_PHUOC_OFFICE, fields=(replace(first, effect=first.effect - 0.3), *rest))
    found = deviations(figures, truth_of(shifted, instrument, n_of))
    assert max(found) > bound(len(found))


def test_share_of_a_factor_lies_between_those_of_its_criteria(instrument: Instrument) -> None:
    lines = list(list_true_shares(TUY_PHUOC_OFFICE, instrument))
    per_cell = 1 + len(instrument.factors) + len(instrument.criteria)
    assert len(lines) == len(TUY_PHUOC_OFFICE.desks) * len(TUY_PHUOC_OFFICE.fields) * per_cell
    for start in range(0, len(lines), per_cell):
        cell = lines[start : start + per_cell]
        for factor in (line for line in cell if line.factor is not None and line.criterion is None):
            inside = [line.share for line in cell if line.factor == factor.factor and line.criterion is not None]
            assert min(inside) <= factor.share <= max(inside)


def test_criteria_nobody_is_asked_at_filing_weigh_less(instrument: Instrument) -> None:
    codes = [criterion.code for criterion in instrument.criteria]
    answers = dict(zip(codes, expected_answers(TUY_PHUOC_OFFICE, instrument, TUY_PHUOC_OFFICE.desks[0]), strict=True))
    assert answers["2.4"] < answers["2.2"]
    assert answers["5.3"] < answers["5.1"] < answers["1.1"] <= 1


def test_true_share_of_a_criterion_is_the_normal_distribution_at_its_effects(instrument: Instrument) -> None:
    unit, field = TUY_PHUOC_OFFICE.unit("xa-tuy-phuoc-tay"), TUY_PHUOC_OFFICE.fields[2]
    means = latent_means(instrument, unit, field)
    place = [criterion.code for criterion in instrument.criteria].index("3.5")
    assert means[place] == pytest.approx(1.35 - 0.22 - 0.43 - 0.15 - 0.20)
    line = next(
        line
        for line in list_true_shares(TUY_PHUOC_OFFICE, instrument)
        if (line.unit, line.field, line.criterion) == (unit.key, field.code, "3.5")
    )
    assert line.share == pytest.approx(NormalDist().cdf(means[place]))
