"""The envelope of an answer sheet: strict about what it is, silent about what it says."""

from __future__ import annotations

import pickle
import unicodedata
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from survey_forms import InstrumentError, SheetError, Submission, find_instrument, read_submission

ID = "7b1e4a52-3c0d-4f7e-9a61-0d2f5c8b9e10"
LEAST: dict[str, object] = {
    "id": ID,
    "instrument": "kiosk-default@1.0",
    "unit": "tuy-phuoc",
    "field": "dat-dai",
    "channel": "kiosk",
    "answered_at": "2026-03-10T08:15:00+07:00",
    "ratings": {"1.1": 5, "1.2": "no_opinion", "2.1": None},
}


def fields_refused(**changes: object) -> dict[str, str]:
    with pytest.raises(SheetError) as caught:
        read_submission({**LEAST, **changes})
    return {problem.field: problem.problem for problem in caught.value.problems}


def test_the_least_submission_has_sensible_defaults() -> None:
    submission = read_submission(LEAST)

    assert submission.id == UUID(ID)
    assert submission.answered_at == datetime(2026, 3, 10, 1, 15, tzinfo=UTC)
    assert submission.answered_at.tzinfo is UTC
    assert (submission.stage, submission.helped, submission.asked, submission.respondent) == ("result", False, None, {})
    assert submission.sheet(find_instrument("kiosk-default")).ratings == {"1.1": 5, "1.2": "no_opinion"}


def test_a_full_submission_is_read_from_json_values() -> None:
    submission = read_submission(
        {
            **LEAST,
            "code": "ABCD-EFGH-JKMN",
            "counter": "3",
            "procedure": "1.012766",
            "resolving_unit": "vpdk",
            "stage": "filing",
            "mode": "online",
            "kind": "organisation",
            "helped": True,
            "asked": ["1.1", "1.2", "2.1"],
            "took": ">=120",
            "repeats_previous": False,
            "overall": 4,
            "comment": "Cảm ơn",
            "respondent": {"sex": "female"},
        }
    )
    sheet = submission.sheet(find_instrument("kiosk-default"))

    assert submission.asked == ("1.1", "1.2", "2.1")
    assert (sheet.stage, sheet.asked, sheet.overall, sheet.comment, sheet.respondent) == (
        "filing",
        ("1.1", "1.2", "2.1"),
        4,
        "Cảm ơn",
        {"sex": "female"},
    )


def test_python_values_are_taken_as_they_are() -> None:
    at = datetime(2026, 3, 10, 1, 15, tzinfo=UTC)
    submission = Submission.model_validate({**LEAST, "id": UUID(ID), "answered_at": at, "asked": ("1.1",)})

    assert (submission.id, submission.answered_at, submission.asked) == (UUID(ID), at, ("1.1",))


def test_every_text_is_brought_to_one_spelling() -> None:
    longer = unicodedata.normalize("NFD", "tuy-phước")
    submission = read_submission({**LEAST, "unit": longer, "comment": longer, "ratings": {longer: 1}, "asked": [longer]})

    assert (submission.unit, submission.comment, submission.asked) == ("tuy-phước", "tuy-phước", ("tuy-phước",))
    assert submission.ratings == {"tuy-phước": 1}


@pytest.mark.parametrize(
    "value",
    [
        "7b1e4a52-3c0d-1f7e-9a61-0d2f5c8b9e10",  # version 1: tells time and machine
        "7b1e4a52-3c0d-7f7e-9a61-0d2f5c8b9e10",  # version 7: tells the time
        "7b1e4a52-3c0d-4f7e-ca61-0d2f5c8b9e10",  # version 4 of another variant
        "{7b1e4a52-3c0d-4f7e-9a61-0d2f5c8b9e10}",
        "7b1e4a523c0d4f7e9a610d2f5c8b9e10",
        "",
        5,
        None,
    ],
)
def test_an_id_is_a_random_uuid(value: object) -> None:
    assert fields_refused(id=value) == {"id": "must be a random UUID (version 4), made by the sender"}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("2026-03-10T08:15:00", "needs a time zone"),
        ("2026-03-10", "needs a time zone"),
        (datetime(2026, 3, 10), "needs a time zone"),  # noqa: DTZ001  a time without zone is what must be refused
        ("yesterday", "must be a date and time"),
        (1_770_000_000, "must be a date and time"),
        ("0001-01-01T00:00:00+07:00", "outside the calendar"),
    ],
)
def test_the_time_answered_has_a_zone(value: object, says: str) -> None:
    assert says in fields_refused(answered_at=value)["answered_at"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", "fax"),
        ("stage", "later"),
        ("mode", "by_hand"),
        ("kind", "person"),
        ("took", "45"),
        ("helped", "true"),
        ("helped", 1),
        ("helped", None),
        ("repeats_previous", 0),
        ("unit", ""),
        ("unit", 5),
        ("unit", "a\x00"),
        ("unit", "x" * 201),
        ("counter", ""),
        ("code", "\ud800"),
        ("asked", "1.1"),
        ("ratings", []),
        ("ratings", None),
        ("respondent", []),
        ("comment", 5),
    ],
)
def test_a_field_of_the_wrong_kind_is_refused_by_name(field: str, value: object) -> None:
    assert set(fields_refused(**{field: value})) == {field}


def test_a_wrong_entry_inside_a_field_is_named() -> None:
    assert set(fields_refused(respondent={"sex": 5})) == {"respondent.sex"}
    assert set(fields_refused(asked=["1.1", 5])) == {"asked"}


def test_two_unicode_spellings_of_one_code_do_not_swallow_an_answer() -> None:
    both = {"câu": 1, unicodedata.normalize("NFD", "câu"): 2}

    assert fields_refused(ratings=both) == {"ratings": "names the same code twice in two Unicode spellings"}


def test_missing_and_unknown_fields_are_all_listed() -> None:
    without_unit = {key: value for key, value in LEAST.items() if key != "unit"}
    with pytest.raises(SheetError) as caught:
        read_submission({**without_unit, "officer": "x", "tôi tên là A": 1})

    assert {problem.field: problem.problem for problem in caught.value.problems} == {
        "unit": "is missing",
        "officer": "is not a field of a response",
        "?": "is not a field of a response",
    }


@pytest.mark.parametrize("item", [None, [], "text", 5])
def test_an_item_that_is_no_object_is_refused(item: object) -> None:
    with pytest.raises(SheetError, match="response: must be an object"):
        read_submission(item)


def test_no_error_repeats_what_was_sent() -> None:
    secret = "bí mật của tôi"
    everything: dict[str, Any] = {**dict.fromkeys(Submission.model_fields, secret), secret: secret}
    with pytest.raises(SheetError) as refused:
        read_submission(everything)
    with pytest.raises(ValidationError) as raw:
        Submission.model_validate({**everything, "respondent": {"sex": [secret]}})

    assert secret not in str(refused.value)
    # pydantic names the unknown key itself; read_submission is there because even that can be somebody's text.
    assert secret not in str(raw.value).replace(f"{secret}\n  Extra inputs", "")


def test_errors_travel_between_processes() -> None:
    original = InstrumentError("a.yaml", 3, "scale", "is missing; add it")
    with pytest.raises(SheetError) as caught:
        read_submission({})

    assert str(pickle.loads(pickle.dumps(original))) == str(original)  # noqa: S301  our own bytes, a moment old
    assert pickle.loads(pickle.dumps(caught.value)).problems == caught.value.problems  # noqa: S301  as above
