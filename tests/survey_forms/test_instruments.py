"""The shipped instruments: official wording to the letter, English for everything, and no version changed unseen."""

from __future__ import annotations

import csv
import re
import unicodedata
from pathlib import Path

import pytest

from survey_forms import STAGES, Instrument, load_languages, load_shipped, parse_instrument

GOLDEN = Path(__file__).parent.parent / "golden" / "criteria_sets.csv"
FOLDER = Path(__file__).parent.parent.parent / "survey_forms" / "instruments"
SHIPPED = load_shipped()

# A published version is never edited. Whoever changes a text gives the file a new version and adds a line here.
PUBLISHED_HASHES = {
    "an-my-2023@1.0": "fa76ac5445d51f8accdb21242ac2f4638b21d7b762126afd9598934b837349a1",
    "khanh-hoa-2022@1.0": "ea5520f735adcd2ead160a303c222d6bb768fc00a94519753b379b99cb4f1905",
    "kiosk-default@1.0": "67af342fbac2b718891056af8adc0890a510e390a24e92cdcd33eabafe30e34f",
    "ministry-service-2022@1.0": "bf6a996e41709627fc2c79b780b4a9b6486ce0e9e383d03c4ff847413225805b",
    "phu-luong-2026@1.0": "47efd0188b2e865bb19c11d23ed4d1d6230ae7f399ea7ddbae350bc5e9c9aada",
}


def official(criterion_set: str, *, group: str = "") -> list[tuple[str, str, str]]:
    """(factor title without its Roman number, number, text) of an official set, in printed order."""
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [
            (re.sub(r"^[IVX]+\. ", "", row["factor"]), row["no"], row["text"])
            for row in rows
            if row["set"] == criterion_set and row["group"].startswith(group)
        ]


def printed(instrument: Instrument) -> list[tuple[str, str, str]]:
    return [
        (factor.title, criterion.code.rpartition(".")[2], criterion.text) for factor in instrument.factors for criterion in factor.criteria
    ]


@pytest.mark.parametrize(
    ("id_", "criterion_set", "group", "n_criteria"),
    [
        ("an-my-2023@1.0", "ANMY21", "", 21),
        ("phu-luong-2026@1.0", "PHULUONG9", "", 9),
        ("ministry-service-2022@1.0", "BNV33", "II. ", 19),
    ],
)
def test_the_wording_is_the_official_one(id_: str, criterion_set: str, group: str, n_criteria: int) -> None:
    expected = official(criterion_set, group=group)

    assert len(expected) == n_criteria
    assert printed(SHIPPED[id_]) == expected


def test_the_six_groups_of_khanh_hoa_are_one_criterion_each() -> None:
    instrument = SHIPPED["khanh-hoa-2022@1.0"]

    assert [factor.title for factor in instrument.factors] == [title for title, _, _ in official("KH6")]
    assert [[criterion.text for criterion in factor.criteria] for factor in instrument.factors] == [
        [factor.title] for factor in instrument.factors
    ]
    assert [criterion.code for criterion in instrument.criteria] == ["1.1", "2.1", "3.1", "4.1", "5.1", "6.1"]


def test_the_kiosk_asks_the_an_my_criteria_with_abbreviations_spelled_out() -> None:
    spelled_out = [
        (title.replace("TTHC", "thủ tục hành chính"), number, text.replace("TTHC", "thủ tục hành chính"))
        for title, number, text in official("ANMY21")
    ]
    kiosk = SHIPPED["kiosk-default@1.0"]

    assert printed(kiosk) == spelled_out
    assert not [text for text in kiosk.texts() if re.search(r"[A-ZĐ]{2}", text)]
    assert [criterion.code for criterion in kiosk.criteria] == [criterion.code for criterion in SHIPPED["an-my-2023@1.0"].criteria]


def test_the_an_my_codes_are_those_of_the_plan() -> None:
    assert [(factor.code, len(factor.criteria)) for factor in SHIPPED["an-my-2023@1.0"].factors] == [
        ("1", 2),
        ("2", 4),
        ("3", 7),
        ("4", 4),
        ("5", 4),
    ]


def test_the_kiosk_asks_at_filing_only_what_can_be_known_then() -> None:
    kiosk = SHIPPED["kiosk-default@1.0"]
    at_filing = [criterion.code for criterion in kiosk.criteria_at("filing")]

    assert kiosk.criteria_at("result") == kiosk.criteria
    assert [criterion.code for criterion in kiosk.criteria if criterion.code not in at_filing] == [
        "2.4",
        "4.1",
        "4.2",
        "4.3",
        "4.4",
    ]
    assert [criterion.code for criterion in kiosk.criteria if criterion.asked_of == "feedback_givers"] == ["5.3", "5.4"]
    assert kiosk.feedback_question is not None
    assert kiosk.overall is not None
    assert all(factor.short for factor in kiosk.factors)
    assert [question.code for question in kiosk.questions] == ["sex", "age"]


@pytest.mark.parametrize("instrument", SHIPPED.values(), ids=SHIPPED)
def test_the_result_judges_the_unit_that_decided(instrument: Instrument) -> None:
    assert [factor.title for factor in instrument.factors if factor.judges == "resolver"] == [
        factor.title for factor in instrument.factors if factor.title.startswith("Kết quả")
    ]


def test_the_ministry_form_keeps_its_printed_numbers_and_questions() -> None:
    ministry = SHIPPED["ministry-service-2022@1.0"]

    assert [criterion.code for criterion in ministry.criteria] == [str(number) for number in range(15, 34)]
    assert [question.code for question in ministry.questions] == [
        "sex",
        "age",
        "ethnicity",
        "education",
        "occupation",
        "area",
        "terrain",
        "visits",
        "extra-papers",
        "extra-money",
        "lateness",
    ]


@pytest.mark.parametrize("instrument", SHIPPED.values(), ids=SHIPPED)
def test_every_shipped_text_has_an_english_one(instrument: Instrument) -> None:
    languages = load_languages()

    for code, language in languages.items():
        assert language.missing(instrument.texts()) == (), f"{code}.yaml lacks these texts"
    assert languages["en"].translate(instrument.scale.labels[-1]) == "Very satisfied"


@pytest.mark.parametrize("instrument", SHIPPED.values(), ids=SHIPPED)
def test_every_shipped_instrument_has_a_title_a_known_scale_and_nfc_texts(instrument: Instrument) -> None:
    assert instrument.title
    assert instrument.scale.levels == (1, 2, 3, 4, 5)
    assert instrument.scale.satisfied_from == 4
    assert all(unicodedata.is_normalized("NFC", text) and "!" not in text for text in instrument.texts())
    assert {stage for criterion in instrument.criteria for stage in criterion.stages} == set(STAGES)


def test_a_file_begins_with_its_source_and_is_named_after_its_series() -> None:
    for file in sorted(FOLDER.glob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        assert text.startswith("# ")
        # find_instrument reads only files whose name begins with the series it looks for.
        assert file.name.startswith(parse_instrument(text, file.name).series)
        assert unicodedata.is_normalized("NFC", text)


def test_no_published_version_has_changed() -> None:
    assert {id_: instrument.content_hash for id_, instrument in SHIPPED.items()} == PUBLISHED_HASHES
