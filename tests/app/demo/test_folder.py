"""A folder of an office is left exactly as it was."""

import hashlib
import shutil
import socket
import sqlite3
from pathlib import Path

import pytest

from app.demo.folder import DemoFolder
from app.demo.serving import prepare_demonstration, serve_demonstration
from app.errors import ConfigurationError
from tests.app.demo.conftest import ADDRESS


def snapshot(folder: Path) -> dict[str, str]:
    """Every file of a folder with a hash of its content."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def refuse(folder: Path) -> None:
    before = snapshot(folder)
    with pytest.raises(ConfigurationError, match="nothing was changed: choose another --data folder"):
        prepare_demonstration(DemoFolder(folder), ADDRESS, n_responses=5, seed=1)
    assert snapshot(folder) == before


def test_folder_of_an_office_is_refused_and_untouched(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "sipas.db")
    (tmp_path / "demo.json").write_text("{}")
    refuse(tmp_path)


def test_database_of_another_program_is_refused_and_untouched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "sipas.db") as connection:
        connection.execute("CREATE TABLE notes (text)")
    connection.close()
    refuse(tmp_path)


def test_file_that_is_no_database_is_refused_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "sipas.db").write_text("a letter, not a database; long enough to be read as one " * 20)
    refuse(tmp_path)


def test_unlabelled_database_with_units_is_refused_and_untouched(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "sipas.db")
    with sqlite3.connect(tmp_path / "sipas.db") as connection:
        connection.execute("DELETE FROM installation")
        connection.execute("INSERT INTO units (key, name, level, office_name, contacts) VALUES ('a', 'A', 'x', '', '')")
    connection.close()
    refuse(tmp_path)


def test_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demo").write_text("in the way")
    with pytest.raises(ConfigurationError, match="not a folder"):
        prepare_demonstration(DemoFolder(tmp_path / "demo"), ADDRESS, n_responses=5, seed=1)
    assert (tmp_path / "demo").read_text() == "in the way"


def test_database_and_secret_of_the_environment_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPAS_DATABASE_URL", f"sqlite:///{tmp_path / 'office.db'}")
    monkeypatch.setenv("SIPAS_SECRET_KEY", "the secret of an office, which is long enough")
    monkeypatch.setenv("SIPAS_PUBLIC_URL", "https://office.example")
    runtime = prepare_demonstration(DemoFolder(tmp_path / "demo"), ADDRESS, n_responses=5, seed=1)
    assert runtime.secret != b"the secret of an office, which is long enough"
    assert runtime.settings.public_url == ADDRESS
    assert not (tmp_path / "office.db").exists()
    runtime.database.dispose()


def test_taken_port_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"port {port} .* choose another with --port"):
            serve_demonstration(DemoFolder(tmp_path / "demo"), "127.0.0.1", port, n_responses=5, seed=1, announce=lambda _handover: None)
    assert not (tmp_path / "demo").exists()


def test_file_is_replaced_whole_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    folder = DemoFolder(tmp_path)
    folder.write(folder.handover, b"first")
    folder.write(folder.handover, b"second")
    assert folder.handover.read_bytes() == b"second"
    assert folder.handover.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["demo.json"]
