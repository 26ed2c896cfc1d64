"""Change: Newcombe's interval, tests that agree with it, and comparisons that are refused."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.change import (
    ChangeReport,
    compare_pairs,
    compare_sheets,
    compare_tallies,
    have_same_criteria,
    newcombe_interval,
    score_p_value,
)
from analytics.design import Design
from analytics.errors import ChangeError, FigureError
from analytics.index import compute_index
from analytics.intervals import wilson_interval
from analytics.multiple_tests import benjamini_hochberg, holm
from analytics.response_table import Sheets
from analytics.tally import tally_answers
from tests.analytics.sheets import design_of, matrix, some_sheets, tally_of

DESIGN = design_of(2, 1)
counts = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def sheets_of(design: Design, rows: list[list[int | str | None]]) -> Sheets:
    return Sheets(matrix(design, rows), np.zeros(len(rows), dtype=np.uint8))


def compare(earlier: list[list[int | str | None]], later: list[list[int | str | None]]) -> ChangeReport:
    return compare_sheets(DESIGN, sheets_of(DESIGN, earlier), DESIGN, sheets_of(DESIGN, later))


@settings(deadline=None)
@given(one=counts, two=counts)
def test_the_interval_holds_the_difference_and_turns_with_the_sides(one: tuple[int, int], two: tuple[int, int]) -> None:
    low, high = wilson_interval([one[0] / one[1], two[0] / two[1]], [one[1], two[1]])
    first, second = (one[0] / one[1], low[0], high[0]), (two[0] / two[1], low[1], high[1])
    down, up = newcombe_interval(first, second)
    assert -1 <= down <= second[0] - first[0] <= up <= 1
    assert newcombe_interval(second, first) == pytest.approx((-up, -down))


@settings(deadline=None)
@given(one=counts, two=counts)
def test_p_is_a_probability_and_the_same_from_either_side(one: tuple[int, int], two: tuple[int, int]) -> None:
    p = score_p_value(one[0] / one[1], one[1], two[0] / two[1], two[1])
    if one[0] + two[0] in (0, one[1] + two[1]):
        assert p is None
    else:
        assert p is not None
        assert 0 <= p <= 1
        assert p == score_p_value(two[0] / two[1], two[1], one[0] / one[1], one[1])


@settings(deadline=None)
@given(rows=some_sheets(3), confidence=st.floats(0.5, 0.99))
def test_no_change_between_a_survey_and_itself(rows: list[list[int | str | None]], confidence: float) -> None:
    tally = tally_of(DESIGN, rows)
    report = compare_tallies(tally, tally, confidence=confidence)
    index = compute_index(tally, confidence=confidence).cells[0]
    figures = [(report.overall, index.overall)]
    figures += [(report.factors[code], index.factors[code]) for code in DESIGN.factor_codes]
    figures += [(report.criteria[code], index.criteria[code]) for code in DESIGN.criterion_codes]
    for change, estimate in figures:
        assert change.earlier == change.later == estimate.share
        assert change.difference == (None if estimate.share is None else 0.0)
        assert (change.low is None) == (estimate.low is None)
        assert change.p is None or change.p == 1.0


@settings(deadline=None)
@given(one=some_sheets(3), two=some_sheets(3))
def test_the_adjusted_p_is_never_smaller_and_undefined_where_p_is(
    one: list[list[int | str | None]], two: list[list[int | str | None]]
) -> None:
    report = compare(one, two)
    for change in (report.overall, *report.factors.values(), *report.criteria.values()):
        assert (change.p is None) == (change.p_adjusted is None)
        if change.p is not None and change.p_adjusted is not None:
            assert change.p <= change.p_adjusted <= 1


def test_a_difference_is_later_minus_earlier() -> None:
    report = compare([[5, 5, 5], [1, 1, 1], [1, 1, 1]], [[5, 5, 5], [5, 5, 5], [1, 1, 1]])
    assert report.overall.difference == pytest.approx(1 / 3)
    assert report.respondents == (3, 3)


def test_what_only_one_side_answered_is_left_out_of_every_sum() -> None:
    report = compare([[5, 1, "not_asked"], [5, 1, "not_asked"]], [[5, 1, 5], [5, 1, 5]])
    assert report.left_out == ("2.1",)
    assert list(report.criteria) == ["1.1", "1.2"]
    # With 2.1 the later overall share would be 2/3: a new question is no change of opinion.
    assert report.overall.difference == 0.0
    assert report.factors["2"].difference is None


def test_tallies_that_answered_different_criteria_are_refused_by_name() -> None:
    with pytest.raises(ChangeError, match=r"Criteria 2\.1 "):
        compare_tallies(tally_of(DESIGN, [[5, 1, None]]), tally_of(DESIGN, [[5, 1, 5]]))


def test_two_series_are_never_compared() -> None:
    other = design_of(2, 1, series="khác")
    with pytest.raises(ChangeError, match=r"demo@1\.0 and khác@1\.0"):
        compare_tallies(tally_of(DESIGN, []), tally_of(other, []))
    with pytest.raises(ChangeError, match="different series"):
        compare_sheets(DESIGN, sheets_of(DESIGN, []), other, sheets_of(other, []))


def test_versions_of_one_series_are_compared() -> None:
    newer = design_of(2, 1, version="1.1")
    assert compare_tallies(tally_of(DESIGN, []), tally_of(newer, [])).instrument == "demo@1.0+1.1"


def test_nobody_and_one_respondent_have_no_interval_of_the_overall_change() -> None:
    nobody = compare([], [[5, 5, 5]])
    assert all(value is None for name, value in asdict(nobody.overall).items() if name != "later")
    alone = compare([[5, 5, 5]], [[1, 1, 1]])
    assert (alone.overall.difference, alone.overall.low, alone.overall.p) == (-1.0, None, None)
    assert alone.criteria["1.1"].low is not None


def test_everybody_satisfied_twice_has_an_interval_but_no_test() -> None:
    report = compare([[5, 5, 5]] * 10, [[5, 5, 5]] * 20)
    assert report.overall.difference == 0.0
    assert report.overall.p is None
    assert report.overall.low is not None
    assert report.overall.low < 0


p_values = st.lists(st.none() | st.floats(0, 1), max_size=30)


@settings(deadline=None)
@given(p_values=p_values)
def test_adjusting_keeps_the_order_the_blanks_and_the_bounds(p_values: list[float | None]) -> None:
    for adjust in (benjamini_hochberg, holm):
        adjusted = adjust(p_values)
        assert [each is None for each in adjusted] == [p is None for p in p_values]
        pairs = sorted((p, q) for p, q in zip(p_values, adjusted, strict=True) if p is not None and q is not None)
        assert all(p <= q <= 1 or q == pytest.approx(p) for p, q in pairs)
        assert [q for _, q in pairs] == sorted(q for _, q in pairs)
    by_bh, by_holm = benjamini_hochberg(p_values), holm(p_values)
    assert all(q <= h + 1e-15 for q, h in zip(by_bh, by_holm, strict=True) if q is not None and h is not None)


@settings(deadline=None)
@given(p_values=p_values)
def test_blanks_do_not_count_in_m(p_values: list[float | None]) -> None:
    known = [p for p in p_values if p is not None]
    for adjust in (benjamini_hochberg, holm):
        assert [q for q in adjust(p_values) if q is not None] == adjust(known)


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(bad: float) -> None:
    with pytest.raises(FigureError, match="between 0 and 1"):
        benjamini_hochberg([0.5, bad])


def test_pairs_of_criteria_give_what_the_sheets_on_the_common_criteria_give() -> None:
    design = DESIGN
    earlier: list[list[int | str | None]] = [[5, 4, None], [2, 5, None], [4, 1, None], [5, 5, None]]
    later: list[list[int | str | None]] = [[5, 2, 4], [4, 5, 1], [1, "no_opinion", 5], [3, 3, None], [5, 5, 5]]
    sheets = [sheets_of(design, rows) for rows in (earlier, later)]
    pairs = [tally_answers(design.one_factor_each(), side.answers, {}) for side in sheets]
    assert not have_same_criteria(*pairs)
    assert compare_pairs(design, *pairs) == compare_sheets(design, sheets[0], design, sheets[1])


def test_who_answered_only_a_criterion_left_out_stays_a_respondent_with_zero() -> None:
    design = DESIGN
    earlier = sheets_of(design, [[5, 4, None], [2, 5, None]])
    later = sheets_of(design, [[5, 2, 4], [None, None, 5], [4, 4, None]])
    pairs = [tally_answers(design.one_factor_each(), side.answers, {}) for side in (earlier, later)]
    report = compare_pairs(design, *pairs)
    assert report.respondents == (2, 3)
    assert report.overall.later == compare_sheets(design, earlier, design, later).overall.later
    assert report.left_out == ("2.1",)


def test_two_series_are_never_compared_by_pairs() -> None:
    one, other = (
        tally_answers(replace(DESIGN, series=name).one_factor_each(), sheets_of(DESIGN, [[5, 5, 5]]).answers, {}) for name in "ab"
    )
    with pytest.raises(ChangeError, match="different series"):
        compare_pairs(DESIGN, one, other)
