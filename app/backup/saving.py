"""Saving a backup while the installation runs: one snapshot, no order of arrival in it, checked before it gets its name."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import cast

import psycopg
from sqlalchemy import Table, create_engine, text
from sqlalchemy.orm import Session

from app import schema
from app.backup.archive import SQLITE_MEMBER, Archive, Kind, Manifest, file_pieces, fingerprint, new_archive
from app.backup.evidence import Evidence, compare, take_evidence
from app.errors import BackupError
from app.models import Base
from app.runtime import Runtime
from app.services.code_order import REWRITTEN, forget_order


def save_backup(runtime: Runtime, path: Path, replace: bool = False) -> Manifest:
    """Save the installation's database and its own questionnaires into one file. The secret is not in it.

    Raises BackupError when the copy is not what was copied or the file cannot be written, DatabaseUnavailableError.
    """
    # For whoever copies the server's files as well: from here on they tell nothing about the order of use.
    forget_order(runtime.database, runtime.today())
    with new_archive(path, replace) as archive:
        for own in sorted((runtime.settings.data_dir / "instruments").glob("*.yaml")):
            archive.add(f"instruments/{own.name}", file_pieces(own))
        manifest = _save_sqlite(runtime, archive, path.parent) if runtime.database.is_sqlite else _save_postgresql(runtime, archive)
        archive.close_with(manifest)
    return manifest


def _save_sqlite(runtime: Runtime, archive: Archive, folder: Path) -> Manifest:
    with tempfile.TemporaryDirectory(prefix=".sipas-backup-", dir=folder) as scratch:
        copy = Path(scratch) / SQLITE_MEMBER
        copy.touch(mode=0o600)
        with runtime.database.read() as session:
            # The open read transaction is the snapshot of both: what is counted is what is copied.
            promised, revision = take_evidence(runtime, session), _revision(session)
            source = cast(sqlite3.Connection, session.connection().connection.driver_connection)
            with closing(sqlite3.connect(copy)) as target:
                source.backup(target)
        with closing(sqlite3.connect(copy, isolation_level=None)) as target:
            target.execute("PRAGMA journal_mode=DELETE")
            target.execute("VACUUM")  # every page written anew in the order of its keys, nothing left of what was there before
            check_sqlite(target)
        engine = create_engine(f"sqlite:///{copy}")
        with Session(engine) as session:
            compare(take_evidence(runtime, session), promised)
        engine.dispose()
        archive.add(SQLITE_MEMBER, file_pieces(copy))
    return _describe(runtime, "sqlite", revision, promised, {})


def check_sqlite(connection: sqlite3.Connection) -> None:
    """Raises BackupError when SQLite finds its file damaged or a reference that leads nowhere."""
    if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        raise BackupError("the copy does not pass SQLite's integrity check: the disk may be failing; keep earlier backups")
    if connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise BackupError("the copy holds a row that refers to nothing: keep earlier backups")


def _save_postgresql(runtime: Runtime, archive: Archive) -> Manifest:
    columns: dict[str, list[str]] = {}
    with runtime.database.read() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        session.execute(text("SET TRANSACTION READ ONLY"))
        # Before the snapshot is taken: a table emptied and filled anew behind a snapshot's back looks empty to it.
        session.execute(text(f"LOCK TABLE {', '.join(REWRITTEN)} IN ACCESS SHARE MODE"))
        promised, revision = take_evidence(runtime, session), _revision(session)
        cursor = cast("psycopg.Connection[object]", session.connection().connection.driver_connection).cursor()
        for table in Base.metadata.sorted_tables:
            columns[table.name] = [column.name for column in table.columns]
            archive.add(f"tables/{table.name}.copy", _copy_out(cursor, table))
    return _describe(runtime, "postgresql", revision, promised, columns)


def _copy_out(cursor: "psycopg.Cursor[object]", table: Table) -> Iterator[bytes | bytearray | memoryview]:
    """Rows in the order of their keys, which are random where people are concerned: never in the order they came in."""
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    keys = ", ".join(f'"{column.name}"' for column in table.primary_key.columns)
    statement = f'COPY (SELECT {columns} FROM "{table.name}" ORDER BY {keys}) TO STDOUT'  # noqa: S608  # names of our own models
    with cursor.copy(statement.encode()) as copy:
        yield from copy


def _revision(session: Session) -> str:
    revision = schema.find_revision(session.connection())
    if revision is None:
        raise BackupError("this database has never been set up: there is nothing to back up")
    return revision


def _describe(runtime: Runtime, kind: Kind, revision: str, evidence: Evidence, columns: dict[str, list[str]]) -> Manifest:
    return Manifest(
        kind=kind,
        revision=revision,
        made_on=runtime.today().isoformat(),
        version=version("sipas"),
        secret=fingerprint(runtime.secret),
        rows=evidence.rows,
        figures=evidence.figures,
        columns=columns,
    )
