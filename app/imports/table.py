"""A file as a table of texts: CSV or XLSX, with the row numbers a spreadsheet program shows."""

import csv
import hashlib
import io
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

import orjson

from app.imports.errors import FileError, Problem
from app.spreadsheets import restore

LARGEST_BYTES = 512 * 1024 * 1024
"""Of a file, and of a workbook unpacked: a workbook is a ZIP file and may hold far more than it weighs."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row below the header: its number, its cells (NFC, no space around them) and which of them were numbers in a
    workbook, where leading zeros are lost."""

    number: int
    cells: tuple[str, ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Table:
    """A header, its rows, and the comment lines before it. `digest` is SHA-256 over header and cells, so the same table
    saved once more – as a workbook, with semicolons – is still the same."""

    file: str
    header: tuple[str, ...]
    rows: tuple[TableRow, ...]
    comments: tuple[str, ...]

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 over what the table says."""
        content = [self.header, *((row.number, row.cells) for row in self.rows)]
        return hashlib.sha256(orjson.dumps(content)).digest()


def read_table(path: Path) -> Table:
    """Read a CSV file (UTF-8, comma or semicolon) or the first sheet of an XLSX workbook.

    Lines that begin with # before the header are comments; empty rows are passed over. Raises FileError when the file
    cannot be opened, is not UTF-8, has no header, or a row has more or fewer cells than the header.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise _refuse(path, f"is larger than {LARGEST_BYTES // 1024**2} MB: split it")
        content = path.read_bytes()
    except OSError as error:
        raise _refuse(path, f"the file cannot be read ({error.strerror}): check its name") from None
    is_workbook = content.startswith(b"PK\x03\x04")
    rows = list(_read_workbook(path, content) if is_workbook else _read_csv(path, content))
    n_comments = next((i for i, row in enumerate(rows) if not row.cells[0].startswith("#")), len(rows))
    comments = tuple(" ".join(_trim(row.cells)) for row in rows[:n_comments])
    if n_comments == len(rows):
        raise _refuse(path, "the file has no header: its first row must name the columns")
    header = _trim(rows[n_comments].cells)
    body = [_fit(row, len(header), pad=is_workbook) for row in rows[n_comments + 1 :]]
    ragged = [row for row in body if len(row.cells) != len(header)]
    if ragged:
        raise FileError(
            path.name,
            [Problem(row.number, None, f"has {len(row.cells)} cells, the header has {len(header)}") for row in ragged],
        )
    return Table(path.name, header, tuple(body), comments)


def _refuse(path: Path, problem: str, row: int | None = None) -> FileError:
    return FileError(path.name, [Problem(row, None, problem)])


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


def _trim(cells: tuple[str, ...]) -> tuple[str, ...]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _fit(row: TableRow, width: int, *, pad: bool) -> TableRow:
    """Empty cells beyond the last column are what a spreadsheet program leaves behind; a workbook ends a row early."""
    cells = row.cells[:width] + _trim(row.cells[width:])
    return TableRow(row.number, cells + ("",) * (width - len(cells)) if pad else cells, row.numbers)


def _read_csv(path: Path, content: bytes) -> Iterator[TableRow]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise _refuse(path, "is not UTF-8: save the file as “CSV UTF-8”", row) from None
    lines = text.splitlines(keepends=True)
    # Comments first, as lines: a lone quotation mark in one would swallow the rows below it.
    n_comments = next((i for i, line in enumerate(lines) if not line.startswith("#")), len(lines))
    for number, line in enumerate(lines[:n_comments], start=1):
        yield TableRow(number, (_clean(line),))
    table = io.StringIO("".join(lines[n_comments:]), newline="")
    number = n_comments
    try:
        reader = csv.reader(table, delimiter=find_delimiter(lines[n_comments:]), strict=True)
        for number, cells in enumerate(reader, start=n_comments + 1):
            if any(cells):
                yield TableRow(number, tuple(_clean(restore(cell)) for cell in cells))
    except csv.Error:
        raise _refuse(path, "a quotation mark is not closed, or a cell is too long", number + 1) from None


def find_delimiter(lines: Iterable[str]) -> str:
    """Semicolon or comma: whichever stands more often in the header, the first line that is not empty."""
    header = next((line for line in lines if line.strip()), "")
    return ";" if header.count(";") > header.count(",") else ","


def _read_workbook(path: Path, content: bytes) -> Iterator[TableRow]:
    import openpyxl  # a quarter of a second that a CSV file need not pay
    from defusedxml.common import DefusedXmlException
    from openpyxl.utils.exceptions import InvalidFileException

    if not openpyxl.DEFUSEDXML:
        raise _refuse(path, "workbooks are read only with defusedxml: install it, or save the file as CSV")
    unreadable = _refuse(path, "is no workbook that can be read: save it as XLSX or as “CSV UTF-8”")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_BYTES:
                raise _refuse(path, f"unpacks to more than {LARGEST_BYTES // 1024**2} MB: save it as CSV or split it")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations openpyxl does not know; cells are not affected
            workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheet = workbook.worksheets[0]
            for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
                cells = tuple(_clean(_as_text(value)) for value in values)
                if any(cells):
                    yield TableRow(number, cells, frozenset(i for i, value in enumerate(values) if _is_number(value)))
    except (zipfile.BadZipFile, InvalidFileException, DefusedXmlException, LookupError, ValueError, SyntaxError):
        raise unreadable from None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case datetime():
            is_day = value.time() == datetime.min.time()
            return value.date().isoformat() if is_day else value.isoformat()
        case date():
            return value.isoformat()
        case _:
            return str(value)
