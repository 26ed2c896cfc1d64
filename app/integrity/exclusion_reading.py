"""Exclusions as pages read them: where, when, why, by whom, how many responses; and the form that proposes one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.integrity.reading import StepView, as_aware, find_sight
from app.models import Counter, Device, Exclusion
from app.queries.exclusions import (
    FLAG_PREFIX,
    as_left_out,
    count_exclusions,
    count_left_out,
    list_exclusion_steps,
    list_exclusion_units,
    list_exclusions,
)
from app.queries.units import list_names, load_tree
from app.runtime import day_of_hour, first_hour_of
from app.services.exclusions import STATES, Stretch
from app.services.integrity import IntegrityRefusedError
from app.services.people import Person
from app.vietnamese import collation_key, day
from kiosk.typography import NO_BREAK_SPACE

PER_PAGE: Final = 50
MOST_PLACES: Final = 600
"""A longer list of tablets and counters is no list: choosing the unit first makes it short."""

STATE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("Chờ người thứ hai xác nhận", "○"),
    "confirmed": ("Đang áp dụng, không tính phiếu", "●"),
    "dismissed": ("Không chấp nhận, vẫn tính phiếu", "–"),
    "withdrawn": ("Đã rút, tính lại phiếu", "↺"),
}
"""Each state in words, and a sign that does not need colour."""
STEP_WORDS: Final[Mapping[str, str]] = {
    "open": "Đề nghị loại trừ",
    "confirmed": "Xác nhận, không tính phiếu",
    "dismissed": "Không chấp nhận, vẫn tính phiếu",
    "withdrawn": "Rút, tính lại phiếu",
}


@dataclass(frozen=True, slots=True)
class ExclusionView:
    """One exclusion. `flag_id`: the confirmed flag that wrote it, None for one made by hand, which has steps."""

    id: str
    flag_id: str | None
    unit_key: str
    unit_name: str
    what: str
    when: str
    reason: str
    state: str
    by_name: str
    decided_on: date | None
    n_responses: int
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True)
class ExclusionPage:
    """One page of the list."""

    views: list[ExclusionView]
    counts: dict[str, int]
    n_found: int
    page: int
    n_pages: int
    state: str


@dataclass(frozen=True, slots=True)
class Place:
    """A tablet or counter that can be chosen: what the form sends, and its name."""

    value: str
    name: str


def read_exclusion_page(session: Session, person: Person, args: Mapping[str, str]) -> ExclusionPage:
    """Those in force and those that wait, unless the address names a state."""
    state = args.get("state", "")
    state = state if state in STATES else ""
    sight = find_sight(session, person, list_exclusion_units(session))
    counts = count_exclusions(session, sight)
    states = (state,) if state else ("open", "confirmed")
    n_found = sum(counts.get(name, 0) for name in states)
    n_pages = max(1, -(-n_found // PER_PAGE))
    text = args.get("page", "")
    page = min(max(int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1, 1), n_pages)
    found = list_exclusions(session, sight, states, (page - 1) * PER_PAGE, PER_PAGE)
    views = view_exclusions(session, [(exclusion, unit) for exclusion, unit in found if unit is not None])
    return ExclusionPage(views, {name: counts.get(name, 0) for name in STATES}, n_found, page, n_pages, state)


def view_exclusions(session: Session, found: list[tuple[Exclusion, str]]) -> list[ExclusionView]:
    """These exclusions with the names around them."""
    names = list_names(session, {unit for _, unit in found})
    return [_view(session, exclusion, unit, names.get(unit, unit)) for exclusion, unit in found]


def _view(session: Session, exclusion: Exclusion, unit: str, unit_name: str) -> ExclusionView:
    steps = tuple(StepView(s.state, s.reason, s.by_name, as_aware(s.recorded_at)) for s in list_exclusion_steps(session, exclusion.id))
    is_flag = exclusion.id.startswith(FLAG_PREFIX)
    return ExclusionView(
        id=exclusion.id,
        flag_id=exclusion.id.removeprefix(FLAG_PREFIX).partition("-")[0] if is_flag else None,
        unit_key=unit,
        unit_name=unit_name,
        what=_tell_what(session, exclusion),
        when=tell_stretch(exclusion.first_hour, exclusion.last_hour),
        reason=exclusion.reason,
        state=exclusion.state,
        by_name=exclusion.decided_by or (steps[0].by_name if steps else ""),
        decided_on=exclusion.decided_on,
        n_responses=count_left_out(session, (as_left_out(exclusion),)),
        steps=steps,
    )


def _tell_what(session: Session, exclusion: Exclusion) -> str:
    if exclusion.response_id is not None:
        return "Một phiếu"
    if exclusion.device_id is not None:
        device = session.get(Device, exclusion.device_id)
        return device.label if device is not None else "Máy tính bảng"
    if exclusion.counter_code is not None:
        counter = session.get(Counter, (exclusion.unit_key, exclusion.counter_code))
        return counter.name if counter is not None else f"Quầy {exclusion.counter_code}"
    return "Mọi phiếu của đơn vị"


def tell_stretch(first_hour: int | None, last_hour: int | None) -> str:
    """When: "12/06/2025", "12/06/2025 – 14/06/2025", or with its hours where they cut through a day.

    >>> tell_stretch(485_993, 486_016), tell_stretch(486_001, 486_003).replace(NO_BREAK_SPACE, " ")
    ('11/06/2025', '8 giờ đến 11 giờ, 11/06/2025')
    """
    if first_hour is None or last_hour is None:
        return "Mọi thời gian"
    first_on, last_on = day_of_hour(first_hour), day_of_hour(last_hour)
    from_hour, to_hour = first_hour - first_hour_of(first_on), last_hour - first_hour_of(last_on) + 1
    start, end = (f"{hour}{NO_BREAK_SPACE}giờ" for hour in (from_hour, to_hour))
    if first_on == last_on:
        return day(first_on) if (from_hour, to_hour) == (0, 24) else f"{start} đến {end}, {day(first_on)}"
    if (from_hour, to_hour) == (0, 24):
        return f"{day(first_on)} – {day(last_on)}"
    return f"{start} {day(first_on)} đến {end} {day(last_on)}"


def list_places(session: Session, person: Person, unit: str) -> list[tuple[str, list[Place]]] | None:
    """Tablets and counters of each unit within the person's place (of one unit, if named), by name; None when there are too many."""
    units = set(load_tree(session).subtree(person.unit_key)) if person.unit_key is not None else None
    found: dict[str, list[Place]] = {}
    for device, label, at in session.execute(select(Device.id, Device.label, Device.unit_key)):
        found.setdefault(at, []).append(Place(f"device:{device}", label))
    for at, code, name in session.execute(select(Counter.unit_key, Counter.code, Counter.name)):
        found.setdefault(at, []).append(Place(f"counter:{code}:{at}", f"{name}, mọi phiếu"))
    chosen = {at: places for at, places in found.items() if (units is None or at in units) and unit in ("", at)}
    if sum(map(len, chosen.values())) > MOST_PLACES:
        return None
    names = list_names(session, chosen)
    pairs = sorted(((names.get(at, at), places) for at, places in chosen.items()), key=lambda pair: collation_key(pair[0]))
    return [(name, sorted(places, key=lambda place: collation_key(place.name))) for name, places in pairs]


def list_units_with_places(session: Session, person: Person) -> list[tuple[str, str]]:
    """The units that have a tablet or a counter, by name."""
    at: Collection[str] = {*session.scalars(select(Device.unit_key)), *session.scalars(select(Counter.unit_key))}
    sight = find_sight(session, person, at)
    names = list_names(session, at if sight is None else sight)
    return sorted(names.items(), key=lambda pair: collation_key(pair[1]))


def read_stretch(form: Mapping[str, str]) -> Stretch:
    """What the form proposes. Raises IntegrityRefusedError with a sentence for a field that is missing or cannot be read."""
    kind, _, rest = form.get("place", "").partition(":")
    code, _, unit = rest.partition(":")
    if kind not in ("device", "counter") or not rest:
        raise IntegrityRefusedError("Mời chọn máy tính bảng hoặc quầy cần loại trừ.")
    first_on = _read_day(form.get("first_on", ""), "ngày bắt đầu")
    last_on = _read_day(form.get("last_on", "") or form.get("first_on", ""), "ngày kết thúc")
    hours = (_read_hour(form.get("from_hour", ""), 0), _read_hour(form.get("to_hour", ""), 24))
    if kind == "device":
        return Stretch(rest, None, None, first_on, last_on, *hours)
    return Stretch(None, unit, code, first_on, last_on, *hours)


def _read_day(text: str, what: str) -> date:
    try:
        on = date.fromisoformat(text)
    except ValueError:
        on = date.min
    if not 2000 <= on.year <= 2199:
        raise IntegrityRefusedError(f"Mời ghi {what}.") from None
    return on


def _read_hour(text: str, default: int) -> int:
    hour = int(text) if text.isascii() and text.isdecimal() and len(text) <= 2 else default
    return hour if 0 <= hour <= 24 else default
