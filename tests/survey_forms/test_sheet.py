"""One validator for every door: nothing is coerced, every problem is named and no value repeated."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_forms import (
    NO_OPINION,
    STAGES,
    AnswerSheet,
    SheetError,
    Stage,
    answers_given,
    find_instrument,
    parse_instrument,
    parse_rating,
    validate_sheet,
)
from survey_forms.sheet import MAX_COMMENT_CHARACTERS
from survey_forms.text import normalise, one_line

KIOSK = find_instrument("kiosk-default@1.0")
MINISTRY = find_instrument("ministry-service-2022@1.0")
CODES = [criterion.code for criterion in KIOSK.criteria]


def problems(**sheet: Any) -> dict[str, str]:
    with pytest.raises(SheetError) as caught:
        validate_sheet(KIOSK, **{"ratings": {}, **sheet})
    return {problem.field: problem.problem for problem in caught.value.problems}


def test_a_full_sheet_comes_back_in_the_order_of_the_form() -> None:
    sheet = validate_sheet(KIOSK, ratings={"5.4": 1, "1.1": 5, "2.2": "no_opinion", "2.1": None}, overall=4)

    assert sheet.instrument_id == "kiosk-default@1.0"
    assert sheet.stage == "result"
    assert sheet.asked == tuple(CODES)
    assert list(sheet.ratings.items()) == [("1.1", 5), ("2.2", "no_opinion"), ("5.4", 1)]
    assert sheet.overall == 4
    assert (sheet.comment, sheet.respondent) == (None, {})


def test_a_blank_sheet_is_returned_with_no_answer_given() -> None:
    blank = validate_sheet(KIOSK, ratings={})
    undecided = validate_sheet(KIOSK, ratings={"1.1": NO_OPINION}, overall=5)

    assert blank.ratings == {}
    assert answers_given(blank) == 0
    assert answers_given(undecided) == 0


def test_at_filing_the_result_is_not_asked() -> None:
    sheet = validate_sheet(KIOSK, ratings={"1.1": 3}, stage="filing")

    assert "4.1" not in sheet.asked
    assert "2.4" not in sheet.asked
    assert problems(ratings={"4.1": 3}, stage="filing") == {"ratings.4.1": "the criterion was not asked, so it cannot be rated"}


def test_an_empty_rating_of_a_criterion_not_asked_is_harmless() -> None:
    assert validate_sheet(KIOSK, ratings={"4.1": None}, stage="filing").ratings == {}


@pytest.mark.parametrize("value", [True, False, 4.0, "4", "", "blank", [4], {"level": 4}, 0, 6, -1, 10**30, b"4"])
def test_anything_but_a_level_or_no_opinion_is_refused(value: object) -> None:
    expected = "a rating is one of the whole numbers 1, 2, 3, 4, 5, or no_opinion"

    assert problems(ratings={"1.1": value}, overall=value) == {"ratings.1.1": expected, "overall": expected}


def test_a_rating_outside_asked_is_refused() -> None:
    assert "ratings.1.2" in problems(asked=["1.1"], ratings={"1.1": 5, "1.2": 5})
    assert validate_sheet(KIOSK, asked=["1.1"], ratings={"1.1": 5}).asked == ("1.1",)


def test_an_unknown_criterion_is_named_but_a_sentence_in_its_place_is_not() -> None:
    named = problems(ratings={"9.9": 5, "tôi tên là A": 5})

    assert set(named) == {"ratings.9.9", "ratings.?"}
    assert "kiosk-default@1.0 has no such criterion" in named["ratings.9.9"]


def test_an_unknown_criterion_is_refused_even_when_left_blank() -> None:
    assert set(problems(ratings={"9.9": None})) == {"ratings.9.9"}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (["1.1", "9.9"], "entry 2 names a criterion that kiosk-default@1.0 does not have"),
        (["1.1", 7], "entry 2 names a criterion that kiosk-default@1.0 does not have"),
        (["1.1", "1.1"], "names criterion 1.1 twice"),
        (["4.1"], "names criterion 4.1, which is not asked at stage filing"),
        ("1.1", "must be a list of criterion codes"),
    ],
)
def test_asked_names_known_criteria_of_the_stage_once(asked: Any, says: str) -> None:
    assert problems(asked=asked, stage="filing") == {"asked": says}


@pytest.mark.parametrize("stage", ["later", "", None, 1, "Result"])
def test_an_unknown_stage_is_refused(stage: object) -> None:
    assert problems(stage=stage) == {"stage": "must be filing or result"}


def test_an_overall_rating_needs_an_overall_question() -> None:
    with pytest.raises(SheetError, match="has no overall question"):
        validate_sheet(MINISTRY, ratings={}, overall=4)
    assert validate_sheet(MINISTRY, ratings={}, overall=None).overall is None


@pytest.mark.parametrize(
    ("comment", "kept"),
    [
        ("  Cảm ơn \n", "Cảm ơn"),
        ("một\r\nhai\rba", "một\nhai\nba"),
        (unicodedata.normalize("NFD", "Phòng một cửa"), "Phòng một cửa"),
        ("", None),
        (" \n ", None),
        (None, None),
        ("x" * MAX_COMMENT_CHARACTERS, "x" * MAX_COMMENT_CHARACTERS),
        # 2000 letters in their longer spelling are still 2000 letters.
        (unicodedata.normalize("NFD", "ộ" * MAX_COMMENT_CHARACTERS), "ộ" * MAX_COMMENT_CHARACTERS),
    ],
)
def test_a_comment_is_kept_in_one_spelling(comment: str | None, kept: str | None) -> None:
    assert validate_sheet(KIOSK, ratings={}, comment=comment).comment == kept


@pytest.mark.parametrize("comment", ["a\x00b", "a\tb", "a\x1bb", "a\x85b", "a\ud800b", "x" * 2001, 5, ["a"]])
def test_a_comment_that_cannot_be_kept_is_refused(comment: object) -> None:
    assert set(problems(comment=comment)) == {"comment"}


def test_respondent_answers_are_options_of_known_questions() -> None:
    sheet = validate_sheet(MINISTRY, ratings={}, respondent={"visits": "2-or-more", "sex": "female"})

    assert list(sheet.respondent.items()) == [("sex", "female"), ("visits", "2-or-more")]
    assert problems(respondent={"sex": "Nữ", "name": "A", "age": 30}) == {
        "respondent.sex": "must be one of female, male",
        "respondent.name": "kiosk-default@1.0 has no such question; check the code",
        "respondent.age": "must be one of 18-24, 25-34, 35-49, 50-60, over-60",
    }


def test_every_problem_is_listed_and_no_value_is_repeated() -> None:
    secret = "bí mật của tôi"
    with pytest.raises(SheetError) as caught:
        validate_sheet(
            KIOSK,
            stage=secret,
            asked=[secret],
            ratings={"1.1": secret, secret: 5},
            overall=secret,
            comment=secret + "\x00",
            respondent={"sex": secret, secret: secret},
        )

    assert [problem.field for problem in caught.value.problems] == [
        "stage",
        "asked",
        "ratings.1.1",
        "ratings.?",
        "overall",
        "comment",
        "respondent.sex",
        "respondent.?",
    ]
    assert secret not in str(caught.value)
    assert secret not in repr(caught.value.problems)


def test_a_code_in_two_unicode_spellings_is_one_code_rated_twice() -> None:
    instrument = parse_instrument(
        'series: a\nversion: "1"\nscale: {levels: [0, 1], satisfied_from: 1, labels: [a, b]}\n'
        "factors: [{code: f, title: F, criteria: [{code: câu, text: C}]}]\n"
        "questions: [{code: tuổi, text: T, options: [{code: trẻ, text: a}, {code: già, text: b}]}]",
        "f",
    )
    longer = unicodedata.normalize("NFD", "câu")

    assert validate_sheet(instrument, ratings={longer: 1}, asked=[longer]).ratings == {"câu": 1}
    with pytest.raises(SheetError, match="rated twice"):
        validate_sheet(instrument, ratings={"câu": 1, longer: 0})
    with pytest.raises(SheetError, match="answered twice"):
        validate_sheet(instrument, ratings={}, respondent={"tuổi": "trẻ", unicodedata.normalize("NFD", "tuổi"): "già"})


@pytest.mark.parametrize(("text", "rating"), [("", None), ("4", 4), ("0", 0), ("-2", -2), ("10", 10), ("no_opinion", "no_opinion")])
def test_a_rating_is_read_from_a_text(text: str, rating: object) -> None:
    assert parse_rating(text) == rating


@pytest.mark.parametrize("text", ["4.0", "x", " 4", "4 ", "４", "04", "+4", "-0", "1e1", "4\n", "9" * 5000, "NO_OPINION", "٤"])
def test_a_text_that_is_no_rating_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whole number in plain digits"):
        parse_rating(text)


RATINGS = st.dictionaries(st.sampled_from(CODES), st.sampled_from([1, 2, 3, 4, 5, NO_OPINION, None]))
COMMENTS = st.none() | st.text(st.characters(blacklist_categories=("Cs", "Cc"), whitelist_characters="\n\r"), max_size=200)
RESPONDENTS = st.fixed_dictionaries(
    {},
    optional={question.code: st.sampled_from([option.code for option in question.options]) for question in KIOSK.questions},
)


def revalidated(sheet: AnswerSheet) -> AnswerSheet:
    return validate_sheet(
        KIOSK,
        ratings=sheet.ratings,
        stage=sheet.stage,
        asked=sheet.asked,
        overall=sheet.overall,
        comment=sheet.comment,
        respondent=sheet.respondent,
    )


@given(RATINGS, st.sampled_from(STAGES), st.sampled_from([1, 5, NO_OPINION, None]), COMMENTS, RESPONDENTS, st.data())
def test_a_valid_sheet_validates_to_itself(
    ratings: dict[str, object],
    stage: Stage,
    overall: object,
    comment: str | None,
    respondent: dict[str, object],
    data: st.DataObject,
) -> None:
    possible = [criterion.code for criterion in KIOSK.criteria_at(stage)]
    asked = data.draw(st.none() | st.lists(st.sampled_from(possible), unique=True))
    allowed = possible if asked is None else asked
    sheet = validate_sheet(
        KIOSK,
        ratings={code: value for code, value in ratings.items() if code in allowed},
        stage=stage,
        asked=asked,
        overall=overall,
        comment=comment,
        respondent=respondent,
    )

    assert revalidated(sheet) == sheet
    assert set(sheet.ratings) <= set(sheet.asked)
    assert 0 <= answers_given(sheet) <= len(sheet.ratings)
    assert sheet.comment is None or unicodedata.is_normalized("NFC", sheet.comment)


@given(RATINGS, st.randoms(use_true_random=False))
def test_the_order_of_the_ratings_does_not_matter(ratings: dict[str, object], random: Any) -> None:
    shuffled = list(ratings.items())
    random.shuffle(shuffled)

    assert validate_sheet(KIOSK, ratings=dict(shuffled)) == validate_sheet(KIOSK, ratings=ratings)


@given(
    st.booleans()
    | st.floats()
    | st.binary()
    | st.text().filter(lambda text: text != NO_OPINION)
    | st.lists(st.integers())
    | st.integers().filter(lambda level: not 1 <= level <= 5)
)
def test_whatever_is_no_level_is_refused(value: object) -> None:
    assert set(problems(ratings={"1.1": value})) == {"ratings.1.1"}


@given(st.integers(min_value=-999_999_999, max_value=999_999_999))
def test_a_whole_number_written_out_is_read_back(level: int) -> None:
    assert parse_rating(str(level)) == level


@given(st.text())
def test_one_spelling_is_reached_in_one_step(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
    assert one_line(one_line(text)) == one_line(text)
