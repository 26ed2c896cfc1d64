"""Which unit each row of a file of units means, and which it stands under.

Official codes are given again to other units, so a code alone names no unit over time. A row with a key is that unit. A
row without one is the known unit that has its code and level and is valid when the row is (today, or until or from the
same day); of several, the one under the same parent. A unit known without any code is recognised by name, level and
parent. Anything else is new. Its key is the official code; where another unit has that key already, code-valid_from;
else code-2, code-3, …
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import chain, count
from typing import NamedTuple

from app.imports.places import CURRENT, era_of, era_of_code
from app.imports.plan import Context
from app.imports.unit_row import UnitRow


class FoundUnit(NamedTuple):
    """A row with the keys it means; `parent_key` None where the row names no parent."""

    row: UnitRow
    key: str
    parent_key: str | None


def find_keys(context: Context, rows: Sequence[UnitRow]) -> list[FoundUnit]:
    """Every row with its keys, parents before children. Complains about rows that cannot be told apart."""
    parents = _ParentRows(context, rows)
    by_number = {row.number: row for row in rows}
    above = {row.number: parents.find(row) for row in rows}
    order = TopologicalSorter({number: [parent.number] if parent else [] for number, parent in above.items()})
    try:
        in_order = [by_number[number] for number in order.static_order()]
    except CycleError as error:
        context.complain(min(error.args[1]), None, "lies under itself: follow its parents and correct one of them")
        return []
    known = _KnownUnits(context, taken=set(context.units.by_key) | {row.key for row in rows if row.key is not None})
    found: dict[int, FoundUnit] = {}
    for row in in_order:
        parent = above[row.number]
        parent_key = found[parent.number].key if parent else _find_stored_parent(context, row)
        found[row.number] = FoundUnit(row, row.key or known.find(row, parent_key), parent_key)
    context.refuse_repetitions(((row.number, found[row.number].key) for row in rows), "unit")
    return list(found.values())


class _ParentRows:
    """Finds the row a row stands under, where the file itself has it."""

    def __init__(self, context: Context, rows: Sequence[UnitRow]) -> None:
        self._context = context
        self._by_key = {row.key: row for row in rows if row.key is not None}
        self._by_code: dict[str, list[UnitRow]] = defaultdict(list)
        for row in rows:
            if row.code is not None:
                self._by_code[row.code].append(row)

    def find(self, row: UnitRow) -> UnitRow | None:
        """None: it has no parent, or the parent is looked for in the database."""
        if row.parent is not None:
            return self._by_key.get(row.parent)
        candidates = [other for other in self._by_code.get(row.parent_code or "", ()) if other is not row]
        if len(candidates) > 1:
            candidates = [other for other in candidates if era_of(*other.validity, self._context.today) == CURRENT]
        if len(candidates) > 1:
            self._context.complain(row.number, "parent_code", "stands in several rows: name the key in column parent")
        return candidates[0] if candidates else None


def _find_stored_parent(context: Context, row: UnitRow) -> str | None:
    if row.parent is not None:
        if row.parent not in context.units.by_key:
            context.complain(row.number, "parent", "is the key of no unit, neither in this file nor in the database")
        return row.parent
    if row.parent_code is None:
        return None
    candidates = context.units.by_code.get(row.parent_code, [])
    if len(candidates) == 1:
        return candidates[0]
    problem = f"could mean several units: name one of {', '.join(sorted(candidates))} in column parent"
    absent = "is the code, now valid, of no unit, neither in this file nor in the database"
    context.complain(row.number, "parent_code", problem if candidates else absent)
    return None


@dataclass
class _KnownUnits:
    """The stored units by what a row without a key can be recognised by, and the keys that are taken."""

    context: Context
    taken: set[str]
    _by_code: dict[tuple[str, str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    _without_code: dict[tuple[str, str, str | None], str] = field(default_factory=dict)
    _made: dict[tuple[str | None, str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        today, book = self.context.today, self.context.units
        for code in book.codes.values():
            unit = book.by_key[code.unit_key]
            self._by_code[code.code, unit.level, era_of_code(unit, code, today)].append(unit.key)
        with_code = {unit_key for unit_key, _code in book.codes}
        for unit in book.by_key.values():
            if unit.key not in with_code and era_of(unit.valid_from_on, unit.valid_to_on, today) == CURRENT:
                self._without_code[unit.name, unit.level, unit.parent_key] = unit.key

    def find(self, row: UnitRow, parent_key: str | None) -> str:
        """The key of the unit a row without one means, or a new key."""
        era = era_of(*row.validity, self.context.today)
        candidates = self._by_code.get((row.code or "", row.level, era), [])
        if len(candidates) > 1:
            below = [key for key in candidates if self.context.units.by_key[key].parent_key == parent_key]
            if len(below) != 1:
                listed = ", ".join(sorted(candidates))
                self.context.complain(row.number, "code", f"could mean several units: name one in column key, {listed}")
            candidates = below or candidates
        if candidates:
            return candidates[0]
        if era == CURRENT and (key := self._without_code.get((row.name, row.level, parent_key))) is not None:
            return key
        return self._make(row, era)

    def _make(self, row: UnitRow, era: str) -> str:
        same = self._made.setdefault((row.code, row.level, era), row.number)
        if same != row.number:
            self.context.complain(
                row.number,
                "code",
                f"stands in row {same} with the same level and validity: keep one or give keys",
            )
        code = row.code or ""
        dated = [f"{code}-{row.valid_from}"] if row.valid_from is not None else []
        names = chain([code], dated, (f"{code}-{number}" for number in count(2)))
        key = next(name for name in names if name not in self.taken)
        self.taken.add(key)
        return key
