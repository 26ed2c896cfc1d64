"""One flag as a page reads it: the stored row with the names around it, its state and its steps."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.integrity import HourPoint, Kind, Span
from app.models import Device, IntegrityFlag, IntegrityStep
from app.queries.integrity import list_steps
from app.queries.units import list_names, load_tree
from app.services.integrity import due_on, state_of
from app.services.people import Person


@dataclass(frozen=True, slots=True)
class StepView:
    """A step with its time aware: SQLite keeps no zone."""

    state: str
    reason: str
    by_name: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FlagView:
    """A flag with everything a page prints; the numbers are those of `analytics.integrity.Evidence`."""

    id: str
    kind: Kind
    unit_key: str
    unit_name: str
    device_id: str | None
    device_label: str | None
    block: str
    first_hour: int
    count: int
    of: int | None
    expected: float | None
    share: float | None
    usual: float | None
    hours: tuple[HourPoint, ...]
    peers: tuple[float, ...]
    open_minutes: tuple[Span, ...] | None
    """The hours the office had stated for that day when the flag was found; None: none, or found before there were any."""
    p_value: float | None
    adjusted_p: float | None
    found_on: date
    due_on: date
    state: str
    steps: tuple[StepView, ...]


def view_flags(session: Session, flags: list[IntegrityFlag]) -> list[FlagView]:
    """These flags with names, states and steps."""
    names = list_names(session, {flag.unit_key for flag in flags})
    labels = dict(session.execute(select(Device.id, Device.label)).all()) if any(flag.device_id for flag in flags) else {}
    steps = list_steps(session, {flag.id for flag in flags})
    return [_view(flag, names, labels, steps.get(flag.id, [])) for flag in flags]


def _view(flag: IntegrityFlag, names: Mapping[str, str], labels: Mapping[str, str], steps: list[IntegrityStep]) -> FlagView:
    evidence = cast(Mapping[str, Any], flag.evidence)
    return FlagView(
        id=flag.id,
        kind=cast(Kind, flag.kind),
        unit_key=flag.unit_key,
        unit_name=names.get(flag.unit_key, flag.unit_key),
        device_id=flag.device_id,
        device_label=labels.get(flag.device_id or ""),
        block=flag.block,
        first_hour=flag.first_hour,
        count=evidence["count"],
        of=evidence["of"],
        expected=evidence["expected"],
        share=evidence["share"],
        usual=evidence["usual"],
        hours=tuple(HourPoint(**point) for point in evidence["hours"]),
        peers=tuple(evidence["peers"]),
        open_minutes=None if evidence.get("open_minutes") is None else tuple((a, b) for a, b in evidence["open_minutes"]),
        p_value=flag.p_value,
        adjusted_p=flag.adjusted_p,
        found_on=flag.found_on,
        due_on=due_on(flag.found_on),
        state=state_of(steps),
        steps=tuple(StepView(s.state, s.reason, s.by_name, as_aware(s.recorded_at)) for s in steps),
    )


def as_aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def find_sight(session: Session, person: Person, places: Collection[str]) -> frozenset[str] | None:
    """Those of the places that lie within the person's; None for somebody who sees all of them."""
    if person.unit_key is None:
        return None
    return frozenset(load_tree(session).subtree(person.unit_key)) & frozenset(places)
