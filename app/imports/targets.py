"""Targets into the database: one for a unit, a field and a year."""

from collections.abc import Sequence

from sqlalchemy import select

from app.imports.derived_ids import derive_id
from app.imports.plan import Changes, Context, Kind
from app.imports.target_file import TargetRow
from app.models import Target


def plan_targets(context: Context, rows: Sequence[TargetRow]) -> Changes:
    """Targets by unit, field and year; the same place and year in another file is the same target, set anew."""
    known = {(row.unit_key, row.field_code, row.year): row for row in context.session.scalars(select(Target))}
    changes = Changes()
    places = []
    for row in rows:
        place = (
            context.unit(row.number, "unit", row.unit),
            context.field(row.number, "field", row.field),
            row.year,
        )
        places.append((row.number, place))
        said = {"share": row.target} | ({"source": row.source} if row.says("source") else {})
        otherwise = {"unit_key": place[0], "field_code": place[1], "year": place[2], "source": ""}
        changes.note(row.number, Target, known.get(place), said, otherwise={"id": derive_id(*place), **otherwise})
    context.refuse_repetitions(places, "unit, field and year")
    return changes


TARGETS = Kind("targets", "Targets by unit, field and year.", TargetRow, plan_targets)
