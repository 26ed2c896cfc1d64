"""From answer sheets to counts: the one pass behind every tally.

The loops are in `analytics.kernel`; here the arrays are prepared and what is foreign is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.design import BLANK, NO_OPINION, NOT_ASKED, Design
from analytics.errors import TallyError
from analytics.moments import Counts

# Rows in arrival order are brought together this many at a time: copying costs less than jumping about in a large table
# for every rating, and the copy stays small (100 MB with its order).
_ORDERED_ROWS: Final = 1 << 22
_NOTHING: Final = np.empty(0, dtype=np.uint8)


def count_answers(
    design: Design,
    answers: NDArray[np.uint8],
    cell_of: NDArray[np.int64],
    n_cells: int,
    overall: NDArray[np.uint8] | None,
) -> dict[str, Counts]:
    """Every count and moment of a Tally under its name, for N sheets whose cells are numbered 0 … n_cells − 1.

    Rows may stand in any order; rows of a cell that stand together are counted several times faster. At 10⁸ respondents ×
    30 criteria the largest sum is 9·10¹⁰, far inside int64. Raises TallyError for a byte outside the design's coding and
    for a cell number outside 0 … n_cells − 1.

    >>> design = Design("demo", ("1.0",), ("1", "2"), ("A",), (0, 0), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> counts = count_answers(design, np.array([[5, 4], [3, 0]], dtype=np.uint8), np.array([0, 1]), 2, None)
    >>> counts["sum_x"].tolist(), counts["n_blank"].tolist(), counts["level_counts"][0].tolist()
    ([[2], [0]], [[0, 0], [0, 1]], [[0, 0, 0, 0, 1], [0, 0, 0, 1, 0]])
    """
    from analytics import kernel

    n_factors, n_levels = design.n_factors, design.n_levels
    table = np.zeros((n_cells, design.n_criteria, n_levels + 3), dtype=np.int64)
    counts: dict[str, Counts] = {
        "level_counts": table[:, :, 1 : n_levels + 1],
        "n_blank": table[:, :, 0],
        "n_no_opinion": table[:, :, n_levels + 1],
        "n_not_asked": table[:, :, n_levels + 2],
        "n_returned": np.zeros(n_cells, dtype=np.int64),
        "n_valid": np.zeros(n_cells, dtype=np.int64),
        "sum_x": np.zeros((n_cells, n_factors), dtype=np.int64),
        "sum_m": np.zeros((n_cells, n_factors), dtype=np.int64),
        "sum_xx": np.zeros((n_cells, n_factors, n_factors), dtype=np.int64),
        "sum_xm": np.zeros((n_cells, n_factors, n_factors), dtype=np.int64),
        "sum_mm": np.zeros((n_cells, n_factors, n_factors), dtype=np.int64),
        "overall_levels": np.zeros((n_cells, n_levels), dtype=np.int64),
    }
    coding = _coding(design)
    for rows, cells, first_row in _by_cell(cell_of, len(answers), n_cells):
        unknown = kernel.count_everything(
            _flat(answers, rows),
            _NOTHING if overall is None else _flat(overall, rows),
            first_row,
            *coding,
            table[cells],
            *[array[cells] for array in list(counts.values())[4:]],
        )
        if unknown:
            _refuse_unknown_bytes(design, answers, overall)
    kernel.mirror(counts["sum_xx"])
    kernel.mirror(counts["sum_mm"])
    return counts


def count_levels(design: Design, answers: NDArray[np.uint8], cell_of: NDArray[np.int64], n_cells: int) -> NDArray[np.uint32]:
    """How often each criterion got each level, [n_cells, K, L + 3]: blank, the levels, no opinion, not asked.

    What a distribution needs and no interval: a fifth of a Tally's memory. Rows and errors as in `count_answers`; a cell
    may hold 2³² − 1 sheets.

    >>> design = Design("demo", ("1.0",), ("1",), ("A",), (0,), (1, 2, 3), satisfied_from=2)
    >>> count_levels(design, np.array([[3], [0], [3]], dtype=np.uint8), np.array([0, 0, 0]), 1).tolist()
    [[[1, 0, 0, 2, 0, 0]]]
    """
    from analytics import kernel

    coding = _coding(design)
    table = np.zeros((n_cells, design.n_criteria, design.n_levels + 3), dtype=np.uint32)
    for rows, cells, first_row in _by_cell(cell_of, len(answers), n_cells):
        if kernel.count_levels(_flat(answers, rows), design.n_criteria, first_row, *coding[:2], table[cells]):
            _refuse_unknown_bytes(design, answers, None)
    return table


def count_sorted_levels(design: Design, answers: NDArray[np.uint8], first_row: NDArray[np.int64]) -> NDArray[np.uint32]:
    """`count_levels` of sheets sorted by cell: those of cell c are the rows first_row[c] … first_row[c + 1] − 1.

    So a sealed part counts: its rows are sorted by unit, field and block, and each of these cells, or any number of
    neighbours together, is one stretch. Raises TallyError when `first_row` does not rise from 0 to N.

    >>> design = Design("demo", ("1.0",), ("1",), ("A",), (0,), (1, 2, 3), satisfied_from=2)
    >>> count_sorted_levels(design, np.array([[3], [1], [3]], dtype=np.uint8), np.array([0, 1, 3])).tolist()
    [[[0, 0, 0, 1, 0, 0]], [[0, 1, 0, 1, 0, 0]]]
    """
    from analytics import kernel

    starts = np.ascontiguousarray(first_row, dtype=np.int64)
    if len(starts) == 0 or starts[0] != 0 or starts[-1] != len(answers) or (starts[1:] < starts[:-1]).any():
        raise TallyError(f"The first rows of the cells must rise from 0 to {len(answers)}, the number of sheets.")
    coding = _coding(design)
    table = np.zeros((len(starts) - 1, design.n_criteria, design.n_levels + 3), dtype=np.uint32)
    if kernel.count_levels(_flat(answers), design.n_criteria, starts, *coding[:2], table):
        _refuse_unknown_bytes(design, answers, None)
    return table


def load_kernel() -> None:
    """Have the compiled loops in memory before the first figure is asked for: some seconds once per machine, then a moment."""
    design = Design("none", ("0",), ("1",), ("A",), (0,), (0, 1), 1)
    nobody_knows = np.full((2, 1), NO_OPINION, dtype=np.uint8)
    for cell_of in (np.array([0, 1]), np.array([1, 0])):  # sorted and not: each has a loop of its own
        count_answers(design, nobody_knows, cell_of, 2, None)


class _Stretch(NamedTuple):
    """Rows that are counted together (None: all as they stand), sorted by cell, and the cells they fall into."""

    rows: NDArray[np.int64] | None
    cells: slice
    first_row: NDArray[np.int64]  # of each of these cells, and the number of rows behind


class _Coding(NamedTuple):
    """What each byte means, in the words of the kernel and the order of its arguments."""

    codes: NDArray[np.uint8]  # [L + 3] the bytes in the order of the slots
    slot_of: NDArray[np.int64]  # [256]
    xm_of: NDArray[np.int64]  # [256]
    columns: NDArray[np.int64]  # [K] criteria, factor by factor
    first_column: NDArray[np.int64]  # [F + 1]


@lru_cache(maxsize=64)
def _coding(design: Design) -> _Coding:
    from analytics import kernel

    levels = range(1, design.n_levels + 1)
    codes = np.array([BLANK, *levels, NO_OPINION, NOT_ASKED], dtype=np.uint8)
    slot_of = np.full(256, kernel.UNKNOWN, dtype=np.int64)
    slot_of[codes] = np.arange(len(codes))
    xm_of = np.zeros(256, dtype=np.int64)
    xm_of[1 : design.n_levels + 1] = 1
    xm_of[design.satisfied_from + 1 : design.n_levels + 1] += 1 << 16
    factor_of = design.factor_of
    columns = np.argsort(factor_of, kind="stable").astype(np.int64)
    first_column = np.searchsorted(factor_of[columns], np.arange(design.n_factors + 1)).astype(np.int64)
    return _Coding(codes, slot_of, xm_of, columns, first_column)


def _flat(answers: NDArray[np.uint8], rows: NDArray[np.int64] | None = None) -> NDArray[np.uint8]:
    """The sheets one behind the other, all as they stand or the given rows."""
    return np.ascontiguousarray(answers if rows is None else answers.take(rows, axis=0)).reshape(-1)


def _by_cell(cell_of: NDArray[Any], n_rows: int, n_cells: int) -> Iterator[_Stretch]:
    """The rows cell by cell: all at once where they are sorted, else some million at a time in an order by counting.

    The kernel writes where the numbers point, so one outside 0 … n_cells − 1, which would be another array's memory, is
    refused here.
    """
    from analytics import kernel

    if cell_of.shape != (n_rows,):
        raise TallyError(f"{n_rows} sheets need {n_rows} cell numbers, not {cell_of.shape}.")
    if n_rows == 0:
        return
    numbers = np.ascontiguousarray(cell_of, dtype=np.int64)
    low, high, is_sorted = kernel.survey(numbers)
    if low < 0 or high >= n_cells:
        raise TallyError(f"Cells are numbered 0 to {n_cells - 1}, not {low} to {high}.")
    cells = slice(low, high + 1)
    first_row = np.empty(high - low + 2, dtype=np.int64)
    if is_sorted:
        kernel.mark_first_rows(numbers, low, first_row)
        yield _Stretch(None, cells, first_row)
        return
    for start in range(0, n_rows, _ORDERED_ROWS):
        part = numbers[start : start + _ORDERED_ROWS]
        rows = np.empty(len(part), dtype=np.int64)
        kernel.order_by_cell(part, low, first_row, rows)
        yield _Stretch(rows + start, cells, first_row)


def _refuse_unknown_bytes(design: Design, answers: NDArray[np.uint8], overall: NDArray[np.uint8] | None) -> None:
    n_unknown = sum(int(((part > design.n_levels) & (part < NO_OPINION)).sum()) for part in (answers, overall) if part is not None)
    raise TallyError(
        f"{n_unknown} answers are no byte of {design.instrument_id}: allowed are 0 (blank), "
        f"1–{design.n_levels} (levels), {NO_OPINION} (no opinion) and {NOT_ASKED} (not asked)."
    )
