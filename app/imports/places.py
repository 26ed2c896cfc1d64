"""Which unit or field a cell means."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Field, Unit, UnitCode

CURRENT = "current"


class UnknownPlaceError(Exception):
    """A cell names no unit or field, or several; the text says what to write instead."""


def era_of(first_on: date | None, last_on: date | None, today: date) -> str:
    """Whether something is valid today ("current"), else until or from when: units that share a code differ in this."""
    if last_on is not None and last_on < today:
        return f"until {last_on}"
    if first_on is not None and first_on > today:
        return f"from {first_on}"
    return CURRENT


def era_of_code(unit: Unit, code: UnitCode, today: date) -> str:
    """The era of a code with its unit: both must be valid for the code to name it."""
    first_on = max((day for day in (unit.valid_from_on, code.valid_from_on) if day is not None), default=None)
    last_on = min((day for day in (unit.valid_to_on, code.valid_to_on) if day is not None), default=None)
    return era_of(first_on, last_on, today)


@dataclass(frozen=True)
class UnitBook:
    """Every unit by key, by currently valid code and by name."""

    by_key: dict[str, Unit]
    by_code: dict[str, list[str]]
    by_name: dict[str, list[str]]
    codes: dict[tuple[str, str], UnitCode]
    """Every code of every unit, whenever it was valid, by unit key and code."""

    def find(self, text: str) -> str:
        """The key of the unit a cell means: its key, else its official code now valid, else its exact name.

        Raises UnknownPlaceError when there is none, or naming the candidates when there are several.
        """
        if text in self.by_key:
            return text
        return _one_of(self.by_code.get(text) or self.by_name.get(text) or [], "unit", "its key, its code now valid or")


@dataclass(frozen=True)
class FieldBook:
    """Every field by code and by name."""

    by_code: dict[str, Field]
    by_name: dict[str, list[str]]

    def find(self, text: str) -> str:
        """The code of the field a cell means: its code, else its exact name. Raises UnknownPlaceError as units do."""
        if text in self.by_code:
            return text
        return _one_of(self.by_name.get(text, []), "field", "its code or")


def _one_of(candidates: list[str], what: str, ways: str) -> str:
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        raise UnknownPlaceError(f"could mean several {what}s: write one of {', '.join(sorted(candidates))}")
    raise UnknownPlaceError(f"names no {what} of this database: write {ways} its exact name, or import {what}s first")


def load_units(session: Session, today: date) -> UnitBook:
    """The units as they stand in this transaction."""
    by_key = {unit.key: unit for unit in session.scalars(select(Unit))}
    codes = {(code.unit_key, code.code): code for code in session.scalars(select(UnitCode))}
    by_code, by_name = defaultdict(list), defaultdict(list)
    for code in codes.values():
        if era_of_code(by_key[code.unit_key], code, today) == CURRENT:
            by_code[code.code].append(code.unit_key)
    for unit in by_key.values():
        by_name[unit.name].append(unit.key)
    return UnitBook(by_key, dict(by_code), dict(by_name), codes)


def load_fields(session: Session) -> FieldBook:
    """The fields as they stand in this transaction."""
    by_code = {field.code: field for field in session.scalars(select(Field))}
    by_name = defaultdict(list)
    for field in by_code.values():
        by_name[field.name].append(field.code)
    return FieldBook(by_code, dict(by_name))
