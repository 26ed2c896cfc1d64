"""What travels in hidden fields comes back as it was, whatever else was posted, and becomes the same submission each time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.form_state import FormState, Incomplete, bounded_moment, build_submission, parse_state, posted_fields
from kiosk.visit import Visit, asked_codes, visit_at_device, visit_by_invitation
from survey_forms.loader import find_instrument
from survey_forms.vocabulary import MODES, RESPONDENT_KINDS, STAGES, TOOK_CLASSES
from tests.kiosk.desk import DEVICE_KEY, OPEN, DeskInMemory

NOW = datetime(2026, 3, 10, 1, 15, tzinfo=UTC)
INSTRUMENT = find_instrument("kiosk-default")
CODES = [criterion.code for criterion in INSTRUMENT.criteria]
RATINGS = st.one_of(st.sampled_from(INSTRUMENT.scale.levels), st.just("no_opinion"))
WORDS = st.from_regex(r"[a-z][a-z0-9\-]{0,20}", fullmatch=True)
MOMENTS = st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis adds the zone
STATES = st.builds(
    FormState,
    page=WORDS,
    id=st.none() | st.uuids(version=4),
    started_at=MOMENTS,
    answered_at=MOMENTS,
    lang=st.sampled_from(["vi", "en"]),
    code=st.none() | WORDS,
    instrument=st.none() | WORDS,
    unit=st.none() | WORDS,
    counter=st.none() | WORDS,
    mode=st.none() | st.sampled_from(MODES),
    field=st.none() | WORDS,
    stage=st.none() | st.sampled_from(STAGES),
    kind=st.none() | st.sampled_from(RESPONDENT_KINDS),
    gave_feedback=st.none() | st.booleans(),
    asked=st.none() | st.lists(st.sampled_from(CODES), min_size=1, unique=True).map(tuple),
    ratings=st.dictionaries(st.sampled_from(CODES), RATINGS),
    overall=st.none() | RATINGS,
    respondent=st.dictionaries(WORDS, WORDS),
    comment=st.text("aă\n Ếđ.😀", max_size=40),
    helped=st.booleans(),
    took=st.none() | st.sampled_from(TOOK_CLASSES),
    repeats_previous=st.none() | st.booleans(),
)


def at_the_tablet() -> Visit:
    desk = DeskInMemory()
    device = desk.find_device(DEVICE_KEY)
    assert device is not None
    return visit_at_device(device, desk.instrument)


def finished(**changes: object) -> FormState:
    state = FormState(
        page="finish", id=UUID(int=7, version=4), started_at=NOW - timedelta(seconds=75), answered_at=NOW, field="dat-dai", stage="result"
    )
    return replace(state, **changes)  # type: ignore[arg-type]  # a table of changes, each of its field's type


@given(STATES)
def test_a_state_survives_its_hidden_fields(state: FormState) -> None:
    assert parse_state(dict(posted_fields(state))) == state


@given(
    st.dictionaries(
        st.sampled_from([*dict(posted_fields(finished())), "kind", "rating-1.1", "respondent-x", "overall", "comment"]), st.text()
    )
)
def test_any_post_is_read_and_never_raises(posted: dict[str, str]) -> None:
    state = parse_state(posted)
    missing: str | None = None
    try:
        build_submission(state, at_the_tablet(), NOW)
    except Incomplete as incomplete:
        missing = incomplete.missing
    assert missing in (None, "id", "stage", "field")


@pytest.mark.parametrize("value", ["4.0", "04", "６", "x", " 4", "true", "None"])
def test_an_unreadable_rating_is_dropped_and_named(value: str) -> None:
    state = parse_state({"rating-1.1": value, "rating-1.2": "5", "rating-1.3": ""})
    assert dict(state.ratings) == {"1.2": 5}
    assert state.unreadable == ("rating-1.1",)


def test_a_pasted_tab_costs_nobody_the_sheet() -> None:
    assert parse_state({"comment": "một\thai\r\nba\x0b"}).comment == "một hai\nba "


def test_the_same_post_later_is_the_same_submission() -> None:
    first = build_submission(finished(), at_the_tablet(), NOW)
    assert build_submission(finished(), at_the_tablet(), NOW + timedelta(hours=3)) == first
    assert (first.took, first.answered_at, first.channel, first.unit) == ("60-119", NOW, "kiosk", "xa-mot")


@pytest.mark.parametrize("moment", [None, NOW + timedelta(hours=1), NOW - timedelta(days=2)])
def test_an_unbelievable_moment_is_replaced_by_the_servers(moment: datetime | None) -> None:
    assert bounded_moment(moment, NOW) == NOW


def test_a_rating_that_was_taken_back_by_the_feedback_answer_stays_out() -> None:
    ratings = {"1.1": 4, "5.3": 2}
    no = build_submission(finished(ratings=ratings, gave_feedback=False), at_the_tablet(), NOW)
    yes = build_submission(finished(ratings=ratings, gave_feedback=True), at_the_tablet(), NOW)
    assert no.ratings == {"1.1": 4}
    assert no.asked is not None
    assert "5.3" not in no.asked
    assert yes.ratings == ratings


def test_what_the_server_knows_wins_over_what_was_posted() -> None:
    desk = DeskInMemory()
    invitation = desk.find_invitation(OPEN)
    visit = visit_by_invitation(invitation, desk.instrument, OPEN)  # type: ignore[arg-type]  # an open code
    state = finished(unit="xa-khac", field="ho-tich", counter="q9", mode="postal", code=OPEN.lower())
    submission = build_submission(state, visit, NOW)
    assert (submission.unit, submission.field, submission.counter, submission.mode) == ("xa-mot", "dat-dai", "q1", "in_person")
    assert (submission.channel, submission.code) == ("invitation", OPEN)


@pytest.mark.parametrize(
    ("changes", "missing"), [({"id": None}, "id"), ({"stage": None}, "stage"), ({"field": None}, "field"), ({"field": "khac"}, "field")]
)
def test_a_missing_part_is_named(changes: dict[str, object], missing: str) -> None:
    with pytest.raises(Incomplete) as caught:
        build_submission(finished(**changes), at_the_tablet(), NOW)
    assert caught.value.missing == missing


def test_without_a_visit_only_a_complete_envelope_with_a_code_speaks_for_itself() -> None:
    complete = finished(code=OPEN, unit="xa-mot", instrument="kiosk-default@1.0", asked=asked_codes(INSTRUMENT, "result", None))
    assert build_submission(complete, None, NOW).channel == "invitation"
    for part in ("code", "unit", "instrument", "field"):
        with pytest.raises(Incomplete):
            build_submission(replace(complete, **{part: None}), None, NOW)  # type: ignore[arg-type]  # None is allowed in each
