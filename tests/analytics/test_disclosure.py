"""Suppression: what an outsider who knows every published figure and the rule can work out, solved as linear programs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from analytics.disclosure import LEAST, Suppression, least_respondents, suppress
from analytics.errors import DisclosureError

Counts = NDArray[np.int64]
# Mostly small and empty cells, a few large ones: where suppression has work to do.
cells = st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 12, 40, 300])
tables = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: st.lists(st.lists(cells, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0])
)


def extended(counts: Counts) -> Counts:
    """The table with its totals."""
    with_rows = np.column_stack([counts, counts.sum(axis=1)])
    return np.vstack([with_rows, with_rows.sum(axis=0)])


def mask_of(hidden: Suppression) -> NDArray[np.bool_]:
    with_rows = np.column_stack([hidden.cells, hidden.row_totals])
    return np.vstack([with_rows, np.append(hidden.column_totals, hidden.total)])


def greatest(table: Counts, hidden: NDArray[np.bool_], target: NDArray[np.float64]) -> float:
    """The most that a sum of figures can be for one who knows the published ones, the sums and that none is negative."""
    n_rows, n_columns = table.shape
    equations, right = [], []
    for row in range(n_rows):
        line = np.zeros(table.shape)
        line[row, :-1], line[row, -1] = 1, -1
        equations.append(line.ravel())
        right.append(0.0)
    for column in range(n_columns):
        line = np.zeros(table.shape)
        line[:-1, column], line[-1, column] = 1, -1
        equations.append(line.ravel())
        right.append(0.0)
    bounds = [(0, None) if is_hidden else (value, value) for value, is_hidden in zip(table.ravel().tolist(), hidden.ravel(), strict=True)]
    found = linprog(-target.ravel(), A_eq=np.array(equations), b_eq=right, bounds=bounds, method="highs")
    if found.status == 3:
        return float("inf")
    assert found.status == 0, found.message
    return -float(found.fun)


def only(shape: tuple[int, ...], row: int, column: int) -> NDArray[np.float64]:
    target = np.zeros(shape)
    target[row, column] = 1
    return target


@settings(max_examples=60, deadline=None)
@given(rows=tables, least=st.sampled_from([5, 10]))
def test_nobody_can_exclude_that_a_hidden_small_figure_is_large_enough(rows: list[list[int]], least: int) -> None:
    table = extended(np.array(rows))
    hidden = mask_of(suppress(rows, least=least))
    assert hidden[(table > 0) & (table < least)].all()
    for row, column in np.argwhere((table > 0) & (table < least)).tolist():
        assert greatest(table, hidden, only(table.shape, row, column)) >= least - 1e-7


@settings(max_examples=30, deadline=None)
@given(rows=tables)
def test_no_group_along_a_line_is_revealed_to_be_small(rows: list[list[int]]) -> None:
    table = extended(np.array(rows))
    hidden = mask_of(suppress(rows))
    small = (table > 0) & (table < LEAST)
    for row in range(len(rows)):  # all the small cells of a row together
        target = np.zeros(table.shape)
        target[row, :-1] = small[row, :-1]
        if target.any():
            assert greatest(table, hidden, target) >= LEAST - 1e-7


@settings(deadline=None)
@given(rows=tables)
def test_only_what_is_needed_and_nothing_empty_is_hidden(rows: list[list[int]]) -> None:
    table = extended(np.array(rows))
    hidden = mask_of(suppress(rows))
    assert not hidden[table == 0].any()
    if not ((table > 0) & (table < LEAST)).any():
        assert not hidden.any()


@settings(deadline=None)
@given(counts=st.lists(cells, min_size=1, max_size=8))
def test_in_a_row_with_one_total_the_hidden_cells_together_are_large_enough_or_the_total_goes(counts: list[int]) -> None:
    hidden = suppress(counts)
    values = np.array(counts)
    assert hidden.cells[(values > 0) & (values < LEAST)].all()
    if hidden.cells.any() and not hidden.total:
        assert hidden.cells.sum() > 1
        assert values[hidden.cells].sum() >= LEAST


@settings(deadline=None)
@given(rows=tables)
def test_the_table_turned_over_is_protected_too(rows: list[list[int]]) -> None:
    turned = np.array(rows).T
    table, hidden = extended(turned), mask_of(suppress(turned))
    assert hidden[(table > 0) & (table < LEAST)].all()


def test_a_lone_small_cell_takes_a_rectangle_with_it_and_leaves_the_totals() -> None:
    hidden = suppress([[3, 40, 60], [50, 70, 80], [90, 95, 99]])
    assert hidden.cells.sum() == 4
    assert not hidden.row_totals.any()
    assert not hidden.column_totals.any()
    assert not hidden.total


def test_a_naive_suppression_of_small_cells_alone_would_fail_this_check() -> None:
    table = extended(np.array([[3, 40, 60], [50, 70, 80]]))
    naive = (table > 0) & (table < LEAST)
    assert greatest(table, naive, only(table.shape, 0, 0)) == pytest.approx(3)


def test_a_single_visitor_anywhere_hides_the_whole_table() -> None:
    assert mask_of(suppress([[1]])).all()


def test_crossed_with_sex_age_or_ethnicity_ten_are_needed() -> None:
    assert [least_respondents(["unit", name]) for name in ("field", "sex", "age", "ethnicity")] == [5, 10, 10, 10]


def test_a_province_of_many_communes_is_protected() -> None:
    draw = np.random.default_rng(7).negative_binomial(0.5, 0.01, size=(300, 11))
    table, hidden = extended(draw), mask_of(suppress(draw))
    small = (table > 0) & (table < LEAST)
    assert hidden[small].all()
    lines = [(table[row, :-1] * hidden[row, :-1]).sum() for row in range(len(draw)) if small[row, :-1].any() and not hidden[row, -1]]
    assert min(lines) >= LEAST


@pytest.mark.parametrize("bad", [[-1, 5], [0.5, 2], [[[1]]]])
def test_what_is_no_table_of_counts_is_refused(bad: object) -> None:
    with pytest.raises(DisclosureError, match="whole numbers"):
        suppress(bad)  # type: ignore[arg-type]  # that is the point


def test_a_least_number_below_one_is_refused() -> None:
    with pytest.raises(DisclosureError, match="1 or more"):
        suppress([3], least=0)
