"""What went wrong: only beside a low rating, only from the criterion's own list, in one stored form."""

from collections.abc import Mapping

import pytest

from survey_forms import Scale, SheetError, find_instrument, load_shipped, read_submission
from survey_forms.reasons import MAX_REASON_CHARACTERS
from tests.factories import response

INSTRUMENT = find_instrument("kiosk-default")


def sheet_of(ratings: Mapping[str, object], reasons: Mapping[str, object]) -> dict[str, tuple[tuple[str, ...], str | None]]:
    sheet = read_submission(response(ratings=ratings, reasons=reasons)).sheet(INSTRUMENT)
    return {code: (given.chips, given.text) for code, given in sheet.reasons.items()}


@pytest.mark.parametrize(
    ("levels", "low"), [((1, 2, 3, 4, 5), (1, 2)), ((1, 2, 3), (1,)), ((0, 1), (0,)), ((1, 2, 3, 4), (1, 2)), ((-2, -1, 0, 1, 2), (-2, -1))]
)
def test_low_is_what_lies_below_the_middle_of_the_scale(levels: tuple[int, ...], low: tuple[int, ...]) -> None:
    assert Scale(levels=levels, satisfied_from=levels[-1], labels=tuple(f"mức {n}" for n in levels)).low_levels == low


def test_no_shipped_scale_counts_a_low_rating_as_satisfied() -> None:
    for instrument in load_shipped().values():
        assert max(instrument.scale.low_levels) < instrument.scale.satisfied_from, instrument.id


def test_every_criterion_of_the_default_offers_two_to_four_reasons() -> None:
    assert {criterion.code: len(criterion.reasons) for criterion in INSTRUMENT.criteria if not 2 <= len(criterion.reasons) <= 4} == {}


def test_reasons_are_kept_in_the_order_of_the_form_and_empty_ones_left_out() -> None:
    ratings = {"1.1": 2, "3.1": 1, "3.2": 1}
    reasons = {
        "3.1": {"chips": ["cold", "rude"], "text": " \r\n"},
        "1.1": {"chips": [], "text": " Ghế hỏng\r\nba tuần "},
        "3.2": {"chips": [], "text": None},
    }
    assert sheet_of(ratings, reasons) == {"1.1": ((), "Ghế hỏng\nba tuần"), "3.1": (("rude", "cold"), None)}
    assert list(sheet_of(ratings, reasons)) == ["1.1", "3.1"]


@pytest.mark.parametrize("rating", [3, 4, 5, "no_opinion", None])
def test_a_rating_that_is_not_low_takes_no_reasons(rating: object) -> None:
    with pytest.raises(SheetError) as caught:
        sheet_of({"3.1": rating}, {"3.1": {"chips": ["rude"]}})
    assert [problem.field for problem in caught.value.problems] == ["reasons.3.1"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"chips": ["of-another-criterion"]}, "reasons.3.1"),
        ({"chips": ["rude"], "text": "x" * (MAX_REASON_CHARACTERS + 1)}, "reasons.3.1"),
        ({"chips": ["rude"], "text": "a\x00b"}, "reasons.3.1"),
        ({"chips": ["rude"], "mood": "bad"}, "reasons.3.1"),
        ({"chips": "rude"}, "reasons.3.1"),
        ("rude", "reasons.3.1"),
    ],
)
def test_what_is_wrong_names_the_criterion_and_repeats_no_value(given: object, field: str) -> None:
    with pytest.raises(SheetError) as caught:
        sheet_of({"3.1": 1}, {"3.1": given})
    assert {problem.field for problem in caught.value.problems} == {field}
    assert "of-another-criterion" not in str(caught.value)


def test_quoting_is_allowed_only_where_there_is_something_to_quote() -> None:
    said = read_submission(response(comment="Tốt", may_quote=True)).sheet(INSTRUMENT)
    silent = read_submission(response(comment="  ", may_quote=True)).sheet(INSTRUMENT)
    assert (said.may_quote, silent.may_quote) == (True, False)
    assert read_submission(response(comment="Tốt")).sheet(INSTRUMENT).may_quote is False


def test_the_time_limit_judges_who_resolves_and_its_neighbours_the_desk() -> None:
    judged = {criterion.code: criterion.judges for criterion in INSTRUMENT.criteria}
    assert {code for code, judges in judged.items() if judges == "resolver"} == {"2.4", "4.1", "4.2", "4.3", "4.4"}
    assert type(INSTRUMENT).model_validate_json(INSTRUMENT.model_dump_json()) == INSTRUMENT
