"""The code table is rewritten while people rate: nobody is refused, no use of a code is lost, and all rows bear one mark."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.errors import DatabaseUnavailableError
from app.models import EnrolmentCode, RatingCode, SignIn
from app.runtime import Runtime
from app.services.code_order import Forgotten, forget_order
from app.services.codes import CodeRefusedError, get_code, issue_codes
from app.services.intake import Sender, submit_responses
from app.services.night import spend_night
from app.services.people import add_user, sign_in
from survey_forms import read_submission
from tests.clock import Clock
from tests.factories import COMMUNE, response


def test_rewriting_while_people_rate_loses_no_use_of_a_code(any_runtime: Runtime) -> None:
    codes, _ = issue_codes(any_runtime, unit_key=COMMUNE, field_code="ho-tich", how_many=240)
    refused: list[object] = []

    def rate(some: list[str]) -> None:
        for code in some:
            receipt = submit_responses(any_runtime, [read_submission(response(code=code, channel="invitation"))], Sender())
            refused.extend(receipt.rejected)

    people = [threading.Thread(target=rate, args=(codes[start::4],)) for start in range(4)]
    for person in people:
        person.start()
    n_rewrites = 0
    while any(person.is_alive() for person in people):
        assert forget_order(any_runtime.database, any_runtime.today()) == Forgotten(240, 0)
        n_rewrites += 1
    for person in people:
        person.join()
    assert refused == []
    assert n_rewrites > 0
    with any_runtime.database.read() as session:
        used = session.scalars(select(RatingCode.result_used_on)).all()
    assert used == [any_runtime.today()] * 240


def test_rows_afterwards_lie_in_hash_order_and_bear_one_mark(any_runtime: Runtime) -> None:
    issue_codes(any_runtime, unit_key=COMMUNE, field_code="ho-tich", how_many=50)
    issue_codes(any_runtime, unit_key=COMMUNE, field_code="dat-dai", counter_code="1", mode="online", how_many=50)
    with any_runtime.database.read() as session:
        before = sorted(map(tuple, session.execute(text("SELECT * FROM rating_codes"))), key=lambda row: bytes(row[0]))
    forget_order(any_runtime.database, any_runtime.today())
    with any_runtime.database.read() as session:
        after = [tuple(row) for row in session.execute(text("SELECT * FROM rating_codes"))]
        assert after == before, "nothing but the order has changed"
        if not any_runtime.database.is_sqlite:
            assert session.scalar(text("SELECT count(DISTINCT xmin::text) FROM rating_codes")) == 1


@pytest.mark.parametrize("any_runtime", ["postgresql"], indirect=True)  # SQLite has one writer, which waits in the process
def test_table_in_use_is_waited_for_and_then_given_up(any_runtime: Runtime) -> None:
    waits: list[float] = []
    with any_runtime.database.read() as session:
        session.execute(select(RatingCode)).all()
        with pytest.raises(DatabaseUnavailableError):
            forget_order(any_runtime.database, any_runtime.today(), tries=2, wait=waits.append)
    assert len(waits) == 1
    assert forget_order(any_runtime.database, any_runtime.today()) == Forgotten(0, 0)


def test_write_ahead_log_is_empty_after_the_night(runtime: Runtime) -> None:
    issue_codes(runtime, unit_key=COMMUNE, field_code="ho-tich", how_many=50)
    log = runtime.settings.data_dir / "sipas.db-wal"
    assert log.stat().st_size > 0
    spend_night(runtime)
    assert log.stat().st_size == 0


def test_night_deletes_what_has_ended_and_nothing_else(any_runtime: Runtime, clock: Clock) -> None:
    add_user(any_runtime, name="can-bo-a", password="mot mat khau that dai", role="analyst", unit_key=None)
    assert sign_in(any_runtime, "can-bo-a", "mot mat khau that dai")
    night = spend_night(any_runtime)
    assert (night.n_sign_ins, night.n_enrolment_codes) == (0, 0)
    clock.now += timedelta(days=2)
    night = spend_night(any_runtime)
    assert night.n_sign_ins == 1
    with any_runtime.database.read() as session:
        assert session.scalars(select(SignIn)).all() == []
        assert session.scalars(select(EnrolmentCode)).all() == []


def test_night_deletes_codes_whose_slips_nobody_holds_any_more(any_runtime: Runtime, clock: Clock) -> None:
    (used, unused), valid_until_on = issue_codes(any_runtime, unit_key=COMMUNE, field_code="ho-tich", how_many=2)
    sheet = read_submission(response(code=used, channel="invitation"))
    assert submit_responses(any_runtime, [sheet], Sender()).acknowledged == [sheet.id]
    clock.now += timedelta(days=(valid_until_on - any_runtime.today()).days + any_runtime.settings.code_kept_days)
    assert spend_night(any_runtime).n_old_codes == 0
    assert [refusal(any_runtime, code) for code in (used, unused)] == ["expired", "expired"]
    clock.now += timedelta(days=1)
    night = spend_night(any_runtime)
    assert (night.n_old_codes, night.forgotten.n_codes) == (2, 0)
    assert [refusal(any_runtime, code) for code in (used, unused)] == ["unknown", "unknown"]
    assert submit_responses(any_runtime, [sheet], Sender()).acknowledged == [sheet.id], "known by its id, not by its code"


def test_nothing_of_a_deleted_code_stays_in_the_file(runtime: Runtime, clock: Clock) -> None:
    (code,), _ = issue_codes(runtime, unit_key=COMMUNE, field_code="ho-tich")
    with runtime.database.read() as session:
        code_hash = get_code(runtime, session, code).code_hash
    spend_night(runtime)
    file = runtime.settings.data_dir / "sipas.db"
    assert code_hash in file.read_bytes()
    clock.now += timedelta(days=runtime.settings.code_valid_days + runtime.settings.code_kept_days + 1)
    spend_night(runtime)
    assert code_hash not in file.read_bytes()


def refusal(runtime: Runtime, code: str) -> str:
    with runtime.database.read() as session, pytest.raises(CodeRefusedError) as refused:
        get_code(runtime, session, code)
    return refused.value.kind
