"""Paper to test with: two people off the desk, printed forms, a box, a typed sheet."""

from datetime import date

from app.runtime import Runtime
from app.services.paper_batches import print_batch
from app.services.paper_boxes import confirm_box, open_box
from app.services.people import Person
from kiosk.paper_serial import make_serial
from tests.factories import COMMUNE, KIOSK, RESULT_CODES

ONE, OTHER = Person("nguoi-a", "counter", "", COMMUNE), Person("nguoi-b", "counter", "", COMMUNE)
PASSWORD = "một mật khẩu đủ dài"
SHEET = {"kind": "1", "feedback": "1", "overall": "4"} | {f"rating.{code}": "5" for code in RESULT_CODES}


def print_forms(runtime: Runtime, *, field_code: str | None = "ho-tich", forms: int = 5, unit_key: str = COMMUNE) -> list[str]:
    """Serials of a batch printed at the commune."""
    prefix = print_batch(
        runtime,
        Person("nguoi-a", "counter", "", None),
        unit_key=unit_key,
        field_code=field_code,
        instrument_id=KIOSK,
        stage="result",
        size="normal",
        language="vi",
        box_place="cạnh cửa ra",
        forms=forms,
    )
    return [make_serial(prefix, number) for number in range(1, forms + 1)]


def open_confirmed(runtime: Runtime, sheets: int = 3) -> str:
    """A box of the first days of September, opened and confirmed by two."""
    box_id = open_box(
        runtime,
        ONE,
        unit_key=COMMUNE,
        first_on=date(2025, 9, 1),
        last_on=date(2025, 9, 8),
        sheets=sheets,
        second_person=OTHER.name,
    )
    confirm_box(runtime, OTHER, box_id)
    return box_id
