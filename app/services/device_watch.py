"""How the tablets are doing: what each last said, whether its sheets add up, and what an administrator should look at."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.config import LOCAL_ZONE
from app.models import Counter, Device, DeviceState, Response, Unit, WalkAway
from app.runtime import Runtime
from app.services.heartbeat import CLOCK_TOLERANCE
from app.vietnamese import collation_key

SILENCE: Final = timedelta(hours=2)
OFFICE_HOURS: Final = ((time(7, 30), time(11, 30)), (time(13, 30), time(17, 0)))
"""Monday to Friday, Việt Nam time."""
_LONGEST_LOOK = timedelta(days=10)  # longer silence is silence in any case


class Alarm(Enum):
    """What is wrong with a tablet."""

    sums = "sums"
    """saved is not acknowledged + quarantined + refused + pending"""
    missing_here = "missing_here"
    """the tablet was told of more sheets than we have of it"""
    lost_box = "lost_box"
    storage_refused = "storage refused"
    storage_full = "storage full"
    silent = "silent"
    never_heard = "never_heard"


class Note(Enum):
    """What is worth knowing and no alarm."""

    clock = "clock"
    not_persistent = "not_persistent"
    refused = "refused"
    no_pin = "no_pin"


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """One tablet as the administrator sees it. `state` None: it has never reported."""

    id: str
    label: str
    unit_key: str
    unit_name: str
    counter_name: str | None
    enrolled_on: object
    revoked_on: object | None
    state: DeviceState | None
    reported_at: datetime | None
    oldest_pending_at: datetime | None
    walk_aways: int
    alarms: tuple[Alarm, ...]
    notes: tuple[Note, ...]

    @property
    def is_fine(self) -> bool:
        """Nothing to look at."""
        return not self.alarms and not self.notes


def adds_up(state: DeviceState) -> bool:
    """Whether every sheet the tablet saved is accounted for.

    >>> adds_up(DeviceState(saved=9, acknowledged=5, quarantined=1, refused=1, pending=2))
    True
    """
    return state.saved == state.acknowledged + state.quarantined + state.refused + state.pending


def office_time_between(first_at: datetime, last_at: datetime) -> timedelta:
    """How much office time lies between two moments; of a silence above ten days, that of its last ten.

    >>> friday, monday = datetime(2025, 9, 12, 9, 0, tzinfo=UTC), datetime(2025, 9, 15, 1, 30, tzinfo=UTC)
    >>> office_time_between(friday, monday)  # 16:00 to 17:00 and 7:30 to 8:30
    datetime.timedelta(seconds=7200)
    """
    first_at = max(first_at, last_at - _LONGEST_LOOK)
    total, day = timedelta(), first_at.astimezone(LOCAL_ZONE).date()
    while day <= last_at.astimezone(LOCAL_ZONE).date():
        if day.weekday() < 5:
            for opens, closes in OFFICE_HOURS:
                start = max(first_at, datetime.combine(day, opens, LOCAL_ZONE))
                end = min(last_at, datetime.combine(day, closes, LOCAL_ZONE))
                total += max(end - start, timedelta())
        day += timedelta(days=1)
    return total


def list_device_reports(runtime: Runtime, session: Session, unit_keys: Collection[str] | None) -> list[DeviceReport]:
    """The tablets of these units (None: all), those that need somebody first, then by place and name; revoked ones last."""
    rows = session.execute(
        select(Device, DeviceState, Unit.name, Counter.name)
        .join(Unit, Unit.key == Device.unit_key)
        .outerjoin(DeviceState, DeviceState.device_id == Device.id)
        .outerjoin(Counter, (Counter.unit_key == Device.unit_key) & (Counter.code == Device.counter_code))
    ).all()
    arrived = select(Response.device_id, func.count()).group_by(Response.device_id)
    stored = {key: int(n) for key, n in session.execute(arrived)}
    since = runtime.today() - timedelta(days=30)
    counted = select(WalkAway.device_id, func.sum(WalkAway.people)).where(WalkAway.left_on > since).group_by(WalkAway.device_id)
    left = {key: int(people) for key, people in session.execute(counted)}
    reports = [
        _report(runtime, device, state, unit_name, counter_name, stored.get(device.id, 0), left.get(device.id, 0))
        for device, state, unit_name, counter_name in rows
        if unit_keys is None or device.unit_key in unit_keys
    ]
    return sorted(reports, key=lambda r: (r.revoked_on is not None, not r.alarms, collation_key(r.unit_name), collation_key(r.label)))


def _report(
    runtime: Runtime, device: Device, state: DeviceState | None, unit_name: str, counter_name: str | None, n_stored: int, walk_aways: int
) -> DeviceReport:
    reported_at = _aware(state.reported_at) if state is not None else None
    is_revoked = device.revoked_on is not None
    return DeviceReport(
        id=device.id,
        label=device.label,
        unit_key=device.unit_key,
        unit_name=unit_name,
        counter_name=counter_name,
        enrolled_on=device.enrolled_on,
        revoked_on=device.revoked_on,
        state=state,
        reported_at=reported_at,
        oldest_pending_at=_oldest(state),
        walk_aways=walk_aways,
        alarms=() if is_revoked else _alarms(runtime, state, reported_at, n_stored),
        notes=() if is_revoked else _notes(device, state),
    )


def _alarms(runtime: Runtime, state: DeviceState | None, reported_at: datetime | None, n_stored: int) -> tuple[Alarm, ...]:
    if state is None or reported_at is None:
        return (Alarm.never_heard,)
    found = []
    if not adds_up(state):
        found.append(Alarm.sums)
    if state.acknowledged > n_stored:
        found.append(Alarm.missing_here)
    if state.lost_pending:
        found.append(Alarm.lost_box)
    if state.trouble is not None:
        found.append(Alarm(state.trouble))
    if office_time_between(reported_at, runtime.clock()) >= SILENCE:
        found.append(Alarm.silent)
    return tuple(found)


def _notes(device: Device, state: DeviceState | None) -> tuple[Note, ...]:
    found = []
    if state is not None and abs(timedelta(seconds=state.clock_offset_seconds)) > CLOCK_TOLERANCE:
        found.append(Note.clock)
    if state is not None and state.is_storage_persistent is False:
        found.append(Note.not_persistent)
    if state is not None and state.refused:
        found.append(Note.refused)
    if device.staff_pin is None:
        found.append(Note.no_pin)
    return tuple(found)


def _oldest(state: DeviceState | None) -> datetime | None:
    """When the oldest waiting sheet was saved, by our clock."""
    if state is None or state.oldest_pending_hour is None:
        return None
    try:
        return datetime.fromtimestamp(state.oldest_pending_hour * 3600, UTC) - timedelta(seconds=state.clock_offset_seconds)
    except (OverflowError, ValueError):
        return None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
