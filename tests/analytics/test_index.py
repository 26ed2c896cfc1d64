"""From a tally to shares, intervals and verdicts: each method, each way of having no data."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.design import Design
from analytics.errors import FigureError
from analytics.index import compute_index
from analytics.intervals import normal_quantile
from analytics.results import METHODS, Cell, Estimate, Method
from analytics.tally import Tally, tally_answers
from analytics.targets import Target, TargetBook
from survey_forms.loader import find_instrument
from tests.analytics import plain_python
from tests.analytics.sheets import design_of, some_sheets, tally_of

DESIGN = design_of(2, 1, 3)
GROUPS = {"1": [0, 1], "2": [2], "3": [3, 4, 5]}
NINETY = TargetBook([Target(None, None, None, Fraction(9, 10))])


def whole(sheets: list[list[int | str | None]], design: Design = DESIGN, method: Method = "pooled") -> Cell:
    return compute_index(tally_of(design, sheets), method=method).cells[0]


@given(sheets=some_sheets(6))
def test_every_figure_equals_the_slow_reference(sheets: list[list[int | str | None]]) -> None:
    cell = whole(sheets)
    expected = {"overall": (cell.overall, list(range(6)))}
    expected |= {f"factor {code}": (cell.factors[code], group) for code, group in GROUPS.items()}
    expected |= {code: (cell.criteria[code], [place]) for place, code in enumerate(DESIGN.criterion_codes)}
    for name, (estimate, criteria) in expected.items():
        pairs = plain_python.xm_of(sheets, criteria, 4)
        assert cell.respondents == len(pairs)
        ratio, variance = plain_python.share(pairs), plain_python.linearised_variance(pairs)
        assert estimate.share == (None if ratio is None else float(ratio)), name
        assert estimate.se == (None if variance is None else pytest.approx(sqrt(variance), rel=1e-12, abs=0)), name
        is_criterion = len(criteria) == 1 and name in DESIGN.criterion_codes
        if ratio is None or (len(pairs) < 2 and not is_criterion):
            assert (estimate.low, estimate.high) == (None, None), name
        else:
            size = estimate.answers if is_criterion else plain_python.steadied_effective_size(pairs)
            low, high = plain_python.wilson(float(ratio), size, normal_quantile(0.95))
            assert estimate.low == pytest.approx(low, abs=1e-10), name
            assert estimate.high == pytest.approx(high, abs=1e-10), name


@given(sheets=some_sheets(6), method=st.sampled_from(METHODS))
def test_the_overall_figure_alone_is_the_same_figure(sheets: list[list[int | str | None]], method: Method) -> None:
    tally = tally_of(DESIGN, sheets, {"unit": [str(number % 3) for number in range(len(sheets))]})
    for one in (tally, tally.by()):
        complete = compute_index(one, method=method, targets=NINETY)
        alone = compute_index(one, method=method, targets=NINETY, parts="overall")
        assert alone.cells == tuple(replace(cell, factors={}, criteria={}) for cell in complete.cells)


@given(sheets=some_sheets(6), method=st.sampled_from(METHODS))
def test_shares_stay_between_0_and_1_and_inside_their_intervals(sheets: list[list[int | str | None]], method: Method) -> None:
    cell = whole(sheets, method=method)
    for estimate in (cell.overall, *cell.factors.values(), *cell.criteria.values()):
        if estimate.answers == 0:
            assert (estimate.share, estimate.se, estimate.low, estimate.high) == (None, None, None, None)
            assert estimate.verdict == "no_data"
            continue
        assert estimate.share is not None
        assert 0 <= estimate.share <= 1
        if estimate.low is not None and estimate.high is not None:
            assert 0 <= estimate.low <= estimate.share <= estimate.high <= 1


@given(sheets=some_sheets(6))
def test_means_are_means_of_what_was_answered(sheets: list[list[int | str | None]]) -> None:
    ratios = [plain_python.share(plain_python.xm_of(sheets, [place], 4)) for place in range(6)]
    factors = {code: plain_python.share(plain_python.xm_of(sheets, group, 4)) for code, group in GROUPS.items()}

    def mean(parts: list[Fraction | None]) -> float | None:
        known = [part for part in parts if part is not None]
        return float(sum(known) / len(known)) if known else None

    by_criteria, by_factors = whole(sheets, method="criteria_mean"), whole(sheets, method="factor_mean")
    assert by_criteria.overall.share == mean(ratios)
    for code, group in GROUPS.items():
        assert by_criteria.factors[code].share == mean([ratios[place] for place in group])
        assert by_criteria.factors[code].se is None
    assert by_factors.overall.share == mean(list(factors.values()))
    assert by_factors.factors == whole(sheets).factors


def test_means_keep_the_sums_and_only_the_mean_of_criteria_needs_pairs_for_its_error() -> None:
    sheets: list[list[int | str | None]] = [[5, None, 4, 1, 2, 3], [4, 4, None, 5, 5, 5]]
    pooled = whole(sheets)
    for method in ("criteria_mean", "factor_mean"):
        cell = whole(sheets, method=method)
        overall = cell.overall
        assert (overall.se is None) == (overall.low is None) == (method == "criteria_mean")
        assert (overall.satisfied, overall.answers) == (pooled.overall.satisfied, pooled.overall.answers)
        assert cell.criteria == pooled.criteria
        assert cell.criteria["1.1"].low is not None
    pairs = tally_of(DESIGN.one_factor_each(), sheets)
    complete = compute_index(tally_of(DESIGN, sheets), method="criteria_mean", pairs=pairs).cells[0]
    assert complete.overall.se is not None
    assert complete.factors["1"].se is not None
    with pytest.raises(FigureError, match="of other cells"):
        compute_index(tally_of(DESIGN, sheets, {"unit": ["a", "a"]}), method="criteria_mean", pairs=pairs)


@settings(deadline=None)
@given(sheets=some_sheets(6))
def test_errors_of_means_equal_the_slow_reference(sheets: list[list[int | str | None]]) -> None:
    pairs = tally_of(DESIGN.one_factor_each(), sheets)
    by_criteria = compute_index(tally_of(DESIGN, sheets), method="criteria_mean", pairs=pairs).cells[0]
    by_factors = whole(sheets, method="factor_mean")
    of_criteria = [plain_python.xm_of(sheets, [place], 4) for place in range(6)]
    of_factors = [plain_python.xm_of(sheets, group, 4) for group in GROUPS.values()]
    compared = [(by_criteria.overall, of_criteria), (by_factors.overall, of_factors)]
    compared += [(by_criteria.factors[code], [of_criteria[place] for place in group]) for code, group in GROUPS.items()]
    for estimate, shares in compared:
        expected = plain_python.mean_of_shares(shares)
        if expected is None:
            assert (estimate.se, estimate.low, estimate.high) == (None, None, None)
            continue
        mean, variance, size = expected
        assert estimate.se == pytest.approx(sqrt(variance), rel=1e-10, abs=1e-12)
        low, high = plain_python.wilson(float(mean), size, normal_quantile(0.95))
        assert estimate.low == pytest.approx(low, abs=1e-9)
        assert estimate.high == pytest.approx(high, abs=1e-9)


def test_the_methods_agree_on_complete_forms_of_equal_factors() -> None:
    design = design_of(2, 2)
    shares = {method: whole([[5, 1, 3, 4], [4, 4, 2, 5]], design, method).overall.share for method in METHODS}
    assert set(shares.values()) == {5 / 8}


def test_one_respondent_has_shares_but_no_error_and_only_criteria_have_an_interval() -> None:
    cell = whole([[5, 4, 2, None, 3, 1]])
    assert cell.overall == Estimate(2 / 5, 2, 5, None, None, None, None, None)
    assert cell.factors["1"].low is None
    assert cell.criteria["1.1"].se is None
    assert cell.criteria["1.1"].high == 1.0
    assert cell.criteria["2.1"].low == 0.0


def test_everyone_exactly_one_third_satisfied_has_no_spread_at_all() -> None:
    design = design_of(3)
    cell = compute_index(tally_of(design, [[5, 1, 1], [1, 4, 2], [3, 3, 5]] * 1111)).cells[0]
    assert cell.overall.share == 1 / 3
    assert cell.overall.se == 0.0
    assert cell.overall.low is not None
    assert cell.overall.low > 0.3


def test_an_empty_file_gives_one_cell_without_data() -> None:
    cell = compute_index(Tally.empty(DESIGN), targets=NINETY).cells[0]
    assert (cell.unit, cell.field, cell.respondents) == (None, None, 0)
    assert cell.overall == Estimate(None, 0, 0, None, None, None, 0.9, "no_data")
    assert compute_index(Tally.empty(DESIGN, ("unit", "field"))).cells == ()


def test_a_factor_nobody_was_asked_is_empty_and_a_blank_one_contributes_zero() -> None:
    cell = whole([[5, 5, "not_asked", 1, 5, 5], [5, 5, "not_asked", None, None, None]])
    assert cell.factors["2"].share is None
    assert cell.factors["2"].verdict == "no_data"
    # n stays the cell's two respondents for factor 3, which only one of them answered
    pairs = [(2, 3), (0, 0)]
    assert plain_python.linearised_variance(pairs) == 0
    assert cell.factors["3"].se == 0.0
    assert cell.factors["3"].low is not None


def test_each_unit_and_field_is_its_own_cell_in_order() -> None:
    tally = tally_of(design_of(1), [[5], [1], [5]], {"field": ["b", "a", "a"], "unit": ["y", "x", "x"]})
    report = compute_index(tally)
    assert [(cell.unit, cell.field, cell.overall.share) for cell in report.cells] == [("x", "a", 0.5), ("y", "b", 1.0)]
    assert [(cell.unit, cell.field) for cell in compute_index(tally.by("field")).cells] == [(None, "a"), (None, "b")]


def test_the_targets_of_the_cell_are_held_against_all_its_figures() -> None:
    book = TargetBook([Target(None, None, None, Fraction(9, 10)), Target(None, "đất đai", 2025, Fraction(8, 10))])
    both: list[int | str | None] = [5, 5]
    one: list[int | str | None] = [5, 1]
    sheets = [both] * 34 + [one] * 12
    fields = {"field": ["đất đai"] * 23 + ["hộ tịch"] * 23}
    tally = tally_of(design_of(2), sheets, fields)
    civil, land = compute_index(tally, targets=book, year=2025).cells  # "h" stands before "đ" by code point
    assert {estimate.target for estimate in (land.overall, land.factors["1"], land.criteria["1.2"])} == {0.8}
    assert (land.overall.verdict, civil.overall.target) == ("insufficient", 0.9)
    judged = compute_index(tally, targets=book, year=2025, n_min=0).cells
    assert judged[1].overall.verdict == "met_clearly"
    assert judged[0].overall.verdict == "missed_clearly"
    assert judged[0].criteria["1.1"].verdict == "met_within"
    assert compute_index(tally, targets=book, year=2024).cells[1].overall.target == 0.9


def test_a_mean_meets_its_target_exactly_or_not_at_all() -> None:
    book = TargetBook([Target(None, None, None, Fraction(1, 3))])
    tally = tally_of(design_of(3), [[5, 1, 1]] * 30)
    for method in METHODS:
        overall = compute_index(tally, method=method, targets=book).cells[0].overall
        assert overall.verdict == "met_within", method
    above = TargetBook([Target(None, None, None, Fraction(1, 3) + Fraction(1, 10**20))])
    assert compute_index(tally, method="criteria_mean", targets=above).cells[0].overall.verdict == "missed_within"


def test_the_real_questionnaire_goes_all_the_way() -> None:
    design = Design.of(find_instrument("an-my-2023"))
    answers = np.random.default_rng(1).integers(0, 6, (60, 21), dtype=np.uint8)
    report = compute_index(tally_answers(design, answers, {"unit": np.array(["xã A"] * 60)}), confidence=0.9)
    assert (report.instrument, report.method, report.confidence) == (design.instrument_id, "pooled", 0.9)
    assert tuple(report.cells[0].criteria) == design.criterion_codes
    assert tuple(report.cells[0].factors) == design.factor_codes


@settings(max_examples=30)
@given(sheets=some_sheets(6), confidence=st.floats(0.5, 0.99))
def test_rows_in_another_order_give_the_same_report(sheets: list[list[int | str | None]], confidence: float) -> None:
    forwards = compute_index(tally_of(DESIGN, sheets), confidence=confidence)
    assert compute_index(tally_of(DESIGN, sheets[::-1]), confidence=confidence) == forwards


def test_what_is_not_defined_is_refused_with_what_is() -> None:
    tally = Tally.empty(DESIGN, ("unit", "channel"))
    with pytest.raises(FigureError, match="not by channel"):
        compute_index(tally)
    with pytest.raises(FigureError, match="pooled, criteria_mean, factor_mean"):
        compute_index(tally.by(), method="median")  # type: ignore[arg-type]
    with pytest.raises(FigureError, match="least number"):
        compute_index(tally.by(), n_min=-1)
    with pytest.raises(FigureError, match="confidence"):
        compute_index(tally.by(), confidence=95)
