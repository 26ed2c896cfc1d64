"""Units: the national list as it is printed, or with keys, validity and predecessors of an office's own."""

from collections.abc import Sequence
from datetime import date

from app.imports.plan import Changes, Context, Kind
from app.imports.rows import as_values
from app.imports.successions import note_successions, refuse_contradictions
from app.imports.unit_keys import find_keys
from app.imports.unit_row import UnitRow
from app.models import Unit, UnitCode


def plan_units(context: Context, rows: Sequence[UnitRow]) -> Changes:
    """Units with their codes and successions; parents are noted before their children, as foreign keys ask."""
    found = find_keys(context, rows)
    changes = Changes()
    for row, key, parent_key in found:
        known = context.units.by_key.get(key)
        said = as_values(row, "name", "level", "office_name", "contacts") | _said_validity(row)
        if parent_key is not None:
            said["parent_key"] = parent_key
        otherwise = {"key": key, "parent_key": None, "valid_from_on": None, "valid_to_on": None}
        changes.note(row.number, Unit, known, said, otherwise=otherwise | {"office_name": "", "contacts": ""})
    for row, key, _parent_key in found:
        if row.code is not None:
            code = context.units.codes.get((key, row.code))
            otherwise = {"unit_key": key, "code": row.code, "valid_from_on": None, "valid_to_on": None}
            changes.note(row.number, UnitCode, code, _said_validity(row), otherwise=otherwise, is_part=True)
    successions = note_successions(context, found, changes)
    refuse_contradictions(context, {key: parent_key for _row, key, parent_key in found}, successions)
    return changes


def _said_validity(row: UnitRow) -> dict[str, date | None]:
    said = {"valid_from_on": row.valid_from, "valid_to_on": row.valid_to}
    return {name: day for name, day in said.items() if day is not None}


UNITS = Kind("units", "Units, their codes, parents and predecessors.", UnitRow, plan_units, needs_every_row=True)
