"""Days of an office: codes handed out, sheets sent in by phones in any order, and the truth about who is who."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID, uuid4

from app.models import Counter
from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.intake import Sender, submit_responses
from kiosk.codes import hash_code
from survey_forms import read_submission
from tests.clock import Clock
from tests.factories import COMMUNE, KIOSK, NEIGHBOUR
from tests.faults.linking import Link

FIELDS, STAGES = ("ho-tich", "dat-dai"), ("filing", "result")
_ANSWERS = {"filing": ("1.1", "1.2"), "result": ("1.1", "3.1")}
_AT_ONCE = 4


@dataclass(frozen=True)
class Visit:
    """One sheet and the codes it spends."""

    unit: str
    field: str
    stage: str
    codes: tuple[str, ...]
    response: UUID
    mode: str | None = None
    counter: str | None = None


def live_through(runtime: Runtime, clock: Clock, dice: random.Random, n_days: int, per_cell: tuple[int, int]) -> list[Link]:
    """Let citizens come on `n_days` days, several at once, at least and at most so many per cell.

    The clock stands on the next morning. Returns the truth, one link a code.
    """
    links: list[Link] = []
    for _ in range(n_days):
        visits = [visit for cell in _cells() for visit in _visits_of(runtime, dice, *cell, dice.randint(*per_cell))]
        dice.shuffle(visits)
        with ThreadPoolExecutor(_AT_ONCE) as hall:
            for start in range(0, len(visits), _AT_ONCE):
                clock.move(minutes=dice.randint(0, 8 * 60 * _AT_ONCE // len(visits) * 2))
                list(hall.map(lambda visit: send(runtime, visit), visits[start : start + _AT_ONCE]))
        day = runtime.today().isoformat()
        links += [link for visit in visits for link in links_of(runtime, visit, day)]
        clock.now = clock.now.replace(hour=0, minute=30)  # half past seven in the morning in Việt Nam
        clock.move(days=1)
    return links


def _cells() -> Iterator[tuple[str, str, str]]:
    yield from ((unit, field, stage) for unit in (COMMUNE, NEIGHBOUR) for field in FIELDS for stage in STAGES)


def _visits_of(runtime: Runtime, dice: random.Random, unit: str, field: str, stage: str, n_visits: int) -> Iterator[Visit]:
    for _ in range(n_visits):
        n_codes = dice.choice((1, 1, 1, 1, 1, 1, 3)) if stage == "result" else 1
        codes, _ = issue_codes(runtime, unit_key=unit, field_code=field, how_many=n_codes)
        yield Visit(unit, field, stage, tuple(codes), uuid4())


def send(runtime: Runtime, visit: Visit) -> None:
    """Hand a visit's sheet to the one door; some people leave a comment."""
    first, *further = visit.codes
    sheet: dict[str, object] = {
        "id": str(visit.response),
        "instrument": KIOSK,
        "unit": visit.unit,
        "field": visit.field,
        "stage": visit.stage,
        "channel": "invitation",
        "answered_at": runtime.clock().isoformat(),
        "ratings": dict.fromkeys(_ANSWERS[visit.stage], 1 + visit.response.int % 5),
        "code": first,
    }
    if further:
        sheet |= {"codes": further, "kind": "authorised"}
    if visit.response.int % 3 == 0:
        sheet["comment"] = f"Góp ý số {visit.response.int % 1000}"
    if visit.mode is not None:
        sheet |= {"mode": visit.mode, "counter": visit.counter}
    receipt = submit_responses(runtime, [read_submission(sheet)], Sender())
    assert receipt.acknowledged == [visit.response], receipt


def links_of(runtime: Runtime, visit: Visit, day: str) -> Iterator[Link]:
    """The truth of one visit."""
    cell = (visit.unit, visit.field, visit.stage, day)
    yield from (Link(cell, code_key(runtime, code), visit.response) for code in visit.codes)


def code_key(runtime: Runtime, code: str) -> bytes:
    """The hash under which a code is kept."""
    return hash_code(runtime.key(f"rating-code:{runtime.settings.code_key_id}"), code)


def add_counters(runtime: Runtime) -> None:
    """Counters 2 and 3 of the commune's desk."""
    with runtime.database.write() as session:
        session.add_all([Counter(unit_key=COMMUNE, code=code, name=f"Quầy {code}") for code in ("2", "3")])
