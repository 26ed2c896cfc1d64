"""Fields and procedures."""

from collections.abc import Sequence

from pydantic import Field as Column
from sqlalchemy import select

from app.imports.cells import Code, FieldReference, Text, UnitReference, Whole
from app.imports.plan import Changes, Context, Kind
from app.imports.rows import Row, as_values
from app.models import Field, Procedure


class FieldRow(Row):
    """A field. Without a position the order of the file is the order of the screens."""

    code: Code
    name: Text
    resolving_unit: UnitReference | None = Column(
        default=None, description="the unit that resolves this field's dossiers where it is not the desk"
    )
    position: Whole = Column(default=0)


class ProcedureRow(Row):
    """An administrative procedure by its national code."""

    code: Code
    name: Text
    field: FieldReference


def plan_fields(context: Context, rows: Sequence[FieldRow]) -> Changes:
    """Fields by code."""
    context.refuse_repetitions(((row.number, row.code) for row in rows), "code")
    changes = Changes()
    for place, row in enumerate(rows):
        said = as_values(row, "code", "name", "position")
        if row.resolving_unit is not None:
            said["resolving_unit_key"] = context.unit(row.number, "resolving_unit", row.resolving_unit)
        known = context.fields.by_code.get(row.code)
        changes.note(row.number, Field, known, said, otherwise={"resolving_unit_key": None, "position": place})
    return changes


def plan_procedures(context: Context, rows: Sequence[ProcedureRow]) -> Changes:
    """Procedures by code."""
    known = {procedure.code: procedure for procedure in context.session.scalars(select(Procedure))}
    context.refuse_repetitions(((row.number, row.code) for row in rows), "code")
    changes = Changes()
    for row in rows:
        said = {**as_values(row, "code", "name"), "field_code": context.field(row.number, "field", row.field)}
        changes.note(row.number, Procedure, known.get(row.code), said)
    return changes


FIELDS = Kind("fields", "Fields.", FieldRow, plan_fields)
PROCEDURES = Kind("procedures", "Administrative procedures.", ProcedureRow, plan_procedures)
