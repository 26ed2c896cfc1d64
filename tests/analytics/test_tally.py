"""The tally is additive, order-blind and exact: everything printed rests on that."""

from __future__ import annotations

from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.design import NO_OPINION, NOT_ASKED
from analytics.errors import DesignError, TallyError
from analytics.tally import Tally, merge_tallies, tally_answers
from tests.analytics.plain_python import xm_of
from tests.analytics.sheets import answers, design_of, matrix, some_sheets, tally_of

DESIGN = design_of(2, 1, 3)
Rows = list[list[int | str | None]]
Placed = list[tuple[str, str, list[int | str | None]]]
placed = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from(["đất đai", "hộ tịch"]), st.lists(answers, min_size=6, max_size=6)),
    max_size=20,
)


def tally_placed(rows: Placed) -> Tally:
    cells = {"unit": [row[0] for row in rows], "field": [row[1] for row in rows]}
    return tally_of(DESIGN, [row[2] for row in rows], cells)


def test_blank_answer_is_not_counted_as_zero() -> None:
    tally = tally_of(design_of(2), [[1, None], [None, 4]])
    assert tally.answers.tolist() == [[1, 1]]
    assert tally.n_blank.tolist() == [[1, 1]]
    assert tally.level_counts[0].tolist() == [[1, 0, 0, 0, 0], [0, 0, 0, 1, 0]]


def test_blank_no_opinion_and_not_asked_are_counted_apart() -> None:
    tally = tally_of(design_of(1, 1), [[None, 3], ["no_opinion", 3], ["not_asked", 3], [5, 3]])
    assert (tally.n_blank[0, 0], tally.n_no_opinion[0, 0], tally.n_not_asked[0, 0]) == (1, 1, 1)
    assert tally.n_valid.tolist() == [4]
    assert tally.sum_m.tolist() == [[1, 4]]


def test_levels_and_no_answers_add_up_to_the_returned_forms() -> None:
    tally = tally_of(design_of(2), [[None, None], ["no_opinion", 1], ["not_asked", "not_asked"], [4, 5]])
    sums = tally.level_counts.sum(axis=2) + tally.n_blank + tally.n_no_opinion + tally.n_not_asked
    assert (sums == tally.n_returned[:, None]).all()
    assert (tally.n_returned.tolist(), tally.n_valid.tolist()) == ([4], [2])


@given(sheets=some_sheets(6))
def test_moments_equal_a_count_by_hand(sheets: Rows) -> None:
    tally = tally_of(DESIGN, sheets)
    groups = ([0, 1], [2], [3, 4, 5])
    by_factor = [xm_of(sheets, group, 4) for group in groups]
    assert tally.n_valid[0] == len(by_factor[0])
    for j, k in product(range(3), repeat=2):
        pairs = list(zip(by_factor[j], by_factor[k], strict=True))
        assert tally.sum_xx[0, j, k] == sum(a[0] * b[0] for a, b in pairs)
        assert tally.sum_xm[0, j, k] == sum(a[0] * b[1] for a, b in pairs)
        assert tally.sum_mm[0, j, k] == sum(a[1] * b[1] for a, b in pairs)
    whole = xm_of(sheets, range(6), 4)
    overall = tally.overall_moments()
    assert overall.x[0] == sum(x for x, _ in whole)
    assert overall.xm[0] == sum(x * m for x, m in whole)
    assert overall.xx[0] == sum(x * x for x, _ in whole)
    assert overall.mm[0] == sum(m * m for _, m in whole)
    factors = tally.factor_moments()
    assert factors.xm[0].tolist() == [sum(x * m for x, m in pairs) for pairs in by_factor]
    assert factors.n[0].tolist() == [len(whole)] * 3


@given(first=placed, second=placed)
def test_the_tally_of_both_is_the_sum_of_the_tallies(first: Placed, second: Placed) -> None:
    assert (tally_placed(first) + tally_placed(second)).equals(tally_placed(first + second))


@given(rows=placed, chance=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: Placed, chance: Random) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert tally_placed(shuffled).equals(tally_placed(rows))


@given(rows=placed)
def test_fewer_dimensions_are_the_same_responses(rows: Placed) -> None:
    whole = tally_placed(rows)
    sheets = [row[2] for row in rows]
    assert whole.by().equals(tally_of(DESIGN, sheets))
    assert whole.by("unit").equals(tally_of(DESIGN, sheets, {"unit": [row[0] for row in rows]}))
    assert whole.by("field", "unit").by("unit", "field").equals(whole)


@given(rows=placed)
def test_cells_and_the_rest_are_the_whole(rows: Placed) -> None:
    tally = tally_placed(rows)
    mask = (tally.cells["unit"] == "A").to_numpy(dtype=bool)
    chosen = tally.where(mask)
    assert set(chosen.cells["unit"]) <= {"A"}
    assert (chosen + tally.where(~mask)).equals(tally)


def test_cells_are_sorted_and_do_not_repeat() -> None:
    tally = tally_of(design_of(1), [[5]] * 4, {"unit": ["b", "a", "b", "a"], "field": ["2", "2", "1", "2"]})
    assert list(tally.cells.itertuples(index=False, name=None)) == [("a", "2"), ("b", "1"), ("b", "2")]
    assert tally.n_valid.tolist() == [2, 1, 1]


def test_no_responses_give_no_cell_but_the_whole_always_exists() -> None:
    assert Tally.empty(DESIGN, ("unit",)).n_cells == 0
    whole = Tally.empty(DESIGN, ("unit",)).by()
    assert whole.n_cells == 1
    assert whole.equals(Tally.empty(DESIGN))
    assert Tally.empty(DESIGN).where([False]).n_valid.tolist() == [0]


def test_the_empty_tally_adds_nothing() -> None:
    tally = tally_of(DESIGN, [[5, 4, 3, 2, 1, None]], {"unit": ["A"]})
    assert (Tally.empty(DESIGN, ("unit",)) + tally).equals(tally)


def test_the_overall_question_is_counted_outside_the_index() -> None:
    design = design_of(1)
    overall = np.array([5, 4, 0, NO_OPINION, NOT_ASKED, 1], dtype=np.uint8)
    tally = tally_answers(design, matrix(design, [[5]] * 5 + [[None]]), {}, overall)
    assert tally.overall_levels.tolist() == [[0, 0, 0, 1, 1]]  # the form without a rating is in no statistic
    assert tally.sum_m.tolist() == [[5]]


def test_a_hundred_million_respondents_of_thirty_criteria_do_not_overflow() -> None:
    design = design_of(30)
    one = tally_of(design, [[5] * 30])
    grown = one
    for _ in range(27):  # 2²⁷ > 10⁸
        grown = grown + grown
    moments = grown.overall_moments()
    assert int(moments.mm[0]) == 2**27 * 900
    assert moments.residual_sum().tolist() == [0.0]


@settings(max_examples=25)
@given(sheets=some_sheets(6))
def test_a_tally_is_never_changed_by_adding_it(sheets: Rows) -> None:
    tally = tally_of(DESIGN, sheets)
    again = tally_of(DESIGN, sheets)
    merge_tallies([tally, tally, tally])
    assert tally.equals(again)


def test_what_does_not_fit_together_is_refused_by_name() -> None:
    one = tally_of(design_of(1), [[5]], {"unit": ["A"]})
    with pytest.raises(DesignError, match=r"demo@1\.0 and other@1\.0"):
        one + tally_of(design_of(1, series="other"), [[5]], {"unit": ["A"]})
    with pytest.raises(TallyError, match=r"\(unit\) and one by \(\)"):
        one + one.by()
    with pytest.raises(TallyError, match=r"\(unit\) cannot be given by \(field\)"):
        one.by("field")
    with pytest.raises(TallyError, match="cannot be given by"):
        one.by("unit", "unit")
    with pytest.raises(TallyError, match="1 truth values"):
        one.where([True, False])
    with pytest.raises(TallyError, match="no tally to add"):
        merge_tallies([])


def test_bytes_outside_the_coding_are_refused() -> None:
    design = design_of(2)
    with pytest.raises(TallyError, match="1 answers are no byte"):
        tally_answers(design, np.array([[6, 0]], dtype=np.uint8), {})
    with pytest.raises(TallyError, match="1 answers are no byte"):
        tally_answers(design, np.array([[5, 0]], dtype=np.uint8), {}, np.array([253], dtype=np.uint8))
    with pytest.raises(TallyError, match=r"shape \(n, 2\)"):
        tally_answers(design, np.array([[5, 0, 1]], dtype=np.uint8), {})
    with pytest.raises(TallyError, match="overall question needs 1 bytes"):
        tally_answers(design, np.array([[5, 0]], dtype=np.uint8), {}, np.array([5, 5], dtype=np.uint8))
