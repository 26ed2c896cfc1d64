"""Errors: a person reads what happened and what to do; neither page nor log repeats what they typed."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access import PUBLIC, declare
from app.errors import BadInputError, DatabaseUnavailableError, TooManyAttemptsError, find_wording
from app.log import ALLOWED, keep_allowed

TYPED = "my phone is 0905 000 000"


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    """An application with routes that fail in every way."""

    def fail_unexpectedly() -> str:
        raise RuntimeError(TYPED)

    def lose_the_database() -> str:
        raise DatabaseUnavailableError("database unavailable: OperationalError")

    for name, view in (("fail", fail_unexpectedly), ("lose", lose_the_database)):
        for path in (f"/{name}", f"/api/v1/{name}"):
            app.add_url_rule(path, path, view)
            declare(app, path, PUBLIC)
    return app.test_client()


def test_unexpected_error_shows_a_reference_and_nothing_typed(failing: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    page = failing.get("/fail")
    assert page.status_code == 500
    assert "Có lỗi ở phía hệ thống" in page.text
    body = failing.get("/api/v1/fail").json
    assert body is not None
    assert body["reference"] in capsys.readouterr().err, "the log has the same number"
    assert TYPED not in page.text


def test_log_of_an_unexpected_error_says_where_and_not_what(failing: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    failing.get("/fail")
    written = capsys.readouterr().err
    assert "fail_unexpectedly" in written
    assert "RuntimeError" in written
    assert "0905" not in written


def test_lost_database_is_told_with_the_paper_way(failing: FlaskClient) -> None:
    page = failing.get("/lose")
    assert page.status_code == 503
    assert "phiếu giấy" in page.text
    assert failing.get("/api/v1/lose").status_code == 503


def test_address_that_is_nowhere_is_told_in_vietnamese(client: FlaskClient) -> None:
    page = client.get("/nowhere")
    assert page.status_code == 404
    assert "Không tìm thấy trang này" in page.text
    body = client.get("/api/v1/nowhere")
    assert body.status_code == 404
    assert body.json == {"error": "no such address"}


def test_wrong_method_is_told_with_its_status(client: FlaskClient) -> None:
    assert client.get("/api/v1/responses").status_code == 405


def test_field_that_is_not_on_the_list_never_reaches_the_log() -> None:
    kept = keep_allowed(None, "", {"event": "x", "comment": TYPED, "code": "0000", "reference": "A1"})
    assert kept == {"event": "x", "reference": "A1"}
    assert not ALLOWED & {"comment", "code", "name", "text", "answers", "address", "user"}


@pytest.mark.parametrize(("kind", "status"), [(BadInputError, 400), (TooManyAttemptsError, 429), (ValueError, 500)])
def test_each_kind_has_its_status(kind: type[Exception], status: int) -> None:
    assert find_wording(kind()).status == status


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for path in ("/", "/sign-in", "/tablet", "/r", "/healthz", "/nowhere", "/api/v1/index"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'"), path
        assert "unsafe" not in headers["Content-Security-Policy"], path
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_health_is_public_and_says_the_version(client: FlaskClient) -> None:
    body = client.get("/healthz").json
    assert body is not None
    assert body["status"] == "ok"
    assert body["version"]
