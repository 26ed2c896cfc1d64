"""Integrity: the run that finds flags, and the steps people take about them."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal, Protocol, get_args

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from analytics.integrity import BlockCounts, Flag, Rules, count_blocks, count_hours, detect
from analytics.periods import block_start, half_month_block
from app.errors import BadInputError, ForbiddenError, NotFoundError
from app.models import Exclusion, IntegrityFlag, IntegrityStep
from app.queries.exclusions import FLAG_PREFIX, LeftOut, count_left_out
from app.queries.integrity import count_dossiers_by_block, list_devices_used, list_steps, read_integrity_rows
from app.queries.opening import load_openings
from app.queries.units import is_within
from app.runtime import Runtime, first_hour_of
from app.services.people import Person

State = Literal["open", "explained", "confirmed", "dismissed"]
STATES: Final[tuple[State, ...]] = get_args(State)
Decision = Literal["confirmed", "dismissed"]

WORKING_DAYS_TO_EXPLAIN: Final = 5
MOST_CHARACTERS: Final = 2000
_DAYS_OF_A_RUN: Final = 75
"""Long enough for an hour of the day to have a profile, short enough for the profile to be today's."""


class HasState(Protocol):
    """A step, stored or shown."""

    @property
    def state(self) -> str: ...


class HasPlace(Protocol):
    """A flag, stored or shown."""

    @property
    def unit_key(self) -> str: ...
    @property
    def found_on(self) -> date: ...


class IntegrityRefusedError(BadInputError):
    """A step that cannot be taken; `sentence` says why, in Vietnamese."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Run:
    """What a run looked at and found."""

    first_on: date
    last_on: date
    n_responses: int
    n_flags: int
    n_new: int


def run_integrity(runtime: Runtime, first_on: date | None = None, last_on: date | None = None) -> Run:
    """Look at the responses of these days (inclusive; left out: the 75 or more that ended yesterday, from a half-month's start).

    New flags are written, known ones stay as they are; nothing else changes. Half-months that the days cut through are not
    compared as wholes. Raises BadInputError when the days are the wrong way round.
    """
    last_on = last_on or runtime.today() - timedelta(days=1)
    first_on = first_on or block_start(half_month_block(last_on - timedelta(days=_DAYS_OF_A_RUN)))
    if first_on > last_on:
        raise BadInputError("the first day is later than the last: swap them")
    first_hour, until_hour = first_hour_of(first_on), first_hour_of(last_on + timedelta(days=1))
    with runtime.database.read() as session:
        rows = read_integrity_rows(runtime, session, first_hour, until_hour)
        dossiers = count_dossiers_by_block(session, first_on, last_on)
        rules = Rules(openings=load_openings(session))
    table = count_blocks(rows).table if len(rows) else None
    if table is None:
        return Run(first_on, last_on, 0, 0, 0)
    whole = BlockCounts(table[(table["first_hour"] >= first_hour) & (table["last_hour"] < until_hour)])
    flags = detect(count_hours(rows), whole, dossiers, rules)
    return Run(first_on, last_on, len(rows), len(flags), _write(runtime, flags))


def _write(runtime: Runtime, flags: tuple[Flag, ...]) -> int:
    today = runtime.today()
    with runtime.database.write() as session:
        known = set(session.scalars(select(IntegrityFlag.id)))
        new = {flag_id: flag for flag in flags if (flag_id := name_flag(flag)) not in known}
        if new:
            session.execute(insert(IntegrityFlag), [_as_row(flag_id, flag, today) for flag_id, flag in new.items()])
    return len(new)


def name_flag(flag: Flag) -> str:
    """The id of a flag: the same kind at the same place has the same."""
    place = flag.place
    return hashlib.sha256(f"{flag.kind}|{place.device or ''}|{place.unit}|{place.first_hour}".encode()).hexdigest()[:16]


def _as_row(flag_id: str, flag: Flag, today: date) -> dict[str, object]:
    return {
        "id": flag_id,
        "kind": flag.kind,
        "unit_key": flag.place.unit,
        "device_id": flag.place.device,
        "block": flag.place.block,
        "first_hour": flag.place.first_hour,
        "last_hour": flag.place.last_hour,
        "evidence": asdict(flag.evidence),
        "p_value": flag.p_value,
        "adjusted_p": flag.adjusted_p,
        "found_on": today,
    }


def get_flag(session: Session, person: Person, flag_id: str) -> IntegrityFlag:
    """A flag within the person's place. Raises NotFoundError for any other, so that nobody learns what there is elsewhere."""
    flag = session.get(IntegrityFlag, flag_id)
    if flag is None or not (person.unit_key is None or is_within(session, flag.unit_key, person.unit_key)):
        raise NotFoundError("no such flag within this person's place")
    return flag


def state_of(steps: Sequence[HasState]) -> str:
    """The state the last step left; open without one."""
    return steps[-1].state if steps else "open"


def due_on(found_on: date) -> date:
    """The last day the unit has to explain: five working days, weekends not counted.

    >>> due_on(date(2025, 9, 10)).isoformat()
    '2025-09-17'
    """
    day, left = found_on, WORKING_DAYS_TO_EXPLAIN
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def is_own(flag: HasPlace, person: Person) -> bool:
    """Whether the flag is about the person's own unit: such a person explains and never decides."""
    return person.unit_key == flag.unit_key


def why_not_explain(steps: Sequence[HasState], person: Person) -> str | None:
    """None when the person may explain now; else the reason, in Vietnamese. The flag lies within the person's place."""
    if person.role != "unit_head":
        return "Giải trình do người đứng đầu đơn vị ghi."
    if state_of(steps) in ("confirmed", "dismissed"):
        return "Dấu hiệu này đã có kết luận nên không nhận thêm giải trình. Nếu có tình tiết mới, đề nghị gửi người đã kết luận."
    return None


def why_not_decide(flag: HasPlace, steps: Sequence[HasState], person: Person, today: date) -> str | None:
    """None when the person may decide now; else the reason, in Vietnamese."""
    if person.role != "analyst":
        return "Kết luận do chuyên viên phân tích của cấp trên ghi."
    if is_own(flag, person):
        return "Người của chính đơn vị không kết luận dấu hiệu của đơn vị mình; việc này do cấp trên làm."
    if not steps and today <= due_on(flag.found_on):
        until = f"{due_on(flag.found_on):%d/%m/%Y}"
        return f"Đơn vị còn thời hạn giải trình đến hết ngày {until}. Kết luận được sau khi có giải trình hoặc hết thời hạn."
    return None


def explain(runtime: Runtime, person: Person, flag_id: str, text: str) -> None:
    """The unit's answer. Raises NotFoundError, ForbiddenError for others than a unit head, IntegrityRefusedError with a sentence."""
    explain_several(runtime, person, [flag_id], text)


def explain_several(runtime: Runtime, person: Person, flag_ids: Collection[str], text: str) -> None:
    """One answer to several flags of one tablet or one kind: all of them or none. Raises what `explain` raises."""
    if person.role != "unit_head":
        raise ForbiddenError("only a unit head explains a flag")
    reason = read_reason(text, "giải trình")
    with runtime.database.write() as session:
        flags = _get_alike(session, person, flag_ids)
        taken = list_steps(session, flag_ids)
        for flag in flags:
            steps = taken.get(flag.id, [])
            refusal = why_not_explain(steps, person)
            if refusal is not None:
                raise IntegrityRefusedError(refusal)
            _add_step(session, flag.id, len(steps) + 1, "explained", reason, person, runtime.clock())


def decide(runtime: Runtime, person: Person, flag_id: str, decision: Decision, text: str) -> None:
    """Confirm a flag, which leaves its responses out of the figures, or dismiss it, which counts them again. Nothing is deleted.

    Raises NotFoundError; ForbiddenError for others than an analyst, and for the unit's own people; IntegrityRefusedError
    while the unit still has time to explain, or for a decision that stands already.
    """
    decide_several(runtime, person, [flag_id], decision, text)


def decide_several(runtime: Runtime, person: Person, flag_ids: Collection[str], decision: Decision, text: str) -> None:
    """One decision with one reason about several flags of one tablet or one kind: all of them or none. Raises what `decide` raises."""
    if person.role != "analyst":
        raise ForbiddenError("only an analyst decides about a flag")
    reason = read_reason(text, "lý do kết luận")
    with runtime.database.write() as session:
        flags = _get_alike(session, person, flag_ids)
        taken = list_steps(session, flag_ids)
        for flag in flags:
            if is_own(flag, person):
                raise ForbiddenError("a unit's people never decide about their own flag")
            steps = taken.get(flag.id, [])
            refusal = why_not_decide(flag, steps, person, runtime.today())
            if refusal is not None:
                raise IntegrityRefusedError(refusal)
            if state_of(steps) == decision:
                raise IntegrityRefusedError("Kết luận này đã được ghi trước đó. Mời tải lại trang để xem.")
            _add_step(session, flag.id, len(steps) + 1, decision, reason, person, runtime.clock())
            explanation = next((step.reason for step in reversed(steps) if step.state == "explained"), None)
            _exclude(session, flag, decision, reason, explanation, person, runtime.today())


def _get_alike(session: Session, person: Person, flag_ids: Collection[str]) -> list[IntegrityFlag]:
    """Flags that one sentence can be about: of one tablet, or of one kind."""
    flags = [get_flag(session, person, flag_id) for flag_id in sorted(set(flag_ids))]
    if not flags:
        raise IntegrityRefusedError("Chưa chọn dấu hiệu nào. Mời đánh dấu ít nhất một dấu hiệu trong danh sách.")
    devices = {flag.device_id for flag in flags}
    if len({flag.kind for flag in flags}) > 1 and (len(devices) > 1 or None in devices):
        raise IntegrityRefusedError("Chỉ ghi chung cho các dấu hiệu cùng một máy hoặc cùng một loại. Mời bỏ bớt lựa chọn rồi ghi lại.")
    return flags


def _add_step(session: Session, flag_id: str, number: int, state: State, reason: str, person: Person, now: datetime) -> None:
    session.add(IntegrityStep(flag_id=flag_id, number=number, state=state, reason=reason, by_name=person.name, recorded_at=now))
    try:
        session.flush()
    except IntegrityError:
        raise IntegrityRefusedError("Vừa có người khác ghi vào dấu hiệu này. Mời tải lại trang, xem rồi ghi lại.") from None


def read_reason(text: str, what: str) -> str:
    """One sentence of a person, its blanks single. Raises IntegrityRefusedError for one too short or too long."""
    reason = " ".join(text.split())
    if not 10 <= len(reason) <= MOST_CHARACTERS:
        raise IntegrityRefusedError(f"Mời ghi {what} bằng một câu trọn ý, từ 10 đến {MOST_CHARACTERS} ký tự.")
    return reason


def list_covered(session: Session, flag: IntegrityFlag) -> tuple[LeftOut, ...]:
    """What confirming a flag leaves out: the device's hour; the unit's tablets of the half-month where the desk is compared
    with the telephones; else everything of the unit in the half-month."""
    if flag.device_id is not None:
        return (LeftOut(None, flag.device_id, None, flag.first_hour, flag.last_hour),)
    if flag.kind in ("desk_phone_gap", "repeats_block"):
        devices = list_devices_used(session, flag.unit_key, flag.first_hour, flag.last_hour)
        return tuple(LeftOut(None, device, flag.unit_key, flag.first_hour, flag.last_hour) for device in devices)
    return (LeftOut(None, None, flag.unit_key, flag.first_hour, flag.last_hour),)


def count_covered(session: Session, flag: IntegrityFlag) -> int:
    """How many responses confirming it leaves out, whether another flag leaves them out already or not."""
    return count_left_out(session, list_covered(session, flag))


def _exclude(
    session: Session, flag: IntegrityFlag, decision: Decision, reason: str, explanation: str | None, person: Person, today: date
) -> None:
    """Write the exclusions of a confirmed flag, or give those it has the new state; only confirmed ones leave anything out."""
    kept = {one.id: one for one in session.scalars(select(Exclusion).where(Exclusion.id.startswith(f"{FLAG_PREFIX}{flag.id}")))}
    if decision == "confirmed":
        for place in list_covered(session, flag):
            name = f"{FLAG_PREFIX}{flag.id}-{place.device_id or place.unit_key}"
            if name not in kept:
                kept[name] = Exclusion(id=name, device_id=place.device_id, unit_key=place.unit_key)
                kept[name].first_hour, kept[name].last_hour = place.first_hour, place.last_hour
                session.add(kept[name])
    for exclusion in kept.values():
        exclusion.reason, exclusion.explanation, exclusion.state = reason, explanation, decision
        exclusion.decided_by, exclusion.decided_on = person.name, today
