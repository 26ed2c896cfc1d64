"""Who may: every route says it, and it is enforced."""

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from app.access import list_undeclared, mount
from app.errors import UnauthenticatedError
from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.keys import authenticate_key
from app.services.people import add_user, find_person, set_password, sign_in, sign_out
from tests.clock import Clock

PASSWORD = "mật khẩu đủ dài để thử"


def test_every_route_declares_who_may(app: Flask) -> None:
    assert list_undeclared(app) == []


def test_route_that_declares_nobody_is_noticed_and_closed(app: Flask) -> None:
    planted = Blueprint("planted", __name__)
    planted.add_url_rule("/planted", "open", lambda: "open")
    mount(app, planted, {})
    assert list_undeclared(app) == ["planted.open"]
    assert app.test_client().get("/planted").status_code == 403


@pytest.mark.parametrize(
    "path", ["/analytics", "/analytics/criteria", "/analytics/units", "/analytics/cells.csv", "/analytics/integrity", "/desk/invitations"]
)
def test_staff_page_sends_a_stranger_to_the_sign_in(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=")


def test_officer_at_the_desk_sees_no_figure(client: FlaskClient, runtime: Runtime) -> None:
    add_user(runtime, name="can-bo-a", password=PASSWORD, role="officer", unit_key="xa-a")
    token = sign_in(runtime, "can-bo-a", PASSWORD)
    assert token is not None
    client.set_cookie("sipas_session", token)
    assert client.get("/analytics").status_code == 403
    assert client.get("/desk/invitations").status_code == 200


def test_wrong_password_and_unknown_name_are_told_alike(client: FlaskClient, runtime: Runtime) -> None:
    add_user(runtime, name="can-bo-a", password=PASSWORD, role="analyst")
    assert sign_in(runtime, "can-bo-a", "something else entirely") is None
    assert sign_in(runtime, "nobody", PASSWORD) is None


def test_session_ends_when_idle_when_old_and_when_signed_out(runtime: Runtime, clock: Clock) -> None:
    add_user(runtime, name="can-bo-a", password=PASSWORD, role="analyst")
    token = sign_in(runtime, "can-bo-a", PASSWORD)
    assert token is not None
    for _ in range(20):
        clock.move(minutes=29)
        assert find_person(runtime, token) is not None, "29 minutes are not idle"
    clock.move(minutes=31)
    assert find_person(runtime, token) is None
    again = sign_in(runtime, "can-bo-a", PASSWORD)
    assert again is not None
    for _ in range(25):
        clock.move(minutes=29)
        find_person(runtime, again)
    assert find_person(runtime, again) is None, "twelve hours are the end in any case"
    third = sign_in(runtime, "can-bo-a", PASSWORD)
    assert third is not None
    sign_out(runtime, third)
    assert find_person(runtime, third) is None


def test_new_password_ends_open_sessions(runtime: Runtime) -> None:
    add_user(runtime, name="can-bo-a", password=PASSWORD, role="analyst")
    token = sign_in(runtime, "can-bo-a", PASSWORD)
    assert token is not None
    set_password(runtime, "can-bo-a", "một mật khẩu khác hẳn")
    assert find_person(runtime, token) is None


def test_after_signing_in_nobody_is_sent_to_another_host(client: FlaskClient, runtime: Runtime, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    add_user(runtime, name="can-bo-a", password=PASSWORD, role="analyst")
    for target in ("https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)"):
        answer = client.post("/sign-in", query_string={"next": target}, data={"name": "can-bo-a", "password": PASSWORD})
        assert answer.headers["Location"] == "/", target


def test_sign_in_form_needs_its_token(client: FlaskClient) -> None:
    assert client.post("/sign-in", data={"name": "a", "password": "b"}).status_code == 400


@pytest.mark.usefixtures("still_minute")
def test_guessing_of_passwords_is_stopped(client: FlaskClient, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    statuses = [client.post("/sign-in", data={"name": "can-bo-a", "password": "guess"}).status_code for _ in range(25)]
    assert statuses[:20] == [401] * 20
    assert statuses[-1] == 429


def test_revoked_device_is_refused(runtime: Runtime, device_key: str) -> None:
    from app.models import Device

    with runtime.database.write() as session:
        for device in session.query(Device):
            device.revoked_on = runtime.today()
    with pytest.raises(UnauthenticatedError):
        authenticate_key(runtime, device_key, "submit responses")


@pytest.mark.usefixtures("still_minute")
def test_wrong_codes_of_a_hall_do_not_stop_somebody_with_a_right_one(client: FlaskClient, runtime: Runtime) -> None:
    (code,), _ = issue_codes(runtime, unit_key="xa-a", field_code="ho-tich")
    statuses = [client.get("/r/000000000000").status_code for _ in range(80)]
    assert statuses[:60] == [404] * 60
    assert statuses[-1] == 429, "guessing on gets no answer"
    assert client.get(f"/r/{code}").status_code == 200


@pytest.mark.usefixtures("still_minute")
def test_flood_of_wrong_codes_is_stopped_altogether(client: FlaskClient) -> None:
    statuses = [client.get("/r/000000000000").status_code for _ in range(700)]
    assert set(statuses[600:]) == {429}
