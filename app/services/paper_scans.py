"""Scanned sheets: a machine reads for one of the two people of a box, and asks that person about what it is not certain of.

Its reading stands in place of that person's typing and nothing else changes: the other person types every sheet from the paper without
seeing it, and only what both agree on is stored. Never do two machine readings meet: the second one of a sheet is refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Final, Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.errors import NotFoundError
from app.models import PaperBatch, PaperBox, PaperEntry, PaperScan
from app.runtime import Runtime
from app.services.paper_batches import measure_forms
from app.services.paper_boxes import PaperRefusedError, lock_box
from app.services.paper_entries import SheetInHand, Standing, find_sheet, save_entry
from app.services.paper_sheet import Cell
from app.services.people import Person
from kiosk.errors import ScanUnreadable
from kiosk.paper_form import FIELD
from kiosk.paper_geometry import FormPage
from kiosk.paper_serial import PREFIX_LENGTH, group_serial
from kiosk.scans.marks import CellReading, ScannedPage, crop_jpeg, page_jpeg, read_page
from kiosk.scans.pictures import MOST_PAGES, Gray, open_pages
from kiosk.scans.placing import FoundSheet
from kiosk.scans.placing import find_sheet as find_scanned_sheet

Fate = Literal["read", "look", "waiting", "again", "met", "refused", "unreadable"]
"""read: entered without a question. look: a person has to look. waiting: another page is missing. again: this page has been scanned.
met: this person entered the number before. refused: `sentence` says why. unreadable: `reason` says why."""

# One page after the other, however many people send at once: reading takes a whole core, and citizens' answers come first.
_READING: Final = BoundedSemaphore(1)


@dataclass(frozen=True, slots=True)
class PageFate:
    """What became of one page of an uploaded file; `number` is the form's as printed, where it could be read."""

    file_name: str
    page: int
    fate: Fate
    number: str = ""
    missing: tuple[int, ...] = ()
    sentence: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ScannedSheet:
    """A sheet whose pages are being collected or looked at: what was read, and which pages are still missing (from 1)."""

    sheet: SheetInHand
    readings: Mapping[str, CellReading]
    page_of: Mapping[str, int]
    missing: tuple[int, ...]

    @property
    def doubtful(self) -> tuple[Cell, ...]:
        """Cells a person has to look at. A field left open on the form is written by hand, which nobody but a person reads."""
        return tuple(cell for cell in self.sheet.cells if cell.name == FIELD or ((r := self.readings.get(cell.name)) and not r.is_certain))

    @property
    def certain(self) -> dict[str, str]:
        """Answers read for certain; a blank is not there."""
        doubtful = {cell.name for cell in self.doubtful}
        return {name: r.key for name, r in self.readings.items() if r.key is not None and name not in doubtful}


def take_files(runtime: Runtime, person: Person, box_id: str, named: Iterable[tuple[str, bytes]]) -> list[PageFate]:
    """Read every page of some files (name, content) into a box. Raises PaperRefusedError, ForbiddenError, NotFoundError of the box.

    What one page or file is refused for stands in its own fate; the others are read all the same.
    """
    with runtime.database.write() as session:
        if lock_box(session, person, box_id).confirmed_on is None:
            raise PaperRefusedError("Người thứ hai chưa xác nhận việc mở hòm nên chưa nhập được phiếu.")
    fates: list[PageFate] = []
    for name, content in named:
        number = 0
        try:
            for number, picture in enumerate(open_pages(content), start=1):
                if len(fates) >= MOST_PAGES:
                    raise ScanUnreadable("pages")
                fates.append(_take_page(runtime, person, box_id, picture, name, number))
        except ScanUnreadable as problem:
            fates.append(PageFate(name, number + 1 if problem.reason == "damaged" else max(number, 1), "unreadable", reason=problem.reason))
    return fates


def _take_page(runtime: Runtime, person: Person, box_id: str, picture: Gray, name: str, number: int) -> PageFate:
    sheet: SheetInHand | None = None
    try:
        with _READING:
            found = find_scanned_sheet(picture)
        sheet, pages = _match(runtime, person, box_id, found)
        if sheet.standing is not Standing.new:
            return PageFate(name, number, "met", sheet.number)
        with _READING:
            scanned = read_page(found, pages)
        return _keep(runtime, person, box_id, sheet, scanned, name, number)
    except ScanUnreadable as problem:
        return PageFate(name, number, "unreadable", sheet.number if sheet else "", reason=problem.reason)
    except PaperRefusedError as refusal:
        return PageFate(name, number, "refused", sheet.number if sheet else group_serial(found.serial), sentence=refusal.sentence)


def _match(runtime: Runtime, person: Person, box_id: str, found: FoundSheet) -> tuple[SheetInHand, tuple[FormPage, ...]]:
    with runtime.database.read() as session:
        box = lock_box(session, person, box_id)
        sheet = find_sheet(runtime, session, box, person, found.serial, None)
        if _is_read_for_other(session, box, person, sheet.serial):
            raise PaperRefusedError(
                "Phiếu này người kia đã nhập bằng bản quét. Lần nhập thứ hai phải do người đọc từ tờ giấy: mời gõ phiếu này ở trang nhập."
            )
        return sheet, measure_forms(runtime, session, session.get_one(PaperBatch, sheet.serial[:PREFIX_LENGTH]))


def _is_read_for_other(session: Session, box: PaperBox, person: Person, serial: str) -> bool:
    pages = select(PaperScan.serial).where(PaperScan.box_id == box.id, PaperScan.serial == serial, PaperScan.scanned_by != person.name)
    entries = select(PaperEntry.serial).where(
        PaperEntry.box_id == box.id, PaperEntry.serial == serial, PaperEntry.entered_by != person.name, PaperEntry.is_scanned
    )
    return session.scalars(pages).first() is not None or session.scalars(entries).first() is not None


def _keep(runtime: Runtime, person: Person, box_id: str, sheet: SheetInHand, scanned: ScannedPage, name: str, number: int) -> PageFate:
    with runtime.database.write() as session:
        box = lock_box(session, person, box_id)
        if _is_read_for_other(session, box, person, sheet.serial):  # both sent the same sheet at once
            raise PaperRefusedError("Phiếu này người kia vừa nhập bằng bản quét. Mời gõ phiếu này từ tờ giấy.")
        if session.get(PaperScan, (box.id, sheet.serial, scanned.page)) is not None:
            return PageFate(name, number, "again", sheet.number)
        session.add(
            PaperScan(
                box_id=box.id,
                serial=sheet.serial,
                page=scanned.page,
                scanned_by=person.name,
                readings={cell: [reading.key, reading.doubt] for cell, reading in scanned.readings.items()},
                picture=page_jpeg(scanned.shade),
            )
        )
        session.flush()
        whole = get_scanned(runtime, session, box, person, sheet.serial)
    if whole.missing:
        return PageFate(name, number, "waiting", sheet.number, missing=whole.missing)
    if whole.doubtful:
        return PageFate(name, number, "look", sheet.number)
    save_entry(runtime, person, box_id, sheet.serial, whole.certain, is_spoiled=False, is_scanned=True)
    return PageFate(name, number, "read", sheet.number)


def get_scanned(runtime: Runtime, session: Session, box: PaperBox, person: Person, serial: str) -> ScannedSheet:
    """What was read of a sheet for this person. Raises NotFoundError when nothing was, or it has been settled."""
    of_sheet = (PaperScan.box_id == box.id, PaperScan.serial == serial, PaperScan.scanned_by == person.name)
    scans = session.scalars(select(PaperScan).where(*of_sheet).order_by(PaperScan.page)).all()
    if not scans:
        raise NotFoundError("no scanned page of this sheet waits for this person")
    sheet = find_sheet(runtime, session, box, person, serial, None)
    n_pages = len(measure_forms(runtime, session, session.get_one(PaperBatch, serial[:PREFIX_LENGTH])))
    readings: dict[str, CellReading] = {}
    page_of: dict[str, int] = {}
    for scan in scans:
        for name, (key, doubt) in scan.readings.items():
            readings[name] = CellReading(key, doubt)  # type: ignore[arg-type]  # stored from a CellReading
            page_of[name] = scan.page
    missing = tuple(sorted(set(range(1, n_pages + 1)) - {scan.page for scan in scans}))
    return ScannedSheet(sheet, readings, page_of, missing)


def list_scanned(runtime: Runtime, session: Session, box: PaperBox, person: Person) -> list[ScannedSheet]:
    """Sheets of this person that wait for a look or for a page, by number."""
    mine = select(PaperScan.serial).where(PaperScan.box_id == box.id, PaperScan.scanned_by == person.name)
    return [get_scanned(runtime, session, box, person, serial) for serial in sorted(set(session.scalars(mine)))]


def settle_scanned(runtime: Runtime, person: Person, box_id: str, serial: str, posted: Mapping[str, str], *, is_spoiled: bool) -> str:
    """Enter a scanned sheet with what the person read in its doubtful cells; what became of it, as `save_entry` says.

    Raises PaperRefusedError for a wrong key or while a page is missing, NotFoundError when nothing waits.
    """
    with runtime.database.read() as session:
        scanned = get_scanned(runtime, session, lock_box(session, person, box_id), person, serial)
    if scanned.missing and not is_spoiled:
        raise PaperRefusedError(
            f"Phiếu còn thiếu trang {', '.join(map(str, scanned.missing))}. Mời quét thêm trang đó, hoặc gõ phiếu từ tờ giấy."
        )
    doubtful = {cell.name: posted.get(cell.name, "") for cell in scanned.doubtful}
    return save_entry(runtime, person, box_id, serial, scanned.certain | doubtful, is_spoiled=is_spoiled, is_scanned=not is_spoiled)[1]


def forget_scanned(runtime: Runtime, person: Person, box_id: str, serial: str) -> None:
    """Delete this person's scanned pages of a sheet, to type it from the paper instead."""
    with runtime.database.write() as session:
        box = lock_box(session, person, box_id)
        session.execute(
            delete(PaperScan).where(PaperScan.box_id == box.id, PaperScan.serial == serial, PaperScan.scanned_by == person.name)
        )


def get_picture(runtime: Runtime, session: Session, box: PaperBox, person: Person, serial: str, page: int, cell: str | None) -> bytes:
    """A scanned page, or the strip of one cell of it, as JPEG. Raises NotFoundError."""
    scan = session.get(PaperScan, (box.id, serial, page))
    if scan is None or scan.scanned_by != person.name:
        raise NotFoundError("no scanned page of this sheet waits for this person")
    if cell is None:
        return scan.picture
    pages = measure_forms(runtime, session, session.get_one(PaperBatch, serial[:PREFIX_LENGTH]))
    spots = [spot for spot in pages[page - 1].spots if spot.cell == cell] if page <= len(pages) else []
    if not spots:
        raise NotFoundError("this page has no such cell")
    return crop_jpeg(scan.picture, spots)
