"""What an analyst can narrow a view to: procedures, counters, tablets, by name."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Counter, Device, Procedure, Unit


def list_procedures(session: Session, field: str | None) -> dict[str, str]:
    """Procedures by code: of one field, or all."""
    query = select(Procedure.code, Procedure.name)
    return dict(session.execute(query if field is None else query.where(Procedure.field_code == field)).all())


def list_counters(session: Session, units: Collection[str] | None) -> dict[str, str]:
    """Counters by code, those of these units (None: of all). A code is a desk's own: where desks name it differently, the code stands."""
    names: dict[str, set[str]] = {}
    for unit, code, name in session.execute(select(Counter.unit_key, Counter.code, Counter.name)):
        if units is None or unit in units:
            names.setdefault(code, set()).add(name)
    return {code: min(of) if len(of) == 1 else f"Quầy {code}" for code, of in names.items()}


def list_devices(session: Session, units: Collection[str] | None) -> dict[str, str]:
    """Tablets by id, those of these units (None: of all), with the unit where two bear the same label."""
    query = select(Device.id, Device.label, Device.unit_key, Unit.name).join(Unit, Unit.key == Device.unit_key)
    rows = [row for row in session.execute(query) if units is None or row[2] in units]
    labels = [label for _, label, _, _ in rows]
    return {key: label if labels.count(label) == 1 else f"{label}, {unit_name}" for key, label, _, unit_name in rows}
