"""One paper sheet as a row of keys: what is typed from it, how two typings are compared, and what is handed in at the one door."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from app.vietnamese import fold_accents
from kiosk.paper_form import COMMENT, FEEDBACK, FIELD, HELPED, KIND, OVERALL, PAPER_WORDS, QUESTION, RATING, list_level_keys
from kiosk.visit import asked_codes, asks_about_feedback
from kiosk.wording import KIND_WORDS, WORDS
from survey_forms import NO_OPINION, Instrument, Stage, Submission, read_submission
from survey_forms.free_text import mask_numbers
from survey_forms.sheet import MAX_COMMENT_CHARACTERS

_NO_OPINION_KEY: Final = "0"

Answers = Mapping[str, str]
"""What was typed, by name of the cell; a blank is not there."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the sheet that is typed: its name, what the paper prints there, the keys it takes and what each means.

    A comment takes text, so it has no keys.
    """

    name: str
    code: str
    text: str
    section: str
    keys: Mapping[str, str]

    def tell(self, value: str | None) -> str:
        """A typed value for a person: the key and its word; "(bỏ trống)" for a blank."""
        if not value:
            return "(bỏ trống)"
        return value if not self.keys else f"{value} – {self.keys.get(value, '?')}"


def list_cells(instrument: Instrument, stage: Stage, fields: Mapping[str, str] | None) -> tuple[Cell, ...]:
    """Every cell in the order of the paper. `fields` are offered where the batch left the field open, numbered in their order."""
    cells: list[Cell] = []
    if fields is not None:
        cells.append(Cell(FIELD, "", PAPER_WORDS["field"], "Đầu phiếu", _number(fields.values())))
    cells.append(Cell(KIND, "", PAPER_WORDS["kind"], "Đầu phiếu", _number(KIND_WORDS.values())))
    levels = dict(zip(list_level_keys(instrument.scale), instrument.scale.labels, strict=True)) | {_NO_OPINION_KEY: WORDS["no_opinion"]}
    feedback_waits = asks_about_feedback(instrument, stage)
    for factor in instrument.factors:
        section = f"{factor.code}. {factor.title}"
        criteria = [criterion for criterion in factor.criteria if stage in criterion.stages]
        if feedback_waits and any(criterion.asked_of == "feedback_givers" for criterion in criteria):
            cells.append(Cell(FEEDBACK, "", instrument.feedback_question or "", section, {"1": WORDS["yes"], "2": WORDS["no"]}))
            feedback_waits = False
        cells += [Cell(RATING + criterion.code, criterion.code, criterion.text, section, levels) for criterion in criteria]
    if instrument.overall is not None:
        cells.append(Cell(OVERALL, "", instrument.overall, PAPER_WORDS["criterion"], levels))
    for question in instrument.questions:
        options = _number(option.text for option in question.options)
        cells.append(Cell(QUESTION + question.code, "", question.text, WORDS["about_you"], options))
    cells.append(Cell(HELPED, "", PAPER_WORDS["helped"], "Cuối phiếu", {"1": "Có đánh dấu"}))
    cells.append(Cell(COMMENT, "", "Ý kiến", "Cuối phiếu", {}))
    return tuple(cells)


def _number(words: Iterable[str]) -> dict[str, str]:
    return {str(place): word for place, word in enumerate(words, start=1)}


def read_answers(cells: tuple[Cell, ...], posted: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What was typed, and the names of the cells that hold something they do not take."""
    answers, wrong = {}, []
    for cell in cells:
        value = posted.get(cell.name, "").strip()
        if not value:
            continue
        if not cell.keys:
            # Masked before the typing itself is kept, not only when the sheet is handed in.
            value = mask_numbers("\n".join(line.strip() for line in value.splitlines()))
            is_taken = len(value) <= MAX_COMMENT_CHARACTERS
        else:
            is_taken = value in cell.keys
        if is_taken:
            answers[cell.name] = value
        else:
            wrong.append(cell.name)
    return answers, wrong


def list_differences(cells: tuple[Cell, ...], first: Answers, second: Answers) -> list[str]:
    """Names of the cells where two typings say different things.

    A comment is compared by its letters alone, and only where both people typed one: it need not be typed twice.
    """
    return [cell.name for cell in cells if not _agree(cell.name, first.get(cell.name, ""), second.get(cell.name, ""))]


def _agree(name: str, first: str, second: str) -> bool:
    if name != COMMENT:
        return first == second
    return not first or not second or fold_accents(first) == fold_accents(second)


def merge(cells: tuple[Cell, ...], first: Answers, second: Answers) -> dict[str, str]:
    """One sheet out of two typings that agree; the comment of whoever typed one."""
    return {cell.name: value for cell in cells if (value := first.get(cell.name) or second.get(cell.name))}


@dataclass(frozen=True, slots=True)
class SheetOrigin:
    """What is known of a sheet without reading it: instrument, stage and desk; the field where it is printed, and those to choose from."""

    instrument: Instrument
    stage: Stage
    unit_key: str
    field_code: str | None
    field_codes: tuple[str, ...]


def to_submission(origin: SheetOrigin, answers: Answers, response_id: UUID, answered_at: datetime) -> Submission:
    """The typed sheet in its envelope, channel "paper". Raises SheetError when the answers do not fit the instrument."""
    instrument = origin.instrument
    levels = dict(zip(list_level_keys(instrument.scale), instrument.scale.levels, strict=True))
    ratings = {c.code: _rating(levels, answers[RATING + c.code]) for c in instrument.criteria if RATING + c.code in answers}
    respondent = {
        question.code: question.options[int(answers[QUESTION + question.code]) - 1].code
        for question in instrument.questions
        if QUESTION + question.code in answers
    }
    # Somebody who rates what only those who gave feedback are asked has told that they did.
    givers_only = {c.code for c in instrument.criteria if c.asked_of == "feedback_givers"}
    gave_feedback = answers.get(FEEDBACK) == "1" or bool(givers_only & ratings.keys())
    asked = asked_codes(instrument, origin.stage, gave_feedback)
    return read_submission(
        {
            "id": response_id,
            "instrument": instrument.id,
            "unit": origin.unit_key,
            "field": origin.field_code or origin.field_codes[int(answers[FIELD]) - 1],
            "channel": "paper",
            "answered_at": answered_at,
            "stage": origin.stage,
            "kind": list(KIND_WORDS)[int(answers[KIND]) - 1] if KIND in answers else None,
            "helped": HELPED in answers,
            "asked": None if len(asked) == len(instrument.criteria_at(origin.stage)) else asked,
            "ratings": ratings,
            "overall": _rating(levels, answers[OVERALL]) if OVERALL in answers else None,
            "comment": answers.get(COMMENT),
            "respondent": respondent,
        }
    )


def _rating(levels: Mapping[str, int], key: str) -> int | str:
    return NO_OPINION if key == _NO_OPINION_KEY else levels[key]
