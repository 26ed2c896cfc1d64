"""The night's work is missed: after a day and a half the staff pages and `sipas check` say so, and not before."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from app.cli import cli
from app.models import Installation
from app.runtime import Runtime
from app.services.night import note_night
from app.services.people import Role, add_user, sign_in
from app.services.server_watch import LONGEST_WITHOUT_NIGHT, MissedNight, find_missed_night
from tests.clock import Clock
from tests.factories import COMMUNE

SENTENCE = "Công việc hằng đêm chưa chạy"


def test_new_office_is_given_a_day_and_a_half(any_runtime: Runtime, clock: Clock) -> None:
    clock.move(days=1)
    assert find_missed_night(any_runtime) is None
    clock.move(days=2)
    assert find_missed_night(any_runtime) == MissedNight(last_at=None)


def test_night_that_was_done_counts_from_its_end(any_runtime: Runtime, clock: Clock) -> None:
    clock.move(days=30)
    done_at = clock.now
    note_night(any_runtime)
    clock.now += LONGEST_WITHOUT_NIGHT
    assert find_missed_night(any_runtime) is None
    clock.now += timedelta(minutes=1)
    assert find_missed_night(any_runtime) == MissedNight(last_at=done_at)


def test_demonstration_has_no_nights(runtime: Runtime, clock: Clock) -> None:
    with runtime.database.write() as session:
        session.get_one(Installation, 1).kind = "demonstration"
    clock.move(days=30)
    assert find_missed_night(runtime) is None


@pytest.mark.parametrize(
    ("role", "advice"), [("administrator", "sipas nightly"), ("analyst", "Đề nghị báo quản trị hệ thống"), ("officer", "quản trị hệ thống")]
)
def test_staff_pages_say_so_each_to_whom_it_concerns(client: FlaskClient, runtime: Runtime, clock: Clock, role: Role, advice: str) -> None:
    clock.move(days=3)
    sign_in_as(client, runtime, role)
    page = client.get("/", follow_redirects=True)
    assert page.status_code == 200
    assert SENTENCE in page.text
    assert advice in page.text
    assert ("sipas nightly" in page.text) == (role == "administrator")
    note_night(runtime)
    assert SENTENCE not in client.get("/", follow_redirects=True).text


def test_stranger_at_the_door_is_told_nothing(client: FlaskClient, clock: Clock) -> None:
    clock.move(days=3)
    assert SENTENCE not in client.get("/sign-in", follow_redirects=True).text


def test_check_says_it_until_the_night_has_come_to_its_end(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPAS_DATA_DIR", str(runtime.settings.data_dir))
    monkeypatch.setenv("SIPAS_SECRET_KEY", runtime.settings.secret_key)
    with runtime.database.write() as session:
        session.get_one(Installation, 1).made_on = runtime.today() - timedelta(days=1000)
    before = CliRunner().invoke(cli, ["check"])
    assert "warning: `sipas nightly` has not come to its end yet" in before.output
    assert before.exit_code == 0
    assert CliRunner().invoke(cli, ["nightly"]).exit_code == 0
    assert "warning" not in CliRunner().invoke(cli, ["check"]).output


def sign_in_as(client: FlaskClient, runtime: Runtime, role: Role) -> None:
    add_user(runtime, name=role, password="một mật khẩu đủ dài", role=role, unit_key=COMMUNE if role == "officer" else None)
    token = sign_in(runtime, role, "một mật khẩu đủ dài")
    assert token is not None
    client.set_cookie("sipas_session", token)
