"""The work of one worker: parts become a tally of the dimensions asked for, and tallies are added."""

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
MOST_ROWS_TOGETHER: Final = 2_000_000
"""Rows counted at once by one worker, and by one task: some hundred megabytes."""
_MOST_PAIR_BYTES: Final = 256 << 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What is counted of every part, and by what. `with_pairs` asks for the moments of all pairs of criteria as well."""

    dimensions: tuple[str, ...]
    choice: Choice = field(default_factory=Choice)
    with_pairs: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A part to count, where it lies, and the hour (exclusive) until which its responses are counted."""

    folder: PartsFolder
    design: Design
    part: PartEntry
    until_hour: int

    @property
    def is_cut(self) -> bool:
        """Whether it holds responses of later hours too."""
        return self.part.until_hour > self.until_hour

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


def count_pieces(pieces: Sequence[Piece], asked: Asked) -> PartCount:
    """Count some parts by the one-machine kernel; only the dimensions asked for leave the worker.

    A full cube of a large part is hundreds of megabytes, the same part by unit a few. Counting the same part twice gives equal
    results and changes nothing, so parts whose worker died are simply counted again. Parts of one folder are counted together:
    their common cells, hundreds of numbers each, are made, added and sent once. Raises PartError, which names province and part,
    as `read_part` does; ClusterError and TallyError as the address and the choice deserve.
    """
    counts: list[PartCount] = []
    waiting: list[tuple[Piece, Rows]] = []
    for piece in pieces:
        if waiting and not _go_together(waiting, piece):
            counts, waiting = [*counts, _count(waiting, asked)], []
        waiting.append((piece, read_piece(piece, asked)))
    counts.append(_count(waiting, asked))
    return counts[0] if len(counts) == 1 else add_counts(counts)


def _go_together(waiting: Sequence[tuple[Piece, Rows]], piece: Piece) -> bool:
    first = waiting[0][0]
    n_rows = sum(len(rows) for _, rows in waiting) + piece.part.n_rows
    return (piece.folder, piece.design) == (first.folder, first.design) and n_rows <= MOST_ROWS_TOGETHER


def _count(some: Sequence[tuple[Piece, Rows]], asked: Asked) -> PartCount:
    """Rows of one folder and questionnaire, at once."""
    folder, design = some[0][0].folder, some[0][0].design
    attributes = [name for name in asked.dimensions if name != PROVINCE]
    rows = [own.take(own.received_hour < piece.until_hour) if piece.is_cut else own for piece, own in some]
    found = count_rows(design, rows, asked.choice, attributes)
    counted = replace(found, tally=_in_province(found, folder, asked.dimensions))
    pairs = None
    if asked.with_pairs and not _are_too_many(counted.tally):
        pairs = _in_province(count_rows(design.one_factor_each(), rows, asked.choice, attributes), folder, asked.dimensions)
    return PartCount(counted, len(some), sum(len(own) for _, own in some), pairs)


def read_piece(piece: Piece, asked: Asked) -> Rows:
    """The columns of a part that counting looks at; all responses, also those of hours that are cut off afterwards."""
    names = {*needed_attributes(asked.choice, [name for name in asked.dimensions if name != PROVINCE])}
    if asked.choice.first_hour is not None or asked.choice.last_hour is not None or piece.is_cut:
        names.add("answered_hour")
    if piece.is_cut:
        names.add("delay")
    try:
        return read_part(piece.folder.open, piece.design, piece.part, None if asked.choice.respondent else names)
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
