"""An office where one hour of one tablet does not look like the others, and the people who deal with it."""

from datetime import UTC, datetime, timedelta

from app.queries.integrity import list_flags
from app.runtime import Runtime
from app.services.intake import Sender, submit_responses
from app.services.integrity import run_integrity
from app.services.keys import add_device
from app.services.people import Person, add_user
from survey_forms import read_submission
from tests.factories import COMMUNE, NEIGHBOUR, PROVINCE, RESULT_CODES, response

PASSWORD = "mật khẩu đủ dài để thử"
HEAD = Person("truong-don-vi", "unit_head", "", COMMUNE)
ANALYST = Person("chuyen-vien", "analyst", "", PROVINCE)
OWN_ANALYST = Person("chuyen-vien-xa", "analyst", "", COMMUNE)
NEIGHBOUR_HEAD = Person("truong-xa-b", "unit_head", "", NEIGHBOUR)
EXPLANATION = "Chiều ấy trả kết quả tập trung cho một đoàn đông người."
REASON = "Đơn vị thừa nhận cán bộ A bấm thử khi tập huấn."
N_QUIET, N_PACK = 63, 14
_MIDNIGHT = datetime(2025, 8, 31, 17, tzinfo=UTC)  # of Monday 1 September 2025 in Việt Nam


def add_people(runtime: Runtime) -> None:
    """Those of the office who read flags."""
    for person in (HEAD, ANALYST, OWN_ANALYST, NEIGHBOUR_HEAD):
        add_user(runtime, name=person.name, password=PASSWORD, role=person.role, unit_key=person.unit_key)  # type: ignore[arg-type]


def fill(runtime: Runtime) -> None:
    """Seven working days of quiet sheets at the commune's tablet, a third of the answers low, and one pack of fast, best, equal ones."""
    device_id, _ = add_device(runtime, unit_key=COMMUNE, label="Máy quầy 1", counter_code="1")
    items = []
    for number in range(N_QUIET):
        day, hour = divmod(number, 9)
        ratings = {code: 5 if (number + place) % 3 else 2 for place, code in enumerate(RESULT_CODES)}
        items.append(_at(day + 2 * (day >= 5), 8 + hour, ratings=ratings | {"1.1": 1 + number % 5}, took="60-119", repeats_previous=False))
    items += [_at(2, 15, took="<30", repeats_previous=n > 0) for n in range(N_PACK)]
    receipt = submit_responses(runtime, [read_submission(item) for item in items], Sender(device_id, COMMUNE))
    assert len(receipt.acknowledged) == N_QUIET + N_PACK


def _at(day: int, hour: int, **changes: object) -> dict[str, object]:
    moment = _MIDNIGHT + timedelta(days=day, hours=hour, minutes=10)
    return response(answered_at=moment.strftime("%Y-%m-%dT%H:%M:%SZ"), **changes)


def find_pack(runtime: Runtime) -> str:
    """Run, and the id of the burst it found."""
    run_integrity(runtime)
    with runtime.database.read() as session:
        (flag,) = [flag for flag in list_flags(session) if flag.kind == "burst"]
        return flag.id
