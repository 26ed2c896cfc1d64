"""Every byte is counted as what it means, on scales of every width, in every order of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics import counting
from analytics.counting import count_answers, count_levels, count_sorted_levels
from analytics.design import MOST_LEVELS, NO_OPINION, NOT_ASKED, Design
from analytics.errors import TallyError
from tests.analytics import plain_python
from tests.analytics.sheets import design_of

FACTORS = (0, 1, 0, 2, 1)  # a factor's criteria need not stand together
DESIGN = Design("demo", ("1",), tuple("abcde"), tuple("ABC"), FACTORS, (1, 2, 3, 4, 5), 3)
a_byte = st.sampled_from([0, 1, 2, 3, 4, 5, NO_OPINION, NOT_ASKED])
rows = st.lists(st.tuples(st.integers(0, 3), st.lists(a_byte, min_size=5, max_size=5), a_byte), min_size=1, max_size=60)


@given(rows=rows)
def test_everything_counted_equals_a_count_by_hand(rows: list[tuple[int, list[int], int]]) -> None:
    cell_of, sheets, overall = zip(*rows, strict=True)
    counts = count_answers(
        DESIGN, np.array(sheets, dtype=np.uint8), np.array(cell_of, dtype=np.int64), 5, np.array(overall, dtype=np.uint8)
    )
    by_hand = plain_python.count_sheets(sheets, cell_of, overall, 5, FACTORS, 5, 3)
    assert {name: array.tolist() for name, array in counts.items()} == by_hand
    assert all(array.dtype == np.int64 for array in counts.values())


def many_sheets(n: int, n_cells: int) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.uint8]]:
    generator = np.random.default_rng(n)
    codes = np.array([0, 1, 2, 3, 4, 5, NO_OPINION, NOT_ASKED], dtype=np.uint8)
    return codes[generator.integers(0, 8, (n, 5))], generator.integers(0, n_cells, n), codes[generator.integers(0, 8, n)]


@pytest.mark.parametrize("n_in_cell", [1, 23, 24, 255, 256, 257, 511, 512, 8063, 8064, 8065, 20_000])
def test_a_cell_of_any_size_is_the_sum_of_its_sheets(n_in_cell: int) -> None:
    # The loops change with the number of rows in a cell; alone, two by two and all at once must be the same.
    sheets, _, overall = many_sheets(n_in_cell, 1)
    at_once = count_answers(DESIGN, sheets, np.zeros(n_in_cell, dtype=np.int64), 1, overall)
    alone = count_answers(DESIGN, sheets, np.arange(n_in_cell), n_in_cell, overall)
    for name, array in at_once.items():
        assert np.array_equal(array[0], alone[name].sum(axis=0)), name
    assert np.array_equal(at_once["level_counts"][0].sum(axis=1), np.isin(sheets, [1, 2, 3, 4, 5]).sum(axis=0))


@settings(max_examples=20)
@given(n=st.integers(1, 3_000), n_cells=st.sampled_from([1, 2, 700]), ordered=st.sampled_from([64, 1_000, 1 << 22]))
def test_the_order_of_rows_and_the_pace_of_ordering_change_nothing(n: int, n_cells: int, ordered: int) -> None:
    sheets, cell_of, overall = many_sheets(n, n_cells)
    order = np.argsort(cell_of, kind="stable")
    as_sorted = count_answers(DESIGN, sheets[order], cell_of[order], n_cells, overall[order])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "_ORDERED_ROWS", ordered)
        as_they_came = count_answers(DESIGN, sheets, cell_of, n_cells, overall)
        levels = count_levels(DESIGN, sheets, cell_of, n_cells)
    for name, array in as_sorted.items():
        assert np.array_equal(array, as_they_came[name]), name
    assert np.array_equal(levels[:, :, 1:6], as_sorted["level_counts"])
    assert np.array_equal(levels[:, :, [0, 6, 7]], np.stack([as_sorted[f"n_{kind}"] for kind in ("blank", "no_opinion", "not_asked")], 2))
    first_row = np.searchsorted(cell_of[order], np.arange(n_cells + 1))
    assert np.array_equal(count_sorted_levels(DESIGN, sheets[order], first_row), levels)


def test_rows_that_do_not_stand_one_behind_the_other_in_memory_are_counted_alike() -> None:
    sheets, cell_of, _ = many_sheets(1_000, 3)
    counts = count_answers(DESIGN, sheets, cell_of, 3, None)
    turned = count_answers(DESIGN, np.asfortranarray(sheets), cell_of.astype(np.int16), 3, None)
    assert all(np.array_equal(array, turned[name]) for name, array in counts.items())


@pytest.mark.parametrize("n", [1, 600, 9_000])
@pytest.mark.parametrize("place", [0, -1])
def test_a_foreign_byte_is_found_wherever_it_stands(n: int, place: int) -> None:
    sheets, cell_of, overall = many_sheets(n, 1)
    spoilt, spoilt_overall = sheets.copy(), overall.copy()
    spoilt[place, place], spoilt_overall[place] = 6, 253
    first_row = np.array([0, n])
    for count in (
        lambda: count_answers(DESIGN, spoilt, cell_of, 1, None),
        lambda: count_answers(DESIGN, sheets, cell_of, 1, spoilt_overall),
        lambda: count_levels(DESIGN, spoilt, cell_of, 1),
        lambda: count_sorted_levels(DESIGN, spoilt, first_row),
    ):
        with pytest.raises(TallyError, match=r"1 answers are no byte of demo@1"):
            count()


@pytest.mark.parametrize("cell_of", [[0, 2], [-1, 0], [0]])
def test_a_cell_that_does_not_exist_is_refused(cell_of: list[int]) -> None:
    sheets = np.full((2, 1), 5, dtype=np.uint8)
    with pytest.raises(TallyError, match=r"Cells are numbered 0 to 1, not|2 sheets need 2 cell numbers"):
        count_answers(design_of(1), sheets, np.array(cell_of, dtype=np.int64), 2, None)


@pytest.mark.parametrize("first_row", [[], [0], [0, 3], [1, 2], [0, 2, 1, 2]])
def test_first_rows_that_do_not_rise_to_the_end_are_refused(first_row: list[int]) -> None:
    with pytest.raises(TallyError, match="must rise from 0 to 2"):
        count_sorted_levels(design_of(1), np.full((2, 1), 5, dtype=np.uint8), np.array(first_row, dtype=np.int64))


@given(n_levels=st.integers(2, MOST_LEVELS), data=st.data())
def test_every_byte_counts_as_what_it_means(n_levels: int, data: st.DataObject) -> None:
    satisfied_from = data.draw(st.integers(0, n_levels - 1))
    design = Design("wide", ("1",), ("q",), ("A",), (0,), tuple(range(n_levels)), satisfied_from)
    codes = [0, *range(1, n_levels + 1), NO_OPINION, NOT_ASKED]
    answers = np.array(codes, dtype=np.uint8)[:, None]
    each_its_own_cell = np.arange(len(codes))
    counts = count_answers(design, answers, each_its_own_cell, len(codes), None)
    is_level = [1 <= code <= n_levels for code in codes]
    assert counts["n_valid"].tolist() == counts["sum_m"][:, 0].tolist() == is_level
    assert counts["sum_x"][:, 0].tolist() == [satisfied_from < code <= n_levels for code in codes]
    assert counts["n_blank"][:, 0].tolist() == [code == 0 for code in codes]
    assert counts["n_no_opinion"][:, 0].tolist() == [code == NO_OPINION for code in codes]
    assert counts["n_not_asked"][:, 0].tolist() == [code == NOT_ASKED for code in codes]
    assert np.array_equal(counts["level_counts"][1 : n_levels + 1, 0], np.eye(n_levels, dtype=np.int64))


def test_a_factor_may_have_all_criteria_a_byte_can_count() -> None:
    codes = tuple(map(str, range(255)))
    design = Design("long", ("1",), codes, ("A",), (0,) * 255, (1, 2), 1)
    counts = count_answers(design, np.full((1, 255), 2, dtype=np.uint8), np.zeros(1, dtype=np.int64), 1, None)
    assert (counts["sum_x"].item(), counts["sum_m"].item(), counts["sum_xx"].item()) == (255, 255, 255**2)
