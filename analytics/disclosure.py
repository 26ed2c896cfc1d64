"""Small cells: what must be hidden before a table leaves the office, so that totals minus siblings reveal nothing.

One function for everything that leaves: public pages, packages, open data, published reports. Staff within their scope
see exact cells.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.errors import DisclosureError

Mask = NDArray[np.bool_]
LEAST: Final = 5
LEAST_CROSSED: Final = 10
PERSONAL: Final = frozenset({"sex", "age", "ethnicity"})  # crossed with one of these a cell needs LEAST_CROSSED


@dataclass(frozen=True, slots=True)
class Suppression:
    """What stays hidden (True): cells [R, C] (or [N]), totals of rows [R] and columns [C], the grand total.

    Cells hidden for their own smallness and those hidden to protect them are not told apart: to tell would reveal.
    """

    cells: Mask
    row_totals: Mask
    column_totals: Mask
    total: bool


def least_respondents(dimensions: Collection[str]) -> int:
    """How many respondents a published cell needs when told apart by these dimensions.

    >>> least_respondents(["unit", "field"]), least_respondents(["unit", "sex"])
    (5, 10)
    """
    return LEAST_CROSSED if PERSONAL & set(dimensions) else LEAST


def suppress(respondents: ArrayLike, *, least: int = LEAST) -> Suppression:
    """Which figures of a table of disjoint cells must be hidden, given that its totals are published too.

    `respondents` counts valid respondents: [R, C] (say unit × field), with totals of rows, columns and all, or [N] with
    one total. A figure (share, counts, levels) of fewer than `least` respondents is hidden, totals as well; 0
    respondents have no figure and stay "no data". Then further figures are hidden until this holds: *for every figure
    of fewer than `least` respondents, whoever knows all that is published, and that no count is negative, cannot
    exclude that it rests on `least` or more*. It follows that no hidden number of respondents below `least` can be
    computed, neither of a cell nor of several together along a line of the table. Inner cells are hidden before
    totals, small ones before large ones. A negative count or another shape raises DisclosureError.

    How: raising a hidden count must be made up for along its row and column, through other hidden figures: a flow in
    the graph whose nodes are the rows and columns (totals' included) and whose edges are the hidden figures. If the
    greatest flow is too small, the edges across the cut are the published figures of which one must go too. (The
    network view of two-way tables: L. H. Cox, J. American Statistical Association 90, 1995.) Hiding only ever adds
    edges, so that what was protected stays so.

    >>> hidden = suppress([[3, 40, 60], [50, 70, 80]])
    >>> hidden.cells.tolist(), hidden.row_totals.tolist(), hidden.total
    ([[True, True, False], [True, True, False]], [False, False], False)
    >>> suppress([2, 30, 50]).cells.tolist()
    [True, True, False]
    """
    counts = np.asarray(respondents)
    if counts.ndim not in (1, 2) or (counts.size and (not np.issubdtype(counts.dtype, np.integer) or counts.min() < 0)):
        raise DisclosureError("Suppression takes whole numbers of respondents, 0 or more, in a row or in a table.")
    if least < 1:
        raise DisclosureError(f"The least number of respondents is 1 or more, not {least}.")
    if counts.ndim == 1:
        hidden = suppress(counts[None, :], least=least)
        # One row: each column's total is the cell itself, and both were treated alike or the table would tell.
        cells = hidden.cells[0] | hidden.column_totals
        total = hidden.total or bool(hidden.row_totals[0])
        return Suppression(cells, np.array([total]), cells.copy(), total)
    table = np.zeros((counts.shape[0] + 1, counts.shape[1] + 1), dtype=np.int64)
    table[:-1, :-1] = counts
    table[:-1, -1] = counts.sum(axis=1)
    table[-1, :-1] = counts.sum(axis=0)
    table[-1, -1] = counts.sum()
    small = (table > 0) & (table < least)
    network = _Network(table, small.copy())
    for row, column in np.argwhere(small).tolist():
        network.protect(row, column, least - int(table[row, column]))
    hidden_all = network.hidden
    return Suppression(hidden_all[:-1, :-1].copy(), hidden_all[:-1, -1].copy(), hidden_all[-1, :-1].copy(), bool(hidden_all[-1, -1]))


class _Network:
    """The table with its totals as a graph: rows and columns are nodes, hidden figures are edges.

    With totals of one kind counted negatively every line sums to 0, so a change of the hidden figures that leaves the
    published ones true is a circulation. Along an edge from row to column an inner figure rises without limit, a total
    falls, at most to 0; from column to row the other way round.
    """

    def __init__(self, table: NDArray[np.int64], hidden: Mask) -> None:
        self._table = table
        self.hidden = hidden
        # The grand total is a total of totals: twice negative, so it counts like an inner figure.
        self._is_total = np.zeros(table.shape, dtype=np.bool_)
        self._is_total[-1, :-1] = self._is_total[:-1, -1] = True
        self._n_totals = np.zeros(table.shape, dtype=np.int64)
        self._n_totals[-1, :] += 1
        self._n_totals[:, -1] += 1
        self._all_of_it = int(table.sum()) + 1  # no flow we ask for comes near: it stands for "without limit"

    def protect(self, row: int, column: int, amount: int) -> None:
        """Hide further figures until this one might be greater by `amount`."""
        # What the change needs to be made up for, over the figures other than this one.
        shift = np.zeros(self._table.shape, dtype=np.int64)
        from_column = not self._is_total[row, column]
        while amount:
            way, reached = self._find_way(row, column, shift, from_column=from_column)
            if way is None:
                self._hide_one(*reached, shift)
                continue
            pushed = min(amount, *(self._room(r, c, forward, shift) for r, c, forward in way))
            for r, c, forward in way:
                shift[r, c] += pushed if forward else -pushed
            amount -= pushed

    def _room(self, row: int, column: int, forward: bool, shift: NDArray[np.int64]) -> int:
        """How much may pass over an edge, from row to column (`forward`) or back, after what passed already."""
        # `shift` counts what passed from row to column. That raises an inner figure and lowers a total.
        falls = forward if self._is_total[row, column] else not forward
        if not falls:
            return self._all_of_it
        passed = int(shift[row, column])
        return int(self._table[row, column]) + (-passed if forward else passed)

    def _rooms(self, shift: NDArray[np.int64]) -> tuple[Mask, Mask]:
        """Where something may still pass, forward and back, if the figure were hidden."""
        forward = ~self._is_total | (self._table - shift > 0)
        back = self._is_total | (self._table + shift > 0)
        return forward, back

    def _find_way(
        self, row: int, column: int, shift: NDArray[np.int64], *, from_column: bool
    ) -> tuple[list[tuple[int, int, bool]] | None, tuple[Mask, Mask]]:
        """A shortest way between the figure's two lines over other hidden figures, and the lines reached."""
        forward, back = self._rooms(shift)
        forward, back = forward & self.hidden, back & self.hidden
        forward[row, column] = back[row, column] = False
        n_rows, n_columns = self._table.shape
        rows, columns = np.zeros(n_rows, dtype=np.bool_), np.zeros(n_columns, dtype=np.bool_)
        row_came, column_came = np.zeros(n_rows, dtype=np.int64), np.zeros(n_columns, dtype=np.int64)
        # A whole ring of lines at a time: a province has thousands of rows.
        ring, is_row = np.array([column if from_column else row]), not from_column
        (rows if is_row else columns)[ring] = True
        while len(ring):
            if is_row:
                steps = forward[ring]
                fresh = np.flatnonzero(steps.any(axis=0) & ~columns)
                column_came[fresh] = ring[steps[:, fresh].argmax(axis=0)]
                columns[fresh] = True
            else:
                steps = back[:, ring]
                fresh = np.flatnonzero(steps.any(axis=1) & ~rows)
                row_came[fresh] = ring[steps[fresh].argmax(axis=1)]
                rows[fresh] = True
            if rows[row] if from_column else columns[column]:
                return self._way_back(row, column, row_came, column_came, from_column=from_column), (rows, columns)
            ring, is_row = fresh, not is_row
        return None, (rows, columns)

    @staticmethod
    def _way_back(
        row: int, column: int, row_came: NDArray[np.int64], column_came: NDArray[np.int64], *, from_column: bool
    ) -> list[tuple[int, int, bool]]:
        way = []
        at_row, place, goal = from_column, row if from_column else column, (not from_column, column if from_column else row)
        while (at_row, place) != goal:
            before = int((row_came if at_row else column_came)[place])
            way.append((place, before, False) if at_row else (before, place, True))
            at_row, place = not at_row, before
        return way

    def _hide_one(self, rows: Mask, columns: Mask, shift: NDArray[np.int64]) -> None:
        """Hide the least costly published figure over which the flow may cross from the lines reached to the others."""
        forward, back = self._rooms(shift)
        crossing = (forward & rows[:, None] & ~columns[None, :]) | (back & ~rows[:, None] & columns[None, :])
        # A figure of 0 respondents is printed as "no data" and cannot stand in for anything.
        candidates = crossing & ~self.hidden & (self._table > 0)
        if not candidates.any():
            raise DisclosureError("This table cannot be protected; publish a coarser one.")  # not reached: totals always cross
        # Inner figures before totals, then the fewest respondents, then the first of the table.
        cost = np.where(candidates, self._n_totals * self._all_of_it + self._table, np.iinfo(np.int64).max)
        self.hidden[np.unravel_index(int(cost.argmin()), cost.shape)] = True
