"""Generated responses: the same for the same seed, inside validity, and such as the one validator accepts."""

import statistics
from collections import Counter
from datetime import date

import pytest

from app.demo.generator import GeneratedResponse, generate_responses
from app.demo.tuy_phuoc import TUY_PHUOC_OFFICE as OFFICE
from app.runtime import day_of_hour, first_hour_of
from survey_forms import Instrument, find_instrument, validate_sheet

MERGER_ON = date(2025, 7, 1)


@pytest.fixture(scope="module")
def responses(instrument: Instrument) -> list[GeneratedResponse]:
    """Enough of them to hold every kind."""
    return list(generate_responses(OFFICE, instrument, n=6_000, seed=3))


def test_same_seed_gives_the_same_responses_and_another_seed_others(instrument: Instrument) -> None:
    first, again, other = (list(generate_responses(OFFICE, instrument, n=50, seed=seed)) for seed in (5, 5, 6))
    assert first == again
    assert first != other


def test_no_response_asked_for_gives_none(instrument: Instrument) -> None:
    assert list(generate_responses(OFFICE, instrument, n=0, seed=5)) == []


def test_scale_of_another_kind_is_refused() -> None:
    three_levels = find_instrument("kiosk-default").model_copy(update={"scale": find_instrument("kiosk-default").scale})
    shorter = three_levels.scale.model_copy(update={"levels": (1, 2, 3), "satisfied_from": 3})
    with pytest.raises(ValueError, match="five levels"):
        list(generate_responses(OFFICE, three_levels.model_copy(update={"scale": shorter}), n=1, seed=1))


def test_every_response_lies_within_the_validity_of_its_unit(responses: list[GeneratedResponse]) -> None:
    for response in responses:
        assert OFFICE.unit(response.unit).is_valid_on(day_of_hour(response.answered_hour)), response.unit


def test_old_units_end_on_30_june_and_new_ones_begin_on_1_july(responses: list[GeneratedResponse]) -> None:
    days = {response.unit: set[date]() for response in responses}
    for response in responses:
        days[response.unit].add(day_of_hour(response.answered_hour))
    for unit, seen in days.items():
        is_new = OFFICE.unit(unit).valid_from_on == MERGER_ON
        assert min(seen) >= MERGER_ON if is_new else max(seen) < MERGER_ON, unit
    assert len(days) == 18


def test_sheets_pass_the_one_validator_unchanged(responses: list[GeneratedResponse], instrument: Instrument) -> None:
    for response in responses:
        sheet = validate_sheet(
            instrument,
            ratings=response.ratings,
            stage=response.stage,
            asked=response.asked,
            overall=response.overall,
            comment=response.comment,
            respondent=response.respondent,
        )
        assert (sheet.ratings, sheet.overall, sheet.comment) == (response.ratings, response.overall, response.comment)
        assert response.asked is None or response.asked == sheet.asked
        assert sheet.respondent == response.respondent


def test_at_filing_nobody_judges_the_result(responses: list[GeneratedResponse]) -> None:
    filing = [response for response in responses if response.stage == "filing"]
    assert filing
    assert not any(code.startswith("4.") or code == "2.4" for response in filing for code in response.ratings)


def test_questions_for_feedback_givers_are_answered_by_few(responses: list[GeneratedResponse]) -> None:
    answered = Counter(code for r in responses for code, rating in r.ratings.items() if rating != "no_opinion")
    asked_apart = [r for r in responses if r.asked is not None and "5.3" in r.asked]
    assert 0 < len(asked_apart) < len(responses) / 4
    assert answered["5.3"] < answered["5.1"] / 2 < answered["1.1"] / 4


def test_answers_of_one_person_hang_together(responses: list[GeneratedResponse]) -> None:
    pairs = [(r.ratings["1.1"], r.ratings["3.1"]) for r in responses if {"1.1", "3.1"} <= set(r.ratings)]
    both = [(float(a), float(b)) for a, b in pairs if isinstance(a, int) and isinstance(b, int)]
    # The latent answers correlate by 0.4; cut into levels, a part of that is left.
    assert 0.25 < statistics.correlation([a for a, _ in both], [b for _, b in both]) < 0.45


def test_hours_are_office_hours_but_for_some_online(responses: list[GeneratedResponse]) -> None:
    outside = []
    for response in responses:
        day = day_of_hour(response.answered_hour)
        hour = response.answered_hour - first_hour_of(day)
        if day.weekday() >= 5 or day in OFFICE.holidays or hour not in {7, 8, 9, 10, 11, 13, 14, 15, 16}:
            outside.append(response)
    assert outside
    assert {response.mode for response in outside} == {"online"}


def test_nothing_arrives_before_it_was_answered(responses: list[GeneratedResponse]) -> None:
    assert all(response.received_hour >= response.answered_hour for response in responses)
    assert any(response.received_hour > response.answered_hour for response in responses)


def test_tablets_send_what_tablets_know_and_paper_does_not(responses: list[GeneratedResponse]) -> None:
    for response in responses:
        is_tablet = response.channel == "kiosk"
        assert (response.device_id is not None) == is_tablet
        assert (response.repeats_previous is not None) == is_tablet
        assert (response.took is None) == (response.channel == "paper")
        assert (response.counter is not None) == (response.channel in ("kiosk", "invitation"))


def test_all_kinds_of_circumstances_occur(responses: list[GeneratedResponse]) -> None:
    assert {r.channel for r in responses} == {"kiosk", "invitation", "poster", "link", "paper"}
    assert {r.mode for r in responses} == {"in_person", "online", "postal"}
    assert {r.kind for r in responses} == {"individual", "organisation", "authorised"}
    assert {r.took for r in responses} == {None, "<30", "30-59", "60-119", ">=120"}
    assert {r.field for r in responses} == {field.code for field in OFFICE.fields}
    assert any(r.helped for r in responses)
    assert any(r.comment for r in responses)
    assert any(not r.ratings for r in responses)
    assert any(rating == "no_opinion" for r in responses for rating in r.ratings.values())
    assert len({r.id for r in responses}) == len(responses)
    assert {r.id.version for r in responses} == {4}
