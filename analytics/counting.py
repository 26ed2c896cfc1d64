"""From answer sheets to counts: the inner loop of the tally, all in NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.design import BLANK, NO_OPINION, NOT_ASKED, Design
from analytics.errors import TallyError
from analytics.grouping import sum_rows
from analytics.moments import Counts

# Rows at a time: the products of a block (65 int64 a row for five factors) then stay near the processor. Measured: half
# or twice as many cost the same.
_BLOCK_ROWS = 1 << 13


def count_answers(
    design: Design,
    answers: NDArray[np.uint8],
    cell_of: NDArray[np.int64],
    n_cells: int,
    overall: NDArray[np.uint8] | None,
) -> dict[str, Counts]:
    """Every count and moment of a Tally under its name, for N sheets whose cells are numbered 0 … n_cells − 1."""
    _refuse_unknown_bytes(design, answers)
    satisfied_by_factor, answered_by_factor = _factor_totals(design, answers)
    valid = answered_by_factor.any(axis=1)
    counts = _level_table(design, answers, cell_of, n_cells)
    n_levels = design.n_levels
    if overall is None:
        overall_levels = np.zeros((n_cells, n_levels), dtype=np.int64)
    else:
        _refuse_unknown_bytes(design, overall)
        rated = valid & (overall != BLANK) & (overall <= n_levels)
        slots = cell_of[rated] * n_levels + overall[rated] - 1
        overall_levels = np.bincount(slots, minlength=n_cells * n_levels).reshape(n_cells, n_levels)
    return {
        "level_counts": np.ascontiguousarray(counts[:, :, 1 : n_levels + 1]),
        "n_blank": np.ascontiguousarray(counts[:, :, 0]),
        "n_no_opinion": np.ascontiguousarray(counts[:, :, n_levels + 1]),
        "n_not_asked": np.ascontiguousarray(counts[:, :, n_levels + 2]),
        "n_returned": np.bincount(cell_of, minlength=n_cells),
        "n_valid": np.bincount(cell_of[valid], minlength=n_cells),
        "overall_levels": overall_levels,
        **_moments(satisfied_by_factor, answered_by_factor, cell_of, n_cells),
    }


def _refuse_unknown_bytes(design: Design, answers: NDArray[np.uint8]) -> None:
    unknown = (answers > design.n_levels) & (answers < NO_OPINION)
    if unknown.any():
        raise TallyError(
            f"{int(unknown.sum())} answers are no byte of {design.instrument_id}: allowed are 0 (blank), "
            f"1–{design.n_levels} (levels), {NO_OPINION} (no opinion) and {NOT_ASKED} (not asked)."
        )


def _level_table(design: Design, answers: NDArray[np.uint8], cell_of: NDArray[np.int64], n_cells: int) -> NDArray[np.int64]:
    """[C, K, L + 3]: blank, the levels, no opinion, not asked."""
    width = design.n_levels + 3
    # Bytes 254 and 255 move down behind the levels, so that one bincount per criterion counts everything.
    slot_of = np.arange(256, dtype=np.uint8)
    slot_of[[NO_OPINION, NOT_ASKED]] = design.n_levels + 1, design.n_levels + 2
    table = np.empty((n_cells, design.n_criteria, width), dtype=np.int64)
    first_slot = cell_of * width
    for criterion in range(design.n_criteria):
        slots = first_slot + slot_of[answers[:, criterion]]
        table[:, criterion] = np.bincount(slots, minlength=n_cells * width).reshape(n_cells, width)
    return table


def _factor_totals(design: Design, answers: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """x and m of every sheet and factor, [N, F] each."""
    satisfied = np.zeros((len(answers), design.n_factors), dtype=np.uint8)
    answered = np.zeros_like(satisfied)
    for criterion, factor in enumerate(design.factor_positions):
        column = np.ascontiguousarray(answers[:, criterion])
        # One comparison each: subtracting 1 wraps blank to 255, beyond every level.
        answered[:, factor] += column - np.uint8(1) < design.n_levels
        first_satisfied = np.uint8(design.satisfied_from + 1)
        satisfied[:, factor] += column - first_satisfied < design.n_levels - design.satisfied_from
    return satisfied, answered


def _moments(satisfied: NDArray[np.uint8], answered: NDArray[np.uint8], cell_of: NDArray[np.int64], n_cells: int) -> dict[str, Counts]:
    """First and second moments per cell. At 10⁸ respondents × 30 criteria the largest sum is 9·10¹⁰, far inside int64.

    x and m of all factors stand side by side as w = 2F columns, and their w(w + 1)/2 products give every moment at
    once.
    """
    n_factors = satisfied.shape[1]
    width = 2 * n_factors
    totals = np.concatenate([satisfied, answered], axis=1)
    if n_cells > _BLOCK_ROWS:
        # With rows in the order of cells a block touches only a few of them; for few cells sorting would not pay.
        order = np.argsort(cell_of, kind="stable")
        totals, cell_of = totals[order], cell_of[order]
    sums = np.zeros((n_cells, width + width * (width + 1) // 2), dtype=np.int64)
    products = np.empty((_BLOCK_ROWS, sums.shape[1]), dtype=np.int64)
    for start in range(0, len(totals), _BLOCK_ROWS):
        block = totals[start : start + _BLOCK_ROWS]
        cells = cell_of[start : start + _BLOCK_ROWS]
        columns = np.ascontiguousarray(block.T).astype(np.int64)
        rows = products[: len(block)]
        rows[:, :width] = block
        end = width
        for left in range(width):
            begin, end = end, end + width - left
            np.multiply(columns[left], columns[left:], out=rows[:, begin:end].T)
        first, last = int(cells.min()), int(cells.max())
        sums[first : last + 1] += sum_rows(rows, cells - first, last + 1 - first)
    squares = np.empty((n_cells, width, width), dtype=np.int64)
    upper, lower = np.triu_indices(width)
    squares[:, upper, lower] = squares[:, lower, upper] = sums[:, width:]
    return {
        "sum_x": sums[:, :n_factors].copy(),
        "sum_m": sums[:, n_factors:width].copy(),
        "sum_xx": squares[:, :n_factors, :n_factors].copy(),
        "sum_xm": squares[:, :n_factors, n_factors:].copy(),
        "sum_mm": squares[:, n_factors:, n_factors:].copy(),
    }
