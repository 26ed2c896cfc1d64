"""A language is one file in the office's folder: offered on screens and paper, gaps filled with Vietnamese, and said so."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner
from matplotlib.ft2font import FT2Font

from app.cli.check import check_command
from app.factory import create_app
from app.runtime import Runtime
from app.vietnamese import collation_key
from kiosk.fonts import dejavu_folder
from kiosk.paper_form import PaperForm, paper_forms_pdf
from kiosk.paper_serial import make_serial
from kiosk.sentences import list_missing
from survey_forms import TranslationError, find_instrument, load_languages
from tests.own_language import CODE, LETTERS, NAME, TEXTS, write_language


@pytest.fixture
def data_dir(runtime: Runtime) -> Path:
    """The installation's folder, with the language in it."""
    write_language(runtime.settings.data_dir)
    return runtime.settings.data_dir


def test_a_file_in_the_folder_is_a_language_after_the_shipped_ones(data_dir: Path, open_sqlite: Callable[[], Runtime]) -> None:
    languages = open_sqlite().languages
    assert list(languages) == ["vi", "en", CODE]
    assert languages[CODE].name == NAME
    assert languages[CODE].translate("Hài lòng") == TEXTS["Hài lòng"]


def test_the_spelling_of_the_file_does_not_matter(data_dir: Path) -> None:
    composed = load_languages(data_dir / "lang")[CODE]
    write_language(data_dir, decomposed=True)
    assert load_languages(data_dir / "lang")[CODE] == composed


def test_an_offices_english_adds_to_the_shipped_one_and_its_words_hold(tmp_path: Path) -> None:
    text = 'language: en\nname: English\ninstruments:\n  "Câu của cơ quan": "The office\'s own"\nscreens:\n  "Quay lại": "Go back"\n'
    (tmp_path / "en.yaml").write_text(text, encoding="utf-8")
    english = load_languages(tmp_path)["en"]
    assert [english.translate(each) for each in ("Câu của cơ quan", "Quay lại", "Hài lòng")] == ["The office's own", "Go back", "Satisfied"]


def test_a_faulty_file_is_shown_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "tst.yaml").write_text("language: tst\n", encoding="utf-8")
    with pytest.raises(TranslationError, match="name: is missing"):
        load_languages(tmp_path)
    (tmp_path / "tst.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(TranslationError, match="not UTF-8"):
        load_languages(tmp_path)


def test_check_tells_how_many_texts_are_missing(data_dir: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPAS_DATA_DIR", str(data_dir))
    monkeypatch.setenv("SIPAS_SECRET_KEY", "a secret only the tests know, long enough")
    said = CliRunner().invoke(check_command).output
    missing = list_missing(load_languages(data_dir / "lang")[CODE], find_instrument("kiosk-default@1.0"))
    assert f"language {CODE} ({NAME}): {len(missing)} texts missing" in said
    assert missing[0] in said
    assert "language en (English): 0 texts missing" in said
    assert said.rstrip().endswith("ok")


def test_pages_without_scripts_offer_it_and_mark_what_stays_vietnamese(
    data_dir: Path, open_sqlite: Callable[[], Runtime], device_key: str
) -> None:
    client = create_app(open_sqlite()).test_client()
    client.get(f"/tablet/{device_key}")
    assert f'value="{CODE}" lang="{CODE}">{NAME}</button>' in client.get("/tablet").text
    page = client.get(f"/tablet?lang={CODE}").text
    assert f'<html lang="{CODE}">' in page
    assert f">{TEXTS['Bắt đầu']}</button>" in page
    assert '<p lang="vi" class="lead">Mất khoảng một đến hai' in page.replace("\u00a0", " ")
    assert '<strong lang="vi">Trung tâm' in page.replace("\u00a0", " ")


def test_the_paper_form_prints_its_letters_in_embedded_fonts(data_dir: Path) -> None:
    form = PaperForm("Trung tâm xã Một", "Đất đai", "", "result", find_instrument("kiosk-default"), "normal", False)
    pdf = paper_forms_pdf(form, [make_serial("482137", 1)], load_languages(data_dir / "lang")[CODE])
    words = " ".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(BytesIO(pdf)))
    words = " ".join(words.split())
    assert TEXTS["Hài lòng"] in words
    assert TEXTS["Phiếu đánh giá mức độ hài lòng tại Bộ phận Một cửa"] in words
    assert "Không biết / chưa gặp" in words.replace("\u00a0", " "), "what is not translated stays Vietnamese"
    assert b"/FontFile" in pdf
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        font = FT2Font(str(dejavu_folder() / name))
        assert all(font.get_char_index(ord(character)) for letter in LETTERS for character in letter), name


def test_names_with_these_letters_sort_beside_the_letters_they_come_from() -> None:
    names = ["Ƀuôn", "Buôn", "Cư", "Ơ\u0306", "Ơng", "Pơn", "Ĕa", "Ea", "Êa", "Ñô", "Nam", "O", "Ŏ", "Ô"]
    assert sorted(names, key=collation_key) == ["Buôn", "Ƀuôn", "Cư", "Ea", "Ĕa", "Êa", "Nam", "Ñô", "O", "Ŏ", "Ô", "Ơng", "Ơ\u0306", "Pơn"]
