"""Weights to the dossier register: the contract's formulas in slow fractions, and what weights may never change."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.cell_figures import overall_shares
from analytics.errors import FigureError, PopulationError
from analytics.index_report import Question, compute_report
from analytics.intervals import normal_quantile
from analytics.population import Population
from analytics.results import METHODS, Estimate, IndexReport, Method
from analytics.strata import Collapse, list_strata
from analytics.tally import Tally
from analytics.targets import Target, TargetBook
from analytics.weighting import exact_share, post_stratify
from tests.analytics import plain_python
from tests.analytics.sheets import design_of, some_sheets, tally_of

DESIGN = design_of(2, 1)
Sheets = list[list[int | str | None]]


def tallied(strata: dict[tuple[str, str], Sheets], *, of_pairs: bool = False) -> Tally:
    places = [place for place, sheets in strata.items() for _ in sheets]
    design = DESIGN.one_factor_each() if of_pairs else DESIGN
    cells = {"unit": [unit for unit, _ in places], "field": [field for _, field in places]}
    return tally_of(design, [sheet for sheets in strata.values() for sheet in sheets], cells)


def report_of(
    strata: dict[tuple[str, str], Sheets], dossiers: dict[tuple[str, str], int], by: tuple[str, ...] = (), **asked: object
) -> IndexReport:
    question = Question(**asked)  # type: ignore[arg-type]
    return compute_report(
        tallied(strata), by, question, pairs=tallied(strata, of_pairs=True), population=Population(dossiers), is_strict=False
    )


def slow_weighted(strata: list[tuple[int, plain_python.XM]], *, is_finite: bool) -> tuple[Fraction, Fraction] | None:
    """R = ΣN x̄ / ΣN m̄ and its stratified variance, respondent by respondent; pairs of each stratum with its dossiers."""
    weights = [Fraction(dossiers, len(pairs)) for dossiers, pairs in strata]
    x = sum((w * sum(a for a, _ in pairs) for w, (_, pairs) in zip(weights, strata, strict=True)), Fraction())
    m = sum((w * sum(b for _, b in pairs) for w, (_, pairs) in zip(weights, strata, strict=True)), Fraction())
    if not m:
        return None
    ratio = x / m
    variance = Fraction(0)
    for w, (dossiers, pairs) in zip(weights, strata, strict=True):
        z = [w * (a - ratio * b) / m for a, b in pairs]
        n = len(pairs)
        mean = sum(z, Fraction()) / n
        part = z[0] * z[0] if n == 1 else Fraction(n, n - 1) * sum(((each - mean) * (each - mean) for each in z), Fraction())
        variance += part * (1 - Fraction(n, dossiers)) if is_finite else part
    return ratio, variance


some_strata = st.lists(st.tuples(st.integers(0, 40), some_sheets(3, max_size=6)), min_size=1, max_size=4)


@settings(deadline=None)
@given(drawn=some_strata, is_finite=st.booleans())
def test_weighted_figures_equal_the_slow_reference(drawn: list[tuple[int, Sheets]], is_finite: bool) -> None:
    strata = {("a", f"f{place}"): sheets for place, (_, sheets) in enumerate(drawn)}
    pairs = {place: plain_python.xm_of(sheets, [0, 1, 2], 4) for place, sheets in strata.items()}
    strata = {place: sheets for place, sheets in strata.items() if pairs[place]}
    dossiers = {place: len(pairs[place]) + more for (place, (more, _)) in zip(pairs, drawn, strict=True) if pairs[place]}
    if not strata:
        return
    (cell,) = report_of(strata, dossiers, is_finite=is_finite).cells
    expected = slow_weighted([(dossiers[place], pairs[place]) for place in strata], is_finite=is_finite)
    assert cell.weighted is not None
    assert expected is not None
    assert cell.weighted.share == pytest.approx(float(expected[0]), rel=1e-12)
    assert (cell.weighted.satisfied, cell.weighted.answers) == (cell.overall.satisfied, cell.overall.answers)
    everyone = [pair for place in strata for pair in pairs[place]]
    if len(everyone) < 2:
        assert (cell.weighted.se, cell.weighted.low, cell.effective_size) == (None, None, None)
        return
    assert cell.weighted.se == pytest.approx(sqrt(expected[1]), rel=1e-9, abs=1e-9)
    if not is_finite:
        size = slow_size([(Fraction(dossiers[place], len(pairs[place])), pairs[place]) for place in strata])
        assert cell.effective_size == pytest.approx(float(size), rel=1e-9)
        low, high = plain_python.wilson(float(expected[0]), float(size), normal_quantile(0.95))
        assert cell.weighted.low == pytest.approx(low, abs=1e-9)
        assert cell.weighted.high == pytest.approx(high, abs=1e-9)


def slow_size(strata: list[tuple[Fraction, plain_python.XM]]) -> Fraction:
    """min(M, M/(deff·K)): deff of the answers as given, the two imaginary respondents put into the sample; K for the weights."""
    people = [(Fraction(x), Fraction(m)) for _, pairs in strata for x, m in pairs]
    n, weights = len(people), [weight for weight, pairs in strata for _ in pairs]
    kish = n * sum((weight * weight for weight in weights), Fraction()) / sum(weights, Fraction()) ** 2
    total = sum((m for _, m in people), Fraction())
    average = total / n
    both = [*people, (average, average), (Fraction(0), average)]
    total_2 = sum((m for _, m in both), Fraction())
    ratio = sum((x for x, _ in both), Fraction()) / total_2
    squares = sum(((x - ratio * m) * (x - ratio * m) for x, m in both), Fraction())
    variance = Fraction(n + 2, n + 1) * squares / (total_2 * total_2)
    design_effect = variance * total_2 / (ratio * (1 - ratio))
    return min(total, total / (design_effect * kish))


@settings(deadline=None)
@given(sheets=some_sheets(3, max_size=12), method=st.sampled_from(METHODS), times=st.integers(1, 50))
def test_one_stratum_or_equal_weights_change_nothing(sheets: Sheets, method: Method, times: int) -> None:
    n = len(plain_python.xm_of(sheets, [0, 1, 2], 4))
    if n == 0:
        return
    (cell,) = report_of({("a", "f"): sheets}, {("a", "f"): n * times}, method=method).cells
    assert cell.weighted is not None
    (plain,) = compute_report(
        tallied({("a", "f"): sheets}), (), Question(method=method), pairs=tallied({("a", "f"): sheets}, of_pairs=True)
    ).cells
    assert cell.weighted.share == pytest.approx(plain.overall.share, rel=1e-12)
    compared = [(cell.weighted.se, plain.overall.se), (cell.weighted.low, plain.overall.low), (cell.effective_size, plain.effective_size)]
    for ours, theirs in compared:
        assert ours == (None if theirs is None else pytest.approx(theirs, rel=1e-9, abs=1e-9))


@settings(deadline=None)
@given(drawn=some_strata, method=st.sampled_from(METHODS))
def test_whole_number_weights_are_repeated_rows_and_their_scale_does_not_matter(drawn: list[tuple[int, Sheets]], method: Method) -> None:
    strata = {("a", f"f{place}"): sheets for place, (_, sheets) in enumerate(drawn)}
    n_valid = {place: len(plain_python.xm_of(sheets, [0, 1, 2], 4)) for place, sheets in strata.items()}
    strata = {place: sheets for place, sheets in strata.items() if n_valid[place]}
    if not strata:
        return
    times = {place: 1 + more % 4 for place, (more, _) in zip(n_valid, drawn, strict=True)}
    dossiers = {place: n_valid[place] * times[place] for place in strata}
    (cell,) = report_of(strata, dossiers, method=method).cells
    repeated = {place: sheets * times[place] for place, sheets in strata.items()}
    (plain,) = compute_report(tallied(repeated), (), Question(method=method), pairs=tallied(repeated, of_pairs=True)).cells
    (scaled,) = report_of(strata, {place: 7 * count for place, count in dossiers.items()}, method=method).cells
    (reordered,) = report_of({place: sheets[::-1] for place, sheets in reversed(strata.items())}, dossiers, method=method).cells
    assert cell.weighted is not None
    assert cell.weighted.share == pytest.approx(plain.overall.share, rel=1e-12)
    for other in (scaled, reordered):
        assert other.weighted is not None
        assert other.weighted.share == pytest.approx(cell.weighted.share, rel=1e-12)
        assert other.weighted.se == (None if cell.weighted.se is None else pytest.approx(cell.weighted.se, rel=1e-8, abs=1e-9))
        assert other.effective_size == (None if cell.effective_size is None else pytest.approx(cell.effective_size, rel=1e-9))


HAPPY: Sheets = [[5, 5, 5], [5, 4, 1], [4, 5, 5], [5, None, 4]]
SAD: Sheets = [[1, 2, 5], [1, 1, 1]]


def test_a_field_without_a_response_makes_its_unit_one_stratum_and_is_told() -> None:
    strata = {("a", "f"): HAPPY, ("a", "g"): SAD, ("b", "f"): SAD}
    dossiers = {("a", "f"): 10, ("a", "g"): 50, ("a", "h"): 4, ("b", "f"): 30, ("b", "h"): 0}
    found = list_strata(tallied(strata), Population(dossiers))
    assert found.collapses == (Collapse("a", ("h",), 4),)
    assert [*zip(found.units, found.fields, found.n_dossiers, found.n_respondents, strict=True)] == [("a", "", 64, 6), ("b", "f", 30, 2)]
    assert found.problems == ()
    report = report_of(strata, dossiers, ("unit",))
    assert report.notes is not None
    assert report.notes.collapses == found.collapses
    whole, a, _b = report.cells
    assert a.weighted is not None
    assert a.weighted.share == a.overall.share, "one stratum: nothing is left to weigh within the unit"
    assert whole.weighted is not None
    assert whole.weighted.share != whole.overall.share


def test_a_unit_without_any_response_is_refused_by_name_or_leaves_the_whole_without_weights() -> None:
    strata, dossiers = {("a", "f"): HAPPY}, {("a", "f"): 300, ("b", "f"): 60, ("b", "g"): 40}
    with pytest.raises(PopulationError, match=r"unit b holds 100 dossiers and no response.*Coverage 300/400"):
        compute_report(tallied(strata), ("unit",), Question(), population=Population(dossiers))
    whole, a = report_of(strata, dossiers, ("unit",)).cells
    assert whole.weighted is None
    assert whole.design_effect is not None, "the official figure keeps its own"
    assert a.weighted is not None


def test_responses_the_population_does_not_name_are_refused_by_name() -> None:
    with pytest.raises(PopulationError, match="unit a, field g: 2 valid responses, but the population does not name it"):
        compute_report(tallied({("a", "f"): HAPPY, ("a", "g"): SAD}), (), Question(), population=Population({("a", "f"): 9}))


@pytest.mark.parametrize("n_dossiers", [0, 1])
def test_more_responses_than_dossiers_switch_weights_off_where_they_are(n_dossiers: int) -> None:
    strata, dossiers = {("a", "f"): SAD, ("b", "f"): HAPPY}, {("a", "f"): n_dossiers, ("b", "f"): 9}
    report = compute_report(tallied(strata), ("unit",), Question(), population=Population(dossiers))
    assert [cell.weighted is None for cell in report.cells] == [True, True, False]
    assert report.notes is not None
    (problem,) = report.notes.problems
    assert (problem.kind, problem.unit, problem.n_respondents, problem.n_dossiers) == ("more_responses", "a", 2, n_dossiers)
    with pytest.raises(PopulationError, match="unit a: 2 valid responses but"):
        compute_report(tallied(strata), ("unit",), Question(is_finite=True), population=Population(dossiers))


@pytest.mark.parametrize("count", [-1, 2.5, True, "3"])
def test_a_count_that_is_no_count_is_refused_by_name(count: object) -> None:
    with pytest.raises(PopulationError, match="unit a, field f: dossiers are counted in whole numbers"):
        Population({("a", "f"): count})  # type: ignore[dict-item]


@pytest.mark.parametrize("dossiers", [{}, {("a", "f"): 0}])
def test_a_population_without_dossiers_is_refused(dossiers: dict[tuple[str, str], int]) -> None:
    with pytest.raises(PopulationError, match="not a single dossier"):
        Population(dossiers)


def test_finite_factor_and_ranks_need_what_they_stand_on() -> None:
    with pytest.raises(FigureError, match="give the population"):
        compute_report(tallied({("a", "f"): SAD}), (), Question(is_finite=True))
    with pytest.raises(FigureError, match="add unit"):
        compute_report(tallied({("a", "f"): SAD}), ("field",), Question(ranks_units=True))


def test_once_every_dossier_has_answered_nothing_is_uncertain() -> None:
    (cell,) = report_of({("a", "f"): HAPPY, ("a", "g"): SAD}, {("a", "f"): 4, ("a", "g"): 2}, is_finite=True).cells
    assert cell.weighted is not None
    for estimate in (cell.weighted, cell.overall, *cell.factors.values(), *cell.criteria.values()):
        assert estimate.se == 0
        assert estimate.low == pytest.approx(estimate.share, abs=1e-15)
        assert estimate.high == pytest.approx(estimate.share, abs=1e-15)
    assert cell.effective_size is None, "no number of independent answers is worth as much"


def test_the_finite_factor_shrinks_every_error_by_the_same_root() -> None:
    strata, dossiers = {("a", "f"): HAPPY * 5, ("a", "g"): SAD * 5}, {("a", "f"): 30, ("a", "g"): 30}
    (plain,), (finite,) = report_of(strata, dossiers).cells, report_of(strata, dossiers, is_finite=True).cells

    def every(cell: object) -> list[Estimate]:
        return [cell.overall, *cell.factors.values(), *cell.criteria.values()]  # type: ignore[attr-defined]

    for own, without in zip(every(finite), every(plain), strict=True):
        assert own.se == pytest.approx((without.se or 0) * sqrt(1 - 30 / 60), rel=1e-12)
        assert own.low is not None
        assert without.low is not None
        assert own.low > without.low


def test_by_field_and_by_both_each_cell_is_weighed_over_what_it_holds() -> None:
    strata = {("a", "f"): HAPPY, ("b", "f"): SAD, ("b", "g"): HAPPY}
    dossiers = {("a", "f"): 10, ("b", "f"): 90, ("b", "g"): 20}
    _whole, f, g = report_of(strata, dossiers, ("field",)).cells
    assert f.weighted is not None
    expected = slow_weighted([(10, plain_python.xm_of(HAPPY, [0, 1, 2], 4)), (90, plain_python.xm_of(SAD, [0, 1, 2], 4))], is_finite=False)
    assert expected is not None
    assert f.weighted.share == pytest.approx(float(expected[0]), rel=1e-12)
    assert f.weighted.se == pytest.approx(sqrt(expected[1]), rel=1e-12)
    assert g.weighted is not None
    for cell in report_of(strata, dossiers, ("unit", "field")).cells[1:]:
        assert cell.weighted is not None
        assert cell.weighted.share == pytest.approx(cell.overall.share, rel=1e-15)
    silent = report_of(strata, dossiers | {("a", "g"): 3}, ("field",))
    assert [cell.weighted is None for cell in silent.cells] == [False, False, True], "unit a has no other cell of field g"


def test_a_weighted_share_exactly_at_its_target_meets_it() -> None:
    """2/3 of 9 dossiers' answers: in doubles the sum of weights may miss it, as fractions it cannot."""
    mixed: Sheets = [[5, None, None], [5, None, None], [1, None, None]]
    strata = {("a", f"f{place}"): mixed for place in range(7)}
    dossiers = {place: 3 + 7 * number for number, place in enumerate(strata)}
    for off, verdict in ((Fraction(0), "met_within"), (Fraction(1, 10**30), "missed_within")):
        book = TargetBook([Target(None, None, None, Fraction(2, 3) + off)])
        (cell,) = report_of(strata, dossiers, targets=book, n_min=1).cells
        assert cell.weighted is not None
        assert cell.weighted.verdict == verdict


@settings(max_examples=30, deadline=None)
@given(drawn=some_strata)
def test_the_exact_share_is_the_printed_one(drawn: list[tuple[int, Sheets]]) -> None:
    strata = {("a", f"f{place}"): sheets for place, (_, sheets) in enumerate(drawn) if plain_python.xm_of(sheets, [0, 1, 2], 4)}
    if not strata:
        return
    tally = tallied(strata)
    moments = overall_shares(tally, "factor_mean")
    assert moments is not None
    n_dossiers = moments.n + 5
    weighted = post_stratify(moments, n_dossiers, np.zeros(len(moments.n), dtype=np.int64), 1)
    weights = [Fraction(int(a), int(b)) for a, b in zip(n_dossiers, moments.n, strict=True)]
    exact = exact_share(weights, moments.x.tolist(), moments.m.tolist())
    assert exact is not None
    assert weighted.share[0] == pytest.approx(float(exact), rel=1e-14)


def test_a_stratum_without_a_respondent_cannot_be_weighed() -> None:
    moments = overall_shares(tallied({("a", "f"): [[None, None, None]]}), "pooled")
    assert moments is not None
    with pytest.raises(PopulationError, match="needs a respondent"):
        post_stratify(moments, np.array([5]), np.array([0]), 1)
