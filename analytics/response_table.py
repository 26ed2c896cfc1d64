"""A plain file of responses, streamed into a tally: one row per sheet, one column per criterion, everything text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from analytics.design import BLANK, NOT_ASKED, Design
from analytics.errors import CellProblem, TableError
from analytics.table_column import BadCell, Meanings, TextColumn
from analytics.tally import Tally, tally_answers
from survey_forms.instrument import Instrument

MOST_PROBLEMS: Final = 20  # bad cells reported at once; reading stops there
DIMENSIONS: Final = (
    "unit", "field", "channel", "stage", "mode", "kind", "counter", "procedure", "resolving_unit", "helped", "took",
)  # fmt: skip
KNOWN_COLUMNS: Final = (
    *DIMENSIONS, "id", "instrument", "answered_on", "asked", "repeats_previous", "overall", "comment",
)  # fmt: skip

# Rows of text understood at a time, and rows of bytes (some 40 each) counted at a time: enough to make the work per
# block small – adding two tallies of 50 000 cells costs as much as counting 100 000 rows –, few enough to keep memory
# flat.
_BLOCK_ROWS: Final = 1 << 17
_COUNTED_ROWS: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class ResponseTable:
    """What a file of responses holds: its tally, and the first and last day answered (None where no row says).

    `pairs`, where asked for, is the same tally with every criterion a factor of its own.
    """

    tally: Tally
    first_on: date | None
    last_on: date | None
    pairs: Tally | None = None


@dataclass(frozen=True, slots=True)
class _Sheets:
    """Rows that are understood and wait to be counted."""

    answers: NDArray[np.uint8]
    cells: dict[str, NDArray[np.int32]]  # positions among the texts the reader has met
    overall: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Sheets:
    """N sheets as bytes in the coding of `Design`: `answers` [N, K] and the overall question [N]; N × (K + 1) bytes."""

    answers: NDArray[np.uint8]
    overall: NDArray[np.uint8]


def read_sheets(batches: Iterable[pa.RecordBatch], instrument: Instrument) -> Sheets:
    """The sheets themselves, for figures that no tally holds (drivers, alpha). Columns and errors: see `tally_batches`.

    >>> from survey_forms.loader import find_instrument
    >>> batch = pa.RecordBatch.from_pydict({"1.1": ["5", "3"], "1.2": ["no_opinion", ""]})
    >>> read_sheets([batch], find_instrument("an-my-2023")).answers[:, :3].tolist()
    [[5, 254, 255], [3, 0, 255]]
    """
    reader = _Reader(instrument, ())
    if isinstance(batches, pa.RecordBatchReader):
        reader.check_header(batches.schema)
    read: list[_Sheets] = []
    for block in _blocks(batches):
        sheets = reader.read(block)
        if sheets is not None:
            read.append(sheets)
        elif len(reader.problems) == MOST_PROBLEMS:
            break
    if reader.problems:
        raise TableError(reader.problems)
    return Sheets(
        np.concatenate([np.empty((0, reader.design.n_criteria), dtype=np.uint8), *(each.answers for each in read)]),
        np.concatenate([np.empty(0, dtype=np.uint8), *(each.overall for each in read)]),
    )


def tally_batches(
    batches: Iterable[pa.RecordBatch], instrument: Instrument, by: Sequence[str] = (), *, with_pairs: bool = False
) -> ResponseTable:
    """Tally a file that arrives in record batches of text columns; memory does not grow with the number of rows.

    Columns are those of KNOWN_COLUMNS and the instrument's criterion codes, in any order. A rating is a level of the
    scale as written there, `no_opinion`, or empty for blank. A criterion without a column was not asked, nor was one
    missing from a row's `asked` (codes separated by spaces or semicolons; empty: all) or, where the file has a `stage`
    column, one that the row's stage (empty: result) does not ask. Without that column nothing is known about stages
    and all count as asked. The columns of `by` must be there, unit and field filled in every row. Other known columns
    mean nothing here; equal ids are not looked for. No rows give an empty tally.

    `with_pairs` also counts every pair of criteria, which the error of a mean of criteria needs: K² numbers a cell.

    Raises TableError naming row (the header is row 1, every row of the batches counts one) and
    column of every bad cell, at most MOST_PROBLEMS, or the header's faults; values are never repeated.

    >>> from survey_forms.loader import find_instrument
    >>> batch = pa.RecordBatch.from_pydict({"unit": ["xã A", "xã A"], "1.1": ["5", "3"], "1.2": ["4", ""]})
    >>> tally_batches([batch], find_instrument("an-my-2023"), by=["unit"]).tally.sum_x.tolist()
    [[2, 0, 0, 0, 0]]
    """
    reader = _Reader(instrument, tuple(by))
    if isinstance(batches, pa.RecordBatchReader):
        reader.check_header(batches.schema)  # a file without rows may give no batch, but it has a header
    tally: Tally | None = None
    pairs: Tally | None = None

    def count_waiting() -> None:
        nonlocal tally, pairs
        tally = _plus(tally, _count(reader, reader.design, waiting))
        if with_pairs:
            pairs = _plus(pairs, _count(reader, reader.design.one_factor_each(), waiting))
        waiting.clear()

    waiting: list[_Sheets] = []
    for block in _blocks(batches):
        sheets = reader.read(block)
        if sheets is None:
            waiting.clear()  # the file is refused: only its further bad cells are of interest now
            if len(reader.problems) == MOST_PROBLEMS:
                break
            continue
        waiting.append(sheets)
        if sum(len(each.answers) for each in waiting) >= _COUNTED_ROWS:
            count_waiting()
    if reader.problems:
        raise TableError(reader.problems)
    if waiting:
        count_waiting()
    if tally is None:
        tally = Tally.empty(reader.design, reader.by)
        pairs = Tally.empty(reader.design.one_factor_each(), reader.by) if with_pairs else None
    return ResponseTable(tally, reader.first_on, reader.last_on, pairs)


def _plus(tally: Tally | None, more: Tally) -> Tally:
    """Both; the first is taken as it is, because adding 50 000 cells to none costs as much as counting 100 000 rows."""
    return more if tally is None else tally + more


def _count(reader: _Reader, design: Design, sheets: Sequence[_Sheets]) -> Tally:
    return tally_answers(
        design,
        np.concatenate([each.answers for each in sheets]),
        {
            name: pd.Categorical.from_codes(np.concatenate([each.cells[name] for each in sheets]), pd.Index(list(texts)))
            for name, texts in reader.texts.items()
        },
        np.concatenate([each.overall for each in sheets]),
    )


def _blocks(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    waiting: list[pa.RecordBatch] = []
    n_rows = 0
    for batch in batches:
        if waiting and batch.schema != waiting[0].schema:
            raise TableError([CellProblem(None, "", "the columns change within the file; give every row the same.")])
        waiting.append(batch)
        n_rows += batch.num_rows
        if n_rows >= _BLOCK_ROWS:
            yield pa.Table.from_batches(waiting)
            waiting, n_rows = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting)


class _Reader:
    """Carries what spans blocks: the row number, the days seen and the bad cells found."""

    def __init__(self, instrument: Instrument, by: tuple[str, ...]) -> None:
        strange = [name for name in by if name not in DIMENSIONS]
        if strange or len(set(by)) != len(by):
            raise TableError(
                [CellProblem(None, name, f"responses cannot be told apart by it; choose from {', '.join(DIMENSIONS)}, "
                             "each once.") for name in strange or by]
            )  # fmt: skip
        self.design = Design.of(instrument)
        self.by = by
        self.problems: list[CellProblem] = []
        self.first_on: date | None = None
        self.last_on: date | None = None
        self.texts: dict[str, dict[str, int]] = {name: {} for name in by}
        """Of each dimension the texts met so far, each with its position."""
        self._meanings = Meanings(instrument)
        self._next_row = 2

    def check_header(self, schema: pa.Schema) -> None:
        """Raise TableError unless the columns can be read at all."""
        allowed = (*KNOWN_COLUMNS, *self.design.criterion_codes)
        problems = [
            CellProblem(None, name, f"this column is not known; known are {', '.join(allowed)}.")
            for name in dict.fromkeys(schema.names)
            if name not in allowed
        ]
        problems += [
            CellProblem(None, name, "this column stands more than once; keep one.")
            for name in dict.fromkeys(schema.names)
            if schema.names.count(name) > 1
        ]
        problems += [
            CellProblem(None, name, "this column is missing; it is needed to tell the responses apart.")
            for name in self.by
            if name not in schema.names
        ]
        if not any(code in schema.names for code in self.design.criterion_codes):
            codes = ", ".join(self.design.criterion_codes)
            problems.append(CellProblem(None, codes, f"not one criterion of {self.design.instrument_id} has a column; one is needed."))
        problems += [
            CellProblem(None, column.name, "the values must be read as text, not as numbers or dates.")
            for column in schema
            if not TextColumn.can_hold(column.type)
        ]
        if problems:
            raise TableError(problems[:MOST_PROBLEMS])

    def read(self, block: pa.Table) -> _Sheets | None:
        """The sheets of a block, or None once a bad cell was found, here or before."""
        self.check_header(block.schema)
        found: list[BadCell] = []

        def column(name: str) -> TextColumn:
            return TextColumn(name, block.schema.get_field_index(name), block.column(name), self._next_row, found)

        names = set(block.schema.names)
        answers = np.full((block.num_rows, self.design.n_criteria), NOT_ASKED, dtype=np.uint8)
        ratings = {position: column(code) for position, code in enumerate(self.design.criterion_codes) if code in names}
        for position, ratings_column in ratings.items():
            answers[:, position] = ratings_column.translate(self._meanings.rating, BLANK, np.uint8)
        if names & {"stage", "asked"}:
            stage = column("stage") if "stage" in names else None
            self._apply_asked(answers, ratings, stage, column("asked") if "asked" in names else None)
        overall = np.zeros(block.num_rows, dtype=np.uint8)
        if "overall" in names:
            overall = column("overall").translate(self._meanings.overall, BLANK, np.uint8)
        cells = {name: column(name).translate(self._position_in(name), 0, np.int32) for name in self.by}
        if "answered_on" in names:
            self._note_days(column("answered_on"))
        if "channel" in names and "channel" not in self.by:
            column("channel").distinct(self._meanings.channel)
        if "instrument" in names:
            column("instrument").distinct(self._meanings.instrument)
        self._next_row += block.num_rows
        if found or self.problems:
            in_file_order = sorted(found, key=lambda each: (each.row, each.position))
            self.problems += [each.problem for each in in_file_order[: MOST_PROBLEMS - len(self.problems)]]
            return None
        return _Sheets(answers, cells, overall)

    def _position_in(self, name: str) -> Callable[[str], int]:
        """Understands a text of a dimension as its position among those met, so that rows carry numbers and no texts."""
        understand, texts = self._meanings.dimension(name), self.texts[name]
        return lambda text: texts.setdefault(understand(text), len(texts))

    def _apply_asked(
        self,
        answers: NDArray[np.uint8],
        ratings: dict[int, TextColumn],
        stage: TextColumn | None,
        asked: TextColumn | None,
    ) -> None:
        """Mark what a row was not asked; a rating there is a bad cell."""
        anything = np.ones((len(answers), self.design.n_criteria), dtype=np.bool_)
        if stage is not None:
            anything &= stage.translate(self._meanings.stage, self._meanings.everything, np.bool_)
        if asked is not None:
            wanted = asked.translate(self._meanings.asked, self._meanings.everything, np.bool_)
            if stage is not None:
                beyond = (wanted & ~anything).any(axis=1) & ~asked.is_empty()
                asked.report(beyond, "it names a criterion that is not asked at the stage of this row.")
            anything &= wanted
        for position, column in ratings.items():
            rated = ~anything[:, position] & (answers[:, position] != BLANK)
            column.report(rated, "the criterion was not asked here (see stage and asked), so it cannot be rated.")
        answers[~anything] = NOT_ASKED

    def _note_days(self, column: TextColumn) -> None:
        days = [day for day in column.distinct(self._meanings.day) if day is not None]
        if days:
            self.first_on = min(days) if self.first_on is None else min(self.first_on, *days)
            self.last_on = max(days) if self.last_on is None else max(self.last_on, *days)
