"""Confirmed exclusions: which responses are left out of a figure."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from app.models import Exclusion, Response

CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one exclusion leaves out: a response, or what a device or unit was answered between two hours, both inclusive."""

    response_id: UUID | None
    device_id: str | None
    unit_key: str | None
    first_hour: int | None
    last_hour: int | None


def list_left_out(session: Session) -> tuple[LeftOut, ...]:
    """Every confirmed exclusion, in a fixed order."""
    columns = (Exclusion.response_id, Exclusion.device_id, Exclusion.unit_key, Exclusion.first_hour, Exclusion.last_hour)
    statement = select(*columns).where(Exclusion.state == CONFIRMED).order_by(Exclusion.id)
    return tuple(LeftOut(*row) for row in session.execute(statement))


def is_left_out(exclusions: tuple[LeftOut, ...]) -> ColumnElement[bool]:
    """The condition on responses; a response that several exclusions name is left out once. One that names nothing leaves out nothing."""
    return or_(false(), *(_covers(exclusion) for exclusion in exclusions))


def _covers(exclusion: LeftOut) -> ColumnElement[bool]:
    if exclusion.response_id is not None:
        return Response.id == exclusion.response_id
    if exclusion.device_id is None and exclusion.unit_key is None:
        return false()
    conditions = []
    if exclusion.device_id is not None:
        # Written so that a response without a device is not left out, and "not left out" holds for it: NULL would be neither.
        conditions.append(and_(Response.device_id.is_not(None), Response.device_id == exclusion.device_id))
    if exclusion.unit_key is not None:
        conditions.append(Response.unit_key == exclusion.unit_key)
    if exclusion.first_hour is not None:
        conditions.append(Response.answered_hour >= exclusion.first_hour)
    if exclusion.last_hour is not None:
        conditions.append(Response.answered_hour <= exclusion.last_hour)
    return and_(*conditions)
