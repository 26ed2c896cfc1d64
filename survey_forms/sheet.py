"""The one validator of an answer sheet, whatever door it came through: form, API, tablet or import."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from survey_forms.errors import Problem, SheetError, field_of
from survey_forms.free_text import check_free_text
from survey_forms.instrument import Instrument
from survey_forms.reasons import ReasonsGiven, check_reasons
from survey_forms.text import normalise
from survey_forms.vocabulary import NO_OPINION, STAGES, NoOpinion, Stage

MAX_COMMENT_CHARACTERS: Final = 2000

Rating = int | NoOpinion
"""A level of the scale, or “Không biết / chưa gặp”. A blank is the absence of a rating."""

_LEVEL = re.compile(r"0|-?[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """A valid sheet. ``asked`` and ``ratings`` stand in the order of the form; an asked criterion without a rating was
    left blank."""

    instrument_id: str
    stage: Stage
    asked: tuple[str, ...]
    ratings: Mapping[str, Rating]
    overall: Rating | None
    comment: str | None
    respondent: Mapping[str, str]
    may_quote: bool = False
    reasons: Mapping[str, ReasonsGiven] = field(default_factory=dict)


def validate_sheet(
    instrument: Instrument,
    *,
    ratings: Mapping[str, object],
    stage: object = "result",
    asked: Sequence[object] | None = None,
    overall: object = None,
    comment: object = None,
    respondent: Mapping[str, object] | None = None,
    may_quote: bool = False,
    reasons: Mapping[str, ReasonsGiven] | None = None,
) -> AnswerSheet:
    """Check one citizen's answers against an instrument and bring them into their one stored form.

    A rating is a whole number of the scale or ``"no_opinion"``; ``None`` and absence are blank. Nothing is coerced:
    ``True``, ``4.0`` and ``"4"`` are errors (`parse_rating` reads texts). ``asked`` None means every criterion of the
    stage; order and repetition carry no meaning elsewhere, so ``asked`` is kept in the order of the form and may not
    repeat. A sheet with no rating at all is returned: it is stored and counted as returned, and enters no statistic.
    The comment becomes NFC, stripped, line ends ``\\n``; an empty one is None, and then nothing may be quoted. Reasons
    stand only beside a rating below the scale's middle; those that say nothing are left out.

    Raises SheetError listing every problem, each with its field and never with the value.

    >>> from survey_forms.loader import find_instrument
    >>> sheet = validate_sheet(find_instrument("an-my-2023"), ratings={"1.1": 5, "1.2": "no_opinion"})
    >>> answers_given(sheet), sheet.asked[:2]
    (1, ('1.1', '1.2'))
    """
    problems: list[Problem] = []
    sheet_stage = _check_stage(stage, problems)
    asked_codes = _check_asked(instrument, sheet_stage, asked, problems)
    checked_ratings = _check_ratings(instrument, asked_codes, ratings, problems)
    checked_overall = _check_overall(instrument, overall, problems)
    checked_comment = _check_comment(comment, problems)
    sheet = AnswerSheet(
        instrument_id=instrument.id,
        stage=sheet_stage,
        asked=asked_codes,
        ratings=checked_ratings,
        overall=checked_overall,
        comment=checked_comment,
        respondent=_check_respondent(instrument, respondent, problems),
        may_quote=may_quote and checked_comment is not None,
        reasons=check_reasons(instrument, checked_ratings, reasons or {}, problems),
    )
    if problems:
        raise SheetError(tuple(problems))
    return sheet


def parse_rating(text: str) -> Rating | None:
    """Read a rating from a form field or a CSV cell: a whole number in plain digits, ``no_opinion``, or "" for a blank.

    Raises ValueError for anything else, such as ``4.0``, ``04`` or digits of another script; whether the number is a
    level of the scale is for `validate_sheet` to say.

    >>> parse_rating("4"), parse_rating("no_opinion"), parse_rating("")
    (4, 'no_opinion', None)
    """
    if text == "":
        return None
    if text == NO_OPINION:
        return NO_OPINION
    if _LEVEL.fullmatch(text) is None:
        raise ValueError(f"a rating is a whole number in plain digits, {NO_OPINION}, or empty for a blank")
    return int(text)


def answers_given(sheet: AnswerSheet) -> int:
    """How many criteria were rated with a level; blanks and “Không biết / chưa gặp” are none. 0 makes the sheet a
    returned but not a valid one."""
    return sum(1 for rating in sheet.ratings.values() if rating != NO_OPINION)


def _check_stage(stage: object, problems: list[Problem]) -> Stage:
    for known in STAGES:
        if stage == known:
            return known
    problems.append(Problem("stage", f"must be {' or '.join(STAGES)}"))
    return "result"


def _check_asked(instrument: Instrument, stage: Stage, asked: Sequence[object] | None, problems: list[Problem]) -> tuple[str, ...]:
    possible = tuple(criterion.code for criterion in instrument.criteria_at(stage))
    if asked is None:
        return possible
    if isinstance(asked, str):  # a text is a sequence too, of its letters
        problems.append(Problem("asked", "must be a list of criterion codes"))
        return possible
    everywhere = {criterion.code for criterion in instrument.criteria}
    named: set[str] = set()
    for number, entry in enumerate(asked, start=1):
        code = normalise(entry) if isinstance(entry, str) else ""
        if code not in everywhere:
            problems.append(Problem("asked", f"entry {number} names a criterion that {instrument.id} does not have"))
            continue
        if code not in possible:
            problems.append(Problem("asked", f"names criterion {code}, which is not asked at stage {stage}"))
        elif code in named:
            problems.append(Problem("asked", f"names criterion {code} twice"))
        named.add(code)
    return tuple(code for code in possible if code in named)


def _check_ratings(
    instrument: Instrument, asked: tuple[str, ...], ratings: Mapping[str, object], problems: list[Problem]
) -> dict[str, Rating]:
    known = {criterion.code for criterion in instrument.criteria}
    given: dict[str, Rating | None] = {}
    for key, value in ratings.items():
        field = field_of("ratings", key)
        code = normalise(key)
        if code not in known:
            problems.append(Problem(field, f"{instrument.id} has no such criterion; check the code"))
        elif code in given:
            problems.append(Problem(field, "the criterion is rated twice"))
        elif value is not None and code not in asked:
            problems.append(Problem(field, "the criterion was not asked, so it cannot be rated"))
        else:
            given[code] = _check_rating(instrument, field, value, problems)
    settled = ((code, given.get(code)) for code in asked)
    return {code: rating for code, rating in settled if rating is not None}


def _check_rating(instrument: Instrument, field: str, value: object, problems: list[Problem]) -> Rating | None:
    if value is None:
        return None
    if isinstance(value, str) and value == NO_OPINION:
        return NO_OPINION
    # type() and not isinstance(): True is an int to Python, and would become a 1.
    if type(value) is int and value in instrument.scale.levels:
        return value
    allowed = ", ".join(str(level) for level in instrument.scale.levels)
    problems.append(Problem(field, f"a rating is one of the whole numbers {allowed}, or {NO_OPINION}"))
    return None


def _check_overall(instrument: Instrument, overall: object, problems: list[Problem]) -> Rating | None:
    if overall is not None and instrument.overall is None:
        problems.append(Problem("overall", f"{instrument.id} has no overall question"))
        return None
    return _check_rating(instrument, "overall", overall, problems)


def _check_comment(comment: object, problems: list[Problem]) -> str | None:
    if comment is None:
        return None
    if not isinstance(comment, str):
        problems.append(Problem("comment", "must be a text"))
        return None
    return check_free_text(comment, "comment", MAX_COMMENT_CHARACTERS, problems)


def _check_respondent(instrument: Instrument, respondent: Mapping[str, object] | None, problems: list[Problem]) -> dict[str, str]:
    options = {question.code: {option.code for option in question.options} for question in instrument.questions}
    answers: dict[str, str] = {}
    for key, value in (respondent or {}).items():
        field = field_of("respondent", key)
        code = normalise(key)
        if code not in options:
            problems.append(Problem(field, f"{instrument.id} has no such question; check the code"))
        elif code in answers:
            problems.append(Problem(field, "the question is answered twice"))
        elif not isinstance(value, str) or normalise(value) not in options[code]:
            problems.append(Problem(field, f"must be one of {', '.join(sorted(options[code]))}"))
        else:
            answers[code] = normalise(value)
    return {code: answers[code] for code in options if code in answers}
