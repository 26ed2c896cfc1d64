"""A backup comes back whole, in order of nothing, and a damaged or foreign one is told by name."""

import json
import sqlite3
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from app.backup.archive import MANIFEST
from app.backup.evidence import compare, take_evidence
from app.backup.restoring import drill, restore_backup
from app.backup.saving import save_backup
from app.cli import cli
from app.config import Settings
from app.errors import BackupError
from app.models import Comment, Response
from app.runtime import Runtime, open_runtime
from app.services.codes import issue_codes
from app.services.intake import Sender, submit_responses
from survey_forms import read_submission
from tests.conftest import SECRET
from tests.factories import COMMUNE, response


def fill(runtime: Runtime, n_responses: int = 40) -> None:
    codes, _ = issue_codes(runtime, unit_key=COMMUNE, field_code="ho-tich", how_many=n_responses)
    sheets = [
        response(code=code, channel="invitation", ratings={"1.1": 1 + i % 5, "1.2": 4}, comment=f"Dấu \\ \\N và dòng\nmới {i}")
        for i, code in enumerate(codes)
    ]
    receipt = submit_responses(runtime, [read_submission(sheet) for sheet in sheets], Sender())
    assert len(receipt.acknowledged) == n_responses


@contextmanager
def empty_place(runtime: Runtime, folder: Path) -> Iterator[Settings]:
    """A new place of the same kind: a folder, and on PostgreSQL a new database beside the test's."""
    folder.mkdir()
    if runtime.database.is_sqlite:
        yield Settings(data_dir=folder, database_url=f"sqlite:///{folder / 'sipas.db'}", secret_key=SECRET)
        return
    name, server = f"sipas_restored_{uuid4().hex[:8]}", runtime.database.url.render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        address = make_url(server).set(database=name).render_as_string(hide_password=False)
        yield Settings(data_dir=folder, database_url=address, secret_key=SECRET)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def test_restored_elsewhere_every_row_and_the_figure_are_the_same(any_runtime: Runtime, tmp_path: Path) -> None:
    fill(any_runtime)
    own = any_runtime.settings.data_dir / "instruments"
    own.mkdir()
    (own / "rieng.yaml").write_text("# the office's own\n", encoding="utf-8")
    manifest = save_backup(any_runtime, tmp_path / "b.zip")
    (own / "rieng.yaml").write_text("", encoding="utf-8")
    (own / "rieng.yaml").unlink()
    assert manifest.n_responses == 40
    with zipfile.ZipFile(tmp_path / "b.zip") as file:
        assert "instruments/rieng.yaml" in file.namelist()
    # A file of comments is no questionnaire: without it the restored place opens.
    save_backup(any_runtime, tmp_path / "c.zip")
    with empty_place(any_runtime, tmp_path / "new") as settings:
        restore_backup(settings, tmp_path / "c.zip")
        restored = open_runtime(settings)
        with restored.database.read() as there, any_runtime.database.read() as here:
            compare(take_evidence(restored, there), take_evidence(any_runtime, here))
            for column in (Response.ratings, Response.digest, Comment.text, Comment.salt):
                assert sorted(map(str, there.scalars(select(column)))) == sorted(map(str, here.scalars(select(column))))
        codes, _ = issue_codes(restored, unit_key=COMMUNE, field_code="ho-tich")
        assert codes, "the restored installation works on"
        with pytest.raises(BackupError, match="never writes over"):
            restore_backup(settings, tmp_path / "c.zip")
        restored.database.dispose()


def test_drill_restores_and_leaves_nothing_behind(any_runtime: Runtime, tmp_path: Path) -> None:
    fill(any_runtime, 5)
    save_backup(any_runtime, tmp_path / "b.zip")
    assert drill(any_runtime.settings, tmp_path / "b.zip").n_responses == 5
    if not any_runtime.database.is_sqlite:
        with any_runtime.database.read() as session:
            left = session.scalar(text("SELECT count(*) FROM pg_database WHERE datname LIKE 'sipas_restore_drill_%'"))
        assert left == 0


def test_backup_taken_while_people_rate_is_one_moment(any_runtime: Runtime, tmp_path: Path) -> None:
    stop, sent = threading.Event(), []

    def rate() -> None:
        while not stop.is_set():
            fill(any_runtime, 3)
            sent.append(3)

    people = [threading.Thread(target=rate) for _ in range(2)]
    for person in people:
        person.start()
    try:
        manifests = [save_backup(any_runtime, tmp_path / f"{n}.zip") for n in range(3)]
    finally:
        stop.set()
        for person in people:
            person.join()
    for n, manifest in enumerate(manifests):
        assert manifest.rows["comments"] == manifest.n_responses, "a response and its comment are one transaction"
        assert drill(any_runtime.settings, tmp_path / f"{n}.zip") == manifest
    with any_runtime.database.read() as session:
        assert len(session.scalars(select(Response.id)).all()) == sum(sent)


def test_backup_is_private_and_holds_neither_secret_nor_time_of_day(any_runtime: Runtime, tmp_path: Path) -> None:
    fill(any_runtime, 3)
    save_backup(any_runtime, tmp_path / "b.zip")
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
    with zipfile.ZipFile(tmp_path / "b.zip") as file:
        assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in file.infolist())
        assert all(SECRET.encode() not in file.read(name) for name in file.namelist())
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".sipas-backup", "b.zip."))] == []
    with pytest.raises(BackupError, match="never writes over"):
        save_backup(any_runtime, tmp_path / "b.zip")


def _break(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)


def _edit_manifest(members: dict[str, bytes], **changes: object) -> None:
    members[MANIFEST] = json.dumps({**json.loads(members[MANIFEST]), **changes}).encode()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m: m.pop(MANIFEST), "no manifest"),
        (lambda m: m.update({"sipas.db": m["sipas.db"][:-100]}), "sipas.db"),
        (lambda m: m.update({"sipas.db": m["sipas.db"][:5000] + b"x" + m["sipas.db"][5001:]}), "not what was saved"),
        (lambda m: m.pop("sipas.db"), "sipas.db"),
        (lambda m: _edit_manifest(m, format=99), "another version"),
        (lambda m: _edit_manifest(m, secret="0" * 16), "secret"),
        (lambda m: _edit_manifest(m, rows={"responses": 4}), "table responses has 3 rows"),
        (lambda m: _edit_manifest(m, figures={"kiosk-default@1.0": {"overall": 1}}), "figure of"),
        (lambda m: _edit_manifest(m, kind="postgresql"), "backup of postgresql"),
        (lambda m: m.update({MANIFEST: b"{}"}), "another version"),
        (lambda m: m.update({MANIFEST: b'{"format": 1}'}), "lacks a part"),
    ],
)
def test_damaged_or_foreign_backup_is_refused_by_name(
    runtime: Runtime, tmp_path: Path, change: Callable[[dict[str, bytes]], None], says: str
) -> None:
    fill(runtime, 3)
    save_backup(runtime, tmp_path / "b.zip")
    _break(tmp_path / "b.zip", change)
    with empty_place(runtime, tmp_path / "new") as settings, pytest.raises(BackupError, match=says):
        restore_backup(settings, tmp_path / "b.zip")
    assert not (tmp_path / "new" / "sipas.db").exists() or not (tmp_path / "new" / "sipas.db").stat().st_size


def test_file_cut_off_or_no_backup_at_all_is_refused(runtime: Runtime, tmp_path: Path) -> None:
    fill(runtime, 3)
    save_backup(runtime, tmp_path / "b.zip")
    whole = (tmp_path / "b.zip").read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"not a zip"):
        (tmp_path / "b.zip").write_bytes(content)
        with pytest.raises(BackupError, match="not a whole backup"):
            drill(runtime.settings, tmp_path / "b.zip")


def test_backup_of_an_earlier_schema_is_brought_up_to_date(runtime: Runtime, tmp_path: Path) -> None:
    from app import schema

    fill(runtime, 3)
    save_backup(runtime, tmp_path / "b.zip")

    def age(members: dict[str, bytes]) -> None:
        (tmp_path / "old.db").write_bytes(members["sipas.db"])
        old = open_runtime(runtime.settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'old.db'}"}))
        schema.downgrade(old.database, "0003")
        old.database.dispose()
        with closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        members["sipas.db"] = (tmp_path / "old.db").read_bytes()
        import hashlib

        digest = hashlib.sha256(members["sipas.db"]).hexdigest()
        rows = {name: n for name, n in json.loads(members[MANIFEST])["rows"].items() if not name.startswith("paper_")}
        _edit_manifest(members, revision="0003", digests={"sipas.db": digest}, rows=rows)

    _break(tmp_path / "b.zip", age)
    with empty_place(runtime, tmp_path / "new") as settings:
        assert restore_backup(settings, tmp_path / "b.zip").revision == "0003"
        restored = open_runtime(settings)
        with restored.database.engine.connect() as connection:
            assert schema.find_revision(connection) == schema.newest_revision()
        restored.database.dispose()


def test_commands_back_up_restore_and_spend_the_night(runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(runtime, 4)
    monkeypatch.setenv("SIPAS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SIPAS_SECRET_KEY", SECRET)
    night = CliRunner().invoke(cli, ["nightly", "--backup", str(tmp_path / "copies")])
    assert night.exit_code == 0, night.output
    assert "4 codes and 0 numbers of paper forms in an order that says nothing" in night.output
    assert len(list((tmp_path / "copies").glob("sipas-*.zip"))) == 1
    assert CliRunner().invoke(cli, ["nightly", "--backup", str(tmp_path / "copies")]).exit_code == 0, "twice a day replaces it"
    saved = CliRunner().invoke(cli, ["backup", str(tmp_path / "b.zip")])
    assert "4 responses" in saved.output
    tried = CliRunner().invoke(cli, ["restore", "--drill", str(tmp_path / "b.zip")])
    assert "restored and thrown away again: 4 responses" in tried.output
