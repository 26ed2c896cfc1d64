"""The one door: idempotent, whole, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.models import Comment, Quarantined, RatingCode, RespondentAnswers, Response, ResponseReasons
from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.digests import digest_apart
from app.services.generated_ids import mark_generated
from app.services.intake import Receipt, Sender, file_submissions, submit_responses
from survey_forms import SheetError, Submission, read_submission
from tests.clock import Clock
from tests.factories import COMMUNE, NEIGHBOUR, PROVINCE, response

TABLET = Sender(device_id=None, unit_key=PROVINCE)


def submit(runtime: Runtime, *items: dict[str, object]) -> Receipt:
    return submit_responses(runtime, [read(item) for item in items], TABLET)


def read(item: dict[str, object]) -> Submission:
    return read_submission(item)


def count(runtime: Runtime, model: type[Response] | type[Quarantined] | type[Comment]) -> int:
    with runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_same_sheet_three_times_is_stored_once_and_acknowledged_each_time(any_runtime: Runtime) -> None:
    item = response(comment="Cán bộ hướng dẫn rõ ràng", respondent={})
    receipts = [submit(any_runtime, item) for _ in range(3)]
    assert [len(r.acknowledged) for r in receipts] == [1, 1, 1]
    assert count(any_runtime, Response) == 1
    assert count(any_runtime, Comment) == 1


def test_same_id_with_other_answers_goes_to_quarantine_and_changes_nothing(any_runtime: Runtime) -> None:
    first = response()
    submit(any_runtime, first)
    receipt = submit(any_runtime, {**first, "ratings": {"1.1": 1}})
    assert receipt.quarantined == [(read(first).id, "this id already stands for another sheet")]
    with any_runtime.database.read() as session:
        assert session.scalars(select(Response)).one().ratings["1.1"] == 5
        assert session.scalars(select(Quarantined)).one().submission["ratings"] == {"1.1": 1}


def test_same_id_with_another_comment_goes_to_quarantine(any_runtime: Runtime) -> None:
    first = response(comment="Một ý kiến")
    submit(any_runtime, first)
    assert submit(any_runtime, {**first, "comment": "Ý kiến khác"}).quarantined
    assert submit(any_runtime, {**first, "comment": None}).quarantined
    assert submit(any_runtime, first).acknowledged


def test_what_went_wrong_stands_apart_and_a_sheet_sent_again_is_the_same(any_runtime: Runtime) -> None:
    reasons = {"3.1": {"chips": ["cold", "rude"], "text": "Quát mắng"}, "3.2": {"chips": [], "text": " "}}
    first = response(ratings={"3.1": 1, "3.2": 2}, reasons=reasons)
    assert submit(any_runtime, first).acknowledged
    assert submit(any_runtime, first).acknowledged
    with any_runtime.database.read() as session:
        stored = session.scalars(select(ResponseReasons)).one()
        assert stored.reasons == {"3.1": {"chips": ["rude", "cold"], "text": "Quát mắng"}}
    assert submit(any_runtime, {**first, "reasons": {}}).quarantined
    assert submit(any_runtime, {**first, "reasons": {"3.1": {"chips": ["rude"]}}}).quarantined
    with any_runtime.database.write() as session:
        erased = session.scalars(select(ResponseReasons)).one()
        erased.reasons, erased.salt = None, None
    assert submit(any_runtime, first).acknowledged


def test_an_unknown_reason_is_refused_by_its_criterion(any_runtime: Runtime) -> None:
    ((_, reason),) = submit(any_runtime, response(ratings={"3.1": 1}, reasons={"3.1": {"chips": ["smoking"]}})).rejected
    assert reason.startswith("reasons.3.1: ")
    assert "smoking" not in reason


def test_consent_to_quote_is_kept_with_the_comment_and_cannot_be_changed_by_sending_again(any_runtime: Runtime) -> None:
    first = response(comment="Tận tình", may_quote=True)
    assert submit(any_runtime, first).acknowledged
    assert submit(any_runtime, first).acknowledged
    assert submit(any_runtime, {**first, "may_quote": False}).quarantined
    with any_runtime.database.read() as session:
        assert session.scalars(select(Comment)).one().may_quote


@pytest.mark.parametrize("unit", [COMMUNE, "nowhere"])
def test_numbers_of_a_person_are_masked_before_anything_is_stored(any_runtime: Runtime, unit: str) -> None:
    words = "Gọi 0912 345 678, CCCD 001095012345, lệ phí 1.500.000 đồng"
    item = response(unit=unit, comment=words, ratings={"3.1": 1}, reasons={"3.1": {"text": words}})
    for _ in range(2):
        receipt = submit(any_runtime, item)
        assert not receipt.rejected
        assert bool(receipt.acknowledged) == (unit == COMMUNE)
    masked = "Gọi [đã che], CCCD [đã che], lệ phí 1.500.000 đồng"
    with any_runtime.database.read() as session:
        for comment in session.scalars(select(Comment.text)):
            assert comment == masked
        for reasons in session.scalars(select(ResponseReasons.reasons)):
            assert reasons == {"3.1": {"chips": [], "text": masked}}
        for kept in session.scalars(select(Quarantined.submission)):
            assert kept["comment"] == masked
            assert "0912" not in str(kept)


def test_a_comment_stored_before_there_was_masking_is_the_same_when_it_comes_again(any_runtime: Runtime) -> None:
    first = response(comment="Gọi 0912345678")
    submit(any_runtime, first)
    with any_runtime.database.write() as session:
        stored = session.scalars(select(Comment)).one()
        assert stored.salt is not None
        stored.text, stored.digest = "Gọi 0912345678", digest_apart(stored.salt, "Gọi 0912345678")
    assert submit(any_runtime, first).acknowledged
    assert submit(any_runtime, {**first, "comment": "Gọi lại sau"}).quarantined


def test_erased_comment_leaves_the_repeated_sheet_acknowledged(any_runtime: Runtime) -> None:
    first = response(comment="Sẽ được xóa")
    submit(any_runtime, first)
    with any_runtime.database.write() as session:
        comment = session.scalars(select(Comment)).one()
        comment.text, comment.salt = None, None
    assert submit(any_runtime, first).acknowledged


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"instrument": "nowhere@1.0"}, "unknown instrument"),
        ({"unit": "nowhere"}, "unknown unit"),
        ({"field": "nothing"}, "unknown field"),
        ({"resolving_unit": "nowhere"}, "unknown resolving unit"),
    ],
)
def test_what_names_something_unknown_is_kept_for_a_person(any_runtime: Runtime, change: dict[str, object], reason: str) -> None:
    item = response(**change)
    assert submit(any_runtime, item).quarantined == [(read(item).id, reason)]
    assert submit(any_runtime, item).quarantined, "a second sending is told the same"
    assert count(any_runtime, Quarantined) == 1
    assert count(any_runtime, Response) == 0


def test_unit_outside_the_senders_place_is_kept_for_a_person(any_runtime: Runtime) -> None:
    receipt = submit_responses(any_runtime, [read(response(unit=NEIGHBOUR))], Sender(unit_key=COMMUNE))
    assert receipt.quarantined[0][1] == "unit outside the sender's place"


def test_invalid_sheet_is_rejected_and_spoils_none_of_its_neighbours(any_runtime: Runtime) -> None:
    bad = response(ratings={"1.1": 6, "9.9": 3})
    good = [response() for _ in range(3)]
    receipt = submit(any_runtime, good[0], bad, *good[1:])
    assert receipt.acknowledged == [read(g).id for g in good]
    assert [i for i, _ in receipt.rejected] == [read(bad).id]
    assert "ratings.1.1" in receipt.rejected[0][1]
    assert "ratings.9.9" in receipt.rejected[0][1]
    assert count(any_runtime, Response) == 3


def test_form_without_a_rating_is_returned_and_kept(any_runtime: Runtime) -> None:
    assert submit(any_runtime, response(ratings={})).acknowledged
    assert count(any_runtime, Response) == 1


def test_ids_sent_in_parallel_are_stored_once(any_runtime: Runtime) -> None:
    items = [response() for _ in range(20)]
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda shift: submit(any_runtime, *items[shift:], *items[:shift]), range(8)))
    assert all(len(r.acknowledged) == 20 for r in receipts)
    assert count(any_runtime, Response) == 20


def test_code_is_spent_once_per_stage_and_leaves_no_trace_of_the_response(any_runtime: Runtime) -> None:
    (code,), _ = issue_codes(any_runtime, unit_key=COMMUNE, field_code="ho-tich", counter_code="1")
    at_result = response(code=code, channel="invitation")
    at_filing = response(code=code, channel="invitation", stage="filing", ratings={"1.1": 4})
    assert submit(any_runtime, at_result).acknowledged
    assert submit(any_runtime, at_filing).acknowledged
    assert submit(any_runtime, at_result).acknowledged, "its code is spent, but the sheet is known"
    refused = submit(any_runtime, response(code=code, channel="invitation")).rejected
    assert refused[0][1] == "code: already used at this stage"
    assert count(any_runtime, Response) == 2
    with any_runtime.database.read() as session:
        row = session.scalars(select(RatingCode)).one()
        assert row.result_used_on == row.filing_used_on == any_runtime.today()
        columns = set(RatingCode.__table__.columns.keys()) & set(Response.__table__.columns.keys())
    assert columns == {"unit_key", "field_code", "counter_code", "mode"}, "nothing joins a code to one response"


def test_code_sent_from_two_phones_at_once_counts_once(any_runtime: Runtime) -> None:
    (code,), _ = issue_codes(any_runtime, unit_key=COMMUNE, field_code="ho-tich")
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda _: submit(any_runtime, response(code=code)), range(4)))
    assert sum(len(r.acknowledged) for r in receipts) == 1
    assert sum(len(r.rejected) for r in receipts) == 3
    assert count(any_runtime, Response) == 1


@pytest.mark.parametrize(
    ("changes", "days", "reason"),
    [
        ({"code": "0000-0000-0001"}, 0, "mistyped, the check character does not fit"),
        ({"code": "0000-0000-0000"}, 0, "not one of ours"),
        ({}, 61, "no longer valid"),
        ({"field": "dat-dai"}, 0, "made for another unit or field"),
    ],
)
def test_code_that_cannot_be_spent_is_refused_and_nothing_is_stored(
    any_runtime: Runtime, clock: Clock, changes: dict[str, object], days: int, reason: str
) -> None:
    (code,), _ = issue_codes(any_runtime, unit_key=COMMUNE, field_code="ho-tich")
    clock.move(days=days)
    item = response(**{"code": code, "answered_at": clock().isoformat(), **changes})
    assert submit(any_runtime, item).rejected[0][1] == f"code: {reason}"
    assert count(any_runtime, Response) == 0


def test_quarantine_keeps_no_code(any_runtime: Runtime) -> None:
    (code,), _ = issue_codes(any_runtime, unit_key=COMMUNE, field_code="ho-tich")
    submit(any_runtime, response(code=code, unit="nowhere"))
    with any_runtime.database.read() as session:
        kept = session.scalars(select(Quarantined)).one().submission
    assert "code" not in kept
    assert code not in str(kept)


def test_answer_from_a_clock_running_ahead_belongs_to_the_hour_it_arrived(any_runtime: Runtime) -> None:
    submit(any_runtime, response(answered_at="2025-09-12T00:00:00Z"))
    with any_runtime.database.read() as session:
        row = session.scalars(select(Response)).one()
    assert row.answered_hour == row.received_hour == any_runtime.hour()


def test_times_are_kept_as_hours(any_runtime: Runtime) -> None:
    early, late = response(answered_at="2025-09-10T03:05:59Z"), response(answered_at="2025-09-10T10:25:01+07:00")
    submit(any_runtime, early, late)
    with any_runtime.database.read() as session:
        hours = set(session.scalars(select(Response.answered_hour)))
    assert len(hours) == 1


def test_land_is_resolved_by_the_registration_branch_unless_said_otherwise(any_runtime: Runtime) -> None:
    submit(any_runtime, response(field="dat-dai"), response(field="dat-dai", resolving_unit=PROVINCE), response())
    with any_runtime.database.read() as session:
        resolvers = set(session.execute(select(Response.field_code, Response.resolving_unit_key)))
    assert resolvers == {("dat-dai", "chi-nhanh-dat-dai"), ("dat-dai", "tinh"), ("ho-tich", None)}


@pytest.mark.parametrize("statement", ["DELETE FROM responses", "UPDATE responses SET helped = helped"])
def test_database_itself_refuses_to_change_a_response(any_runtime: Runtime, statement: str) -> None:
    submit(any_runtime, response())
    with pytest.raises(DBAPIError, match="insert-only"), any_runtime.database.engine.begin() as connection:
        connection.execute(text(statement))
    assert count(any_runtime, Response) == 1


def test_respondent_answers_stand_apart_with_a_salt(any_runtime: Runtime) -> None:
    submit(any_runtime, response(respondent={"sex": "female"}))
    with any_runtime.database.read() as session:
        row = session.scalars(select(RespondentAnswers)).one()
    assert row.answers == {"sex": "female"}
    assert row.salt is not None
    assert len(row.salt) == 16


def test_table_of_responses_keeps_no_order_of_arrival(runtime: Runtime) -> None:
    with runtime.database.engine.connect() as connection:
        for table in ("responses", "rating_codes", "comments", "respondent_answers", "quarantine"):
            made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :t"), {"t": table}).scalar_one()
            assert made.rstrip().endswith("WITHOUT ROWID"), table


def test_nothing_is_stored_when_the_transaction_fails(any_runtime: Runtime) -> None:
    def fail_after_filing() -> None:
        with any_runtime.database.write() as session:
            receipt = file_submissions(any_runtime, session, [read(response())], TABLET)
            assert receipt.acknowledged
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_filing()
    assert count(any_runtime, Response) == 0


def test_id_twice_in_one_batch_is_stored_and_named_once(any_runtime: Runtime) -> None:
    item = response()
    assert submit(any_runtime, item, item).acknowledged == [read(item).id]
    assert count(any_runtime, Response) == 1


def test_generated_response_never_enters_an_office(any_runtime: Runtime) -> None:
    item = response(id=str(mark_generated(bytes(range(10)))))
    assert submit(any_runtime, item).rejected[0][1].startswith("id: made by the demonstration")
    assert count(any_runtime, Response) == 0


def test_quarantine_keeps_the_hour_only(any_runtime: Runtime) -> None:
    submit(any_runtime, response(unit="nowhere", answered_at="2025-09-10T03:05:59Z"))
    submit(any_runtime, response(unit="nowhere", answered_at="2025-09-10T10:25:01+07:00"))
    with any_runtime.database.read() as session:
        moments = {row.submission["answered_at"] for row in session.scalars(select(Quarantined))}
    assert moments == {"2025-09-10T03:00:00Z"}


def test_clock_that_has_lost_its_battery_is_rejected_and_spoils_no_page(any_runtime: Runtime) -> None:
    item = response()
    with pytest.raises(SheetError, match="before the year 2000"):
        read({**item, "answered_at": "1970-01-01T00:00:00Z"})


def test_replacing_a_row_is_refused_too(runtime: Runtime) -> None:
    submit(runtime, response())
    statement = "INSERT OR REPLACE INTO responses SELECT * FROM responses"
    with pytest.raises(DBAPIError, match="insert-only"), runtime.database.engine.begin() as connection:
        connection.execute(text(statement))
