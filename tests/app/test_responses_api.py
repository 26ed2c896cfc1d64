"""POST /api/v1/responses: what a device or program sees."""

from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.runtime import Runtime
from app.services.keys import add_api_key
from tests.factories import COMMUNE, response


def post(client: FlaskClient, key: str, body: object) -> TestResponse:
    return client.post("/api/v1/responses", json=body, headers={"Authorization": f"Bearer {key}"})


def test_batch_is_answered_item_by_item(client: FlaskClient, device_key: str) -> None:
    good, bad, unknown = response(), response(ratings={"1.1": 9}), response(field="nothing")
    answer = post(client, device_key, {"responses": [good, bad, unknown]})
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["acknowledged"] == [good["id"]]
    assert answer.json["quarantined"] == [{"id": unknown["id"], "reason": "unknown field"}]
    assert [item["id"] for item in answer.json["rejected"]] == [bad["id"]]


def test_posting_three_times_counts_once(client: FlaskClient, device_key: str, figures_key: str) -> None:
    item = response(answered_at="2025-07-20T03:00:00Z")
    for _ in range(3):
        assert post(client, device_key, {"responses": [item]}).json == {
            "acknowledged": [item["id"]],
            "quarantined": [],
            "rejected": [],
        }
    figures = client.get("/api/v1/index", headers={"Authorization": f"Bearer {figures_key}"}).json
    assert figures is not None
    assert figures["cells"][0]["respondents"] == 1


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ([], ""),
        ({}, "responses"),
        ({"responses": {}}, "responses"),
        ({"responses": ["secret words"]}, "responses.0"),
        ({"responses": [{"id": 7}]}, "responses.0.id"),
        ({"responses": [{"ratings": {"1.1": "secret words"}}]}, "responses.0.id"),
    ],
)
def test_body_that_is_no_list_of_objects_with_ids_is_refused_by_path(client: FlaskClient, device_key: str, body: object, path: str) -> None:
    answer = post(client, device_key, body)
    assert answer.status_code == 422
    assert answer.json is not None
    assert path in [field["path"] for field in answer.json["fields"]]
    assert "secret words" not in answer.text


def test_body_that_is_no_json_is_refused(client: FlaskClient, device_key: str) -> None:
    answer = client.post("/api/v1/responses", data=b"{", headers={"Authorization": f"Bearer {device_key}"})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "change",
    [
        {"id": "not a uuid"},
        {"id": "00000000-0000-1000-8000-000000000000"},
        {"answered_at": "2025-09-10T03:05:00"},
        {"answered_at": "my phone is 0905 000 000"},
        {"channel": "fax"},
        {"ratings": ["my phone is 0905 000 000"]},
        {"ratings": {"1.1": "my phone is 0905 000 000"}},
        {"ratings": {"1.1": True}},
        {"ratings": {"1.1": 3.5}},
        {"my phone is 0905 000 000": 1},
        {"stage": "filing", "ratings": {"4.1": 5}},
        {"asked": ["1.1"], "ratings": {"1.2": 5}},
    ],
)
def test_faulty_item_is_rejected_with_a_reason_that_repeats_nothing(
    client: FlaskClient, device_key: str, change: dict[str, object]
) -> None:
    item = response(**change)
    answer = post(client, device_key, {"responses": [item, response()]})
    assert answer.status_code == 200
    assert answer.json is not None
    assert [r["id"] for r in answer.json["rejected"]] == [item["id"]]
    assert len(answer.json["acknowledged"]) == 1, "a bad item spoils none of its neighbours"
    assert "0905" not in answer.text


def test_more_than_256_kilobytes_are_refused(client: FlaskClient, device_key: str) -> None:
    answer = post(client, device_key, {"responses": [response(comment="x" * 1900) for _ in range(140)]})
    assert answer.status_code == 413
    assert answer.json is not None
    assert "error" in answer.json


def test_no_key_or_an_unknown_key_is_401(client: FlaskClient) -> None:
    assert client.post("/api/v1/responses", json={"responses": []}).status_code == 401
    assert post(client, "dev_unknown", {"responses": []}).status_code == 401


def test_key_that_reads_figures_may_not_submit_and_a_tablet_may_not_read(client: FlaskClient, device_key: str, figures_key: str) -> None:
    assert post(client, figures_key, {"responses": []}).status_code == 403
    assert client.get("/api/v1/index", headers={"Authorization": f"Bearer {device_key}"}).status_code == 403


def test_program_that_may_submit_does(client: FlaskClient, runtime: Runtime) -> None:
    key = add_api_key(runtime, label="Một cửa điện tử", may=("submit responses",), unit_key=COMMUNE)
    answer = post(client, key, {"responses": [response(channel="paper")]})
    assert answer.json is not None
    assert len(answer.json["acknowledged"]) == 1


def test_empty_batch_is_answered(client: FlaskClient, device_key: str) -> None:
    assert post(client, device_key, {"responses": []}).json == {"acknowledged": [], "quarantined": [], "rejected": []}


def test_every_optional_field_is_taken(client: FlaskClient, device_key: str) -> None:
    item = response(
        id=str(uuid4()),
        channel="invitation",
        counter="1",
        procedure="1.012766",
        resolving_unit=COMMUNE,
        stage="filing",
        mode="in_person",
        kind="authorised",
        helped=True,
        asked=["1.1", "1.2"],
        took="30-59",
        repeats_previous=False,
        overall=4,
        comment="Rõ ràng",
        respondent={"sex": "female"},
        ratings={"1.1": 4, "1.2": "no_opinion"},
    )
    answer = post(client, device_key, {"responses": [item]})
    assert answer.json is not None
    assert answer.json["acknowledged"] == [item["id"]], answer.json


def test_id_comes_back_as_it_was_written(client: FlaskClient, device_key: str) -> None:
    item = response(id=str(uuid4()).upper())
    answer = post(client, device_key, {"responses": [item]})
    assert answer.json is not None
    assert answer.json["acknowledged"] == [item["id"]]
