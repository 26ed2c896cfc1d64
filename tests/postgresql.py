"""A real PostgreSQL for the tests: the one of DATABASE_URL, else a server of our own that ends with the tests."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.machine import MissingError, find_postgresql
from tests.ports import held_port

_START_SECONDS = 240


@contextmanager
def running_postgresql() -> Iterator[str]:
    """The address of a server in which databases may be made and dropped. Raises MissingError when there is none."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    binaries = find_postgresql()
    if binaries is None:
        raise MissingError("no PostgreSQL: run `python -m tests.machine`, which says what to install")
    # PostgreSQL refuses to run as root; then it runs as nobody, who needs a folder of their own.
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="sipas-pg-"))
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    data = folder / "data"
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "sipas", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"],
        check=True,
        user=user,
        stdout=subprocess.DEVNULL,
        cwd=folder,
    )
    with held_port() as port:
        server = subprocess.Popen(
            [
                binaries / "postgres",
                "-D",
                data,
                "-p",
                str(port),
                "-k",
                str(folder),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "fsync=off",
            ],
            user=user,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        try:
            address = f"postgresql://sipas@127.0.0.1:{port}/postgres"
            _wait_until_ready(address, server)
            yield address
        finally:
            server.send_signal(signal.SIGINT)  # at once: SIGTERM would wait for whoever is still connected
            server.wait(timeout=_START_SECONDS)
            shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(address: str, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            psycopg.connect(address, connect_timeout=30).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise MissingError("PostgreSQL was found but did not start: run its initdb and postgres by hand to see why") from None
            time.sleep(0.1)
        else:
            return
