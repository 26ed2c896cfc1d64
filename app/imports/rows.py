"""Rows with names and types: a kind of import declares its columns as a pydantic model, this reads a table into it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic.fields import FieldInfo

from app.imports.cells import Text, TextOnly
from app.imports.errors import FileError, Problem
from app.imports.table import Table, TableRow


class Row(BaseModel):
    """One row of an import. A field's alias is its column, its description says what a cell may hold.

    An empty cell is as if it had not been there: `model_fields_set` tells which cells said something, and what a row
    does not say is left as it is in the database.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    label: Text | None = Field(default=None, description="DỮ LIỆU MINH HỌA in every row of demonstration data")

    _number: int = PrivateAttr(default=0)

    @property
    def number(self) -> int:
        """The row's number in the file."""
        return self._number

    def says(self, name: str) -> bool:
        """Whether the cell of this field holds anything."""
        return name in self.model_fields_set


R = TypeVar("R", bound=Row)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as a model declares it. `is_text_only`: a number of a workbook is refused, it has lost its zeros."""

    name: str
    allowed: str
    is_required: bool
    is_text_only: bool


def list_columns(model: type[Row]) -> tuple[Column, ...]:
    """A model's columns, in order; the label of demonstration data last."""
    fields = dict(model.model_fields)
    label = fields.pop("label")
    return tuple(_column(name, info) for name, info in (*fields.items(), ("label", label)))


def _column(name: str, info: FieldInfo) -> Column:
    # Of `Day | None` pydantic keeps what Day says of itself inside the union.
    marks = [*info.metadata, *(mark for part in get_args(info.annotation) for mark in getattr(part, "__metadata__", ()))]
    said = [mark.description for mark in marks if isinstance(mark, FieldInfo) and mark.description]
    allowed = info.description or said[0]
    return Column(info.alias or name, allowed, info.is_required(), any(isinstance(mark, TextOnly) for mark in marks))


def parse_rows(table: Table, model: type[R], further: Collection[str] = ()) -> tuple[list[R], list[Problem]]:
    """The rows that could be read, and what is wrong with the others, cell by cell.

    `further` names columns beside the model's (criterion codes); the model must then allow extra fields. Header names
    are compared without regard to capitals. Raises FileError for a column that is unknown, missing or there twice.
    """
    columns = _read_header(table, model, further)
    text_only = {column.name for column in list_columns(model) if column.is_text_only}
    rows: list[R] = []
    problems: list[Problem] = []
    for table_row in table.rows:
        cells = {column: cell for column, cell in zip(columns, table_row.cells, strict=True) if cell}
        problems.extend(_find_lost_zeros(table_row, columns, text_only))
        try:
            row = model.model_validate(cells)
        except ValidationError as error:
            problems.extend(_problems(table_row.number, model, error))
            continue
        row._number = table_row.number
        rows.append(row)
    return rows, problems


def _read_header(table: Table, model: type[Row], further: Collection[str]) -> list[str]:
    declared = list_columns(model)
    known = {name.casefold(): name for name in (*(column.name for column in declared), *further)}
    columns: list[str] = []
    problems: list[Problem] = []
    for position, text in enumerate(table.header, start=1):
        column = known.get(text.casefold())
        if column is None:
            listed = ", ".join(known.values())
            problems.append(Problem(None, f"{position} ({text[:40]!r})", f"is not known; the columns are {listed}"))
        elif column in columns:
            problems.append(Problem(None, column, "stands in the header twice"))
        else:
            columns.append(column)
    missing = [column for column in declared if column.is_required and column.name not in columns]
    problems.extend(Problem(None, column.name, f"is missing; it holds {column.allowed}") for column in missing)
    if problems:
        raise FileError(table.file, problems)
    return columns


def _find_lost_zeros(table_row: TableRow, columns: list[str], text_only: Collection[str]) -> Iterator[Problem]:
    advice = "is a number in the workbook, which loses leading zeros: format the column as text"
    for index in sorted(table_row.numbers):
        if index < len(columns) and columns[index] in text_only:
            yield Problem(table_row.number, columns[index], advice)


def _problems(number: int, model: type[Row], error: ValidationError) -> Iterator[Problem]:
    allowed_in = {column.name: column.allowed for column in list_columns(model)}
    named: set[str] = set()
    for details in error.errors(include_url=False, include_input=False, include_context=False):
        if not details["loc"]:  # said by a validator of the whole row, in its own words
            yield Problem(number, None, details["msg"].removeprefix("Value error, "))
            continue
        column = str(details["loc"][0])
        if column in named:
            continue
        named.add(column)
        allowed = allowed_in[column]
        is_empty = details["type"] == "missing"
        yield Problem(number, column, f"is empty; it holds {allowed}" if is_empty else f"must be {allowed}")


def as_values(row: Row, *names: str) -> dict[str, Any]:
    """The fields of a row that say something, by name, out of `names`."""
    return {name: getattr(row, name) for name in names if row.says(name)}
