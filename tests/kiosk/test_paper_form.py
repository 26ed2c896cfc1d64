"""The questionnaire on paper, rendered: what has to be on it, how many sides, fonts inside, no date."""

import ctypes
import re
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import zxingcpp
from PIL import Image

from kiosk.errors import PaperFormError
from kiosk.paper_form import PAPER_WORDS, PRINT_SIZES, PaperForm, PrintSize, list_level_keys, paper_forms_pdf
from kiosk.paper_serial import make_serial
from survey_forms import STAGES, Criterion, Factor, Instrument, Scale, Stage, load_languages, load_shipped

SHIPPED = load_shipped()
LANGUAGES = load_languages()
SERIAL = make_serial("482137", 17)
MM = 72 / 25.4


def make_form(instrument: Instrument, size: PrintSize = "normal", stage: Stage = "result", **changes: object) -> PaperForm:
    parts: dict[str, object] = {
        "office_name": "Trung tâm Phục vụ hành chính công xã Một",
        "field_name": "Đất đai",
        "box_place": "cạnh cửa ra, bên phải quầy 1",
        "demonstration": False,
    } | changes
    return PaperForm(instrument=instrument, size=size, stage=stage, **parts)  # type: ignore[arg-type]  # each of its field's type


def render(form: PaperForm, serials: tuple[str, ...] = (SERIAL,), language: str = "vi") -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(BytesIO(paper_forms_pdf(form, serials, LANGUAGES[language])))


def text_of(document: pypdfium2.PdfDocument) -> str:
    words = " ".join(page.get_textpage().get_text_range() for page in document)
    return " ".join(words.replace("\u00a0", " ").split())


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_questionnaire_fits_one_sheet_and_says_everything(name: str, stage: Stage, language: str) -> None:
    instrument, t = SHIPPED[name], LANGUAGES[language].translate
    document = render(make_form(instrument, stage=stage), language=language)
    words = text_of(document)
    assert len(document) <= 2
    for criterion in instrument.criteria_at(stage):
        assert t(criterion.text) in words
    for text in (
        *instrument.scale.labels,
        instrument.stem,
        PAPER_WORDS["privacy"],
        PAPER_WORDS["helped"],
        "Không biết / chưa gặp",
        "Đất đai",
    ):
        assert t(text) in words
    for absent in set(instrument.criteria) - set(instrument.criteria_at(stage)):
        assert t(absent.text) not in words
    assert "482137-017-0" in words


@pytest.mark.parametrize("name", SHIPPED)
def test_large_print_has_no_letter_below_16_points(name: str) -> None:
    document = render(make_form(SHIPPED[name], "large", demonstration=True))
    sizes = set()
    for page in document:
        for piece in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=8):
            size = ctypes.c_float()
            pdfium.FPDFTextObj_GetFontSize(piece.raw, size)
            sizes.add(round(size.value * piece.get_matrix().d, 1))
    assert sizes
    assert min(abs(size) for size in sizes) >= 16
    assert all(page.get_size() == pytest.approx((210 * MM, 297 * MM), abs=0.5) for page in document)


@pytest.mark.parametrize("size", PRINT_SIZES)
def test_every_page_carries_its_number_its_qr_and_four_corners(size: PrintSize) -> None:
    document = render(make_form(SHIPPED["kiosk-default@1.0"], size))
    for page in document:
        picture = page.render(scale=200 / 72).to_pil().convert("L")
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [SERIAL]
        assert "482137-017-0" in page.get_textpage().get_text_range()
        for corner in corners(picture):
            assert max(corner.tobytes()) < 40, "a full black square, 5 mm wide"


def corners(picture: Image.Image) -> list[Image.Image]:
    """The inner 4 mm of the four squares, 7.5 mm from the edges."""
    mm = 200 / 25.4
    left, right, top, bottom = 7.5 * mm, picture.width - 11.5 * mm, 7.5 * mm, picture.height - 11.5 * mm
    return [picture.crop((int(x), int(y), int(x + 4 * mm), int(y + 4 * mm))) for x in (left, right) for y in (top, bottom)]


@pytest.mark.parametrize("name", ["khanh-hoa-2022@1.0", "kiosk-default@1.0"])
def test_every_form_begins_on_a_front_side(name: str) -> None:
    serials = tuple(make_serial("482137", number) for number in (1, 2, 3))
    document = render(make_form(SHIPPED[name]), serials)
    first_pages = [i for i, page in enumerate(document) if re.search(r"Trang 1/", page.get_textpage().get_text_range())]
    assert first_pages == [0, 2, 4]


def test_field_left_open_has_a_line_to_write_on() -> None:
    assert PAPER_WORDS["field_blank"] in text_of(render(make_form(SHIPPED["kiosk-default@1.0"], field_name=None)))


def test_fonts_are_inside_and_nothing_tells_when_it_was_made() -> None:
    pdf = paper_forms_pdf(make_form(SHIPPED["kiosk-default@1.0"]), [SERIAL], LANGUAGES["vi"])
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    for page in document:
        for piece in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=8):
            assert pdfium.FPDFFont_GetIsEmbedded(pdfium.FPDFTextObj_GetFont(piece.raw)) == 1
    about = document.get_metadata_dict()
    assert about["CreationDate"] == about["ModDate"] == about["Author"] == ""
    assert not re.search(rb"D:20\d\d|CreateDate|ModifyDate", pdf)
    assert paper_forms_pdf(make_form(SHIPPED["kiosk-default@1.0"]), [SERIAL], LANGUAGES["vi"]) == pdf


def test_form_is_black_and_grey_only() -> None:
    for page in render(make_form(SHIPPED["kiosk-default@1.0"])):
        picture = page.render(scale=1).to_pil().convert("RGB")
        red, green, blue = (band.tobytes() for band in picture.split())
        assert red == green == blue


def test_name_that_looks_like_typst_source_is_printed_as_it_is() -> None:
    assert '#panic("x") *Đất*' in text_of(render(make_form(SHIPPED["kiosk-default@1.0"], field_name='#panic("x") *Đất*')))


def test_demonstration_is_labelled() -> None:
    assert "DỮ LIỆU MINH HỌA" in text_of(render(make_form(SHIPPED["khanh-hoa-2022@1.0"], demonstration=True)))


def test_every_sentence_of_the_paper_has_its_english() -> None:
    assert LANGUAGES["en"].missing(PAPER_WORDS.values()) == ()


def test_scale_with_more_levels_than_keys_is_refused_and_a_scale_without_digits_is_numbered() -> None:
    assert list_level_keys(Scale(levels=(0, 10), satisfied_from=10, labels=("Kém", "Tốt"))) == ("1", "2")
    ten = Scale(levels=tuple(range(10)), satisfied_from=8, labels=tuple(f"Mức {n}" for n in range(10)))
    with pytest.raises(PaperFormError, match="at most 9"):
        list_level_keys(ten)


def test_stage_that_asks_nothing_is_refused() -> None:
    only_result = Instrument(
        series="vi-du",
        version="1.0",
        scale=Scale(levels=(1, 2), satisfied_from=2, labels=("Không hài lòng", "Hài lòng")),
        factors=(Factor(code="1", title="Kết quả", stages=("result",), criteria=(Criterion(code="1.1", text="Kết quả đúng hẹn"),)),),
    )
    assert "Kết quả đúng hẹn" in text_of(render(make_form(only_result)))
    with pytest.raises(PaperFormError, match="asks nothing"):
        make_form(only_result, stage="filing")
