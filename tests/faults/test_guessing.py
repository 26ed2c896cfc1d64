"""Guessing of codes is stopped; people in a hall, at a poster or with a right code are not."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.keys import add_api_key
from kiosk.codes import new_code
from tests.factories import COMMUNE
from tests.kiosk.page import read

pytestmark = pytest.mark.usefixtures("still_minute")

GUESSER, CITIZEN, HALL = "198.51.100.7", "203.0.113.5", "203.0.113.77"


@pytest.fixture
def token(client: FlaskClient) -> str:
    """The token of this browser's forms. Each request says where it comes from, so one browser plays everybody."""
    return read(client.get("/r")).fields["csrf_token"]


def guesses() -> Iterator[str]:
    """Codes with a right check character, as somebody who knows the scheme would try."""
    return (new_code(n.to_bytes(7, "big")) for n in range(1, 1_000_000))


def at(address: str) -> dict[str, dict[str, str]]:
    return {"environ_base": {"REMOTE_ADDR": address}}


def sheet(code: str | None, **changes: str) -> dict[str, str]:
    named = {"code": code} if code else {}
    return {
        "go": "send", "page": "finish", "id": str(uuid4()), "stage": "result", "kind": "individual",
        "rating-1.1": "4", "asked": "1.1 1.2",
        "instrument": "kiosk-default@1.0", "unit": COMMUNE, "field": "ho-tich", "answered_at": "2025-09-10T03:29:00+00:00",
        **named, **changes,
    }  # fmt: skip


@pytest.mark.parametrize("door", ["scanned", "typed", "sent", "further"])
def test_thousand_guesses_are_stopped_early_and_the_right_code_opens_elsewhere(
    client: FlaskClient, runtime: Runtime, token: str, door: str
) -> None:
    codes, _ = issue_codes(runtime, unit_key=COMMUNE, field_code="ho-tich", how_many=2)

    def knock(guess: str) -> int:
        if door == "scanned":
            return client.get(f"/r/{guess}", **at(GUESSER)).status_code
        if door == "typed":
            return client.post("/r", data={"code": guess, "csrf_token": token}, **at(GUESSER)).status_code
        if door == "sent":
            return client.post("/rate", data=sheet(guess, csrf_token=token), **at(GUESSER)).status_code
        # Ten guesses at a time among the further codes of a sheet whose own code is right.
        tried = "\n".join([guess, *(new_code(bytes([n]) * 7) for n in range(1, 10))])
        data = sheet(codes[1], kind="authorised", page="codes", go="next", codes=tried, csrf_token=token)
        return client.post("/rate", data=data, **at(GUESSER)).status_code

    statuses = [knock(guess) for guess, _ in zip(guesses(), range(1_000), strict=False)]
    heard = sum(status != 429 for status in statuses)
    assert heard <= (6 if door == "further" else 60), "the sixty-first wrong code of a minute is not looked at"
    assert set(statuses[heard:]) == {429}
    assert 200 not in statuses
    assert client.get(f"/r/{codes[0]}", **at(CITIZEN)).status_code == 200


def test_tablet_goes_on_while_somebody_guesses_behind_the_same_address(client: FlaskClient, token: str, device_key: str) -> None:
    statuses = {
        client.post("/rate", data=sheet(guess, csrf_token=token), **at(HALL)).status_code
        for guess, _ in zip(guesses(), range(80), strict=False)
    }
    assert statuses == {404, 429}
    assert client.get(f"/tablet/{device_key}", **at(HALL)).status_code == 302
    answer = client.post("/rate", data=sheet(None, csrf_token=token), headers={"Accept": "application/json"}, **at(HALL))
    assert answer.get_json()["status"] == "acknowledged"


def test_hall_of_people_with_right_codes_behind_one_address_is_never_stopped(client: FlaskClient, runtime: Runtime, token: str) -> None:
    codes, _ = issue_codes(runtime, unit_key=COMMUNE, field_code="ho-tich", how_many=300)
    for code in codes:
        assert client.get(f"/r/{code}", **at(HALL)).status_code == 200
        answer = client.post("/rate", data=sheet(code, csrf_token=token), headers={"Accept": "application/json"}, **at(HALL))
        assert answer.get_json()["status"] == "acknowledged"


def test_poster_takes_600_sheets_a_minute_from_one_address_and_stops_a_flood(client: FlaskClient, token: str) -> None:
    statuses = [
        client.post(
            "/rate", data=sheet(None, channel="poster", csrf_token=token), headers={"Accept": "application/json"}, **at(HALL)
        ).status_code
        for _ in range(640)
    ]
    assert statuses[:600] == [200] * 600
    assert set(statuses) <= {200, 429}
    assert client.get(f"/p/{COMMUNE}/1", **at(HALL)).status_code == 200, "the page itself still opens"
    assert client.post("/rate", data=sheet(None, channel="poster", csrf_token=token), **at(CITIZEN)).status_code == 200


def test_program_that_orders_without_end_is_stopped_and_another_key_is_not(client: FlaskClient, runtime: Runtime) -> None:
    keys = [add_api_key(runtime, label=f"Phần mềm {n}", may=("issue invitations",)) for n in "12"]

    def order(key: str) -> int:
        body = {"unit": COMMUNE, "field": "ho-tich"}
        return client.post("/api/v1/invitations", json=body, headers={"Authorization": f"Bearer {key}"}, **at(HALL)).status_code

    statuses = [order(keys[0]) for _ in range(250)]
    assert statuses[:120] == [200] * 120
    assert 429 in statuses
    assert order(keys[1]) == 200
    assert order("not-a-key") == 401
