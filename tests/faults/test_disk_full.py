"""The server's disk is full, truly: a file system of a few megabytes, filled to the last byte while tablets send."""

import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select, text

from app.db import Database
from app.models import Response
from app.runtime import Runtime
from app.services.people import add_user
from tests.conftest import SECRET
from tests.factories import PROVINCE, response
from tests.faults.test_guessing import sheet
from tests.kiosk.page import Page
from tests.ports import held_port
from tests.sender import HttpSender

PASSWORD = "một mật khẩu đủ dài"
MEGABYTES = 24


@dataclass
class SmallDisk:
    """A server of its own process on a file system of its own, seen from outside through the process."""

    address: str
    folder: Path

    def fill(self) -> None:
        """Take the last byte."""
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            block = b"\0" * 4096
            try:
                while True:
                    filler.write(block)
            except OSError:
                return

    def make_room(self) -> None:
        """Somebody cleans up."""
        (self.folder / "filler").unlink()


@contextmanager
def server_on_small_disk(runtime: Runtime, tmp_path: Path) -> Iterator[SmallDisk]:
    """Serve a copy of an installation from a tmpfs that only the server's own mount namespace knows."""
    mount, origin = tmp_path / "small", tmp_path / "origin"
    mount.mkdir()
    origin.mkdir()
    with runtime.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(tmp_path / "sipas.db", origin / "sipas.db")
    start = "from app.cli import main; main()"
    script = f'mount -t tmpfs -o size={MEGABYTES}m tmpfs "$1" && cp "$2"/sipas.db "$1" && exec "$0" -c "{start}" serve --port "$3"'
    with held_port() as port:
        server = subprocess.Popen(
            ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, sys.executable, mount, origin, str(port)],
            env={**os.environ, "SIPAS_DATA_DIR": str(mount), "SIPAS_SECRET_KEY": SECRET},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert server.stdout is not None
        try:
            assert server.stdout.readline().startswith("READY"), "the server did not start on a file system of its own (unshare, tmpfs)"
            yield SmallDisk(f"http://127.0.0.1:{port}", Path(f"/proc/{server.pid}/root{mount}"))
        finally:
            server.terminate()
            server.wait(timeout=120)
            server.stdout.close()


class Browser:
    """Somebody with cookies and no scripts."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar()))

    def open(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and page."""
        data = urlencode(form).encode() if form is not None else None
        try:
            with self._opener.open(self._address + path, data) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


def test_nothing_is_acknowledged_that_is_not_stored_and_the_office_is_told(runtime: Runtime, device_key: str, tmp_path: Path) -> None:
    add_user(runtime, name="quan-tri", password=PASSWORD, role="administrator", unit_key=PROVINCE, title="Quản trị")
    with server_on_small_disk(runtime, tmp_path) as disk:
        sender, told = HttpSender(disk.address, device_key), Browser(disk.address)
        _, page = told.open("/sign-in")
        status, _ = told.open("/sign-in?next=/admin/devices", Page(page).fields | {"name": "quan-tri", "password": PASSWORD})
        assert status == 200
        acknowledged: set[str] = set()
        refused: list[dict[str, object]] = []

        def post(body: dict[str, object]) -> int:
            status, answer = sender.post("/api/v1/responses", {"responses": [body]})
            acknowledged.update(map(str, answer.get("acknowledged", ())))  # type: ignore[call-overload]
            return status

        assert post(response(comment="trước khi đầy")) == 200
        disk.fill()
        # Pages of the log that are free already may still take a few; then every one is refused, and the sender keeps it.
        for _ in range(400):
            body = response(comment="x" * 900)
            if post(body) != 200:
                refused.append(body)
            if len(refused) == 20:
                break
        assert len(refused) == 20
        assert all(str(body["id"]) not in acknowledged for body in refused)
        citizen = Browser(disk.address)
        assert citizen.open(f"/tablet/{device_key}")[0] == 200
        _, page = citizen.open("/tablet")
        status, page = citizen.open("/rate", sheet(None, csrf_token=Page(page).fields["csrf_token"]))
        assert status == 503
        assert "phiếu giấy" in page
        assert "Traceback" not in page
        status, page = told.open("/admin/devices")
        assert status == 200
        assert "Máy chủ không ghi được từ" in page
        disk.make_room()
        assert [post(body) for body in refused] == [200] * 20
        status, page = told.open("/admin/devices")
        assert "không phiếu nào được báo là đã nhận" in page
        assert 'role="alert"><strong>Máy chủ không ghi được' not in page
        # SQLite would follow /proc/…/root to the file of the same name outside; nobody writes now, so file and log may be copied.
        for name in ("sipas.db", "sipas.db-wal"):
            shutil.copy(disk.folder / name, tmp_path / "small" / name)
        stored = Database(f"sqlite:///{tmp_path / 'small' / 'sipas.db'}")
        with stored.read() as session:
            ids = [str(key) for key in session.scalars(select(Response.id))]
            assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        stored.dispose()
        sender.hang_up()
    assert len(ids) == len(set(ids))
    assert set(ids) == acknowledged
