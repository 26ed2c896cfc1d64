"""The inner loops of counting, compiled: one pass over the bytes, row by row, one thread, the interpreter's lock released.

Only `analytics.counting` calls these, with arrays it has checked: nothing here looks at lengths or cell numbers. Importing
this module imports numba (a third of a second), so it is imported when the first answers are counted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Numbers = NDArray[np.int64]
Compiled = TypeVar("Compiled", bound=Callable[..., Any])

UNKNOWN: Final = 1 << 8  # set in the slot of a byte that means nothing; the slot below it is 0, so that nothing is written beside the table

# A wide step compares 32 rows at once, byte by byte, with each code: sheets lie one behind the other, so place i of those
# 32·K bytes always belongs to criterion i mod K. A byte counts to 255, hence at most 252 steps (four at a time) before the
# sums are taken. Measured: below some 500 rows of one cell the taking of sums costs more than the comparing saves.
_ABREAST: Final = 32
_MOST_STEPS: Final = 252
_WIDE_FROM: Final = 512
_TOGETHER: Final = 256  # respondents whose x and m stand side by side; 255² · 256 stays inside 32 bits
_TOGETHER_FROM: Final = 24


def compiled(function: Compiled) -> Compiled:
    """The function as machine code, kept on disk between processes: compiling takes seconds, loading milliseconds.

    numba keeps it beside the source, else in the user's cache folder, or where NUMBA_CACHE_DIR says. An account that can
    write to none of them (a locked-down service) compiles once per process; a shared temporary folder is no substitute,
    because what lies there is executed.
    """
    try:
        return cast(Compiled, njit(nogil=True, cache=True)(function))
    except RuntimeError:  # "no locator available"
        return cast(Compiled, njit(nogil=True)(function))


@compiled
def _add_one_by_one(flat: Bytes, start: int, end: int, n_criteria: int, slot_of: Numbers, table: Any, cell: int) -> int:
    """Sheets start … end − 1 into the table's cell; the result has the UNKNOWN bit when a byte meant nothing."""
    seen = 0
    counts = table[cell]
    for row in range(start, end):
        first = row * n_criteria
        for criterion in range(n_criteria):
            slot = slot_of[flat[first + criterion]]
            seen |= slot
            counts[criterion, slot & 255] += 1
    return seen


@compiled
def _add_abreast(flat: Bytes, start: int, n_steps: int, n_criteria: int, codes: Bytes, lanes: Bytes, table: Any, cell: int) -> int:
    """n_steps · 32 sheets into the table's cell; UNKNOWN when fewer bytes were recognised than there are."""
    width = _ABREAST * n_criteria
    n_slots = len(codes)
    lanes[:] = 0
    n_fours = n_steps // 4
    for four in range(n_fours):
        at = (start * n_criteria) + four * 4 * width
        one, two = flat[at : at + width], flat[at + width : at + 2 * width]
        three, four_ = flat[at + 2 * width : at + 3 * width], flat[at + 3 * width : at + 4 * width]
        for slot in range(n_slots):
            code = codes[slot]
            sums = lanes[slot * width : (slot + 1) * width]
            for i in range(width):
                sums[i] = np.uint8(
                    sums[i] + np.uint8(one[i] == code) + np.uint8(two[i] == code) + np.uint8(three[i] == code) + np.uint8(four_[i] == code)
                )
    for step in range(n_fours * 4, n_steps):
        at = (start * n_criteria) + step * width
        one = flat[at : at + width]
        for slot in range(n_slots):
            code = codes[slot]
            sums = lanes[slot * width : (slot + 1) * width]
            for i in range(width):
                sums[i] = np.uint8(sums[i] + np.uint8(one[i] == code))
    n_known = 0
    for slot in range(n_slots):
        for criterion in range(n_criteria):
            total = 0
            for i in range(slot * width + criterion, (slot + 1) * width, n_criteria):
                total += lanes[i]
            table[cell, criterion, slot] += total
            n_known += total
    return 0 if n_known == n_steps * width else UNKNOWN


@compiled
def _add_run(
    flat: Bytes, start: int, end: int, n_criteria: int, codes: Bytes, slot_of: Numbers, lanes: Bytes, table: Any, cell: int
) -> int:
    """Sheets of one cell, at most _ABREAST · _MOST_STEPS of them."""
    n_steps = (end - start) // _ABREAST if end - start >= _WIDE_FROM else 0
    seen = 0
    if n_steps:
        seen = _add_abreast(flat, start, n_steps, n_criteria, codes, lanes, table, cell)
    return seen | _add_one_by_one(flat, start + n_steps * _ABREAST, end, n_criteria, slot_of, table, cell)


@compiled
def survey(cell_of: Numbers) -> tuple[int, int, bool]:
    """The lowest and the highest cell of one or more rows, and whether they never fall."""
    low = high = before = cell_of[0]
    is_sorted = True
    for cell in cell_of:
        low, high = min(low, cell), max(high, cell)
        is_sorted &= before <= cell
        before = cell
    return low, high, is_sorted


@compiled
def mark_first_rows(cell_of: Numbers, low: int, first_row: Numbers) -> None:
    """Of sorted rows, cells numbered from `low` here: first_row[c] becomes the first row of cell c or of a later one."""
    marked = 0
    for row in range(len(cell_of)):
        while marked <= cell_of[row] - low:
            first_row[marked] = row
            marked += 1
    first_row[marked:] = len(cell_of)


@compiled
def order_by_cell(cell_of: Numbers, low: int, first_row: Numbers, order: Numbers) -> None:
    """The rows in the order of cells (numbered from `low` here), by counting; `order` gets the rows, first_row their bounds."""
    first_row[:] = 0
    for cell in cell_of:
        first_row[cell - low + 1] += 1
    for cell in range(1, len(first_row)):
        first_row[cell] += first_row[cell - 1]
    for row in range(len(cell_of)):
        cell = cell_of[row] - low
        order[first_row[cell]] = row
        first_row[cell] += 1
    for cell in range(len(first_row) - 1, 0, -1):  # each stands at its end now, which is where the next one begins
        first_row[cell] = first_row[cell - 1]
    first_row[0] = 0


@compiled
def count_levels(flat: Bytes, n_criteria: int, first_row: Numbers, codes: Bytes, slot_of: Numbers, table: Any) -> int:
    """Sheets into table[cell, criterion, slot]; those of cell c are the rows first_row[c] … first_row[c + 1] − 1.

    Returns UNKNOWN when a byte meant nothing, else 0.
    """
    lanes = np.empty(len(codes) * _ABREAST * n_criteria, dtype=np.uint8)
    seen = 0
    for cell in range(len(first_row) - 1):
        start = first_row[cell]
        while start < first_row[cell + 1]:
            end = min(first_row[cell + 1], start + _ABREAST * _MOST_STEPS)
            seen |= _add_run(flat, start, end, n_criteria, codes, slot_of, lanes, table, cell)
            start = end
    return seen & UNKNOWN


@compiled
def _add_product(x: Numbers, m: Numbers, sum_x: Numbers, sum_m: Numbers, sum_xx: Numbers, sum_xm: Numbers, sum_mm: Numbers) -> None:
    """First and second moments of one respondent."""
    for one in range(len(x)):
        sum_x[one] += x[one]
        sum_m[one] += m[one]
        for other in range(one, len(x)):
            sum_xx[one, other] += x[one] * x[other]
            sum_mm[one, other] += m[one] * m[other]
        for other in range(len(x)):
            sum_xm[one, other] += x[one] * m[other]


@compiled
def _dot(left: NDArray[np.int16], right: NDArray[np.int16], n: int) -> np.int32:
    total = np.int32(0)
    for i in range(n):
        total = np.int32(total + np.int32(left[i]) * np.int32(right[i]))
    return total


@compiled
def _sum(values: NDArray[np.int16], n: int) -> np.int32:
    total = np.int32(0)
    for i in range(n):
        total = np.int32(total + np.int32(values[i]))
    return total


@compiled
def _add_products(
    together: NDArray[np.int16], n: int, sum_x: Numbers, sum_m: Numbers, sum_xx: Numbers, sum_xm: Numbers, sum_mm: Numbers
) -> None:
    """First and second moments of n respondents of one cell whose x and m stand in the rows of `together`."""
    n_factors = len(sum_x)
    for one in range(n_factors):
        sum_x[one] += _sum(together[one], n)
        sum_m[one] += _sum(together[n_factors + one], n)
        for other in range(one, n_factors):
            sum_xx[one, other] += _dot(together[one], together[other], n)
            sum_mm[one, other] += _dot(together[n_factors + one], together[n_factors + other], n)
        for other in range(n_factors):
            sum_xm[one, other] += _dot(together[one], together[n_factors + other], n)


@compiled
def count_everything(
    flat: Bytes,
    overall: Bytes,
    first_row: Numbers,
    codes: Bytes,
    slot_of: Numbers,
    xm_of: Numbers,
    columns: Numbers,
    first_column: Numbers,
    table: Numbers,
    n_returned: Numbers,
    n_valid: Numbers,
    sum_x: Numbers,
    sum_m: Numbers,
    sum_xx: Numbers,
    sum_xm: Numbers,
    sum_mm: Numbers,
    overall_levels: Numbers,
) -> int:
    """Levels, moments and the overall question of every sheet, added to the arrays of a Tally; rows as in `count_levels`.

    `xm_of` gives for a byte satisfied · 2¹⁶ + answered; `columns` lists the criteria factor by factor, those of factor f
    from first_column[f] on. Of the symmetric sums only the upper half is filled. `overall` may be empty.
    """
    n_criteria, n_factors, n_levels = len(columns), len(first_column) - 1, overall_levels.shape[1]
    lanes = np.empty(len(codes) * _ABREAST * n_criteria, dtype=np.uint8)
    together = np.empty((2 * n_factors, _TOGETHER), dtype=np.int16)
    x, m = np.empty(n_factors, dtype=np.int64), np.empty(n_factors, dtype=np.int64)
    seen = 0
    for cell in range(len(first_row) - 1):
        begin, last = first_row[cell], first_row[cell + 1]
        n_returned[cell] += last - begin
        while begin < last:
            end = min(last, begin + _ABREAST * _MOST_STEPS)
            seen |= _add_run(flat, begin, end, n_criteria, codes, slot_of, lanes, table, cell)
            for start in range(begin, end, _TOGETHER):
                stop = min(end, start + _TOGETHER)
                is_block = stop - start >= _TOGETHER_FROM
                for row in range(start, stop):
                    first, answered = row * n_criteria, 0
                    for factor in range(n_factors):
                        packed = 0
                        for place in range(first_column[factor], first_column[factor + 1]):
                            packed += xm_of[flat[first + columns[place]]]
                        x[factor], m[factor] = packed >> 16, packed & 0xFFFF
                        answered += m[factor]
                    if answered:
                        n_valid[cell] += 1
                    if len(overall):
                        slot = slot_of[overall[row]]
                        seen |= slot
                        if answered and 0 < slot <= n_levels:
                            overall_levels[cell, slot - 1] += 1
                    if is_block:
                        for factor in range(n_factors):
                            together[factor, row - start] = x[factor]
                            together[n_factors + factor, row - start] = m[factor]
                    elif answered:
                        _add_product(x, m, sum_x[cell], sum_m[cell], sum_xx[cell], sum_xm[cell], sum_mm[cell])
                if is_block:
                    _add_products(together, stop - start, sum_x[cell], sum_m[cell], sum_xx[cell], sum_xm[cell], sum_mm[cell])
            begin = end
    return seen & UNKNOWN


@compiled
def mirror(sums: Numbers) -> None:
    """Copy the upper half of each square onto the lower."""
    for cell in range(len(sums)):
        for one in range(sums.shape[1]):
            for other in range(one):
                sums[cell, one, other] = sums[cell, other, one]
