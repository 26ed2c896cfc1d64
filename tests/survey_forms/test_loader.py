"""A questionnaire file is read exactly as the format says, and every mistake is shown where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey_forms import Instrument, InstrumentError, find_instrument, load_instrument, load_shipped, parse_instrument

FULL = """\
series: an-my-2023
version: "1.0"                       # id is an-my-2023@1.0
scale: {levels: [1, 2, 3, 4, 5], satisfied_from: 4, labels: [Rất không hài lòng, Không hài lòng, Bình thường, Hài lòng,
  Rất hài lòng]}
factors:
  - code: "1"
    title: Tiếp cận dịch vụ
    criteria:
      - {code: "1.1", text: "Trụ sở gọn gàng, sạch sẽ"}
      - {code: "1.2", text: "Trang thiết bị đầy đủ", stages: [filing, result]}   # default both
  - code: "4"
    title: Kết quả giải quyết thủ tục hành chính
    judges: resolver
    stages: [result]
    criteria:
      - {code: "4.1", text: Kết quả đúng quy định}
stem: "Ông/Bà hài lòng thế nào về việc:"
overall: "Nhìn chung, Ông/Bà hài lòng thế nào?"
"""

SMALL = """\
series: vi-du
version: "1.0"
scale:
  levels: [1, 2, 3]
  satisfied_from: 3
  labels: [Kém, Vừa, Tốt]
factors:
  - code: A
    title: Yếu tố
    criteria:
      - code: q1
        text: Câu một
      - code: q2
        text: Câu hai
"""


def broken(old: str, new: str) -> InstrumentError:
    """The error of the small file after one change; the change must really be one."""
    assert SMALL.count(old) == 1
    with pytest.raises(InstrumentError) as caught:
        parse_instrument(SMALL.replace(old, new), "vi-du.yaml")
    assert str(caught.value).startswith("vi-du.yaml, ")
    return caught.value


def test_the_format_loads_as_published() -> None:
    instrument = parse_instrument(FULL, "an-my-2023.yaml")

    assert instrument.id == "an-my-2023@1.0"
    assert instrument.scale.levels == (1, 2, 3, 4, 5)
    assert instrument.scale.labels[4] == "Rất hài lòng"
    assert [criterion.code for criterion in instrument.criteria] == ["1.1", "1.2", "4.1"]
    assert instrument.factor_of("4.1").judges == "resolver"
    assert instrument.factor_of("1.1").judges == "desk"
    assert instrument.criterion("1.1").stages == ("filing", "result")
    assert instrument.criterion("4.1").stages == ("result",)
    assert instrument.overall == "Nhìn chung, Ông/Bà hài lòng thế nào?"


def test_only_four_keys_are_required_and_the_rest_has_defaults() -> None:
    instrument = parse_instrument(SMALL, "vi-du.yaml")

    assert instrument.stem == "Ông/Bà hài lòng thế nào về việc:"
    assert (instrument.title, instrument.overall, instrument.feedback_question, instrument.questions) == (
        None,
        None,
        None,
        (),
    )
    assert {criterion.asked_of for criterion in instrument.criteria} == {"everyone"}


@pytest.mark.parametrize(
    ("levels", "satisfied_from", "labels"),
    [
        ("[1, 2, 3]", 3, ["Kém", "Vừa", "Tốt"]),
        ("[0, 1]", 1, ["Không", "Có"]),
        ("[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]", 7, [f"Mức {level}" for level in range(10)]),
        ("[-2, -1, 0, 1, 2]", 1, ["a", "b", "c", "d", "e"]),
        ("[1, 5, 20]", 20, ["Kém", "Vừa", "Tốt"]),
    ],
)
def test_a_scale_may_have_any_levels(levels: str, satisfied_from: int, labels: list[str]) -> None:
    text = SMALL.replace("[1, 2, 3]", levels).replace("satisfied_from: 3", f"satisfied_from: {satisfied_from}")
    scale = parse_instrument(text.replace("[Kém, Vừa, Tốt]", f"[{', '.join(labels)}]"), "vi-du.yaml").scale

    assert scale.labels == tuple(labels)
    assert [scale.position(level) for level in scale.levels] == list(range(len(labels)))
    assert scale.levels[scale.satisfied_position] == satisfied_from
    assert scale.label(satisfied_from) == labels[scale.satisfied_position]
    with pytest.raises(ValueError, match="no such level"):
        scale.position(99)


def test_labels_that_are_plain_numbers_need_no_quotes() -> None:
    assert parse_instrument(SMALL.replace("Kém, Vừa, Tốt", "1, 2, 3"), "f").scale.labels == ("1", "2", "3")


def test_the_words_yes_and_no_stay_words() -> None:
    text = SMALL.replace("Kém, Vừa, Tốt", "no, off, yes").replace("code: q1", "code: no")
    instrument = parse_instrument(text, "vi-du.yaml")

    assert instrument.scale.labels == ("no", "off", "yes")
    assert instrument.criteria[0].code == "no"


def test_a_byte_order_mark_is_harmless() -> None:
    assert parse_instrument("\ufeff" + SMALL, "vi-du.yaml") == parse_instrument(SMALL, "vi-du.yaml")


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "says"),
    [
        # repeated and unknown keys
        (
            "  satisfied_from: 3\n",
            "  satisfied_from: 3\n  satisfied_from: 2\n",
            6,
            "scale.satisfied_from",
            "second time",
        ),
        ('version: "1.0"\n', 'version: "1.0"\nseries: x\n', 3, "series", "first in line 1"),
        ("text: Câu hai", "text: Câu hai\n        Text: x", 15, "factors[0].criteria[1].Text", "not a key"),
        ("satisfied_from: 3", "satisfied_form: 3", 5, "scale.satisfied_form", "not a key"),
        # missing keys
        ("series: vi-du\n", "", 1, "series", "is missing"),
        ('version: "1.0"\n', "", 1, "version", "is missing"),
        ("  satisfied_from: 3\n", "", 3, "scale.satisfied_from", "is missing"),
        ("  labels: [Kém, Vừa, Tốt]\n", "", 3, "scale.labels", "is missing"),
        ("\n        text: Câu hai", "", 13, "factors[0].criteria[1].text", "is missing"),
        # codes
        ("code: q2", "code: q1", 13, "factors[0].criteria[1].code", "(first in line 11)"),
        ("code: q1", "code: 1.10", 11, "factors[0].criteria[0].code", '"1.10" in quotes'),
        ("code: A", "code: 1", 8, "factors[0].code", '"1" in quotes'),
        ("code: q1", "code: q 1", 11, "factors[0].criteria[0].code", "is not a code"),
        ("code: q1", "code: ''", 11, "factors[0].criteria[0].code", "is not a code"),
        ("series: vi-du", "series: vi@du", 1, "series", "is not a code"),
        ('version: "1.0"', "version: 1.0", 2, "version", '"1.0" in quotes'),
        ('version: "1.0"', "version: 1", 2, "version", '"1" in quotes'),
        ('version: "1.0"', "version: 2026-01-01", 2, "version", "put it in quotes"),
        ('version: "1.0"', "version: true", 2, "version", "truth value"),
        # the scale
        ("[Kém, Vừa, Tốt]", "[Kém, Tốt]", 6, "scale.labels", "3 levels but 2 labels"),
        ("[Kém, Vừa, Tốt]", "[Kém, Tốt, Tốt]", 6, "scale.labels[2]", "same label"),
        ("[Kém, Vừa, Tốt]", "[Kém, , Tốt]", 6, None, "not YAML"),
        ("[Kém, Vừa, Tốt]", "[Kém, '', Tốt]", 6, "scale.labels[1]", "is empty"),
        ("[Kém, Vừa, Tốt]", "[Kém, ~, Tốt]", 6, "scale.labels[1]", "is empty"),
        ("[Kém, Vừa, Tốt]", "[Kém, 1.5, Tốt]", 6, "scale.labels[1]", "in quotes"),
        ("satisfied_from: 3", "satisfied_from: 4", 5, "scale.satisfied_from", "choose one of 1, 2, 3"),
        ("satisfied_from: 3", 'satisfied_from: "3"', 5, "scale.satisfied_from", "whole number without quotes"),
        ("satisfied_from: 3", "satisfied_from: true", 5, "scale.satisfied_from", "whole number"),
        ("[1, 2, 3]", "[1, 3, 2]", 4, "scale.levels[2]", "must rise"),
        ("[1, 2, 3]", "[1, 2, 2]", 4, "scale.levels[2]", "must rise"),
        ("[1, 2, 3]", "[1, 2.0, 3]", 4, "scale.levels[1]", "whole number"),
        ("[1, 2, 3]", "[1, true, 3]", 4, "scale.levels[1]", "whole number"),
        ("[1, 2, 3]", "[1, 0x2, 3]", 4, "scale.levels[1]", "no plain number"),
        ("[1, 2, 3]", "[1, .nan, 3]", 4, "scale.levels[1]", "no plain number"),
        ("[1, 2, 3]", "[1]", 4, "scale.levels", "at least two levels"),
        ("[1, 2, 3]", "5", 4, "scale.levels", "must be a list"),
        # texts, stages and groups
        ("text: Câu một", "text:", 12, "factors[0].criteria[0].text", "is empty"),
        ("text: Câu một", "text: '  '", 12, "factors[0].criteria[0].text", "is empty"),
        ("text: Câu một", 'text: "a\\x01b"', 12, "factors[0].criteria[0].text", "control character"),
        ("text: Câu một", "text: [a]", 12, "factors[0].criteria[0].text", "must be a text"),
        ("text: Câu một", "text: Câu: một", 12, None, "not YAML"),
        ("text: Câu một", "text: a\n        stages: []", 13, "factors[0].criteria[0].stages", "filing and result"),
        (
            "text: Câu một",
            "text: a\n        stages: [later]",
            13,
            "factors[0].criteria[0].stages[0]",
            "'filing' or 'result'",
        ),
        (
            "text: Câu một",
            "text: a\n        stages: [filing, filing]",
            13,
            "factors[0].criteria[0].stages",
            "each once",
        ),
        ("text: Câu một", "text: a\n        asked_of: nobody", 13, "factors[0].criteria[0].asked_of", "'everyone'"),
        (
            "text: Câu một",
            "text: a\n        asked_of: feedback_givers",
            13,
            "factors[0].criteria[0].asked_of",
            "feedback_question",
        ),
        ("title: Yếu tố", "title: Yếu tố\n    judges: mayor", 10, "factors[0].judges", "'desk' or 'resolver'"),
        ("title: Yếu tố", "title: Yếu tố\n    stages: now", 10, "factors[0].stages", "must be a list"),
        ("factors:\n", "factors: []\nfactor_list:\n", 8, "factor_list", "not a key"),
        ("series: vi-du", "series: &name vi-du\ntitle: *name", 2, "title", "write it out"),
        ("series: vi-du", "series: !secret vi-du", 1, "series", "put it in quotes"),
        ("series: vi-du", "1: x\nseries: vi-du", 1, "1", "must stand in quotes"),
        ("series: vi-du", "[a, b]: x\nseries: vi-du", 1, None, "a key must be a text"),
    ],
)
def test_a_mistake_is_shown_with_file_line_and_field(old: str, new: str, line: int | None, field: str | None, says: str) -> None:
    error = broken(old, new)

    assert (error.file, error.line, error.field) == ("vi-du.yaml", line, field)
    assert says in error.problem
    assert "\n" not in str(error)


def test_a_criterion_cannot_be_asked_when_its_factor_is_not() -> None:
    text = SMALL.replace("title: Yếu tố", "title: Yếu tố\n    stages: [result]")
    text = text.replace("text: Câu hai", "text: Câu hai\n        stages: [filing, result]")

    with pytest.raises(InstrumentError, match="asked only at result") as caught:
        parse_instrument(text, "vi-du.yaml")
    assert (caught.value.line, caught.value.field) == (16, "factors[0].criteria[1].stages")


def test_a_repeated_code_in_another_factor_is_found() -> None:
    second = "  - code: B\n    title: Khác\n    criteria: [{code: q1, text: Câu ba}]\n"

    with pytest.raises(InstrumentError, match="first in line 11") as caught:
        parse_instrument(SMALL + second, "vi-du.yaml")
    assert (caught.value.line, caught.value.field) == (17, "factors[1].criteria[0].code")


@pytest.mark.parametrize("criteria", ["criteria: []", "criteria: {}"])
def test_a_factor_without_criteria_is_refused(criteria: str) -> None:
    head, _, _ = SMALL.partition("criteria:")
    with pytest.raises(InstrumentError, match=r"factors\[0\]\.criteria"):
        parse_instrument(head + criteria, "vi-du.yaml")


def test_an_instrument_without_factors_is_refused() -> None:
    head, _, _ = SMALL.partition("factors:")
    with pytest.raises(InstrumentError, match="at least one factor"):
        parse_instrument(head + "factors: []", "vi-du.yaml")


@pytest.mark.parametrize(
    ("options", "says"),
    [("[{code: m, text: Nam}]", "at least two options"), ("[{code: m, text: Nam}, {code: m, text: Nữ}]", "used twice")],
)
def test_a_question_offers_at_least_two_different_options(options: str, says: str) -> None:
    with pytest.raises(InstrumentError, match=says) as caught:
        parse_instrument(SMALL + f"questions: [{{code: sex, text: Giới tính, options: {options}}}]", "vi-du.yaml")
    assert caught.value.line == 15


@pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "plain", "a: 1\n--- \nb: 2\n", "a: \x07", "[" * 2000])
def test_a_file_that_is_no_mapping_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(InstrumentError) as caught:
        parse_instrument(text, "vi-du.yaml")
    assert "\n" not in str(caught.value)


def test_a_yaml_1_1_heading_brings_no_silent_booleans() -> None:
    text = "%YAML 1.1\n---\n" + SMALL.replace("code: q1", "code: no")

    with pytest.raises(InstrumentError, match="truth value"):
        parse_instrument(text, "vi-du.yaml")


def test_a_file_is_found_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "vi-du.yaml"
    file.write_text(SMALL, encoding="utf-8")

    assert load_instrument(file) == find_instrument(str(file)) == parse_instrument(SMALL, "x")


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(b"series: \xe9")

    with pytest.raises(InstrumentError, match="not UTF-8"):
        load_instrument(latin)
    with pytest.raises(InstrumentError, match="cannot be read"):
        load_instrument(tmp_path)
    with pytest.raises(InstrumentError, match="No such file"):
        find_instrument(str(tmp_path / "absent.yaml"))


@pytest.mark.parametrize("name", ["unknown", "unknown@1.0", "kiosk-default@9.9", "kiosk-default@", "", "@", "kiosk"])
def test_an_unknown_instrument_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(InstrumentError, match=r"one of an-my-2023@1\.0"):
        find_instrument(name)


def test_a_shipped_instrument_is_found_by_id_and_by_series() -> None:
    shipped = load_shipped()

    for id_, instrument in shipped.items():
        assert find_instrument(id_) is instrument
        assert find_instrument(instrument.series) is instrument


def test_the_latest_version_of_a_series_is_the_highest_not_the_last_in_the_alphabet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "instruments").mkdir()
    for version in ("1.9", "1.10", "1.2"):
        file = tmp_path / "instruments" / f"vi-du-{version}.yaml"
        file.write_text(SMALL.replace('"1.0"', f'"{version}"'), encoding="utf-8")
    monkeypatch.setattr("survey_forms.loader.resources.files", lambda _package: tmp_path)

    assert find_instrument("vi-du").id == "vi-du@1.10"
    assert list(load_shipped()) == ["vi-du@1.2", "vi-du@1.9", "vi-du@1.10"]


def test_an_instrument_survives_being_stored_as_json() -> None:
    for instrument in load_shipped().values():
        again = Instrument.model_validate_json(instrument.model_dump_json())
        assert again == instrument
        assert again.content_hash == instrument.content_hash


@pytest.mark.parametrize(("first", "second"), [("a", "A"), ("1.1", "unit"), ("1.1", "Answered_On")])
def test_code_that_a_table_of_responses_could_not_tell_apart_is_refused(first: str, second: str) -> None:
    text = (
        'series: s\nversion: "1.0"\nscale: {levels: [1, 2], satisfied_from: 2, labels: [Chưa, Có]}\n'
        f'factors:\n  - code: "1"\n    title: Một\n    criteria:\n      - {{code: "{first}", text: Một}}\n'
        f'      - {{code: "{second}", text: Hai}}\n'
    )
    with pytest.raises(InstrumentError, match=second) as caught:
        parse_instrument(text, "form.yaml")
    assert caught.value.line is not None
