"""Fixtures of every test of the edge: a fresh real database per test, the application on it, a client."""

import itertools
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from limits.storage import memory
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy.engine import make_url

from app import schema
from app.config import Settings
from app.runtime import Runtime, open_runtime
from app.services.installation import make_installation
from app.services.instruments import publish_instruments
from app.services.keys import add_api_key, add_device
from tests.browser.patience import be_patient, start_chromium
from tests.clock import Clock
from tests.factories import COMMUNE, PROVINCE, add_office
from tests.line import Line
from tests.postgresql import running_postgresql

SECRET = "a secret only the tests know, long enough"
_numbers = itertools.count()
_MOST_TRIES = 20  # the server itself waits five seconds each time

# No test is about seconds: the first count of a process loads the compiled kernel, and the machine may be busy. Nor is any about luck:
# the examples follow from the test alone, and what is found once is found every time. `make soak` looks further, by chance.
_NO_SECONDS = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("by chance", _NO_SECONDS)
settings.register_profile("no seconds, no luck", _NO_SECONDS, derandomize=True)
settings.load_profile("no seconds, no luck")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What drives a browser or a cluster of processes gets a second try, and the summary names each test that needed it.

    The proofs in tests/faults get none: there a second try would be another claim.
    """
    for item in items:
        place = item.path.relative_to(Path(__file__).parent) if item.path.is_relative_to(Path(__file__).parent) else item.path
        is_cluster = place.is_relative_to("analytics/cluster") or place.name == "test_remote_parts.py"
        drives = is_cluster or "browser" in getattr(item, "fixturenames", ())
        if drives and not place.is_relative_to("faults"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; one for all browser tests, because a process can hold one playwright."""
    be_patient()
    with sync_playwright() as playwright:
        chromium = start_chromium(playwright.chromium)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def postgresql_address() -> Iterator[str]:
    """The server the PostgreSQL tests use."""
    with running_postgresql() as address:
        yield address


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    _prepare(f"sqlite:///{folder / 'sipas.db'}", folder)
    return folder / "sipas.db"


@pytest.fixture(scope="session")
def postgresql_template(postgresql_address: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated PostgreSQL database, used as the template of each test's."""
    name = f"sipas_template_{next(_numbers)}"
    _run(postgresql_address, f'CREATE DATABASE "{name}"')
    _prepare(_with_name(postgresql_address, name), tmp_path_factory.mktemp("pg"))
    return name


@pytest.fixture
def clock() -> Clock:
    """10 September 2025, half past ten in the morning in Việt Nam."""
    return Clock()


@pytest.fixture
def still_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limiter's own clock stands still: a slow machine must not give those who guess or flood a second minute."""
    moment = time.time()
    monkeypatch.setattr(memory, "time", SimpleNamespace(time=lambda: moment))


@pytest.fixture
def open_sqlite(sqlite_template: Path, tmp_path: Path, clock: Clock) -> Iterator[Callable[[], Runtime]]:
    """Opens this test's own SQLite installation, as often as asked: the same file each time."""
    shutil.copy(sqlite_template, tmp_path / "sipas.db")
    opened: list[Runtime] = []

    def open_one() -> Runtime:
        runtime = _open(f"sqlite:///{tmp_path / 'sipas.db'}", tmp_path, clock)
        opened.append(runtime)
        return runtime

    yield open_one
    for runtime in opened:
        runtime.database.dispose()


@pytest.fixture
def runtime(open_sqlite: Callable[[], Runtime]) -> Runtime:
    """An installation on SQLite with a small office."""
    runtime = open_sqlite()
    add_office(runtime)
    return runtime


@pytest.fixture(params=["sqlite", "postgresql"])
def any_runtime(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Runtime]:
    """The same on each of the two databases."""
    if request.param == "sqlite":
        runtime = request.getfixturevalue("open_sqlite")()
        add_office(runtime)
        yield runtime
        return
    address, template = request.getfixturevalue("postgresql_address"), request.getfixturevalue("postgresql_template")
    name = f"sipas_test_{next(_numbers)}"
    _run(address, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    runtime = _open(_with_name(address, name), tmp_path, clock)
    add_office(runtime)
    yield runtime
    runtime.database.dispose()
    _run(address, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def far_runtime(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[tuple[Runtime, Line]]:
    """An installation whose PostgreSQL is reached over a line that the test can cut and mend."""
    address, template = request.getfixturevalue("postgresql_address"), request.getfixturevalue("postgresql_template")
    name = f"sipas_test_{next(_numbers)}"
    _run(address, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    url = make_url(address)
    line = Line(url.port or 5432)
    runtime = _open(url.set(database=name, host="127.0.0.1", port=line.port).render_as_string(hide_password=False), tmp_path, clock)
    add_office(runtime)
    yield runtime, line
    runtime.database.dispose()
    line.close()
    _run(address, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    """The application of the SQLite installation."""
    from app.factory import create_app

    return create_app(runtime)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts."""
    return app.test_client()


@pytest.fixture
def device_key(runtime: Runtime) -> str:
    """The key of a tablet at the commune's desk."""
    return add_device(runtime, unit_key=COMMUNE, label="Máy quầy 1", counter_code="1")[1]


@pytest.fixture
def figures_key(runtime: Runtime) -> str:
    """A program's key that reads the province's figures."""
    return add_api_key(runtime, label="Tổng hợp", may=("read figures",), unit_key=PROVINCE)


def _open(address: str, folder: Path, clock: Clock) -> Runtime:
    settings = Settings(data_dir=folder, database_url=address, secret_key=SECRET)
    opened = open_runtime(settings)
    return Runtime(settings, opened.database, opened.secret, opened.instruments, opened.languages, clock=clock)


def _prepare(address: str, folder: Path) -> None:
    runtime = _open(address, folder, Clock())
    schema.upgrade(runtime.database)
    make_installation(runtime, kind="office")
    publish_instruments(runtime)
    with runtime.database.engine.connect() as connection:
        if runtime.database.is_sqlite:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    runtime.database.dispose()


def _with_name(address: str, name: str) -> str:
    return make_url(address).set(database=name).render_as_string(hide_password=False)


def _run(address: str, statement: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for _ in range(_MOST_TRIES):
            with suppress(psycopg.errors.ObjectInUse):  # who has just hung up may still be leaving the template
                connection.execute(statement.encode())
                return
    raise AssertionError(f"the database stayed in use: {statement}")
