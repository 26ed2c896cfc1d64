"""Dossiers finished and late, counted elsewhere: the population of cases behind the responses."""

from collections import defaultdict
from collections.abc import Sequence

from pydantic import Field as Column
from pydantic import model_validator
from sqlalchemy import select

from app.imports.cells import Block, FieldReference, Text, UnitReference, Whole
from app.imports.derived_ids import derive_id
from app.imports.plan import Changes, Context, Kind, load_by_key
from app.imports.rows import Row, as_values
from app.models import DossierCount
from survey_forms import MODES, Mode


class DossierRow(Row):
    """Dossiers of a unit, field and mode finished within a half-month, and how many of them late."""

    id: Text | None = Column(default=None, description="an id of the sender's; empty: unit, field, mode and block")
    unit: UnitReference
    field: FieldReference
    mode: Mode = Column(description=f"one of {', '.join(MODES)}")
    block: Block
    finished: Whole
    late: Whole
    source: Text = Column(default="", description="where the count was taken from")

    @model_validator(mode="after")
    def _no_more_late_than_finished(self) -> "DossierRow":
        if self.late > self.finished:
            raise ValueError("more dossiers are late than finished: late ones are among the finished")
        return self


Place = tuple[str | None, str | None, str, str]


def plan_dossiers(context: Context, rows: Sequence[DossierRow]) -> Changes:
    """Counts by id; without one by unit, field, mode and block, so that a corrected file corrects and never adds."""
    places = {row.number: _place(context, row) for row in rows}
    ids = _find_ids(context, rows, places)
    context.refuse_repetitions(((row.number, ids[row.number]) for row in rows), "id, or unit, field, mode and block,")
    known = load_by_key(context.session, DossierCount.id, ids.values())
    changes = Changes()
    for row in rows:
        unit_key, field_code, mode, block = places[row.number]
        place = {"unit_key": unit_key, "field_code": field_code, "mode": mode, "block": block}
        said = place | as_values(row, "finished", "late", "source")
        row_id = ids[row.number]
        changes.note(row.number, DossierCount, known.get(row_id), said, otherwise={"id": row_id, "source": ""})
    return changes


def _place(context: Context, row: DossierRow) -> Place:
    unit_key = context.unit(row.number, "unit", row.unit)
    return unit_key, context.field(row.number, "field", row.field), row.mode, row.block


def _find_ids(context: Context, rows: Sequence[DossierRow], places: dict[int, Place]) -> dict[int, str]:
    """The id of each row's count: its own, else that of the count already stored for the place, else a new one."""
    stored: dict[Place, list[str]] = defaultdict(list)
    blocks = {row.block for row in rows if row.id is None}
    for count in context.session.scalars(select(DossierCount).where(DossierCount.block.in_(blocks))):
        stored[count.unit_key, count.field_code, count.mode, count.block].append(count.id)
    ids = {}
    for row in rows:
        candidates = [] if row.id is not None else stored.get(places[row.number], [])
        if len(candidates) > 1:
            known = ", ".join(candidates)
            context.complain(row.number, "id", f"is needed, one of {known}: several counts stand for this place")
        ids[row.number] = row.id or (candidates[0] if candidates else derive_id("dossiers", *places[row.number]))
    return ids


DOSSIERS = Kind("dossiers", "Dossiers finished and late.", DossierRow, plan_dossiers)
