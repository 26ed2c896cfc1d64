"""Invitations on paper: the QR reads back, fonts are inside, nothing tells when it was printed."""

import ctypes
import re
import subprocess
import sys
from datetime import date
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from flask import Flask, render_template

from kiosk.codes import group_code, new_code
from kiosk.errors import SlipError
from kiosk.fonts import dejavu_folder
from kiosk.qr import QUIET_ZONE, qr_modules, qr_path
from kiosk.slips import DEMONSTRATION_RIBBON, InvitationSlip, slip_pdf

CODE = new_code(bytes.fromhex("91a3e577c9abcd"))
URL = f"https://danhgia.xamot.gov.vn/r/{CODE}"
MM = 72 / 25.4


def make_slip(**changes: object) -> InvitationSlip:
    parts: dict[str, object] = {
        "office_name": "Trung tâm Phục vụ hành chính công xã Một",
        "unit_name": "xã Một",
        "field_name": "Đất đai",
        "counter_name": "Quầy 3",
        "code": CODE,
        "url": URL,
        "valid_until_on": date(2026, 12, 31),
        "contacts": "Điện thoại: 0256 000 000\n\n  Thư điện tử: mc@xamot.gov.vn ",
        "demonstration": False,
    } | changes
    return InvitationSlip(**parts)  # type: ignore[arg-type]  # a table of parts, each of its field's type


def text_of(pdf: bytes, page: int) -> str:
    words: str = pypdfium2.PdfDocument(BytesIO(pdf))[page].get_textpage().get_text_range()
    return words.replace("\u00a0", " ").replace("\r\n", " ")


def test_the_qr_of_the_rendered_pdf_reads_back_as_the_address() -> None:
    page = pypdfium2.PdfDocument(BytesIO(slip_pdf(make_slip())))[0]
    for pixels_per_point in (1.5, 4):  # a poor thermal printer and a good one
        found = zxingcpp.read_barcodes(page.render(scale=pixels_per_point).to_pil())
        assert [code.text for code in found] == [URL]
        assert found[0].ec_level == "M"


def test_the_printed_qr_is_wider_than_28_mm() -> None:
    page = pypdfium2.PdfDocument(BytesIO(slip_pdf(make_slip())))[0]
    corners = zxingcpp.read_barcodes(page.render(scale=4).to_pil())[0].position
    width_mm = (corners.top_right.x - corners.top_left.x) / 4 / MM
    assert width_mm > 28


def test_the_pdf_is_two_a6_pages_with_everything_that_has_to_be_read() -> None:
    pdf = slip_pdf(make_slip())
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    assert len(document) == 2
    assert document[0].get_size() == pytest.approx((148 * MM, 105 * MM), abs=0.1)
    front, back = text_of(pdf, 0), text_of(pdf, 1)
    for words in ("hành chính công xã Một", "Đất đai", "Quầy 3", "31/12/2026", "danhgia.xamot.gov.vn/r", group_code(CODE)):
        assert words in front
    assert "không ghi tên" in front
    assert "0256 000 000" in back
    assert "mc@xamot.gov.vn" in back
    assert "0256" not in front


def test_an_invitation_without_counter_or_contacts_says_neither_and_still_helps() -> None:
    pdf = slip_pdf(make_slip(counter_name=None, contacts=" \n"))
    assert "Quầy" not in text_of(pdf, 0)
    assert "Bộ phận Một cửa" in text_of(pdf, 1)


def test_the_unit_stands_there_once() -> None:
    assert text_of(slip_pdf(make_slip(unit_name="Xã Một")), 0).casefold().count("xã một") == 1
    assert "phường Hai" in text_of(slip_pdf(make_slip(unit_name="phường Hai")), 0)


def test_long_names_stay_on_their_pages() -> None:
    office = "Chi nhánh Văn phòng đăng ký đất đai khu vực Một – Bộ phận Tiếp nhận và Trả kết quả giải quyết thủ tục hành chính"
    field_name = "Lao động, tiền lương và quan hệ lao động; bảo trợ xã hội; phòng, chống tệ nạn xã hội"
    pdf = slip_pdf(
        make_slip(
            office_name=office,
            field_name=field_name,
            unit_name="Ủy ban nhân dân phường Hai",
            contacts="Điện thoại\n" * 14,
            demonstration=True,
        )
    )
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    assert len(document) == 2
    assert group_code(CODE) in text_of(pdf, 0)
    assert [code.text for code in zxingcpp.read_barcodes(document[0].render(scale=4).to_pil())] == [URL]


def test_every_font_is_dejavu_and_inside_the_file() -> None:
    document = pypdfium2.PdfDocument(BytesIO(slip_pdf(make_slip())))
    names: set[str] = set()
    for page in document:
        for piece in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=8):
            font = pdfium.FPDFTextObj_GetFont(piece.raw)
            assert pdfium.FPDFFont_GetIsEmbedded(font) == 1
            name = ctypes.create_string_buffer(200)
            pdfium.FPDFFont_GetBaseFontName(font, name, 200)
            names.add(name.value.decode().rpartition("+")[2])
    assert names
    assert all(name.startswith("DejaVu") for name in names), names


def test_the_pdf_tells_neither_when_nor_by_whom_it_was_printed() -> None:
    pdf = slip_pdf(make_slip())
    about = pypdfium2.PdfDocument(BytesIO(pdf)).get_metadata_dict()
    assert about["CreationDate"] == about["ModDate"] == about["Author"] == ""
    assert not re.search(rb"D:20\d\d|CreateDate|ModifyDate", pdf)
    assert slip_pdf(make_slip()) == pdf


def test_a_name_that_looks_like_typst_source_is_printed_as_it_is() -> None:
    pdf = slip_pdf(make_slip(field_name='#panic("x") *Đất* $a$'))
    assert '#panic("x") *Đất* $a$' in text_of(pdf, 0)


def test_the_demonstration_is_labelled_on_both_pages_and_on_paper_from_the_browser() -> None:
    pdf = slip_pdf(make_slip(demonstration=True))
    assert DEMONSTRATION_RIBBON in text_of(pdf, 0)
    assert DEMONSTRATION_RIBBON in text_of(pdf, 1)
    assert "MINH HỌA" not in text_of(slip_pdf(make_slip()), 0)


def test_the_html_partial_draws_the_same_qr_without_styles_of_its_own(kiosk_app: Flask) -> None:
    with kiosk_app.test_request_context():
        html = render_template("kiosk/slip.html", slip=make_slip(demonstration=True))
    path, side = qr_path(URL)
    assert path in html
    assert f'viewBox="0 0 {side} {side}"' in html
    assert "style=" not in html
    for words in (DEMONSTRATION_RIBBON, group_code(CODE), "31/12/2026", "danhgia.xamot.gov.vn/r", "0256 000 000"):
        assert words in html


def test_the_qr_keeps_a_quiet_zone_of_four_modules() -> None:
    path, side = qr_path(URL)
    places = [(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)", path)]
    assert side == len(qr_modules(URL)) + 2 * QUIET_ZONE
    assert min(x for x, _ in places) == min(y for _, y in places) == QUIET_ZONE == 4


@pytest.mark.parametrize("changes", [{"url": "danhgia.xamot.gov.vn/r/1"}, {"url": "javascript:alert(1)"}, {"code": "123"}])
def test_a_slip_that_could_not_work_is_refused_before_it_is_printed(changes: dict[str, object]) -> None:
    with pytest.raises(SlipError):
        make_slip(**changes)


def test_the_fonts_are_found_without_importing_matplotlib() -> None:
    assert (dejavu_folder() / "DejaVuSansMono-Bold.ttf").is_file()
    program = "import sys, kiosk.slips, kiosk.fonts; kiosk.fonts.dejavu_folder(); sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
