"""The demonstration office as rows: units, their successions and counters, tablets, fields, targets, calendar."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy.orm import Session

from app.demo.office import DemoOffice
from app.demo.response_rows import Row, insert_rows
from app.models import (
    Counter,
    Device,
    Field,
    Floor,
    Procedure,
    ReportingCalendar,
    Target,
    Unit,
    UnitCode,
    UnitSuccession,
)
from app.runtime import Runtime
from app.services.keys import hash_key


def write_office(runtime: Runtime, session: Session, office: DemoOffice) -> None:
    """Insert the office in the caller's transaction; what is pointed at comes before what points at it."""
    insert_rows(session, Unit, _unit_rows(office))
    insert_rows(session, UnitCode, _code_rows(office))
    insert_rows(session, UnitSuccession, _succession_rows(office))
    insert_rows(session, Counter, _counter_rows(office))
    insert_rows(session, Device, _tablet_rows(runtime, office))
    insert_rows(session, Field, _field_rows(office))
    insert_rows(session, Procedure, _procedure_rows(office))
    insert_rows(session, Target, _target_rows(office))
    insert_rows(session, Floor, [_floor_row(office)])
    calendar = {"valid_from_on": office.calendar_from_on, "start_day": 15, "source": office.calendar_source}
    insert_rows(session, ReportingCalendar, [calendar])


def _floor_row(office: DemoOffice) -> Row:
    return {"id": "nguong", "unit_key": None, "year": None, "share": office.floor.share, "source": office.floor.source}


def _unit_rows(office: DemoOffice) -> Iterator[Row]:
    for unit in office.units:
        yield {
            "key": unit.key,
            "name": unit.name,
            "level": unit.level,
            "office_name": unit.office_name,
            "contacts": unit.contacts,
            "parent_key": unit.parent_key,
            "valid_from_on": unit.valid_from_on,
            "valid_to_on": unit.valid_to_on,
        }


def _code_rows(office: DemoOffice) -> Iterator[Row]:
    for unit in office.units:
        for code in unit.codes:
            days = {"valid_from_on": unit.valid_from_on, "valid_to_on": unit.valid_to_on}
            yield {"unit_key": unit.key, "code": code, **days}


def _succession_rows(office: DemoOffice) -> Iterator[Row]:
    for unit in office.units:
        if unit.successor_key is not None and unit.valid_to_on is not None:
            yield {
                "old_key": unit.key,
                "new_key": unit.successor_key,
                "effective_on": unit.valid_to_on + timedelta(days=1),
                "share": 1.0,
            }


def _counter_rows(office: DemoOffice) -> Iterator[Row]:
    for unit in office.units:
        for code in unit.counters:
            yield {"unit_key": unit.key, "code": code, "name": f"Quầy {code}"}


def _tablet_rows(runtime: Runtime, office: DemoOffice) -> Iterator[Row]:
    for desk in office.desks:
        for device_id, counter in zip(desk.tablets, desk.counters, strict=False):
            yield {
                "id": device_id,
                "label": f"Máy tính bảng tại Quầy {counter}",
                "unit_key": desk.key,
                "counter_code": counter,
                # The hash of nobody's key: these tablets have sent what they sent, and nothing more comes from them.
                "key_hash": hash_key(runtime.random_bytes(32).hex()),
                "enrolled_on": office.days_of(desk, working=True)[0],
                "revoked_on": desk.valid_to_on,
            }


def _field_rows(office: DemoOffice) -> Iterator[Row]:
    for position, field in enumerate(office.fields, start=1):
        yield {
            "code": field.code,
            "name": field.name,
            "resolving_unit_key": field.resolving_unit_key,
            "position": position,
        }


def _procedure_rows(office: DemoOffice) -> Iterator[Row]:
    for field in office.fields:
        for procedure in field.procedures:
            yield {"code": procedure.code, "name": procedure.name, "field_code": field.code}


def _target_rows(office: DemoOffice) -> Iterator[Row]:
    for target in office.targets:
        yield {
            "id": f"chi-tieu-{target.field or 'chung'}",
            "unit_key": None,
            "field_code": target.field,
            # No year: a desk keeps receiving ratings after 2025, and the plan's targets stand until others are set.
            "year": None,
            "share": target.share,
            "source": target.source,
        }
