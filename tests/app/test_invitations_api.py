"""`POST /api/v1/invitations`: codes for a program that prints them, who may, and what is kept of it."""

import base64
from io import BytesIO

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, text

from app.models import RatingCode, Response
from app.runtime import Runtime
from app.services.keys import add_api_key
from kiosk.codes import normalise_code
from tests.factories import COMMUNE, NEIGHBOUR, OLD_COMMUNE

ORDER = {"unit": COMMUNE, "field": "ho-tich"}


@pytest.fixture
def key(runtime: Runtime) -> str:
    """The key of the commune's e-one-stop software."""
    return add_api_key(runtime, label="Phần mềm một cửa", may=("issue invitations",), unit_key=COMMUNE)


def headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_order_brings_codes_addresses_images_and_a_pdf(client: FlaskClient, runtime: Runtime, key: str) -> None:
    order = {**ORDER, "counter": "1", "mode": "in_person", "how_many": 3, "images": ["svg", "png"]}
    answer = client.post("/api/v1/invitations?paper=sticker-sheet", json=order, headers=headers(key))
    assert answer.status_code == 200
    body = answer.get_json()
    assert list(body) == ["invitations", "valid_until", "pdf"]
    assert body["valid_until"] == "2025-11-09"
    for item in body["invitations"]:
        code = normalise_code(item["code"])
        assert item["code"] == f"{code[:4]}-{code[4:8]}-{code[8:]}"
        assert item["address"] == f"{runtime.settings.public_url}/r/{code}"
        assert item["svg"].startswith("<svg")
        picture = Image.open(BytesIO(base64.b64decode(item["png"]))).convert("L")
        assert [found.text for found in zxingcpp.read_barcodes(picture)] == [item["address"]]
        assert client.get(f"/r/{code}").status_code == 200
    page = pypdfium2.PdfDocument(BytesIO(base64.b64decode(body["pdf"])))[0]
    found = {code.text for code in zxingcpp.read_barcodes(page.render(scale=3).to_pil())}
    assert found == {item["address"] for item in body["invitations"]}


def test_plain_codes_are_stored_nowhere(client: FlaskClient, runtime: Runtime, key: str) -> None:
    body = client.post("/api/v1/invitations", json={**ORDER, "how_many": 5}, headers=headers(key)).get_json()
    assert list(body["invitations"][0]) == ["code", "address"]
    with runtime.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        assert connection.execute(text("SELECT count(*) FROM rating_codes")).scalar_one() == 5
    stored = b"".join(path.read_bytes() for path in runtime.settings.data_dir.glob("sipas.db*"))
    for item in body["invitations"]:
        assert normalise_code(item["code"]).encode() not in stored
        assert item["code"].encode() not in stored


def test_code_sent_as_a_link_is_counted_in_its_own_channel(client: FlaskClient, runtime: Runtime, app: Flask, key: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    for handed_out, channel in (("link", "link"), ("paper", "invitation")):
        body = client.post("/api/v1/invitations", json={**ORDER, "handed_out": handed_out}, headers=headers(key)).get_json()
        (item,) = body["invitations"]
        sheet = {
            "go": "send", "page": "finish", "id": f"0f8fad5b-d9cb-469f-a165-70867728950{1 if channel == 'link' else 2}", "stage": "result",
            "code": item["code"], "kind": "individual", "rating-1.1": "5", "instrument": "kiosk-default@1.0", "unit": COMMUNE,
            "field": "ho-tich", "channel": channel, "answered_at": "2025-09-10T03:29:00+00:00", "asked": "1.1 1.2",
        }  # fmt: skip
        for _ in range(2):
            assert client.post("/rate", data=sheet, headers={"Accept": "application/json"}).get_json()["status"] == "acknowledged"
        with runtime.database.read() as session:
            row = session.scalars(select(Response).where(Response.channel == channel)).one()
        assert row.coded


@pytest.mark.parametrize(
    ("change", "path", "problem"),
    [
        ({"unit": None}, "unit", "must be a text"),
        ({"how_many": 501}, "how_many", "must be a whole number from 1 to 500"),
        ({"how_many": 0}, "how_many", "must be a whole number from 1 to 500"),
        ({"how_many": "3"}, "how_many", "must be a whole number from 1 to 500"),
        ({"mode": "by horse"}, "mode", "must be 'in_person', 'online' or 'postal'"),
        ({"handed_out": "shouted"}, "handed_out", "must be 'paper' or 'link'"),
        ({"images": ["gif"]}, "images.0", "must be 'svg' or 'png'"),
        ({"images": "svg"}, "images", "must be a list"),
        ({"dossier": "H01-2025-000123"}, "", "not a known key"),
    ],
)
def test_faulty_order_is_told_by_path_and_never_by_value(
    client: FlaskClient, key: str, change: dict[str, object], path: str, problem: str
) -> None:
    answer = client.post("/api/v1/invitations", json={**ORDER, **change}, headers=headers(key))
    assert answer.status_code == 422
    assert answer.get_json()["fields"] == [{"path": path, "problem": problem}]
    assert "H01" not in answer.get_data(as_text=True)


def test_body_that_is_no_json_and_missing_keys_are_told(client: FlaskClient, key: str) -> None:
    assert client.post("/api/v1/invitations", data="{", headers=headers(key)).get_json()["fields"] == [{"path": "", "problem": "not JSON"}]
    told = client.post("/api/v1/invitations", json={}, headers=headers(key)).get_json()["fields"]
    assert told == [{"path": "unit", "problem": "is missing"}, {"path": "field", "problem": "is missing"}]


@pytest.mark.parametrize(
    ("change", "query", "status"),
    [
        ({"field": "nobody-knows"}, "", 400),
        ({"counter": "99"}, "", 400),
        ({}, "?paper=gold", 400),
        ({"how_many": 2}, "?paper=slip", 400),
        ({"unit": NEIGHBOUR}, "", 403),
        ({"unit": OLD_COMMUNE}, "", 404),
        ({"unit": "nowhere"}, "", 404),
    ],
)
def test_order_for_what_is_not_there_issues_nothing(
    client: FlaskClient, runtime: Runtime, key: str, change: dict[str, object], query: str, status: int
) -> None:
    answer = client.post(f"/api/v1/invitations{query}", json={**ORDER, **change}, headers=headers(key))
    assert answer.status_code == status
    assert set(answer.get_json()) == {"error"}
    with runtime.database.read() as session:
        assert session.scalars(select(RatingCode)).all() == []


def test_only_a_key_that_may_issue_invitations_does(client: FlaskClient, figures_key: str, device_key: str) -> None:
    assert client.post("/api/v1/invitations", json=ORDER).status_code == 401
    for key in (figures_key, device_key):
        assert client.post("/api/v1/invitations", json=ORDER, headers=headers(key)).status_code == 403


def test_order_larger_than_an_order_is_refused(client: FlaskClient, key: str) -> None:
    assert client.post("/api/v1/invitations", data=b" " * 10_000, headers=headers(key)).status_code == 413
