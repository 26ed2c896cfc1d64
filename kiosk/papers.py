"""Every other paper an invitation is printed on: sticker rolls and sheets, thermal rolls, A5, inserts, and the poster of a desk.

One typst template per shape lies in `kiosk/papers/`; what it says is decided here. A file tells neither when nor for whom it was made.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

import typst

from kiosk.errors import SlipError
from kiosk.fonts import dejavu_folder
from kiosk.qr import qr_svg
from kiosk.slips import CONTACTS_TITLE, DEMONSTRATION_RIBBON, PROMISE, SCAN_WORDS, TITLE, InvitationSlip, slip_pdf
from kiosk.typography import hold_together

Paper = Literal["slip", "thermal", "a5", "stickers", "sticker-sheet", "insert", "request"]
"""slip: A6 on both sides. thermal: 80 mm roll. a5: one page. stickers: roll of 60 × 40 mm labels, one per page. sticker-sheet: A4 of 3 × 8
labels. insert: A6 that goes along with a result by post. request: A5 to go with a slip that asks for more papers or refuses."""

PAPERS: Final[tuple[Paper, ...]] = get_args(Paper)
_SHAPES: Final[dict[Paper, str]] = {
    "thermal": "roll.typ",
    "a5": "page.typ",
    "stickers": "labels.typ",
    "sticker-sheet": "labels.typ",
    "insert": "page.typ",
    "request": "page.typ",
}
# Millimetres, and for a page the lead that stands above the QR.
_PAGES: Final[dict[Paper, dict[str, Any]]] = {
    "a5": {"width": 148, "height": 210, "qr": 64, "size": 12},
    "insert": {"width": 105, "height": 148, "qr": 46, "size": 9},
    "request": {"width": 148, "height": 210, "qr": 56, "size": 11.5},
}
# The roll label is 60 × 40 mm: a symbol of 25 mm with its quiet zone is 32 mm or more, which a label of 50 × 30 mm cannot hold.
_LABELS: Final[dict[Paper, dict[str, Any]]] = {
    "stickers": {"columns": 1, "rows": 1, "width": 60, "height": 40, "qr": 35, "page_width": 60, "page_height": 40, "top": 0},
    "sticker-sheet": {"columns": 3, "rows": 8, "width": 70, "height": 37, "qr": 35, "page_width": 210, "page_height": 297, "top": 0.5},
}
_LEADS: Final[dict[Paper, tuple[str, tuple[str, ...]]]] = {
    "a5": (TITLE, ("Cơ quan mời Ông/Bà đánh giá việc phục vụ khi nộp hồ sơ và khi nhận kết quả. Mỗi lần mất khoảng một đến hai phút.",)),
    "insert": (
        "Kết quả đã đến tay Ông/Bà",
        ("Kết quả giải quyết hồ sơ được gửi kèm phiếu này qua bưu chính công ích. Mời Ông/Bà đánh giá việc phục vụ trong một, hai phút.",),
    ),
    "request": (
        "Mời Ông/Bà đánh giá việc hướng dẫn, giải thích",
        (
            "Phiếu này đi kèm Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ (Mẫu số 02) hoặc Phiếu từ chối giải quyết hồ sơ (Mẫu số 03).",
            "Ý kiến của Ông/Bà lúc này rất cần cho cơ quan: việc hướng dẫn có rõ không, lý do có được giải thích đầy đủ không. "
            "Trả lời thế nào cũng không ảnh hưởng đến việc giải quyết hồ sơ.",
        ),
    ),
}
_TYPED: Final = "Hoặc mở {host} và nhập mã:"
_QR_WORDS: Final = "Mã QR mở phiếu đánh giá"

_POSTER_TITLE: Final = "Mời Ông/Bà đánh giá việc phục vụ của cơ quan"
_POSTER_STEPS: Final = (
    "Mở máy ảnh hoặc Zalo trên điện thoại, hướng vào mã.",
    "Chọn việc đến làm hôm nay và lĩnh vực của hồ sơ.",
    "Chạm vào câu trả lời. Mất khoảng một đến hai phút.",
)
_POSTER_PROMISE: Final = "Phiếu không ghi tên. Người tại quầy không xem được câu trả lời của Ông/Bà."
_POSTER_SLIP: Final = "Ông/Bà có phiếu mời hoặc tem dán trên giấy tiếp nhận: xin quét mã trên giấy đó, để mỗi hồ sơ được tính đúng một lần."


@dataclass(frozen=True, slots=True)
class Poster:
    """What the poster of a desk, or of one counter, shows. `url` opens its rating page and holds no code."""

    office_name: str
    counter_name: str | None
    url: str
    contacts: str
    demonstration: bool

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise SlipError("The address of a poster must start with https:// or http:// and name a host; check the public address.")


def paper_pdf(paper: Paper, slips: Sequence[InvitationSlip]) -> bytes:
    """The invitations on one kind of paper, as one PDF with embedded fonts. Raises SlipError without any invitation.

    Names that come from the database go in as JSON data, never as typst source, and shrink until they fit; a QR never does.
    """
    if not slips:
        raise SlipError("There is no invitation to print; make at least one.")
    if paper == "slip":
        if len(slips) != 1:
            raise SlipError("The slip of two A6 sides is printed one by one; choose another paper for several invitations.")
        return slip_pdf(slips[0])
    shape = _LABELS.get(paper) or _PAGES.get(paper) or {"width": 80, "qr": 46}
    title, paragraphs = _LEADS.get(paper, (TITLE, ()))
    return _compile(
        _SHAPES[paper],
        {
            **shape,
            "title": title,
            "paragraphs": [hold_together(text) for text in paragraphs],
            "scan_words": hold_together(SCAN_WORDS),
            "promise": hold_together(PROMISE),
            "contacts_title": CONTACTS_TITLE,
            "qr_words": _QR_WORDS,
            "slips": [_slip_data(slip) for slip in slips],
        },
    )


def poster_pdf(poster: Poster) -> bytes:
    """The A4 poster of a desk: its QR is 120 mm wide and opens the rating page without a code."""
    lines = [hold_together(line.strip()) for line in poster.contacts.splitlines() if line.strip()]
    return _compile(
        "poster.typ",
        {
            "title": hold_together(_POSTER_TITLE),
            "office_name": hold_together(poster.office_name),
            "counter_name": poster.counter_name,
            "ribbon": DEMONSTRATION_RIBBON if poster.demonstration else None,
            "qr": qr_svg(poster.url),
            "qr_words": _QR_WORDS,
            "address": poster.url.partition("://")[2],
            "steps": [hold_together(step) for step in _POSTER_STEPS],
            "promise": hold_together(_POSTER_PROMISE),
            "slip": hold_together(_POSTER_SLIP),
            "contacts_title": CONTACTS_TITLE,
            "contacts": lines,
        },
    )


def _slip_data(slip: InvitationSlip) -> dict[str, Any]:
    return {
        "office_name": hold_together(slip.office_name),
        "unit_name": hold_together(slip.unit_line) if slip.unit_line else None,
        "ribbon": DEMONSTRATION_RIBBON if slip.demonstration else None,
        "qr": qr_svg(slip.url),
        "field_name": hold_together(slip.field_name),
        "counter_name": slip.counter_name,
        "rows": [{"name": name, "value": hold_together(value)} for name, value in slip.rows],
        "typed_address": slip.typed_address,
        "code_words": _TYPED.format(host=slip.typed_address),
        "code": slip.grouped_code,
        "valid_until": f"{slip.valid_until_on:%d/%m/%Y}",
        "contacts": [hold_together(line) for line in slip.contact_lines],
    }


def _compile(template: str, data: dict[str, Any]) -> bytes:
    with as_file(files("kiosk") / "papers" / template) as source:
        pdf: bytes = typst.compile(
            str(source),
            format="pdf",
            font_paths=[str(dejavu_folder())],
            ignore_system_fonts=True,
            sys_inputs={"paper": json.dumps(data, ensure_ascii=False)},
        )
    return pdf
