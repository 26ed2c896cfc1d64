"""Exclusions made by hand: what was no rating – a trial run, a training – proposed by one, confirmed by a second, withdrawn by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, get_args

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.errors import ForbiddenError, NotFoundError
from app.models import Counter, Device, Exclusion, ExclusionStep
from app.queries.exclusions import FLAG_PREFIX, find_place, list_exclusion_steps
from app.queries.units import is_within
from app.runtime import Runtime, first_hour_of
from app.services.integrity import HasState, IntegrityRefusedError, read_reason
from app.services.people import Person, Role

State = Literal["open", "confirmed", "dismissed", "withdrawn"]
STATES: Final[tuple[State, ...]] = get_args(State)
Settlement = Literal["confirmed", "dismissed"]
"""What the second person says."""
ACTING_ROLES: Final[tuple[Role, ...]] = ("analyst", "unit_head")
MOST_DAYS: Final = 31
"""A trial or a training lasts days; a longer stretch would be a quarter's figure taken away with one sentence."""
_ID_PREFIX: Final = "hand-"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where and when: everything of a tablet, or of a counter of a unit, from an hour of one day to before an hour of another."""

    device_id: str | None
    unit_key: str | None
    counter_code: str | None
    first_on: date
    last_on: date
    from_hour: int = 0
    to_hour: int = 24

    @property
    def first_hour(self) -> int:
        """The first hour left out, since 1970-01-01T00Z."""
        return first_hour_of(self.first_on) + self.from_hour

    @property
    def last_hour(self) -> int:
        """The last hour left out, itself included."""
        return first_hour_of(self.last_on) + self.to_hour - 1


def propose_exclusion(runtime: Runtime, person: Person, stretch: Stretch, text: str) -> str:
    """Propose to leave out a stretch, which changes no figure yet; the id.

    Whoever stands at the place or above may propose, the unit itself too: it knows best what was a trial. Raises ForbiddenError for
    other roles, NotFoundError for a place out of sight, IntegrityRefusedError for a stretch or reason that cannot be taken.
    """
    if person.role not in ACTING_ROLES:
        raise ForbiddenError("only analysts and unit heads propose exclusions")
    reason = read_reason(text, "lý do loại trừ")
    _check_stretch(stretch, runtime.today())
    name = f"{_ID_PREFIX}{runtime.random_bytes(8).hex()}"
    with runtime.database.write() as session:
        exclusion = Exclusion(id=name, device_id=stretch.device_id, unit_key=stretch.unit_key, counter_code=stretch.counter_code)
        exclusion.first_hour, exclusion.last_hour = stretch.first_hour, stretch.last_hour
        exclusion.reason, exclusion.state = reason, "open"
        _check_place(session, person, stretch)
        session.add(exclusion)
        session.flush()
        _add_step(session, runtime, name, 1, "open", reason, person)
    return name


def _check_stretch(stretch: Stretch, today: date) -> None:
    if stretch.first_hour > stretch.last_hour:
        raise IntegrityRefusedError("Thời điểm bắt đầu phải trước thời điểm kết thúc. Mời xem lại ngày và giờ.")
    if stretch.last_on > today:
        raise IntegrityRefusedError("Chỉ loại trừ phiếu đã có: ngày kết thúc không sau hôm nay.")
    if stretch.last_on - stretch.first_on >= timedelta(days=MOST_DAYS):
        raise IntegrityRefusedError(
            f"Mỗi đề nghị nhiều nhất {MOST_DAYS} ngày. Thời gian dài hơn cần nhiều đề nghị, mỗi đề nghị có lý do riêng."
        )


def _check_place(session: Session, person: Person, stretch: Stretch) -> None:
    unit_key = stretch.unit_key
    if stretch.device_id is not None:
        device = session.get(Device, stretch.device_id)
        unit_key = device.unit_key if device is not None else None
    elif unit_key is None or session.get(Counter, (unit_key, stretch.counter_code or "")) is None:
        unit_key = None
    if unit_key is None or not (person.unit_key is None or is_within(session, unit_key, person.unit_key)):
        raise NotFoundError("no such tablet or counter within this person's place")


def get_exclusion(session: Session, person: Person, exclusion_id: str) -> tuple[Exclusion, str]:
    """An exclusion made by hand and its unit, within the person's place. Raises NotFoundError for any other."""
    exclusion = session.get(Exclusion, exclusion_id)
    unit_key = find_place(session, exclusion) if exclusion is not None and not exclusion_id.startswith(FLAG_PREFIX) else None
    if exclusion is None or unit_key is None or not (person.unit_key is None or is_within(session, unit_key, person.unit_key)):
        raise NotFoundError("no such exclusion within this person's place")
    return exclusion, unit_key


def why_not_settle(unit_key: str, steps: Sequence[ExclusionStep], person: Person) -> str | None:
    """None when the person may confirm or refuse the proposal now; else the reason, in Vietnamese."""
    if _state_of(steps) != "open":
        return "Đề nghị này đã được xử lý."
    return _why_not_from_above(unit_key, person) or (
        "Người đề nghị không tự xác nhận: cần một người thứ hai." if steps and steps[0].by_name == person.name else None
    )


def why_not_withdraw(unit_key: str, steps: Sequence[ExclusionStep], person: Person) -> str | None:
    """None when the person may withdraw it now: one in force from above, one that waits also by who proposed it."""
    state = _state_of(steps)
    if state not in ("open", "confirmed"):
        return "Loại trừ này không còn áp dụng nên không cần rút."
    if state == "open" and steps and steps[0].by_name == person.name:
        return None
    return _why_not_from_above(unit_key, person)


def _why_not_from_above(unit_key: str, person: Person) -> str | None:
    if person.role not in ACTING_ROLES:
        return "Việc này do chuyên viên phân tích hoặc người đứng đầu của cấp trên ghi."
    if person.unit_key == unit_key:
        return "Người của chính đơn vị không quyết định loại trừ phiếu của đơn vị mình; việc này do cấp trên làm."
    return None


def _state_of(steps: Sequence[HasState]) -> str:
    return steps[-1].state if steps else "open"


def settle_exclusion(runtime: Runtime, person: Person, exclusion_id: str, decision: Settlement, text: str) -> None:
    """A second person confirms, which leaves the responses out at the next load, or refuses.

    Raises NotFoundError, IntegrityRefusedError.
    """
    _step(runtime, person, exclusion_id, decision, text)


def withdraw_exclusion(runtime: Runtime, person: Person, exclusion_id: str, text: str) -> None:
    """Count the responses again, with a reason; the exclusion stays on record. Raises NotFoundError, IntegrityRefusedError."""
    _step(runtime, person, exclusion_id, "withdrawn", text)


def _step(runtime: Runtime, person: Person, exclusion_id: str, state: State, text: str) -> None:
    reason = read_reason(text, "lý do rút" if state == "withdrawn" else "ý kiến")
    with runtime.database.write() as session:
        exclusion, unit_key = get_exclusion(session, person, exclusion_id)
        steps = list_exclusion_steps(session, exclusion_id)
        refusal = (why_not_withdraw if state == "withdrawn" else why_not_settle)(unit_key, steps, person)
        if refusal is not None:
            raise IntegrityRefusedError(refusal)
        _add_step(session, runtime, exclusion_id, len(steps) + 1, state, reason, person)
        # The reason it was proposed for stays on the row; what the others said stands in the steps.
        exclusion.state, exclusion.decided_by, exclusion.decided_on = state, person.name, runtime.today()


def _add_step(session: Session, runtime: Runtime, exclusion_id: str, number: int, state: State, reason: str, person: Person) -> None:
    step = ExclusionStep(exclusion_id=exclusion_id, number=number, state=state, reason=reason, by_name=person.name)
    step.recorded_at = runtime.clock()
    session.add(step)
    try:
        session.flush()
    except IntegrityError:
        raise IntegrityRefusedError("Vừa có người khác ghi vào loại trừ này. Mời tải lại trang, xem rồi ghi lại.") from None
