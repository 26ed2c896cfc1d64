"""The columns of a file of targets, and such a file by itself: `sipas index` has no database to look units up in."""

from fractions import Fraction
from pathlib import Path

from pydantic import Field

from analytics.targets import Target, TargetBook
from app.imports.cells import FieldReference, Share, Text, UnitReference, Year
from app.imports.errors import FileError, Problem
from app.imports.rows import Row, parse_rows
from app.imports.table import read_table


class TargetRow(Row):
    """A target. An empty unit, field or year: it holds for all of them."""

    unit: UnitReference | None = None
    field: FieldReference | None = None
    year: Year | None = None
    target: Share
    source: Text = Field(default="", description="the document that set it, as it is cited")


def read_target_book(path: Path) -> TargetBook:
    """The targets of a file; units and fields are compared with the responses' as they are written.

    Raises FileError for an unreadable cell or a unit, field and year that stand twice.
    """
    rows, problems = parse_rows(read_table(path), TargetRow)
    first_row: dict[tuple[str | None, str | None, int | None], int] = {}
    for row in rows:
        earlier = first_row.setdefault((row.unit, row.field, row.year), row.number)
        if earlier != row.number:
            problems.append(Problem(row.number, "target", f"row {earlier} already sets the target of this unit, field and year; keep one"))
    if problems:
        raise FileError(path.name, problems)
    return TargetBook(Target(row.unit, row.field, row.year, Fraction(row.target), row.source or None) for row in rows)
