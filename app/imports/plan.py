"""What an import would do, before it does it: the one idea behind every kind."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import insert, inspect, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.imports.errors import Problem
from app.imports.places import FieldBook, UnitBook, UnknownPlaceError, load_fields, load_units
from app.imports.rows import R
from app.imports.table import Table
from app.models import Base
from app.runtime import Runtime

T = TypeVar("T")


@dataclass
class Context:
    """What a plan is made from: the file, the database as it stands in this transaction, and where complaints go."""

    runtime: Runtime
    session: Session
    table: Table
    instrument: str | None = None
    problems: list[Problem] = field(default_factory=list)

    def complain(self, row: int | None, column: str | None, problem: str) -> None:
        """Note what is wrong with a cell; the file is refused once the whole of it has been looked at."""
        self.problems.append(Problem(row, column, problem))

    @property
    def today(self) -> date:
        """The day in Việt Nam."""
        return self.runtime.today()

    @cached_property
    def units(self) -> UnitBook:
        """The units as they stand."""
        return load_units(self.session, self.today)

    @cached_property
    def fields(self) -> FieldBook:
        """The fields as they stand."""
        return load_fields(self.session)

    def unit(self, row: int, column: str, text: str | None) -> str | None:
        """The key of the unit a cell means; None for an empty cell, and with a complaint for an unknown unit."""
        return self._find(self.units.find, row, column, text)

    def field(self, row: int, column: str, text: str | None) -> str | None:
        """The code of the field a cell means; None for an empty cell, and with a complaint for an unknown field."""
        return self._find(self.fields.find, row, column, text)

    def _find(self, find: Callable[[str], str], row: int, column: str, text: str | None) -> str | None:
        if text is None:
            return None
        try:
            return find(text)
        except UnknownPlaceError as error:
            self.complain(row, column, str(error))
            return None

    def refuse_repetitions(self, keys: Iterable[tuple[int, Hashable]], what: str) -> None:
        """Complain about every row that has the key of an earlier one."""
        first: dict[Hashable, int] = {}
        for row, key in keys:
            if key in first:
                self.complain(row, None, f"has the same {what} as row {first[key]}: keep one of the two")
            first.setdefault(key, row)


def load_by_key(session: Session, key: InstrumentedAttribute[Any], values: Iterable[object]) -> dict[Any, Any]:
    """The rows whose `key` column holds one of `values`, by it; asked for in portions a statement can carry."""
    found: dict[Any, Any] = {}
    for portion in batched(values, 1000):
        rows = session.scalars(select(key.class_).where(key.in_(portion)))
        found.update((getattr(row, key.key), row) for row in rows)
    return found


def batched(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """The values in order, in lists of at most `size`."""
    iterator = iter(values)
    while portion := list(islice(iterator, size)):
        yield portion


class Plan(Protocol):
    """What would be done. Rows are counted, not database rows."""

    @property
    def n_new(self) -> int: ...
    @property
    def n_changed(self) -> int: ...
    @property
    def n_unchanged(self) -> int: ...
    @property
    def notes(self) -> Sequence[str]:
        """Lines to print after the summary."""

    def list_differences(self) -> list[str]:
        """For each row that changes something stored, what."""

    def write(self, session: Session) -> None:
        """Do it, in the caller's transaction."""


@dataclass(frozen=True)
class Kind(Generic[R]):
    """A kind of import: the columns of its rows, and the plan made from them.

    `needs_every_row`: rows refer to each other, so there is no plan while one of them cannot be read.
    `find_further_columns`: columns beside the row's own, known only once the table is.
    """

    name: str
    summary: str
    row: type[R]
    plan: Callable[[Context, Sequence[R]], Plan]
    needs_every_row: bool = False
    takes_instrument: bool = False
    find_further_columns: Callable[[Context], Collection[str]] = lambda _context: ()


@dataclass
class Changes:
    """Rows compared with what is stored, and written in bulk: inserts in the order they were noted, then updates."""

    notes: list[str] = field(default_factory=list)
    _inserts: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _updates: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _new: set[int] = field(default_factory=set)
    _differences: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    _rows: set[int] = field(default_factory=set)

    def note(
        self,
        row: int,
        model: type[Base],
        known: Base | None,
        said: dict[str, Any],
        *,
        otherwise: dict[str, Any] | None = None,
        is_part: bool = False,
    ) -> None:
        """Note what a file row says of a database row; `otherwise` holds for what it does not say of a new one.

        `is_part`: the database row is a part of what the file row means (a unit's code): new parts change the whole.
        """
        self._rows.add(row)
        if known is None:
            self._inserts[model].append({**(otherwise or {}), **said})
            if is_part:
                self._differences[row].append(model.__tablename__)
            else:
                self._new.add(row)
            return
        different = [name for name, value in said.items() if getattr(known, name) != value]
        if different:
            primary = {column.name: getattr(known, column.name) for column in inspect(model).primary_key}
            self._updates[model].append({**primary, **{name: said[name] for name in different}})
            self._differences[row].extend(different)

    @property
    def n_new(self) -> int:
        """File rows that say something unknown so far."""
        return len(self._new)

    @property
    def n_changed(self) -> int:
        """File rows that say something else than what is stored."""
        return len(self._differences.keys() - self._new)

    @property
    def n_unchanged(self) -> int:
        """File rows that say what is stored already."""
        return len(self._rows) - self.n_new - self.n_changed

    def list_differences(self) -> list[str]:
        """For each changed row what changes, by column of the database."""
        return [f"row {row}: {', '.join(names)}" for row, names in sorted(self._differences.items()) if row not in self._new]

    def write(self, session: Session) -> None:
        """Write in bulk, in the caller's transaction."""
        for model, rows in self._inserts.items():
            session.execute(insert(model), rows)
        for model, rows in self._updates.items():
            session.execute(update(model), rows)
