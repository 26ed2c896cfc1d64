"""A code read at a tablet: it settles what it knows, and a bad one costs nobody the sheet."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.models import RatingCode, Response
from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.intake import Receipt, Sender, submit_responses
from app.services.keys import add_device
from survey_forms import read_submission
from tests.clock import Clock
from tests.factories import BRANCH, COMMUNE, NEIGHBOUR, PROVINCE, response


def issue(runtime: Runtime, **changes: object) -> str:
    codes, _ = issue_codes(runtime, **{"unit_key": COMMUNE, "field_code": "dat-dai", "counter_code": "1", "mode": "postal", **changes})  # type: ignore[arg-type]
    return codes[0]


@pytest.fixture
def sender(any_runtime: Runtime) -> Sender:
    """A tablet of the commune."""
    return Sender(add_device(any_runtime, unit_key=COMMUNE, label="Máy")[0], COMMUNE)


def submit(runtime: Runtime, item: dict[str, object], sender: Sender) -> Receipt:
    return submit_responses(runtime, [read_submission(item)], sender)


def stored(runtime: Runtime) -> Response:
    with runtime.database.read() as session:
        return session.scalars(select(Response)).one()


def n_used(runtime: Runtime) -> int:
    with runtime.database.read() as session:
        return len(session.scalars(select(RatingCode).where(RatingCode.result_used_on.is_not(None))).all())


def test_the_code_settles_field_counter_mode_and_who_decides(any_runtime: Runtime, sender: Sender) -> None:
    item = response(code=issue(any_runtime), field="ho-tich")
    for _ in range(2):
        assert len(submit(any_runtime, item, sender).acknowledged) == 1, "sent again it is the same sheet, though its code is spent"
    row = stored(any_runtime)
    assert (row.unit_key, row.field_code, row.counter_code, row.mode, row.coded) == (COMMUNE, "dat-dai", "1", "postal", True)
    assert row.resolving_unit_key == BRANCH
    assert row.channel == "kiosk"
    assert n_used(any_runtime) == 1


@pytest.mark.parametrize("fault", ["used", "expired", "unknown", "mistyped", "elsewhere"])
def test_a_code_that_cannot_be_spent_is_left_aside_and_the_sheet_counts(
    any_runtime: Runtime, sender: Sender, clock: Clock, fault: str
) -> None:
    code = issue(any_runtime, unit_key=NEIGHBOUR, counter_code=None) if fault == "elsewhere" else issue(any_runtime)
    if fault == "used":
        submit(any_runtime, response(code=code), sender)
    if fault == "expired":
        clock.now += timedelta(days=100)
    if fault in ("unknown", "mistyped"):
        code = "000000000000" if fault == "unknown" else "000000000001"
    before = n_used(any_runtime)
    item = response(code=code, answered_at=any_runtime.clock().isoformat())
    for _ in range(2):
        assert len(submit(any_runtime, item, sender).acknowledged) == 1
    with any_runtime.database.read() as session:
        row = session.get_one(Response, read_submission(item).id)
    assert (row.unit_key, row.field_code, row.coded) == (COMMUNE, "ho-tich", False)
    assert n_used(any_runtime) == before


def test_a_tablet_of_the_whole_tree_files_the_sheet_under_the_codes_desk(any_runtime: Runtime) -> None:
    sender = Sender(add_device(any_runtime, unit_key=PROVINCE, label="Máy sảnh")[0], PROVINCE)
    submit(any_runtime, response(unit=PROVINCE, counter=None, code=issue(any_runtime)), sender)
    row = stored(any_runtime)
    assert (row.unit_key, row.counter_code) == (COMMUNE, "1")


def test_without_a_tablet_a_wrong_code_is_refused_as_before(any_runtime: Runtime) -> None:
    receipt = submit(any_runtime, response(code="000000000000"), Sender())
    assert [reason for _, reason in receipt.rejected] == ["code: not one of ours"]


def read_token(client: FlaskClient, path: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def ask(client: FlaskClient, code: str) -> tuple[int, dict[str, object]]:
    token = read_token(client, "/tablet")
    answer = client.post("/tablet/code", data={"code": code, "csrf_token": token}, headers={"Accept": "application/json"})
    return answer.status_code, answer.get_json()


def test_a_tablet_asks_what_a_code_settles_and_nothing_is_spent(runtime: Runtime, client: FlaskClient, device_key: str) -> None:
    client.get(f"/tablet/{device_key}")
    code = issue(runtime)
    known = {"status": "known", "unit": COMMUNE, "field": "dat-dai", "counter": "1", "mode": "postal", "stages": ["filing", "result"]}
    assert [ask(client, code) for _ in range(2)] == [(200, known)] * 2
    assert ask(client, issue(runtime, unit_key=NEIGHBOUR, counter_code=None)) == (410, {"status": "problem", "problem": "scan_elsewhere"})
    assert ask(client, "000000000000") == (404, {"status": "problem", "problem": "scan_unknown"})
    assert ask(client, "x") == (404, {"status": "problem", "problem": "scan_unknown"})


def test_only_a_tablet_may_ask(client: FlaskClient, runtime: Runtime) -> None:
    token = read_token(client, "/r")
    assert client.post("/tablet/code", data={"code": issue(runtime), "csrf_token": token}).status_code == 403


def test_only_the_tablets_page_may_ask_for_the_camera(client: FlaskClient, device_key: str) -> None:
    client.get(f"/tablet/{device_key}")
    assert "camera=(self)" in client.get("/tablet").headers["Permissions-Policy"]
    for path in ("/r", "/p/xa-a", "/sign-in"):
        assert "camera=()" in client.get(path).headers["Permissions-Policy"], path
