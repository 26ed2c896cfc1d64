"""What a first visit loads is compressed, and nothing that could mix a secret with a stranger's words."""

import gzip

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.compression import COMPRESSED

GZIP = {"Accept-Encoding": "gzip"}


def fetch(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    """The whole answer; files that were sent are closed."""
    answer = client.get(path, headers=headers)
    answer.get_data()
    answer.close()
    return answer


def test_tablet_page_and_scripts_come_compressed_to_whoever_takes_it(client: FlaskClient, device_key: str) -> None:
    client.get(f"/tablet/{device_key}")
    for path in ("/tablet", "/tablet/sw.js", "/kiosk/static/rate.js"):
        plain, packed = fetch(client, path), fetch(client, path, **GZIP)
        assert "Content-Encoding" not in plain.headers, path
        assert packed.headers["Content-Encoding"] == "gzip", path
        assert "Accept-Encoding" in packed.headers["Vary"]
        assert len(packed.data) < len(plain.data) / 2, path
    assert gzip.decompress(fetch(client, "/kiosk/static/rate.js", **GZIP).data) == fetch(client, "/kiosk/static/rate.js").data


def test_a_script_already_kept_is_not_sent_again(client: FlaskClient) -> None:
    first = fetch(client, "/kiosk/static/rate.js", **GZIP)
    again = fetch(client, "/kiosk/static/rate.js", **GZIP, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_pages_that_answer_what_was_sent_are_not_compressed(client: FlaskClient, app: Flask) -> None:
    assert "Content-Encoding" not in client.get("/sign-in?next=/analytics", headers=GZIP).headers
    assert "Content-Encoding" not in client.get("/r", headers=GZIP).headers
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= COMPRESSED, "every name in the list is an address"
