"""A plain CSV file of responses, streamed into a tally: memory does not grow with the file, and no database is needed."""

import csv
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
from pyarrow import compute
from pyarrow import csv as arrow_csv

from analytics.errors import CellProblem, TableError
from analytics.response_table import KNOWN_COLUMNS, ResponseTable, Sheets, read_sheets, tally_batches
from app.imports.errors import MOST_SHOWN, FileError, Problem
from app.imports.table import find_delimiter
from survey_forms import Instrument

NOT_COUNTED = ("answered_at", "label")
"""Columns `sipas export` writes and no tally reads."""

_Read = TypeVar("_Read")
# pyarrow reads up to 32 blocks ahead of us: of 8 MB each they held 250 MB once a file was long, of 1 MB they do not show, and
# reading costs no more. A row must fit into a block, and none that a form can give is near it.
_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TalliedFile:
    """A file's tally and days, and the label of its first row (demonstration data has one in every row)."""

    table: ResponseTable
    label: str | None


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where the rows of a file begin and what its columns are called."""

    columns: tuple[str, ...]
    delimiter: str
    n_lines_above: int
    """Comments and header."""
    has_rows: bool


def tally_file(path: Path, instrument: Instrument, by: Sequence[str] = (), *, with_pairs: bool = False) -> TalliedFile:
    """Tally a CSV file (UTF-8, comma or semicolon, leading # lines are comments) by the named dimensions.

    Raises FileError for a file that cannot be opened, is not UTF-8, or has a row with more or fewer cells than the
    header; TableError for every cell that cannot be understood. Both name the row as a spreadsheet program counts it. Blank
    lines and rows of nothing but delimiters are no responses: passed over, but counted as rows.
    """
    table, label = _consume(path, instrument, lambda batches: tally_batches(batches, instrument, by, with_pairs=with_pairs))
    return TalliedFile(table, label)


def read_sheet_file(path: Path, instrument: Instrument) -> tuple[Sheets, str | None]:
    """The sheets of a CSV file, one byte an answer, and its label; the file is understood and refused as by `tally_file`."""
    return _consume(path, instrument, lambda batches: read_sheets(batches, instrument))


def _consume(path: Path, instrument: Instrument, consume: Callable[[pa.RecordBatchReader], _Read]) -> tuple[_Read, str | None]:
    """What `consume` makes of the file's batches, and its label."""
    ragged: list[Problem] = []
    blanks = _BlankRows()
    try:
        layout = _read_layout(path, instrument)
        stream = _Stream(path, layout, ragged, blanks)
        found = consume(pa.RecordBatchReader.from_batches(stream.schema, stream.batches()))
    except OSError as error:
        raise _refuse(path, f"the file cannot be read ({error.strerror}): check its name") from None
    except (pa.ArrowInvalid, UnicodeDecodeError):
        if not ragged:
            raise _find_what_is_not_text(path) from None
    except TableError as error:
        if not ragged:  # beside a ragged row a cell may be wrong only because it has slipped into another column
            raise _renumber(error, layout.n_lines_above, blanks, path.name) from None
    if ragged:
        raise FileError(path.name, ragged)
    return found, stream.label


def _refuse(path: Path, problem: str, row: int | None = None) -> FileError:
    return FileError(path.name, [Problem(row, None, problem)])


def _read_layout(path: Path, instrument: Instrument) -> _Layout:
    known = {name.casefold(): name for name in (*KNOWN_COLUMNS, *NOT_COUNTED)}
    known |= {criterion.code.casefold(): criterion.code for criterion in instrument.criteria}
    n_lines = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line in file:
            n_lines += 1
            if line.strip() and not line.startswith("#"):
                delimiter = find_delimiter([line])
                names = [unicodedata.normalize("NFC", name).strip() for name in next(csv.reader([line], delimiter=delimiter))]
                columns = tuple(known.get(name.casefold(), name) for name in names)
                repeated = sorted({name for name in columns if columns.count(name) > 1})
                if repeated:
                    raise FileError(path.name, [Problem(None, name, "stands in the header twice") for name in repeated])
                return _Layout(columns, delimiter, n_lines, any(rest.strip() for rest in file))
    raise _refuse(path, "the file has no header: its first row must name the columns")


@dataclass(slots=True)
class _BlankRows:
    """Rows that were passed over: `lines` by their row in the file, `cells` by their place among the other rows (from 0)."""

    lines: list[int] = field(default_factory=list)
    cells: list[int] = field(default_factory=list)

    def find_row(self, place: int, n_lines_above: int) -> int:
        """The row in the file of the response that stands at `place` (from 0) of those counted."""
        return _shift(_shift(place, self.cells) + n_lines_above + 1, self.lines)


def _shift(number: int, skipped: list[int]) -> int:
    for each in skipped:  # in ascending order
        if each > number:
            break
        number += 1
    return number


class _Stream:
    """The record batches of a file, all columns text; notes the label, blank and ragged rows on the way."""

    def __init__(self, path: Path, layout: _Layout, ragged: list[Problem], blanks: _BlankRows) -> None:
        self._path = path
        self._layout = layout
        self._ragged = ragged
        self._blanks = blanks
        self._n_read = 0
        self._counted = [name for name in layout.columns if name not in NOT_COUNTED]
        self.label: str | None = None
        self.schema = pa.schema([(name, pa.string()) for name in self._counted])

    def batches(self) -> Iterator[pa.RecordBatch]:
        """One batch per block of the file."""
        if not self._layout.has_rows:
            return  # the CSV reader takes a file without rows for an error
        reader = arrow_csv.open_csv(
            self._path,
            # Threads would leave ragged rows without their numbers, and parsing is not what takes the time.
            read_options=arrow_csv.ReadOptions(
                use_threads=False,
                block_size=_BLOCK_BYTES,
                skip_rows=self._layout.n_lines_above,
                column_names=list(self._layout.columns),
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self._layout.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,  # they would be left out of the count of rows
                invalid_row_handler=self._note_ragged,
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in self._layout.columns}, strings_can_be_null=False
            ),
        )
        with reader:
            for batch in reader:
                if self.label is None and "label" in self._layout.columns and batch.num_rows:
                    self.label = batch.column("label")[0].as_py() or None
                yield self._without_blank(batch).select(self._counted)

    def _without_blank(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch without rows of empty cells. Nearly always the first column shows that there are none."""
        is_blank: Any = None
        for column in batch.columns:
            is_empty = compute.equal(column, "")
            is_blank = is_empty if is_blank is None else compute.and_(is_blank, is_empty)
            if not is_blank.true_count:
                break
        first, self._n_read = self._n_read, self._n_read + batch.num_rows
        if is_blank is None or not is_blank.true_count:
            return batch
        self._blanks.cells += (np.flatnonzero(is_blank.to_numpy(zero_copy_only=False)) + first).tolist()
        return batch.filter(compute.invert(is_blank))

    def _note_ragged(self, row: Any) -> str:
        if not row.text.strip(f"{self._layout.delimiter} \t\r\n"):
            self._blanks.lines.append(row.number)
            return "skip"
        expected, actual = row.expected_columns, row.actual_columns
        self._ragged.append(Problem(row.number, None, f"has {actual} cells, the header has {expected}"))
        return "skip" if len(self._ragged) <= MOST_SHOWN else "error"


def _find_what_is_not_text(path: Path) -> FileError:
    """What kept a file from being read as CSV: bytes that are not UTF-8, else a quotation mark."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return _refuse(path, "is not UTF-8: save the file as “CSV UTF-8”", number)
    return _refuse(path, "is no CSV table: look for a quotation mark that is not closed")


def _renumber(error: TableError, n_lines_above: int, blanks: _BlankRows, file: str) -> TableError:
    """The same problems of the file, counting the comments above the header and the blank rows passed over."""
    rows = (None if p.row is None else blanks.find_row(p.row - 2, n_lines_above) for p in error.problems)
    return TableError((CellProblem(row, p.column, p.problem) for row, p in zip(rows, error.problems, strict=True)), file)
