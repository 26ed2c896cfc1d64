"""Pages of scanned sheets: send files, see what was read, look at what was not certain."""

from contextlib import closing
from typing import Final

from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from app.access import current_person
from app.errors import ForbiddenError
from app.models import PaperBox
from app.runtime import Runtime
from app.services.paper_boxes import PaperRefusedError, get_box, list_own_drafts
from app.services.paper_scans import (
    PageFate,
    forget_scanned,
    get_picture,
    get_scanned,
    list_scanned,
    settle_scanned,
    take_files,
)
from app.services.people import Person
from kiosk.scans import is_installed
from kiosk.scans.pictures import MOST_FILE_BYTES, MOST_PAGES

MOST_SENT_BYTES: Final = 80 * 1024 * 1024
MOST_FILES: Final = 100
_LONGEST_NAME: Final = 60

REASONS: Final[dict[str, tuple[str, str]]] = {
    "kind": ("Không phải tệp PDF, PNG, JPEG hoặc TIFF.", "Quét lại ra một trong các loại tệp đó."),
    "size": ("Tệp hoặc trang quá lớn.", f"Quét ở 200–300 dpi, mỗi tệp không quá {MOST_FILE_BYTES // 1024 // 1024} MB."),
    "damaged": ("Tệp hỏng hoặc bị khóa bằng mật khẩu.", "Quét lại trang này."),
    "pages": (f"Mỗi lần gửi nhiều nhất {MOST_PAGES} trang; từ trang này trở đi chưa đọc.", "Gửi phần còn lại trong lần sau."),
    "number": ("Không đọc được mã QR có số phiếu ở góc trên bên phải.", "Quét lại cho rõ; nếu mã bị rách, bẩn thì gõ phiếu từ tờ giấy."),
    "numbers": ("Thấy hai số phiếu trong một ảnh.", "Quét mỗi lần một tờ, không để tờ khác lọt vào ảnh."),
    "corners": ("Không thấy đủ bốn ô vuông đen ở bốn góc trang.", "Quét hoặc chụp trọn trang, không gập góc, không che góc."),
    "print": (
        "Nội dung in trên trang không trùng với mẫu của số phiếu này.",
        "Nếu trang bị nhàu, mờ thì quét lại; vẫn vậy thì gõ phiếu từ tờ giấy.",
    ),
}
"""Why a file or page was not read, and what to do."""

DOUBTS: Final[dict[str, str]] = {
    "faint": "nét quá mờ hoặc có vết tẩy",
    "filled": "ô tô kín hoặc bị gạch bỏ",
    "outside": "có nét ngoài ô",
    "several": "đánh dấu hơn một ô",
    "written": "có chữ viết tay",
}


def allow_scans(app: Flask) -> None:
    """Let files of scans be larger than anything else that is sent; to be called after access is enforced."""

    @app.before_request
    def allow() -> None:
        if request.endpoint == "paper.take_scans":
            request.max_content_length = MOST_SENT_BYTES
            request.max_form_parts = MOST_FILES + 10


def add_scan_pages(paper: Blueprint, runtime: Runtime) -> None:
    """Add the addresses below /paper/boxes/<id>/scan."""

    @paper.get("/boxes/<box_id>/scan", endpoint="scan")
    def show_scans(box_id: str) -> ResponseReturnValue:
        """Where files are sent, and the sheets that wait for a look."""
        return _show_scans(runtime, box_id)

    @paper.post("/boxes/<box_id>/scan", endpoint="take_scans")
    def take_scans(box_id: str) -> ResponseReturnValue:
        """Read the files sent and tell what became of every page."""
        sent = [file for file in request.files.getlist("files") if file.filename]
        if not is_installed():
            return _show_scans(runtime, box_id)
        try:
            if not sent:
                raise PaperRefusedError("Chưa chọn tệp nào.")
            fates = take_files(runtime, current_person(), box_id, map(_open, sent))
        except PaperRefusedError as refusal:
            return _show_scans(runtime, box_id, refusal.sentence)
        return _show_scans(runtime, box_id, fates=fates)

    @paper.get("/boxes/<box_id>/scan/<serial>", endpoint="scanned")
    def show_scanned(box_id: str, serial: str) -> ResponseReturnValue:
        """The uncertain marks of one sheet, each with its picture."""
        return _show_scanned(runtime, box_id, serial)

    @paper.post("/boxes/<box_id>/scan/<serial>", endpoint="settle_scanned")
    def settle_one(box_id: str, serial: str) -> ResponseReturnValue:
        """Enter the sheet with what the person read, and go on to the next that waits."""
        cells = {name.removeprefix("cell."): value for name, value in request.form.items() if name.startswith("cell.")}
        try:
            settle_scanned(runtime, current_person(), box_id, serial, cells, is_spoiled="spoiled" in request.form)
        except PaperRefusedError as refusal:
            return _show_scanned(runtime, box_id, serial, refusal.sentence, cells)
        return _go_on(runtime, box_id)

    @paper.post("/boxes/<box_id>/scan/<serial>/forget", endpoint="forget_scanned")
    def forget(box_id: str, serial: str) -> ResponseReturnValue:
        """Delete the scan of one sheet; it is typed from the paper instead."""
        forget_scanned(runtime, current_person(), box_id, serial)
        return redirect(url_for("paper.entry", box_id=box_id, number=serial))

    @paper.get("/boxes/<box_id>/scan/<serial>/<int:page>.jpg", endpoint="scan_picture")
    def show_picture(box_id: str, serial: str, page: int) -> ResponseReturnValue:
        """A scanned page, or one row of it; only for the person it was read for."""
        person = current_person()
        with runtime.database.read() as session:
            box = _open_to(get_box(session, person, box_id), person)
            picture = get_picture(runtime, session, box, person, serial, page, request.args.get("cell"))
        return Response(picture, mimetype="image/jpeg", headers={"Cache-Control": "no-store"})


def _open(file: FileStorage) -> tuple[str, bytes]:
    with closing(file):  # a large one lies in a temporary file, which goes with it
        return (file.filename or "")[-_LONGEST_NAME:], file.read()


def _open_to(box: PaperBox, person: Person) -> PaperBox:
    if person.name not in (box.first_person, box.second_person):
        raise ForbiddenError("only the two people who opened the box see its scans")
    return box


def _go_on(runtime: Runtime, box_id: str) -> ResponseReturnValue:
    person = current_person()
    with runtime.database.read() as session:
        box = _open_to(get_box(session, person, box_id), person)
        waiting = [scanned for scanned in list_scanned(runtime, session, box, person) if not scanned.missing]
    if waiting:
        return redirect(url_for("paper.scanned", box_id=box_id, serial=waiting[0].sheet.serial))
    return redirect(url_for("paper.scan", box_id=box_id, settled=1))


def _show_scans(runtime: Runtime, box_id: str, problem: str | None = None, fates: list[PageFate] | None = None) -> ResponseReturnValue:
    person = current_person()
    with runtime.database.read() as session:
        box = _open_to(get_box(session, person, box_id), person)
        scanned = list_scanned(runtime, session, box, person) if is_installed() else []
        n_drafts = len(list_own_drafts(session, box, person))
    page = render_template(
        "paper/scan.html",
        box=box,
        is_installed=is_installed(),
        to_look=[one for one in scanned if not one.missing],
        half=[one for one in scanned if one.missing],
        n_drafts=n_drafts,
        fates=fates,
        reasons=REASONS,
        problem=problem,
        most_mb=MOST_SENT_BYTES // 1024 // 1024,
        most_pages=MOST_PAGES,
        settled="settled" in request.args,
    )
    return page, 200 if problem is None else 422


def _show_scanned(
    runtime: Runtime, box_id: str, serial: str, problem: str | None = None, answers: dict[str, str] | None = None
) -> ResponseReturnValue:
    person = current_person()
    with runtime.database.read() as session:
        box = _open_to(get_box(session, person, box_id), person)
        scanned = get_scanned(runtime, session, box, person, serial)
        n_left = sum(1 for one in list_scanned(runtime, session, box, person) if not one.missing)
    page = render_template(
        "paper/scanned.html", box=box, scanned=scanned, doubts=DOUBTS, answers=answers or {}, problem=problem, n_left=n_left
    )
    return page, 200 if problem is None else 422
