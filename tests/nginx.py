"""A real nginx with the shipped configuration, on the loopback, in a folder of its own, ended with the test."""

import os
import pwd
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.proxy.rendering import Place, render_nginx
from tests.machine import require_nginx
from tests.ports import held_port

_START_SECONDS = 120


@dataclass(frozen=True)
class Proxy:
    """A running nginx: where it listens and where it writes."""

    address: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def port(self) -> int:
        """Its port."""
        return int(self.address.rpartition(":")[2])

    def stop(self) -> None:
        """End it once it has done what it began."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=_START_SECONDS)

    def read_logs(self) -> dict[str, str]:
        """End it, and read every file it left anywhere, by name: logs and whatever it laid down on the way.

        nginx writes a request's line after its answer: whoever reads before the end may be too early.
        """
        self.stop()
        return {
            str(path.relative_to(self.folder)): path.read_text(encoding="utf-8", errors="replace")
            for path in self.folder.rglob("*")
            if path.is_file() and path.name not in ("nginx.conf", "nginx.pid")
        }


@contextmanager
def running_nginx(upstream: str, configure: Callable[[Place], str] = render_nginx) -> Iterator[Proxy]:
    """nginx in front of `upstream` ("127.0.0.1:8080"). Raises MissingError when there is none."""
    binary = require_nginx()
    folder = Path(tempfile.mkdtemp(prefix="sipas-nginx-"))
    with held_port() as port:
        _write_configuration(folder, configure(Place("localhost", upstream, listen=f"127.0.0.1:{port}", logs=str(folder / "logs"))))
        server = subprocess.Popen(
            [binary, "-p", str(folder), "-e", str(folder / "logs" / "start.log"), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(port, server)
            yield Proxy(f"http://127.0.0.1:{port}", folder, server)
        finally:
            server.terminate()
            server.wait(timeout=_START_SECONDS)


def _write_configuration(folder: Path, site: str) -> None:
    for name in ("logs", "body", "proxy"):
        (folder / name).mkdir()
        if os.geteuid() == 0:
            os.chown(folder / name, pwd.getpwnam("nobody").pw_uid, -1)
    folder.chmod(0o755)
    # What a distribution writes around the http block; its own access log stands first, so that ours must override it.
    frame = f"""
worker_processes 2;
{"user nobody nogroup;" if os.geteuid() == 0 else ""}
pid {folder}/nginx.pid;
error_log {folder}/logs/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log {folder}/logs/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/proxy;
    uwsgi_temp_path {folder}/proxy;
    scgi_temp_path {folder}/proxy;
{site}
}}
"""
    (folder / "nginx.conf").write_text(frame, encoding="utf-8")


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise AssertionError("nginx did not start with the shipped configuration: run `nginx -t` on it to see why") from None
            time.sleep(0.05)
        else:
            return
