"""The record of a box, to be signed by the two who opened it: layout of Nghị định 30/2020, every number from the database."""

import json
from importlib.resources import as_file, files

import typst
from sqlalchemy.orm import Session

from app.models import PaperBox, Unit, User
from app.runtime import Runtime
from app.services.installation import DEMONSTRATION_LABEL, get_installation
from app.services.paper_boxes import BoxCounts, count_box, get_box
from app.services.people import Person
from app.vietnamese import day, whole
from kiosk.fonts import dejavu_folder
from kiosk.typography import hold_together


def record_pdf(runtime: Runtime, person: Person, box_id: str) -> bytes:
    """The record as it stands; until the box is closed it says that it is a draft. Raises NotFoundError."""
    with runtime.database.read() as session:
        box = get_box(session, person, box_id)
        data = _describe(session, box, count_box(session, box))
    data["ribbon"] = DEMONSTRATION_LABEL if get_installation(runtime).kind == "demonstration" else None
    with as_file(files("app") / "paper" / "record.typ") as source:
        pdf: bytes = typst.compile(
            str(source),
            format="pdf",
            font_paths=[str(dejavu_folder())],
            ignore_system_fonts=True,
            sys_inputs={"record": json.dumps(data, ensure_ascii=False)},
        )
    return pdf


def _describe(session: Session, box: PaperBox, counts: BoxCounts) -> dict[str, object]:
    unit = session.get_one(Unit, box.unit_key)
    office = unit.office_name or f"Bộ phận Một cửa {unit.name}"
    return {
        "unit": hold_together(f"UBND {unit.name}".upper() if unit.level in ("commune", "province") else unit.name.upper()),
        "office": hold_together(office.upper()),
        "office_name": hold_together(office),
        "is_closed": box.closed_on is not None,
        "opened_on": day(box.opened_on),
        "closed_on": day(box.closed_on),
        "first_on": day(box.first_on),
        "last_on": day(box.last_on),
        "people": [_tell_person(session, name) for name in (box.first_person, box.second_person)],
        "rows": [{"name": hold_together(name), "n": whole(n), "is_sum": is_sum} for name, n, is_sum in _list_rows(counts)],
        "pending": counts.waiting + counts.differing,
    }


def _list_rows(counts: BoxCounts) -> list[tuple[str, int, bool]]:
    rows = [
        ("Số tờ trong hòm khi mở", counts.sheets, True),
        ("Số phiếu người thứ nhất đã nhập", counts.entered_first, False),
        ("Số phiếu người thứ hai đã nhập", counts.entered_second, False),
        *([("Phiếu có một lần nhập đọc từ bản quét, lần kia do người gõ", counts.scanned, False)] if counts.scanned else []),
        ("Hai lần nhập khớp nhau, đã ghi nhận", counts.agreed, False),
        ("Hai lần nhập khác nhau, đã đối chiếu với giấy và ghi nhận", counts.settled, False),
        ("Tổng số phiếu được ghi nhận", counts.stored, True),
        ("Phiếu hỏng, không tính", counts.spoiled, False),
        ("Tờ trùng số phiếu (bản chụp), không tính", counts.copies, False),
        ("Tờ không có hoặc không đọc được số phiếu, không tính", counts.unnumbered, False),
    ]
    if not counts.adds_up:
        rows.append(
            ("Chưa nhập, chưa đối chiếu xong", counts.sheets - counts.stored - counts.spoiled - counts.copies - counts.unnumbered, False)
        )
    return rows


def _tell_person(session: Session, name: str) -> dict[str, str]:
    user = session.get_one(User, name)
    return {"name": name, "title": user.title}
