"""A cube: the tally of one part in memory, packed, from which any page by its dimensions is added up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.design import Design
from analytics.store.choice import Choice
from analytics.store.counting import Counted
from analytics.store.rows import Coded, Codes, Rows, join_coded, mix_codes
from analytics.store.scope import Scope
from analytics.tally import Tally, tally_answers

COUNTS = (
    "level_counts", "n_blank", "n_no_opinion", "n_not_asked", "n_returned", "n_valid",
    "sum_x", "sum_m", "sum_xx", "sum_xm", "sum_mm", "overall_levels",
)  # fmt: skip
"""Everything a cell counts, in the order of a cube's columns."""


@dataclass(frozen=True, slots=True, eq=False)
class Cube:
    """C cells of a part: `cells` holds for each dimension the C words, `numbers` [C, W] all counts of a tally one behind the other.

    The numbers are of the narrowest kind that holds the largest of them: adding up is bound by the memory that is read.
    """

    cells: Mapping[str, Coded]
    numbers: Codes

    @property
    def n_bytes(self) -> int:
        """Of its numbers and places."""
        return self.numbers.nbytes + sum(column.codes.nbytes for column in self.cells.values())

    def equals(self, other: Cube) -> bool:
        """Same cells, same numbers."""
        return (
            self.cells.keys() == other.cells.keys()
            and all(column.equals(other.cells[name]) for name, column in self.cells.items())
            and np.array_equal(self.numbers, other.numbers)
        )

    @classmethod
    def of(cls, tally: Tally) -> Cube:
        """A tally, packed."""
        wide = np.concatenate([getattr(tally, name).reshape(tally.n_cells, -1) for name in COUNTS], axis=1)
        cells = {}
        for name in tally.dimensions:
            codes, words = pd.factorize(tally.cells[name].to_numpy(dtype=object))
            cells[name] = Coded.of(codes, list(words))
        return cls(cells, wide.astype(np.min_scalar_type(int(wide.max(initial=0)))))


def make_cube(design: Design, rows: Rows, dimensions: Sequence[str]) -> Cube:
    """Count rows by dimensions."""
    texts = {name: rows.attributes[name].texts() for name in dimensions}
    return Cube.of(tally_answers(design, rows.answers, texts, rows.overall))


def add_cubes(design: Design, cubes: Sequence[Cube], choice: Choice, dimensions: Sequence[str], scope: Scope) -> Counted:
    """The cells of cubes for which a standing choice holds, added up by dimensions.

    Cubes hold the block, the dimensions and what the choice looks at. Where a cube's units are already those of the scope's rows,
    the scope is `WHOLE` and the choice names no units.
    """
    kept = [(cube, chosen) for cube in cubes if len(chosen := _choose(cube, choice, scope))]
    if not kept:
        return Counted(Tally.empty(design, dimensions), None, None)
    columns = {}
    for name in dimensions:
        coded = [_in_rows(cube.cells[name], scope) if name == "unit" else cube.cells[name] for cube, _ in kept]
        columns[name] = join_coded([column.take(chosen) for column, (_, chosen) in zip(coded, kept, strict=True)])
    n_chosen = sum(len(chosen) for _, chosen in kept)
    # Words are sorted, so the numbers of cells sort as the cells do.
    found, target = np.unique(mix_codes(list(columns.values()), n_chosen), return_inverse=True)
    total = np.zeros((len(found), kept[0][0].numbers.shape[1]), dtype=np.int64)
    _add(kept, target.reshape(-1).astype(np.int64), total)
    blocks = {word for cube, chosen in kept for word in cube.cells["block"].take(chosen).used_words()}
    return Counted(_unpack(design, _frame(columns, found), tuple(dimensions), total), min(blocks), max(blocks))


def _add(kept: Sequence[tuple[Cube, NDArray[np.int64]]], target: NDArray[np.int64], total: NDArray[np.int64]) -> None:
    from analytics.store.adding import add_cells  # numba is loaded when the first figure is asked for

    start = 0
    for cube, chosen in kept:
        add_cells(cube.numbers, chosen, target[start : start + len(chosen)], total)
        start += len(chosen)


def _choose(cube: Cube, choice: Choice, scope: Scope) -> NDArray[np.int64]:
    """The places of the cells for which the choice holds."""
    holds: list[NDArray[np.bool_]] = []
    if choice.units is not None:
        holds.append(scope.holds(cube.cells["unit"].words)[cube.cells["unit"].codes])
    for name, wanted in choice.equal:
        column = cube.cells[name]
        holds.append(np.array([word == wanted for word in column.words], dtype=np.bool_)[column.codes])
    if choice.first_block is not None or choice.last_block is not None:
        column = cube.cells["block"]
        first, last = choice.first_block or "", choice.last_block or "~"
        holds.append(np.array([first <= word <= last for word in column.words], dtype=np.bool_)[column.codes])
    if not holds:
        return np.arange(len(cube.numbers))
    return np.flatnonzero(np.logical_and.reduce(holds))


def _in_rows(column: Coded, scope: Scope) -> Coded:
    row_words, place = scope.rows_of(column.words)
    return Coded(place[column.codes], row_words)


def _frame(columns: Mapping[str, Coded], found: NDArray[np.int64]) -> pd.DataFrame:
    """The cells whose numbers were found."""
    left, texts = found, {}
    for name, column in reversed(list(columns.items())):
        n_words = max(len(column.words), 1)
        texts[name] = np.array(column.words, dtype=object)[left % n_words]
        left = left // n_words
    return pd.DataFrame({name: pd.array(texts[name], dtype="str") for name in columns}, index=pd.RangeIndex(len(found)))


def _unpack(design: Design, cells: pd.DataFrame, dimensions: tuple[str, ...], total: NDArray[np.int64]) -> Tally:
    nothing, counts, start = Tally.empty(design), {}, 0
    for name in COUNTS:
        shape = getattr(nothing, name).shape[1:]
        width = int(np.prod(shape))
        counts[name] = np.ascontiguousarray(total[:, start : start + width]).reshape((len(total), *shape))
        start += width
    return Tally(design, dimensions, cells, **counts)
