"""Tablets at the server: one-time enrolment, heartbeats, the sums, alarms, revocation, clocks, places."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.errors import BadInputError, NotFoundError
from app.models import Device, DeviceState, Response, WalkAway
from app.runtime import Runtime, hour_of
from app.services.device_watch import Alarm, DeviceReport, Note, list_device_reports
from app.services.enrolment import declare_device, hash_pin, issue_enrolment_code, redeem_enrolment_code, revoke_device
from app.services.people import Role, add_user, sign_in
from kiosk.protocols import CodeProblem
from tests.clock import Clock
from tests.factories import COMMUNE, KIOSK, NEIGHBOUR, response

PASSWORD = "mật khẩu đủ dài để thử"
PIN = "246810"


def declare(runtime: Runtime, unit: str = COMMUNE) -> str:
    return declare_device(runtime, unit_key=unit, label="Máy quầy 1", counter_code=None, pin=PIN)


def beat(client: FlaskClient, key: str, **changes: object) -> int:
    body = {
        "box": "box-a",
        "saved": 0,
        "acknowledged": 0,
        "quarantined": 0,
        "refused": 0,
        "pending": 0,
        "oldest_pending_hour": None,
        "app_version": "abc",
        "is_storage_persistent": True,
        "trouble": None,
        "clock": "2025-09-10T03:30:00Z",
        "walk_aways": [],
        **changes,
    }
    return client.post("/api/v1/heartbeat", json=body, headers={"Authorization": f"Bearer {key}"}).status_code


def report(runtime: Runtime) -> DeviceReport:
    with runtime.database.read() as session:
        (found,) = list_device_reports(runtime, session, None)
    return found


def post(client: FlaskClient, path: str, **data: str) -> TestResponse:
    """Post a form with the token of a page this browser has open."""
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/tablet/enrol").get_data(as_text=True))
    assert token is not None
    return client.post(path, data={**data, "csrf_token": token[1]})


def sign_in_as(client: FlaskClient, runtime: Runtime, role: Role, unit: str | None = None) -> None:
    add_user(runtime, name=role, password=PASSWORD, role=role, unit_key=unit)
    token = sign_in(runtime, role, PASSWORD)
    assert token is not None
    client.set_cookie("sipas_session", token)


def test_enrolment_code_works_once_and_for_a_quarter_of_an_hour(any_runtime: Runtime, clock: Clock) -> None:
    device_id = declare(any_runtime)
    first, second = issue_enrolment_code(any_runtime, device_id), issue_enrolment_code(any_runtime, device_id)
    assert redeem_enrolment_code(any_runtime, first) is CodeProblem.unknown, "a new code ends the one before"
    key = redeem_enrolment_code(any_runtime, second.lower())
    assert isinstance(key, str)
    assert redeem_enrolment_code(any_runtime, second) is CodeProblem.used
    late = issue_enrolment_code(any_runtime, device_id)
    clock.move(minutes=16)
    assert redeem_enrolment_code(any_runtime, late) is CodeProblem.expired
    assert redeem_enrolment_code(any_runtime, "not a code") is CodeProblem.mistyped


def test_enrolment_gives_the_browser_a_cookie_and_its_script_the_key(client: FlaskClient, runtime: Runtime) -> None:
    code = issue_enrolment_code(runtime, declare(runtime))
    assert client.get(f"/tablet/enrol/{code}").status_code == 200
    assert post(client, "/tablet/key").status_code == 403, "opening the address spends nothing"
    assert post(client, "/tablet/enrol", code=code).status_code == 302
    key = post(client, "/tablet/key").get_json()["key"]
    assert beat(client, key) == 200
    assert post(client, "/tablet/enrol", code=code).status_code == 410
    assert client.get("/tablet").status_code == 200
    assert key not in client.get("/tablet").get_data(as_text=True)


@pytest.mark.usefixtures("still_minute")
def test_guessing_of_enrolment_codes_is_stopped(client: FlaskClient) -> None:
    statuses = [post(client, "/tablet/enrol", code="000000000000").status_code for _ in range(70)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_heartbeat_is_kept_and_answered_with_the_time_and_the_pin(client: FlaskClient, runtime: Runtime, device_key: str) -> None:
    answer = client.post("/api/v1/heartbeat", json={"box": None}, headers={"Authorization": f"Bearer {device_key}"})
    assert answer.status_code == 400
    assert "acknowledged" in answer.get_json()["error"]
    assert beat(client, device_key, saved=3, acknowledged=1, refused=1, pending=1, oldest_pending_hour=488_000) == 200
    with runtime.database.read() as session:
        state = session.scalars(select(DeviceState)).one()
        assert (state.saved, state.pending, state.clock_offset_seconds) == (3, 1, 0)


def test_only_tablets_send_heartbeats(client: FlaskClient, figures_key: str) -> None:
    assert beat(client, figures_key) == 403
    assert beat(client, "dev_unknown") == 401


def test_tablet_whose_sums_do_not_add_up_raises_an_alarm(client: FlaskClient, runtime: Runtime, device_key: str) -> None:
    beat(client, device_key, saved=5, pending=5)
    assert report(runtime).alarms == ()
    beat(client, device_key, saved=5, pending=4)
    assert report(runtime).alarms == (Alarm.sums,)
    beat(client, device_key, saved=5, acknowledged=2, pending=3)
    assert report(runtime).alarms == (Alarm.missing_here,), "told of two, and we have none"


def test_box_that_is_gone_with_sheets_in_it_raises_an_alarm_until_settled(client: FlaskClient, runtime: Runtime, device_key: str) -> None:
    beat(client, device_key, saved=5, pending=5)
    beat(client, device_key, box=None, trouble="storage refused")
    assert report(runtime).alarms == (Alarm.storage_refused,)
    beat(client, device_key, box="box-b")
    found = report(runtime)
    assert found.alarms == (Alarm.lost_box,)
    assert found.state is not None
    assert found.state.lost_pending == 5


def test_silence_counts_in_office_hours(client: FlaskClient, runtime: Runtime, device_key: str, clock: Clock) -> None:
    assert report(runtime).alarms == (Alarm.never_heard,)
    beat(client, device_key)
    clock.move(hours=2, minutes=59)  # 10:30 to 13:29, an hour of it at work
    assert report(runtime).alarms == ()
    clock.move(hours=1, minutes=1)
    assert report(runtime).alarms == (Alarm.silent,)
    assert Note.no_pin in report(runtime).notes


@pytest.mark.parametrize(("ahead", "hours"), [(timedelta(days=1), 24), (timedelta(days=-1), -24), (timedelta(minutes=4), 0)])
def test_answers_of_a_clock_found_wrong_are_put_where_they_belong(
    client: FlaskClient, runtime: Runtime, device_key: str, clock: Clock, ahead: timedelta, hours: int
) -> None:
    beat(client, device_key, clock=(clock.now + ahead).isoformat())
    days_late = clock.now - timedelta(days=3)
    sheet = response(answered_at=(days_late + timedelta(hours=hours)).isoformat())
    for _ in range(2):
        answer = client.post("/api/v1/responses", json={"responses": [sheet]}, headers={"Authorization": f"Bearer {device_key}"})
        assert answer.get_json()["acknowledged"] == [sheet["id"]]
        beat(client, device_key, clock=clock.now.isoformat())  # the clock has been put right; the same sheet is still the same
    with runtime.database.read() as session:
        assert session.scalars(select(Response)).one().answered_hour == hour_of(days_late)


def test_walk_aways_told_twice_are_counted_once(client: FlaskClient, runtime: Runtime, device_key: str) -> None:
    left = {"left_on": "2025-09-10", "instrument": KIOSK, "last_criterion": "2.1", "people": 3}
    for people in (3, 3, 4, 2):
        assert beat(client, device_key, walk_aways=[{**left, "people": people}, {**left, "instrument": "unknown@1"}]) == 200
    with runtime.database.read() as session:
        assert [(w.people, w.last_criterion) for w in session.scalars(select(WalkAway))] == [(4, "2.1")]


def test_pin_is_six_to_twelve_digits_and_kept_as_a_slow_hash(runtime: Runtime) -> None:
    for wrong in ("12345", "12345a", "1234567890123", "１２３４５６"):
        with pytest.raises(BadInputError):
            hash_pin(runtime, wrong)
    assert PIN not in hash_pin(runtime, PIN)


def test_revoked_tablet_is_refused_and_can_get_no_code(client: FlaskClient, runtime: Runtime, device_key: str) -> None:
    device_id = report(runtime).id
    revoke_device(runtime, device_id)
    assert beat(client, device_key) == 401
    with pytest.raises(NotFoundError):
        issue_enrolment_code(runtime, device_id)


def test_administrator_adds_enrols_and_revokes_a_tablet(client: FlaskClient, runtime: Runtime) -> None:
    sign_in_as(client, runtime, "unit_head", COMMUNE)
    assert "Chưa có máy nào" in client.get("/admin/devices").get_data(as_text=True)
    body = {"unit": COMMUNE, "counter": "1", "label": "Máy mới", "pin": "12"}
    assert post(client, "/admin/devices/new", **body).status_code == 422
    page = post(client, "/admin/devices/new", **body | {"pin": PIN}).get_data(as_text=True)
    code = re.search(r'id="enrolment-code">([0-9A-Z-]{14})<', page)
    assert code is not None
    assert isinstance(redeem_enrolment_code(runtime, code[1]), str)
    assert "Máy mới" in client.get("/admin/devices").get_data(as_text=True)
    device_id = report(runtime).id
    assert client.get(f"/admin/devices/{device_id}").status_code == 200
    assert post(client, f"/admin/devices/{device_id}/revoke").status_code == 302
    with runtime.database.read() as session:
        assert session.get_one(Device, device_id).revoked_on == runtime.today()


def test_tablets_of_another_place_are_neither_seen_nor_touched(client: FlaskClient, runtime: Runtime) -> None:
    device_id = declare(runtime, NEIGHBOUR)
    sign_in_as(client, runtime, "unit_head", COMMUNE)
    assert "Máy quầy 1" not in client.get("/admin/devices").get_data(as_text=True)
    assert client.get(f"/admin/devices/{device_id}").status_code == 404
    for action in ("code", "pin", "revoke", "loss-settled"):
        assert post(client, f"/admin/devices/{device_id}/{action}", pin=PIN).status_code == 403
    body = {"unit": NEIGHBOUR, "label": "Máy mới", "pin": PIN}
    assert post(client, "/admin/devices/new", **body).status_code == 403


@pytest.mark.parametrize("role", ["analyst", "officer"])
def test_tablets_are_for_administrators_and_heads(client: FlaskClient, runtime: Runtime, role: Role) -> None:
    sign_in_as(client, runtime, role)
    assert client.get("/admin/devices").status_code == 403


def test_heartbeat_of_an_absurd_clock_is_kept(client: FlaskClient, runtime: Runtime, device_key: str) -> None:
    for clock in ("0001-01-01T00:00:00Z", "9999-12-31T23:00:00Z"):
        assert beat(client, device_key, clock=clock, pending=1, saved=1, oldest_pending_hour=2**31 - 1) == 200
        assert Note.clock in report(runtime).notes
        sheet = response(answered_at=clock)
        answer = client.post("/api/v1/responses", json={"responses": [sheet]}, headers={"Authorization": f"Bearer {device_key}"})
        assert answer.status_code == 200
