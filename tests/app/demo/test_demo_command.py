"""`sipas demo` as a person starts it: a process that serves, hands over and ends quietly."""

import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
import zxingcpp

ROOT = Path(__file__).parents[3]
KEYS = {
    "url", "tablet", "analytics", "sign_in", "device_key", "api_key", "analyst", "slip", "instrument", "unit", "field",
}  # fmt: skip


@dataclass
class Running:
    """A demonstration that has said READY."""

    process: subprocess.Popen[str]
    folder: Path
    lines: list[str]
    handover: dict[str, Any]
    cookies: http.cookiejar.CookieJar = field(default_factory=http.cookiejar.CookieJar)

    def call(
        self, address: str, *, body: bytes | None = None, kind: str = "application/json", key: str | None = None
    ) -> tuple[int, bytes, str]:
        """Status, body and final address of a request by a browser that keeps its cookies."""
        request = urllib.request.Request(urllib.parse.urljoin(self.handover["url"], address), data=body)  # noqa: S310
        if body is not None:
            request.add_header("Content-Type", kind)
        if key is not None:
            request.add_header("Authorization", f"Bearer {key}")
        browser = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.cookies))
        try:
            with browser.open(request, timeout=300) as answer:
                return answer.status, answer.read(), answer.url
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(), error.url

    def post(self, *responses: dict[str, object], key: str) -> tuple[int, dict[str, Any]]:
        """Post responses to the API."""
        status, body, _ = self.call("/api/v1/responses", body=json.dumps({"responses": responses}).encode(), key=key)
        return status, json.loads(body)

    def count(self, unit: str, field_code: str) -> int:
        """Respondents of one unit and field, as the API counts them."""
        status, body, _ = self.call("/api/v1/index?by=unit,field", key=self.handover["api_key"])
        assert status == 200
        cells = json.loads(body)["cells"]
        return sum(cell["respondents"] for cell in cells if (cell["unit"], cell["field"]) == (unit, field_code))

    def response(self, **changes: object) -> dict[str, object]:
        """One response to the unit and field that were handed over."""
        return {
            "id": str(uuid4()),
            "instrument": self.handover["instrument"],
            "unit": self.handover["unit"],
            "field": self.handover["field"],
            "channel": "kiosk",
            "answered_at": "2025-12-30T03:00:00Z",
            "ratings": {"1.1": 5, "1.2": 2},
            "overall": 4,
            **changes,
        }

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """Ask the process to end; its exit status and what it said on stderr."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=300)
        return self.process.returncode, said


def start(folder: Path, *options: str) -> Running:
    """Start the command and wait until it has handed over."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from app.cli import main; main()", "demo", "--data", str(folder), "--port", "0", *options],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    lines = [process.stdout.readline().rstrip("\n") for _line in range(7)]
    if not lines[0].startswith("READY "):
        _, said = process.communicate(timeout=300)
        raise AssertionError(f"the demonstration did not start: {said}")
    return Running(process, folder, lines, json.loads((folder / "demo.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One demonstration for the tests that only look."""
    demonstration = start(tmp_path_factory.mktemp("served") / "demo", "--responses", "400", "--seed", "4")
    yield demonstration
    demonstration.end()


def test_demo_json_holds_exactly_what_others_rely_on(running: Running) -> None:
    handover = running.handover
    assert set(handover) == KEYS
    assert set(handover["analyst"]) == {"name", "password"}
    assert set(handover["slip"]) == {"code", "url", "pdf"}
    assert handover["tablet"] == f"{handover['url']}/tablet/{handover['device_key']}"
    assert handover["slip"]["url"] == f"{handover['url']}/r/{handover['slip']['code']}"
    assert handover["analytics"] == f"{handover['url']}/analytics"
    assert handover["sign_in"] == f"{handover['url']}/sign-in"
    assert (handover["instrument"], handover["unit"], handover["field"]) == (
        "kiosk-default@1.0",
        "xa-tuy-phuoc",
        "ho-tich",
    )
    assert len(handover["analyst"]["password"].replace("-", "")) >= 16
    assert (running.folder / "demo.json").stat().st_mode & 0o777 == 0o600


def test_ready_line_and_labelled_addresses_are_printed(running: Running) -> None:
    handover = running.handover
    assert running.lines[0] == f"READY {handover['url']}"
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9][0-9]+", handover["url"])
    for line, address in zip(
        running.lines[1:5],
        (handover["tablet"], handover["slip"]["url"], handover["analytics"], handover["sign_in"]),
        strict=True,
    ):
        assert line.endswith(f" {address}")
    assert running.lines[5].endswith(f"{handover['analyst']['name']}  {handover['analyst']['password']}")


def test_server_says_it_is_well(running: Running) -> None:
    status, body, _ = running.call("/healthz")
    assert (status, json.loads(body)["status"]) == (200, "ok")


def test_rating_posted_three_times_counts_once_and_moves_the_figure(running: Running) -> None:
    unit, field_code = running.handover["unit"], running.handover["field"]
    before, response = running.count(unit, field_code), running.response()
    for _time in range(3):
        status, receipt = running.post(response, key=running.handover["device_key"])
        assert (status, receipt["acknowledged"]) == (200, [response["id"]])
    assert running.count(unit, field_code) == before + 1


def test_device_key_posts_for_its_commune_and_the_units_it_followed_and_no_neighbour(running: Running) -> None:
    own, followed, neighbour = (
        running.response(unit=unit, field="dat-dai") for unit in ("xa-tuy-phuoc", "xa-phuoc-loc", "xa-tuy-phuoc-bac")
    )
    _, receipt = running.post(own, followed, neighbour, key=running.handover["device_key"])
    assert receipt["acknowledged"] == [own["id"], followed["id"]]
    assert receipt["quarantined"] == [{"id": neighbour["id"], "reason": "unit outside the sender's place"}]


def test_api_key_reads_figures_and_submits_nothing(running: Running) -> None:
    status, _ = running.post(running.response(), key=running.handover["api_key"])
    assert status == 403


def test_tablet_address_opens_a_desk_under_the_label(running: Running) -> None:
    status, body, address = running.call(running.handover["tablet"])
    assert (status, urllib.parse.urlsplit(address).path) == (200, "/tablet")
    page = body.decode().replace("\u00a0", " ")  # the kiosk holds compounds together
    assert "Trung tâm Phục vụ hành chính công xã Tuy Phước" in page
    assert "DỮ LIỆU MINH HỌA" in page


def test_qr_of_the_printed_slip_opens_the_invitation(running: Running) -> None:
    document = pypdfium2.PdfDocument(running.handover["slip"]["pdf"])
    picture = document[0].render(scale=3).to_pil()
    document.close()
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == running.handover["slip"]["url"]
    status, body, _ = running.call(found.text)
    assert status == 200
    assert "Trung tâm Phục vụ hành chính công xã Tuy Phước" in body.decode().replace("\u00a0", " ")


def test_analyst_signs_in_and_sees_labelled_figures(running: Running) -> None:
    _, form, _ = running.call(running.handover["sign_in"])
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form.decode())
    assert token is not None
    assert "quantri (Quản trị hệ thống)" in running.lines[6]
    fields = {**running.handover["analyst"], "csrf_token": token[1]}
    body, kind = urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"
    status, _, _ = running.call(running.handover["sign_in"], body=body, kind=kind)
    assert status == 200
    status, page, address = running.call(running.handover["analytics"])
    assert (status, urllib.parse.urlsplit(address).path) == (200, "/analytics")
    assert "DỮ LIỆU MINH HỌA" in page.decode().replace("\u00a0", " ")
    assert "Xã Tuy Phước Tây" in page.decode().replace("\u00a0", " ")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_is_ended_by_a_signal_without_a_word(tmp_path: Path, number: signal.Signals) -> None:
    running = start(tmp_path / "demo", "--responses", "20")
    assert running.end(number) == (0, "")


def test_a_second_run_keeps_data_and_keys_and_renews_password_and_slip(tmp_path: Path) -> None:
    first = start(tmp_path / "demo", "--responses", "60", "--seed", "9")
    kept = first.response()
    first.post(kept, key=first.handover["device_key"])
    n_before = first.count("xa-tuy-phuoc", "ho-tich")
    assert first.end() == (0, "")
    second = start(tmp_path / "demo", "--responses", "60", "--seed", "9")
    for name in ("analyst", "slip"):
        assert second.handover[name] != first.handover[name], name
    for name in ("device_key", "api_key"):
        assert second.handover[name] == first.handover[name], "an open tablet keeps working"
    assert second.count("xa-tuy-phuoc", "ho-tich") == n_before
    # The invitation already handed out still opens its form; only its address has moved.
    assert second.call(f"/r/{first.handover['slip']['code']}")[0] == 200
    assert second.end() == (0, "")


def test_other_numbers_end_with_one_sentence(tmp_path: Path) -> None:
    assert start(tmp_path / "demo", "--responses", "20").end() == (0, "")
    command = [sys.executable, "-c", "from app.cli import main; main()", "demo", "--data", str(tmp_path / "demo")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    refused = subprocess.run(
        [*command, "--port", "0", "--responses", "21"], env=env, capture_output=True, text=True, timeout=300, check=False
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.count("\n") == 1
    assert "responses are never replaced" in refused.stderr
