"""A real `dask scheduler` and workers without anybody to start them again, each a process on the loopback."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path(__file__).parents[3]
_SECONDS = 240


@contextmanager
def running_scheduler(folder: Path, n_workers: int, tls: Sequence[str] = (), environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of a scheduler with n workers of one thread; all are killed at the end.

    `tls` are the options that name certificates, for all of them; `environment` is added to that of the workers.
    """
    file = folder / "scheduler.json"
    processes = [
        _start(
            folder,
            {},
            "dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--scheduler-file",
            str(file),
            "--no-dashboard",
            "--dashboard-address",
            "127.0.0.1:0",
            *(("--protocol", "tls", *tls) if tls else ()),
        )
    ]
    try:
        until = time.monotonic() + _SECONDS
        while (address := _read_address(file)) is None:
            assert processes[0].poll() is None, "the scheduler ended"
            assert time.monotonic() < until, "the scheduler did not start"
            time.sleep(0.05)
        options = ("--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder), *tls)
        processes += [_start(folder, environment or {}, "dask_worker", address, *options) for _ in range(n_workers)]
        yield address
    finally:
        for process in reversed(processes):
            process.kill()  # they hold nothing; told to end all at once, a worker now and then waits for ever for a scheduler that has gone
        for process in reversed(processes):
            process.wait(timeout=_SECONDS)


def _read_address(file: Path) -> str | None:
    """What the scheduler wrote; None as long as it has not, or is about to."""
    try:
        return str(json.loads(file.read_text())["address"])
    except (FileNotFoundError, json.JSONDecodeError):
        return None


def _start(folder: Path, environment: Mapping[str, str], program: str, *options: str) -> "subprocess.Popen[bytes]":
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", *options],
            cwd=_ROOT,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
