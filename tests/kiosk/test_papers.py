"""Every paper: its QR reads back from the rendered page, is wide enough, and the file tells neither when nor for whom."""

import re
from datetime import date
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp

from kiosk.codes import group_code, new_code
from kiosk.errors import SlipError
from kiosk.papers import PAPERS, Paper, Poster, paper_pdf, poster_pdf
from kiosk.qr import qr_png
from kiosk.slips import DEMONSTRATION_RIBBON, InvitationSlip
from tests.kiosk.test_slips import MM, make_slip, text_of

SIZES: dict[Paper, tuple[float, float]] = {
    "slip": (148, 105),
    "a5": (148, 210),
    "stickers": (60, 40),
    "sticker-sheet": (210, 297),
    "insert": (105, 148),
    "request": (148, 210),
}
SEVERAL: list[Paper] = [paper for paper in PAPERS if paper != "slip"]
LONG = {
    "office_name": "Chi nhánh Văn phòng đăng ký đất đai khu vực Một – Bộ phận Tiếp nhận và Trả kết quả giải quyết thủ tục hành chính",
    "field_name": "Lao động, tiền lương và quan hệ lao động; bảo trợ xã hội; phòng, chống tệ nạn xã hội",
    "counter_name": "Quầy tiếp nhận số 12, tầng 2",
    "unit_name": "Ủy ban nhân dân phường Hai",
    "contacts": "Điện thoại đường dây nóng\n" * 6,
    "demonstration": True,
}


def slips(how_many: int, **changes: object) -> list[InvitationSlip]:
    codes = [new_code(bytes([n % 251, n // 251, 3, 5, 7, 11, 13])) for n in range(1, how_many + 1)]
    return [make_slip(**{"code": code, "url": f"https://danhgia.xamot.gov.vn/r/{code}", **changes}) for code in codes]


def read_all(pdf: bytes, pixels_per_point: float = 4) -> list[zxingcpp.Barcode]:
    found = []
    for page in pypdfium2.PdfDocument(BytesIO(pdf)):
        found += zxingcpp.read_barcodes(page.render(scale=pixels_per_point).to_pil())
    return found


@pytest.mark.parametrize("paper", SEVERAL)
def test_every_code_of_a_paper_reads_back_and_is_wider_than_25_mm(paper: Paper) -> None:
    wanted = slips(27)
    found = read_all(paper_pdf(paper, wanted))
    assert {code.text for code in found} == {slip.url for slip in wanted}
    assert len(found) == len(wanted)
    for code in found:
        assert (code.position.top_right.x - code.position.top_left.x) / 4 / MM > 25


@pytest.mark.parametrize("paper", SEVERAL)
def test_every_paper_reads_from_a_thermal_printer_of_203_dots_per_inch(paper: Paper) -> None:
    (slip,) = slips(1)
    assert [code.text for code in read_all(paper_pdf(paper, [slip]), 203 / 72)] == [slip.url]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_says_what_has_to_be_read(paper: Paper) -> None:
    (slip,) = slips(1)
    pdf = paper_pdf(paper, [slip])
    text = " ".join(text_of(pdf, 0).split())
    for words in ("Đất đai", "Quầy 3", "31/12/2026", "danhgia.xamot.gov.vn/r"):
        assert words in text, words
    assert group_code(slip.code).replace("-", "") in re.sub(r"[-\s\u00ad\ufffe\x02]", "", text)
    assert re.search("không ghi tên", text, re.IGNORECASE)
    if paper in SIZES:
        width, height = SIZES[paper]
        assert pypdfium2.PdfDocument(BytesIO(pdf))[0].get_size() == pytest.approx((width * MM, height * MM), abs=0.1)


@pytest.mark.parametrize("paper", SEVERAL)
def test_names_of_any_length_stay_on_their_page_and_the_code_stays_whole(paper: Paper) -> None:
    wanted = slips(2, **LONG)
    pdf = paper_pdf(paper, wanted)
    assert len(pypdfium2.PdfDocument(BytesIO(pdf))) == (1 if paper == "sticker-sheet" else 2)
    assert {code.text for code in read_all(pdf)} == {slip.url for slip in wanted}
    bare = re.sub(r"[-\s\u00ad\ufffe\x02]", "", text_of(pdf, 0))
    assert group_code(wanted[0].code).replace("-", "") in bare


@pytest.mark.parametrize("paper", PAPERS)
def test_no_paper_tells_when_it_was_made_and_each_is_the_same_twice(paper: Paper) -> None:
    wanted = slips(1)
    pdf = paper_pdf(paper, wanted)
    assert not re.search(rb"D:20\d\d|CreateDate|ModifyDate", pdf)
    assert paper_pdf(paper, wanted) == pdf


def test_the_demonstration_is_labelled_on_every_paper() -> None:
    for paper in PAPERS:
        text = text_of(paper_pdf(paper, slips(1, demonstration=True)), 0)
        assert (DEMONSTRATION_RIBBON if paper not in ("stickers", "sticker-sheet") else "MINH HỌA") in text, paper


def test_a_sheet_of_stickers_holds_24_and_goes_on_on_the_next() -> None:
    assert len(pypdfium2.PdfDocument(BytesIO(paper_pdf("sticker-sheet", slips(24))))) == 1
    assert len(pypdfium2.PdfDocument(BytesIO(paper_pdf("sticker-sheet", slips(25))))) == 2
    assert len(pypdfium2.PdfDocument(BytesIO(paper_pdf("stickers", slips(3))))) == 3


def test_paper_for_nobody_is_refused() -> None:
    with pytest.raises(SlipError):
        paper_pdf("a5", [])
    with pytest.raises(SlipError):
        paper_pdf("slip", slips(2))


@pytest.mark.parametrize("contacts", ["", "Điện thoại: 0256 000 000\n" * 12])
def test_the_poster_opens_its_desk_and_fits_its_page(contacts: str) -> None:
    url = "https://danhgia.xamot.gov.vn/p/xa-mot/3"
    pdf = poster_pdf(Poster(str(LONG["office_name"]), "Quầy 3", url, contacts, True))
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    assert len(document) == 1
    (found,) = read_all(pdf, 2)
    assert found.text == url
    assert (found.position.top_right.x - found.position.top_left.x) / 2 / MM > 90
    text = " ".join(text_of(pdf, 0).split())
    assert DEMONSTRATION_RIBBON in text
    assert "danhgia.xamot.gov.vn/p/xa-mot/3" in text
    assert not re.search(rb"D:20\d\d|CreateDate", pdf)


def test_a_poster_needs_an_address() -> None:
    with pytest.raises(SlipError):
        Poster("Bộ phận Một cửa", None, "danhgia.xamot.gov.vn/p/x", "", False)


def test_the_png_reads_back_and_is_25_mm_wide_at_300_dots_per_inch() -> None:
    from PIL import Image

    url = "https://danhgia.xamot.gov.vn/r/0938NKRKAYDZ"
    picture = Image.open(BytesIO(qr_png(url)))
    assert picture.mode == "1"
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    (found,) = zxingcpp.read_barcodes(picture.convert("L"))
    assert found.text == url
    assert (found.position.top_right.x - found.position.top_left.x) / 300 * 25.4 > 25


def test_valid_until_is_printed_as_a_day() -> None:
    assert "05/01/2027" in text_of(paper_pdf("thermal", slips(1, valid_until_on=date(2027, 1, 5))), 0)
