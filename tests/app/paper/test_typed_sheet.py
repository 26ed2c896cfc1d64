"""One typed sheet: what is masked before it is kept, and what was asked of somebody who never gave feedback."""

from datetime import UTC, datetime
from uuid import UUID

from app.services.paper_sheet import SheetOrigin, list_cells, read_answers, to_submission
from survey_forms import find_instrument

INSTRUMENT = find_instrument("kiosk-default")
CELLS = list_cells(INSTRUMENT, "result", None)
ORIGIN = SheetOrigin(INSTRUMENT, "result", "xa-a", "ho-tich", ("ho-tich",))
NOW = datetime(2025, 9, 10, 3, tzinfo=UTC)


def test_numbers_in_a_typed_comment_are_masked_before_the_typing_is_kept() -> None:
    answers, wrong = read_answers(CELLS, {"comment": "Gọi 0912 345 678\nphí 1.500.000 đồng"})
    assert wrong == []
    assert answers == {"comment": "Gọi [đã che]\nphí 1.500.000 đồng"}
    raw = {"comment": "CCCD 001095012345"}
    assert to_submission(ORIGIN, raw, UUID(int=1, version=4), NOW).comment == "CCCD [đã che]", "and again at the door"


def test_a_long_comment_stays_short_enough_when_a_number_in_it_is_masked() -> None:
    _, wrong = read_answers(CELLS, {"comment": "x" * 1_990 + " 211234567"})
    assert wrong == []


def test_criteria_for_those_who_gave_feedback_count_as_asked_only_of_them() -> None:
    def asked(answers: dict[str, str]) -> set[str]:
        submission = to_submission(ORIGIN, answers, UUID(int=1, version=4), NOW)
        return set(submission.sheet(INSTRUMENT).asked)

    givers_only = {"5.3", "5.4"}
    everyone = {criterion.code for criterion in INSTRUMENT.criteria} - givers_only
    assert asked({}) == asked({"feedback": "2"}) == everyone
    assert asked({"feedback": "1"}) == asked({"rating.5.3": "2"}) == everyone | givers_only
