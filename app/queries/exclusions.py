"""Exclusions: which responses the confirmed ones leave out of a figure, and the list of all of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session

from app.models import Device, Exclusion, ExclusionStep, Response

CONFIRMED = "confirmed"
Columns = TypeVarTuple("Columns")
FLAG_PREFIX = "flag-"
"""What the id of an exclusion begins with that a confirmed flag wrote."""
_MOST_IN_A_ROW = 200


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one exclusion leaves out: a response, or what a device, unit or counter was answered between two hours, both inclusive."""

    response_id: UUID | None
    device_id: str | None
    unit_key: str | None
    first_hour: int | None
    last_hour: int | None
    counter_code: str | None = None


def list_left_out(session: Session) -> tuple[LeftOut, ...]:
    """Every confirmed exclusion, in a fixed order."""
    columns = (
        *(Exclusion.response_id, Exclusion.device_id, Exclusion.unit_key),
        *(Exclusion.first_hour, Exclusion.last_hour, Exclusion.counter_code),
    )
    statement = select(*columns).where(Exclusion.state == CONFIRMED).order_by(Exclusion.id)
    return tuple(LeftOut(*row) for row in session.execute(statement))


def list_kinds_left_out(session: Session) -> frozenset[str]:
    """What confirmed exclusions there are: "flag" of confirmed flags, "hand" made by hand."""
    ids = session.scalars(select(Exclusion.id).where(Exclusion.state == CONFIRMED))
    return frozenset("flag" if name.startswith(FLAG_PREFIX) else "hand" for name in ids)


def as_left_out(one: Exclusion) -> LeftOut:
    """What an exclusion leaves out once it is confirmed."""
    return LeftOut(one.response_id, one.device_id, one.unit_key, one.first_hour, one.last_hour, one.counter_code)


def count_left_out(session: Session, exclusions: tuple[LeftOut, ...]) -> int:
    """How many responses these leave out together, whether others leave them out already or not."""
    return int(session.scalar(select(func.count()).select_from(Response).where(is_left_out(exclusions))) or 0)


def is_left_out(exclusions: tuple[LeftOut, ...]) -> ColumnElement[bool]:
    """The condition on responses; a response that several exclusions name is left out once. One that names nothing leaves out nothing.

    Hours of one device or unit stand in one list: years of confirmed flags would else make an expression deeper than the
    1000 levels SQLite takes.
    """
    ids = [one.response_id for one in exclusions if one.response_id is not None]
    places: dict[tuple[str | None, str | None, str | None], list[LeftOut]] = {}
    for one in exclusions:
        if one.response_id is None and (one.device_id is not None or one.unit_key is not None):
            places.setdefault((one.device_id, one.unit_key, one.counter_code), []).append(one)
    conditions = [_covers(*place, some) for place, some in places.items()]
    if ids:
        conditions.append(Response.id.in_(ids))
    return _any_of(conditions)


def _covers(device_id: str | None, unit_key: str | None, counter_code: str | None, some: list[LeftOut]) -> ColumnElement[bool]:
    """What was answered at one device, unit or counter within any of the stretches of hours."""
    conditions = []
    if device_id is not None:
        # Written so that a response without a device is not left out, and "not left out" holds for it: NULL would be neither.
        conditions.append(and_(Response.device_id.is_not(None), Response.device_id == device_id))
    if unit_key is not None:
        conditions.append(Response.unit_key == unit_key)
    if counter_code is not None:
        conditions.append(and_(Response.counter_code.is_not(None), Response.counter_code == counter_code))
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


def find_place(session: Session, exclusion: Exclusion) -> str | None:
    """The unit an exclusion is about: its own, else that of its device or response."""
    if exclusion.unit_key is not None:
        return exclusion.unit_key
    if exclusion.device_id is not None:
        return session.scalar(select(Device.unit_key).where(Device.id == exclusion.device_id))
    return session.scalar(select(Response.unit_key).where(Response.id == exclusion.response_id))


def list_exclusion_units(session: Session) -> set[str]:
    """Every unit that some exclusion is about."""
    return {unit for unit in session.scalars(_with_place(select(_PLACE)).distinct()) if unit is not None}


def count_exclusions(session: Session, units: Collection[str] | None) -> dict[str, int]:
    """Exclusions about these units (None: about all), by state."""
    query = _with_place(select(Exclusion.state, func.count())).where(*_about(units)).group_by(Exclusion.state)
    return {state: int(n) for state, n in session.execute(query)}


def list_exclusions(
    session: Session, units: Collection[str] | None, states: Collection[str], first: int, most: int
) -> list[tuple[Exclusion, str | None]]:
    """Exclusions about these units in these states with the unit each is about: those that wait for somebody first, then the latest."""
    waits = case((Exclusion.state == "open", 0), else_=1)
    query = _with_place(select(Exclusion, _PLACE)).where(*_about(units), Exclusion.state.in_(states))
    query = query.order_by(waits, Exclusion.first_hour.desc(), Exclusion.id).offset(first).limit(most)
    return [(exclusion, unit) for exclusion, unit in session.execute(query)]


def list_exclusion_steps(session: Session, exclusion_id: str) -> list[ExclusionStep]:
    """The steps of an exclusion made by hand, in order."""
    return list(session.scalars(select(ExclusionStep).where(ExclusionStep.exclusion_id == exclusion_id).order_by(ExclusionStep.number)))


_PLACE = func.coalesce(Exclusion.unit_key, Device.unit_key, Response.unit_key)


def _with_place(query: Select[*Columns]) -> Select[*Columns]:
    devices = query.select_from(Exclusion).outerjoin(Device, Device.id == Exclusion.device_id)
    return devices.outerjoin(Response, Response.id == Exclusion.response_id)


def _about(units: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [] if units is None else [_PLACE.in_(sorted(units))]
