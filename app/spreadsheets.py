"""Tables on their way out: CSV and XLSX that no spreadsheet program mistakes for a program.

Two formats of the same rows. The machine format keeps points and ISO dates. The human format (`bom=True,
decimal_comma=True`) opens by double click in a Vietnamese spreadsheet program: decimal comma and therefore semicolons
between cells.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, TextIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from app.errors import BadInputError

Cell = str | int | float | Decimal | date | None

XLSX_MOST_ROWS = 1_048_575
"""Rows a worksheet holds below its header."""

_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?%?")
_FORMULA_STARTS = frozenset("=+-@")
_CONTROL_STARTS = ("\t", "\r", "\0")


def _runs_as_formula(text: str) -> bool:
    if text.startswith(_CONTROL_STARTS):
        return True
    # NFKC folds the full-width forms (＝ ＋ － ＠), which some programs read as formulas too.
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return first[:1] in _FORMULA_STARTS and _PLAIN_NUMBER.fullmatch(text) is None


def defuse(text: str) -> str:
    """A cell's text with an apostrophe before anything a spreadsheet program would run as a formula.

    Plain numbers stay numbers. `restore` takes the apostrophe off again, exactly.

    >>> defuse('=HYPERLINK("…")'), defuse("＝1+1"), defuse("-1,5"), defuse("Xã Tuy Phước")
    ('\\'=HYPERLINK("…")', "'＝1+1", '-1,5', 'Xã Tuy Phước')
    """
    return "'" + text if _runs_as_formula(text.lstrip("'")) else text


def restore(text: str) -> str:
    """The text `defuse` was given.

    >>> restore(defuse("=1+1")), restore(defuse("'=1+1")), restore("'n")
    ('=1+1', "'=1+1", "'n")
    """
    return text[1:] if text.startswith("'") and _runs_as_formula(text.lstrip("'")) else text


def write_csv(
    stream: TextIO,
    header: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    bom: bool = False,
    decimal_comma: bool = False,
) -> int:
    """Write a header and rows as CSV, one row at a time; how many rows it were.

    `stream` is opened with `newline=""` and UTF-8. Without options: machine format (comma between cells, decimal
    point). `bom` lets spreadsheet programs recognise UTF-8; `decimal_comma` writes 88,41 and puts semicolons between
    cells. None is an empty cell, a truth value 1 or 0, a day or moment ISO 8601; text is defused.
    """
    if bom:
        stream.write("\ufeff")
    writer = csv.writer(stream, delimiter=";" if decimal_comma else ",", lineterminator="\r\n")
    writer.writerow([defuse(name) for name in header])
    n_rows = 0
    for row in rows:
        writer.writerow([_as_csv(cell, decimal_comma) for cell in row])
        n_rows += 1
    return n_rows


def _as_csv(cell: Cell, decimal_comma: bool) -> str:
    match cell:
        case None:
            return ""
        case str():
            return defuse(cell)
        case bool():
            return str(int(cell))
        case datetime() | date():
            return cell.isoformat()
        case _:
            number = f"{cell:f}" if isinstance(cell, Decimal) else repr(cell)
            return number.replace(".", ",") if decimal_comma else number


def write_xlsx(stream: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str) -> int:
    """Write a header and rows as a workbook of one sheet, in constant memory; how many rows it were.

    Text is stored as text (no formulas, no links), numbers as numbers, days and moments as ISO text.
    Raises BadInputError when there are more rows than a worksheet holds.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    n_rows = 0
    with Workbook(stream, options) as workbook:
        worksheet = workbook.add_worksheet(sheet)
        worksheet.write_row(0, 0, header, workbook.add_format({"bold": True}))
        worksheet.freeze_panes(1, 0)
        for row in rows:
            n_rows += 1
            if n_rows > XLSX_MOST_ROWS:
                raise BadInputError(f"a worksheet holds {XLSX_MOST_ROWS} rows, this table has more: write CSV")
            for column, cell in enumerate(row):
                _write_cell(worksheet, n_rows, column, cell)
    return n_rows


def _write_cell(worksheet: Worksheet, row: int, column: int, cell: Cell) -> None:
    match cell:
        case None:
            return
        case str():
            worksheet.write_string(row, column, cell)
        case datetime() | date():
            worksheet.write_string(row, column, cell.isoformat())
        case _:
            worksheet.write_number(row, column, int(cell) if isinstance(cell, bool) else cell)


def write_file(path: Path, header: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str) -> int:
    """Write a table to a file in the machine format, CSV or XLSX by its ending; how many rows it were.

    The file appears whole or not at all: it is written beside its place, readable by its owner alone, and then renamed.
    Raises BadInputError for another ending or a place that cannot be written to.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise BadInputError("the file's name must end in .csv or .xlsx")
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.stem}-", suffix=ending, delete=False) as made:
            part = Path(made.name)
        try:
            if ending == ".xlsx":
                with part.open("wb") as binary:
                    n_rows = write_xlsx(binary, header, rows, sheet=sheet)
            else:
                with part.open("w", encoding="utf-8", newline="") as text:
                    n_rows = write_csv(text, header, rows)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadInputError(f"the file cannot be written ({error.strerror}): choose another place") from None
    return n_rows
