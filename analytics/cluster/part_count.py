"""The work of one worker: a part becomes a tally of the dimensions asked for, and tallies are added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pandas as pd

from analytics.cluster.folders import PartsFolder
from analytics.design import Design
from analytics.store.choice import Choice
from analytics.store.counting import Counted, count_rows, needed_attributes
from analytics.store.errors import PartError
from analytics.store.manifest import PartEntry
from analytics.store.part import read_part
from analytics.store.rows import Rows
from analytics.tally import Tally, merge_tallies

PROVINCE: Final = "province"
"""Asked for instead of unit: every response of a province is counted in the one unit that bears the province's name."""
_MOST_PAIR_BYTES: Final = 256 << 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted of every part, and by what. `with_pairs` asks for the moments of all pairs of criteria as well."""

    dimensions: tuple[str, ...]
    choice: Choice = field(default_factory=Choice)
    with_pairs: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A part to count, where it lies, and the hour (exclusive) until which its responses are counted; None: all of them."""

    folder: PartsFolder
    design: Design
    part: PartEntry
    until_hour: int | None = None

    def __str__(self) -> str:
        return f"{self.part.name} in {self.folder.name}"


@dataclass(frozen=True, slots=True, eq=False)
class PartCount:
    """What was counted, and from how much: parts and responses read, by which a sum proves that it counted each once.

    `pairs` is the same tally with every criterion a factor of its own; None where it was not asked for or would be too large.
    """

    counted: Counted
    n_parts: int
    n_rows: int
    pairs: Tally | None = None


def count_part(piece: Piece, asked: Asked) -> PartCount:
    """Count one part by the one-machine kernel; only the dimensions asked for leave the worker.

    A full cube of a large part is hundreds of megabytes, the same part by unit a few. Counting the same part twice gives equal
    results and changes nothing, so a part whose worker died is simply counted again. Raises PartError, which names province
    and part, as `read_part` does.
    """
    attributes = [name for name in asked.dimensions if name != PROVINCE]
    rows = _read(piece, asked.choice, attributes)
    n_rows = len(rows)
    if piece.until_hour is not None and piece.part.until_hour > piece.until_hour:
        rows = rows.take(rows.received_hour < piece.until_hour)
    found = count_rows(piece.design, [rows], asked.choice, attributes)
    counted = replace(found, tally=_in_province(found, piece.folder, asked.dimensions))
    pairs = None
    if asked.with_pairs and not _are_too_many(counted.tally):
        of_pairs = count_rows(piece.design.one_factor_each(), [rows], asked.choice, attributes)
        pairs = _in_province(of_pairs, piece.folder, asked.dimensions)
    return PartCount(counted, 1, n_rows, pairs)


def _read(piece: Piece, choice: Choice, attributes: Sequence[str]) -> Rows:
    """The columns that counting looks at."""
    names = {*needed_attributes(choice, attributes)}
    is_cut = piece.until_hour is not None and piece.part.until_hour > piece.until_hour
    if choice.first_hour is not None or choice.last_hour is not None or is_cut:
        names.add("answered_hour")
    if is_cut:
        names.add("delay")
    try:
        return read_part(piece.folder.open, piece.design, piece.part, None if choice.respondent else names)
    except PartError as error:
        raise PartError(f"{error.name} in {piece.folder.name}", error.kind, error.problem) from None


def _are_too_many(tally: Tally) -> bool:
    """Whether pairs of criteria for so many cells would be more than a worker should hold, add and send."""
    return tally.n_cells * tally.design.n_criteria**2 * 3 * 8 > _MOST_PAIR_BYTES


def _in_province(found: Counted, folder: PartsFolder, dimensions: Sequence[str]) -> Tally:
    """Units keyed as among all provinces. One text before every key keeps the cells in their order."""
    tally = found.tally
    names = tuple("unit" if name == PROVINCE else name for name in dimensions)
    if found.first_block is None:
        return Tally.empty(tally.design, names)
    columns = {name: tally.cells[name].tolist() for name in tally.dimensions}
    if PROVINCE in dimensions:
        columns["unit"] = [folder.province] * tally.n_cells
    elif "unit" in columns:
        columns["unit"] = [folder.key_of(unit) for unit in columns["unit"]]
    cells = pd.DataFrame({name: pd.array(columns[name], dtype="str") for name in names}, index=pd.RangeIndex(tally.n_cells))
    return replace(tally, dimensions=names, cells=cells)


def add_counts(counts: Sequence[PartCount]) -> PartCount:
    """The sum of one or more counts by the same dimensions; any order and any grouping give the same integers.

    Pairs of too many cells are given up for the whole: whether they are depends on the cells of the sum alone, because those of
    a part are among them.
    """
    firsts = [each.counted.first_block for each in counts if each.counted.first_block is not None]
    lasts = [each.counted.last_block for each in counts if each.counted.last_block is not None]
    tally = merge_tallies([each.counted.tally for each in counts])
    pairs = [each.pairs for each in counts if each.pairs is not None]
    return PartCount(
        Counted(tally, min(firsts, default=None), max(lasts, default=None)),
        sum(each.n_parts for each in counts),
        sum(each.n_rows for each in counts),
        merge_tallies(pairs) if len(pairs) == len(counts) and not _are_too_many(tally) else None,
    )
