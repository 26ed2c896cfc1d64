"""What a tablet says of itself: counters, versions, its clock, and how many people walked away. Never an answer."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session

from app.errors import BadInputError
from app.models import Device, DeviceState, InstrumentVersion, WalkAway
from app.runtime import Runtime

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
_MOST = 2**31 - 1  # an integer column's
_NOT_OF_THE_BOX = {"clock", "walk_aways", "box", "saved", "acknowledged", "quarantined", "refused", "pending", "oldest_pending_hour"}
_LONGEST_OFFSET = timedelta(days=366 * 60).total_seconds()

Count = Annotated[int, Field(ge=0, le=_MOST)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class WalkAways(BaseModel):
    """People who left half-way on one day after one criterion: the tablet's running total of that day, so that telling it twice is safe."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    left_on: date
    instrument: Name
    last_criterion: Name
    people: Count


class Heartbeat(BaseModel):
    """One report. `clock` is the tablet's own, `oldest_pending_hour` counts hours since 1970-01-01T00Z on it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    box: Name | None
    saved: Count
    acknowledged: Count
    quarantined: Count
    refused: Count
    pending: Count
    oldest_pending_hour: Count | None = None
    app_version: Annotated[str, Field(max_length=100)]
    is_storage_persistent: bool | None = None
    trouble: Literal["storage refused", "storage full"] | None = None
    clock: AwareDatetime
    walk_aways: Annotated[list[WalkAways], Field(max_length=500)] = []


def read_heartbeat(body: bytes) -> Heartbeat:
    """Read a posted heartbeat. Raises BadInputError naming the fields that are wrong, never their values."""
    try:
        return Heartbeat.model_validate_json(body)
    except ValidationError as error:
        fields = sorted({".".join(map(str, e["loc"])) or "the body" for e in error.errors(include_input=False, include_url=False)})
        raise BadInputError(f"not a heartbeat: {', '.join(fields)}") from None


def record_heartbeat(runtime: Runtime, device_id: str, beat: Heartbeat) -> dict[str, object]:
    """Keep what a tablet said and answer with the server's time and the hash of its staff PIN.

    Raises DatabaseUnavailableError when nothing could be stored.
    """
    now = runtime.clock()

    def work(session: Session) -> dict[str, object]:
        state = session.get(DeviceState, device_id)
        lost = _count_lost(state, beat)
        offset = (beat.clock - now).total_seconds()
        # A tablet without a box has nothing to count; what its box said before stands, so that a loss is not forgotten.
        told = beat.model_dump(exclude={"clock", "walk_aways"} if beat.box is not None or state is None else _NOT_OF_THE_BOX)
        values = {
            "reported_at": now,
            "clock_offset_seconds": round(max(-_LONGEST_OFFSET, min(_LONGEST_OFFSET, offset))),
            "lost_pending": lost,
            **told,
        }
        if state is None:
            session.add(DeviceState(device_id=device_id, **values))
        else:
            for name, value in values.items():
                setattr(state, name, value)
        _add_walk_aways(runtime, session, device_id, beat.walk_aways, timedelta(days=round(offset / 86_400)))
        device = session.get_one(Device, device_id)
        return {"time": now.astimezone(UTC).isoformat(), "device": device_id, "staff_pin": device.staff_pin}

    return runtime.database.write_together(work)


def _count_lost(state: DeviceState | None, beat: Heartbeat) -> int:
    """Sheets pending in a box that is gone: the browser lost its storage, somebody cleared it, or another browser took over."""
    if state is None:
        return 0
    is_another_box = state.box is not None and beat.box is not None and beat.box != state.box
    return state.lost_pending + (state.pending if is_another_box else 0)


def _add_walk_aways(runtime: Runtime, session: Session, device_id: str, walk_aways: Iterable[WalkAways], days_ahead: timedelta) -> None:
    for each in walk_aways:
        if session.get(InstrumentVersion, each.instrument) is None:
            continue  # an instrument nobody published counts nothing
        left_on = min(_shifted(each.left_on, days_ahead), runtime.today())
        key = (device_id, left_on, each.instrument, each.last_criterion)
        row = session.get(WalkAway, key)
        if row is None:
            session.add(WalkAway(device_id=device_id, left_on=key[1], instrument_id=key[2], last_criterion=key[3], people=each.people))
        else:
            row.people = max(row.people, each.people)
        session.flush()


def _shifted(day: date, days_ahead: timedelta) -> date:
    """The day by our calendar, for a tablet whose clock runs whole days ahead or behind."""
    try:
        return day - days_ahead
    except OverflowError:
        return day


def find_clock_offset(session: Session, device_id: str) -> timedelta:
    """How far a tablet's clock ran ahead of ours when it last reported; nothing within five minutes."""
    state = session.get(DeviceState, device_id)
    offset = timedelta(seconds=state.clock_offset_seconds) if state is not None else timedelta()
    return offset if abs(offset) > CLOCK_TOLERANCE else timedelta()


def corrected_moment(answered_at: datetime, clock_offset: timedelta) -> datetime:
    """When an answer was given by our clock. A moment at the edge of the calendar stays as it is."""
    try:
        return answered_at - clock_offset
    except OverflowError:
        return answered_at
