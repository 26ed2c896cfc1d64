"""A language is one file; a mistake in it is shown where it stands, a gap in it is filled with Vietnamese."""

from __future__ import annotations

import unicodedata

import pytest

from survey_forms import TranslationError, load_languages, parse_language

TEXT = """\
language: fr
name: Français
instruments:
  Hài lòng: Satisfait
screens:
  Quay lại: Retour
"""


def test_vietnamese_comes_first_and_is_its_own_translation() -> None:
    languages = load_languages()

    assert next(iter(languages)) == "vi"
    assert languages["vi"].name == "Tiếng Việt"
    assert languages["vi"].translate("Quay lại") == "Quay lại"
    assert languages["vi"].missing(["Câu chưa ai dịch"]) == ()


def test_english_is_shipped() -> None:
    english = load_languages()["en"]

    assert english.name == "English"
    assert english.translate("Quay lại") == "Back"
    assert english.translate("Không") == "No"


def test_instruments_and_screens_are_one_set_of_sentences() -> None:
    french = parse_language(TEXT, "fr.yaml")

    assert (french.code, french.name) == ("fr", "Français")
    assert [french.translate(text) for text in ("Hài lòng", "Quay lại")] == ["Satisfait", "Retour"]


def test_a_sentence_without_translation_stays_vietnamese_and_is_listed() -> None:
    french = parse_language(TEXT, "fr.yaml")

    assert french.translate("Đất đai") == "Đất đai"
    assert french.missing(["Đất đai", "Hài lòng", "Đất đai"]) == ("Đất đai",)


def test_a_sentence_is_found_whatever_its_unicode_spelling_in_the_file() -> None:
    assert parse_language(unicodedata.normalize("NFD", TEXT), "fr.yaml").translate("Hài lòng") == "Satisfait"


def test_the_same_sentence_may_stand_in_both_parts_if_it_says_the_same() -> None:
    assert parse_language(TEXT + "  Hài lòng: Satisfait\n", "fr.yaml").translate("Hài lòng") == "Satisfait"


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("  Quay lại: Retour", "  Quay lại: Retour\n  Quay lại: Revenir", 7, "second time, first in line 6"),
        ("  Quay lại: Retour", "  Hài lòng: Content", 6, "another translation"),
        ("name: Français", "name: Français\nauthor: x", 3, "not a key"),
        ("name: Français\n", "", 1, "is missing"),
        ("screens:\n  Quay lại: Retour\n", "", 1, "is missing"),
        ("Satisfait", "", 4, "needs a text"),
        ("Satisfait", "true", 4, "needs a text"),
        ("Satisfait", "5", 4, "needs a text"),
        ("Satisfait", "'  '", 4, "needs a text"),
        ("Hài lòng: Satisfait", "5: cinq", 4, "in quotes"),
        ("language: fr", "language: en", 1, "name of the file"),
        ("language: fr", "language: vi", 1, "name of the file"),
        ("\n  Quay lại: Retour", " [a]", 5, "must map"),
        ("Satisfait", "a: b", 4, "not YAML"),
    ],
)
def test_a_mistake_is_shown_with_file_and_line(old: str, new: str, line: int, says: str) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(TranslationError, match=says) as caught:
        parse_language(TEXT.replace(old, new), "fr.yaml")

    assert (caught.value.file, caught.value.line) == ("fr.yaml", line)
    assert str(caught.value).startswith(f"fr.yaml, line {line}")
