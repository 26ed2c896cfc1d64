"""Confirmed exclusions: which responses are left out of a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from app.models import Exclusion, Response

CONFIRMED = "confirmed"
_MOST_IN_A_ROW = 200


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
    """The condition on responses; a response that several exclusions name is left out once. One that names nothing leaves out nothing.

    Hours of one device or unit stand in one list: years of confirmed flags would else make an expression deeper than the
    1000 levels SQLite takes.
    """
    ids = [one.response_id for one in exclusions if one.response_id is not None]
    places: dict[tuple[str | None, str | None], list[LeftOut]] = {}
    for one in exclusions:
        if one.response_id is None and (one.device_id is not None or one.unit_key is not None):
            places.setdefault((one.device_id, one.unit_key), []).append(one)
    conditions = [_covers(device_id, unit_key, some) for (device_id, unit_key), some in places.items()]
    if ids:
        conditions.append(Response.id.in_(ids))
    return _any_of(conditions)


def _covers(device_id: str | None, unit_key: str | None, some: list[LeftOut]) -> ColumnElement[bool]:
    """What was answered at one device or unit within any of the stretches of hours."""
    conditions = []
    if device_id is not None:
        # Written so that a response without a device is not left out, and "not left out" holds for it: NULL would be neither.
        conditions.append(and_(Response.device_id.is_not(None), Response.device_id == device_id))
    if unit_key is not None:
        conditions.append(Response.unit_key == unit_key)
    single = sorted({one.first_hour for one in some if one.first_hour is not None and one.first_hour == one.last_hour})
    stretches = [_within(one) for one in some if one.first_hour is None or one.first_hour != one.last_hour]
    if single:
        stretches.append(Response.answered_hour.in_(single))
    return and_(*conditions, _any_of(stretches))


def _within(one: LeftOut) -> ColumnElement[bool]:
    ends = [] if one.first_hour is None else [Response.answered_hour >= one.first_hour]
    if one.last_hour is not None:
        ends.append(Response.answered_hour <= one.last_hour)
    return and_(true(), *ends)


def _any_of(conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """OR in two levels, because a flat chain is as deep as it is long. What always holds keeps SQLAlchemy from flattening them again."""
    if len(conditions) <= _MOST_IN_A_ROW:
        return or_(false(), *conditions)
    groups = [conditions[first : first + _MOST_IN_A_ROW] for first in range(0, len(conditions), _MOST_IN_A_ROW)]
    return or_(false(), *(and_(Response.id.is_not(None), or_(false(), *group)) for group in groups))
