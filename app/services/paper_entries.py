"""Typing paper sheets: twice, blind, compared, and then through the one door.

Each of the two people types a sheet without seeing what the other typed. When both have, the typings are compared in the same transaction:
if they agree the response is stored and both typings are deleted; if not, they wait until somebody has looked at the paper again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import Enum
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from app.config import LOCAL_ZONE
from app.models import PaperBatch, PaperBox, PaperCopy, PaperEntry, PaperScan, PaperSheet
from app.queries.fields import list_fields
from app.runtime import Runtime
from app.services.intake import Sender, file_submissions
from app.services.paper_batches import get_origin
from app.services.paper_boxes import PaperRefusedError, lock_box
from app.services.paper_sheet import Answers, Cell, SheetOrigin, list_cells, list_differences, merge, read_answers, to_submission
from app.services.people import Person
from kiosk.errors import SerialMistyped
from kiosk.paper_form import FIELD
from kiosk.paper_serial import PREFIX_LENGTH, group_serial, normalise_serial
from survey_forms import SheetError

_NOON = time(12)


class Standing(Enum):
    """Where a number stands for the person who types it."""

    new = "new"
    """This person has not typed it."""
    typed = "typed"
    """This person has, the other has not."""
    differing = "differing"
    """Both have, and not alike."""
    counted = "counted"
    """It has been counted, in this box or another one: a second sheet with this number is a photocopy."""
    elsewhere = "elsewhere"
    """It is being typed from another box."""


@dataclass(frozen=True, slots=True)
class SheetInHand:
    """The sheet whose number was typed."""

    serial: str
    standing: Standing
    origin: SheetOrigin
    cells: tuple[Cell, ...]

    @property
    def number(self) -> str:
        """The number as printed."""
        return group_serial(self.serial)


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell two people typed differently; None for the whole sheet when only one called it spoiled."""

    cell: Cell
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two typings of one sheet side by side."""

    sheet: SheetInHand
    differences: tuple[Difference, ...]
    spoiled_by: str | None
    """Who of the two called the sheet spoiled, when only one did."""


def find_sheet(runtime: Runtime, session: Session, box: PaperBox, person: Person, typed: str, last_prefix: str | None) -> SheetInHand:
    """The sheet of a typed number. Raises PaperRefusedError when it is mistyped, of no batch, or of another unit."""
    try:
        serial = normalise_serial(typed, last_prefix)
    except SerialMistyped:
        raise PaperRefusedError("Số phiếu chưa đúng: gồm 10 chữ số, chữ số cuối để kiểm tra. Mời so lại với tờ phiếu rồi gõ lại.") from None
    batch = session.get(PaperBatch, serial[:PREFIX_LENGTH])
    if batch is None or int(serial[PREFIX_LENGTH:-1]) > batch.forms:
        raise PaperRefusedError(
            "Không có xấp phiếu nào đã in mang số này. Mời so lại; nếu đúng là số in trên tờ phiếu, xếp tờ ấy vào loại không đọc được số."
        )
    if batch.unit_key != box.unit_key:
        raise PaperRefusedError("Phiếu này in cho đơn vị khác, không thuộc hòm đang nhập. Xếp riêng để chuyển về đúng đơn vị.")
    origin = get_origin(runtime, session, batch)
    cells = list_cells(origin.instrument, origin.stage, list_fields(session) if origin.field_code is None else None)
    return SheetInHand(serial, _stand(session, box, person, serial), origin, cells)


def _stand(session: Session, box: PaperBox, person: Person, serial: str) -> Standing:
    if session.get(PaperSheet, serial) is not None:
        return Standing.counted
    drafts = session.execute(select(PaperEntry.box_id, PaperEntry.entered_by).where(PaperEntry.serial == serial)).all()
    if any(box_id != box.id for box_id, _ in drafts):
        return Standing.elsewhere
    names = {name for _, name in drafts}
    if person.name not in names:
        return Standing.new
    return Standing.differing if len(names) > 1 else Standing.typed


def get_own_answers(session: Session, box: PaperBox, person: Person, serial: str) -> Answers:
    """What this person typed from a sheet; nothing when they have not."""
    entry = session.get(PaperEntry, (box.id, serial, person.name))
    return entry.answers if entry is not None else {}


def save_entry(
    runtime: Runtime, person: Person, box_id: str, typed: str, posted: Mapping[str, str], *, is_spoiled: bool, is_scanned: bool = False
) -> tuple[str, str]:
    """Keep what this person typed; the sheet's number, and what became of it: "kept", "agreed", "spoiled" or "differing".

    `is_scanned` when a machine read it for them; whichever way it is saved, scanned pages of it are forgotten.
    Saving the same again changes nothing. Raises PaperRefusedError, with the cells that are wrong, before anything is kept.
    """
    with runtime.database.write() as session:
        box, sheet = _take(runtime, session, person, box_id, typed)
        if box.confirmed_on is None:
            raise PaperRefusedError("Người thứ hai chưa xác nhận việc mở hòm nên chưa nhập được phiếu.")
        if sheet.standing in (Standing.counted, Standing.elsewhere):
            raise PaperRefusedError(f"Số {sheet.number} đã được nhập và đối chiếu. Tờ đang cầm mang cùng số là bản chụp, không được tính.")
        answers = {} if is_spoiled else _read(sheet, posted)
        session.execute(delete(PaperEntry).where(_own(box, sheet.serial, person)))
        session.add(
            PaperEntry(
                box_id=box.id,
                serial=sheet.serial,
                entered_by=person.name,
                is_spoiled=is_spoiled,
                answers=answers,
                is_scanned=is_scanned,
            )
        )
        mine = (PaperScan.box_id == box.id, PaperScan.serial == sheet.serial, PaperScan.scanned_by == person.name)
        session.execute(delete(PaperScan).where(*mine))
        session.flush()
        return sheet.serial, _compare_and_store(runtime, session, box, sheet)


def _take(runtime: Runtime, session: Session, person: Person, box_id: str, typed: str) -> tuple[PaperBox, SheetInHand]:
    """The box, held, and the sheet, its batch held too: two people saving at once wait for each other, so that one of them compares."""
    box = lock_box(session, person, box_id)
    sheet = find_sheet(runtime, session, box, person, typed, None)
    session.execute(select(PaperBatch.prefix).where(PaperBatch.prefix == sheet.serial[:PREFIX_LENGTH]).with_for_update())
    return box, sheet


def _own(box: PaperBox, serial: str, person: Person) -> ColumnElement[bool]:
    return and_(PaperEntry.box_id == box.id, PaperEntry.serial == serial, PaperEntry.entered_by == person.name)


def _read(sheet: SheetInHand, posted: Mapping[str, str]) -> dict[str, str]:
    answers, wrong = read_answers(sheet.cells, posted)
    by_name = {cell.name: cell for cell in sheet.cells}
    if wrong:
        places = "; ".join(by_name[name].code or by_name[name].text for name in wrong)
        raise PaperRefusedError(f"Có ô không đúng phím cho phép: {places}. Mời gõ lại các ô đó; các ô khác còn nguyên.")
    if FIELD in by_name and FIELD not in answers:
        raise PaperRefusedError("Chưa chọn lĩnh vực ghi trên phiếu. Phiếu không ghi lĩnh vực thì bấm “Phiếu hỏng, không tính”.")
    try:  # what the one door would refuse is told now, not after the second typing
        to_submission(sheet.origin, answers, UUID(int=0, version=4), datetime(2000, 1, 1, tzinfo=UTC)).sheet(sheet.origin.instrument)
    except SheetError:
        raise PaperRefusedError("Có nội dung không hợp lệ, thường là ký tự lạ trong ô ý kiến. Mời xem lại.") from None
    return answers


def _compare_and_store(runtime: Runtime, session: Session, box: PaperBox, sheet: SheetInHand) -> str:
    entries = session.scalars(select(PaperEntry).where(PaperEntry.box_id == box.id, PaperEntry.serial == sheet.serial)).all()
    if len(entries) < 2:
        return "kept"
    one, other = entries
    if one.is_spoiled and other.is_spoiled:
        return _count(session, box, sheet.serial, "spoiled")
    if one.is_spoiled != other.is_spoiled or list_differences(sheet.cells, one.answers, other.answers):
        return "differing"
    return _store(runtime, session, box, sheet, merge(sheet.cells, one.answers, other.answers), "agreed")


def _store(runtime: Runtime, session: Session, box: PaperBox, sheet: SheetInHand, answers: Answers, state: str) -> str:
    """Hand the sheet in, and forget what was typed – in one transaction, so that it is stored once or not at all.

    The id is random and stands nowhere beside the number. The day is the last of the box's period: the paper does not say which it was.
    """
    answered_at = datetime.combine(box.last_on, _NOON, LOCAL_ZONE)
    response_id = UUID(bytes=runtime.random_bytes(16), version=4)
    submission = to_submission(sheet.origin, answers, response_id, answered_at)
    receipt = file_submissions(runtime, session, [submission], Sender())
    if not receipt.acknowledged:
        raise PaperRefusedError(
            "Phiếu chưa ghi được: đơn vị, lĩnh vực hoặc bộ câu hỏi của xấp phiếu không còn dùng. Mời báo quản trị hệ thống."
        )
    return _count(session, box, sheet.serial, state)


def _count(session: Session, box: PaperBox, serial: str, state: str) -> str:
    of_sheet = (PaperEntry.box_id == box.id, PaperEntry.serial == serial)
    is_scanned = session.scalars(select(PaperEntry.serial).where(*of_sheet, PaperEntry.is_scanned)).first() is not None
    session.execute(delete(PaperEntry).where(*of_sheet))
    session.execute(delete(PaperScan).where(PaperScan.box_id == box.id, PaperScan.serial == serial))
    session.add(PaperSheet(serial=serial, box_id=box.id, state=state, is_scanned=is_scanned))
    return state


def compare(runtime: Runtime, session: Session, box: PaperBox, person: Person, serial: str) -> Comparison:
    """Both typings of a sheet, where they differ. Raises PaperRefusedError unless both people have typed it."""
    sheet = find_sheet(runtime, session, box, person, serial, None)
    one = session.get(PaperEntry, (box.id, sheet.serial, box.first_person))
    other = session.get(PaperEntry, (box.id, sheet.serial, box.second_person))
    if one is None or other is None:
        raise PaperRefusedError("Phiếu này chưa đủ hai lần nhập, hoặc đã đối chiếu xong.")
    spoiled_by = (one if one.is_spoiled else other).entered_by if one.is_spoiled != other.is_spoiled else None
    if spoiled_by is not None:
        return Comparison(sheet, (), spoiled_by)
    by_name = {cell.name: cell for cell in sheet.cells}
    names = list_differences(sheet.cells, one.answers, other.answers)
    return Comparison(
        sheet, tuple(Difference(by_name[name], one.answers.get(name, ""), other.answers.get(name, "")) for name in names), None
    )


def settle(runtime: Runtime, person: Person, box_id: str, serial: str, posted: Mapping[str, str], *, is_spoiled: bool) -> str:
    """Store a sheet whose typings differed as the paper says: `posted` holds every differing cell as it was read again.

    Where only one person called it spoiled, the other's typing counts unless `is_spoiled`. Raises PaperRefusedError when a cell is wrong.
    """
    with runtime.database.write() as session:
        box, sheet = _take(runtime, session, person, box_id, serial)
        comparison = compare(runtime, session, box, person, serial)
        if is_spoiled:
            return _count(session, box, sheet.serial, "spoiled")
        entries = session.scalars(
            select(PaperEntry).where(PaperEntry.box_id == box.id, PaperEntry.serial == sheet.serial, PaperEntry.is_spoiled.is_(False))
        ).all()
        answers = merge(sheet.cells, entries[0].answers, entries[-1].answers)
        for difference in comparison.differences:
            answers.pop(difference.cell.name, None)
            if value := posted.get(difference.cell.name, "").strip():
                answers[difference.cell.name] = value
        return _store(runtime, session, box, sheet, _read(sheet, answers), "settled")


def withdraw_entry(runtime: Runtime, person: Person, box_id: str, serial: str) -> None:
    """Take back what this person typed from a sheet that is not counted yet: a wrong number, a sheet that was not there."""
    with runtime.database.write() as session:
        box, sheet = _take(runtime, session, person, box_id, serial)
        session.execute(delete(PaperEntry).where(_own(box, sheet.serial, person)))


def note_copy(runtime: Runtime, person: Person, box_id: str, serial: str, *, taken_back: bool = False) -> None:
    """Note one more sheet with a number already met, or take one such note back. Each of the two people notes for themselves."""
    with runtime.database.write() as session:
        box, sheet = _take(runtime, session, person, box_id, serial)
        if sheet.standing is Standing.new and not taken_back:
            raise PaperRefusedError("Số này chưa nhập lần nào, nên tờ đang cầm không phải bản chụp.")
        copy = session.get(PaperCopy, (box.id, sheet.serial, person.name))
        if copy is None:
            if not taken_back:
                session.add(PaperCopy(box_id=box.id, serial=sheet.serial, noted_by=person.name, copies=1))
        elif taken_back and copy.copies == 1:
            session.delete(copy)
        else:
            copy.copies += -1 if taken_back else 1
