"""The invitation on paper: one value, printed as PDF by typst or as an HTML partial by the browser."""

import json
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from typing import Final
from urllib.parse import urlsplit

import typst

from kiosk.codes import group_code, normalise_code
from kiosk.errors import CodeMistyped, SlipError
from kiosk.fonts import dejavu_folder
from kiosk.qr import qr_path, qr_svg
from kiosk.typography import hold_together

TITLE: Final = "Phiếu mời đánh giá"
SCAN_WORDS: Final = "Quét mã để đánh giá – không ghi tên, chỉ dùng một lần"
CODE_WORDS: Final = "Hoặc mở {host} và nhập mã:"
PROMISE: Final = (
    "Mã dùng một lần khi nộp hồ sơ và một lần khi nhận kết quả. Phiếu không ghi tên; người tại quầy không xem được câu trả lời của Ông/Bà."
)
CONTACTS_TITLE: Final = "Tiếp nhận phản ánh, kiến nghị"
NO_CONTACTS: Final = "Ông/Bà có thể gửi phản ánh, kiến nghị trực tiếp tại Bộ phận Một cửa."
DEMONSTRATION_RIBBON: Final = "DỮ LIỆU MINH HỌA – KHÔNG CÓ GIÁ TRỊ SỬ DỤNG"


@dataclass(frozen=True, slots=True)
class InvitationSlip:
    """Everything one invitation shows. `url` is what the QR holds; its host is printed as the office's public address."""

    office_name: str
    unit_name: str
    field_name: str
    counter_name: str | None
    code: str
    url: str
    valid_until_on: date
    contacts: str
    demonstration: bool

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise SlipError(
                "The address of an invitation must start with https:// or http:// and name a host; check the setting of the public address."
            )
        try:
            normalise_code(self.code)
        except CodeMistyped as mistyped:
            raise SlipError(f"The rating code of an invitation is not a valid code: {mistyped}") from mistyped

    @property
    def host(self) -> str:
        """The public address name a person may type."""
        return urlsplit(self.url).netloc

    @property
    def typed_address(self) -> str:
        """Where the typed code is entered."""
        return f"{self.host}/r"

    @property
    def grouped_code(self) -> str:
        """The code in groups of four."""
        return group_code(normalise_code(self.code))

    @property
    def unit_line(self) -> str | None:
        """The unit's name where the office's name does not say it already."""
        return None if self.unit_name.casefold() in self.office_name.casefold() else self.unit_name

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Name and value of each printed line, in reading order."""
        counter = (("Quầy", self.counter_name),) if self.counter_name else ()
        return (("Lĩnh vực", self.field_name), *counter, ("Dùng đến hết ngày", f"{self.valid_until_on:%d/%m/%Y}"))

    @property
    def scan_words(self) -> str:
        """What stands beside the QR, broken between its phrases only."""
        return hold_together(SCAN_WORDS)

    @property
    def promise(self) -> str:
        """How often the code works and who sees the answers."""
        return PROMISE

    @property
    def contact_lines(self) -> tuple[str, ...]:
        """The office's contacts for feedback, one per line; a plain sentence when none are recorded."""
        lines = tuple(line.strip() for line in self.contacts.splitlines() if line.strip())
        return lines or (NO_CONTACTS,)

    @property
    def qr(self) -> tuple[str, int]:
        """SVG path and side of the QR, for the HTML partial."""
        return qr_path(self.url)


def slip_pdf(slip: InvitationSlip) -> bytes:
    """The invitation as a PDF of two A6 landscape pages with embedded fonts and no date of its own.

    The QR is 52 mm wide with its quiet zone, more than 40 mm without. Text that comes from the database goes in as
    JSON data, never as typst source.
    """
    data = {
        "title": TITLE,
        "office_name": hold_together(slip.office_name),
        "unit_name": hold_together(slip.unit_line) if slip.unit_line else None,
        "ribbon": DEMONSTRATION_RIBBON if slip.demonstration else None,
        "qr": qr_svg(slip.url),
        "qr_words": "Mã QR mở phiếu đánh giá",
        "scan_words": slip.scan_words,
        "code_words": CODE_WORDS.format(host=slip.typed_address),
        "code": slip.grouped_code,
        "rows": [{"name": name, "value": hold_together(value)} for name, value in slip.rows],
        "promise": hold_together(slip.promise),
        "contacts_title": CONTACTS_TITLE,
        "contacts": [hold_together(line) for line in slip.contact_lines],
    }
    with as_file(files("kiosk") / "slip.typ") as source:
        pdf: bytes = typst.compile(
            str(source),
            format="pdf",
            font_paths=[str(dejavu_folder())],
            ignore_system_fonts=True,
            sys_inputs={"slip": json.dumps(data, ensure_ascii=False)},
        )
    return pdf
