"""Restoring a backup to a new place, and the drill that does so only to see that it works."""

import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast

import psycopg
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from app import schema
from app.backup.archive import SQLITE_MEMBER, Manifest, fingerprint, open_archive, read_pieces
from app.backup.evidence import compare, take_evidence
from app.backup.saving import check_sqlite
from app.config import Settings
from app.db import Database
from app.errors import BackupError
from app.models import Base
from app.runtime import open_runtime

_DRILL_DATABASE = "sipas_restore_drill"


def restore_backup(settings: Settings, path: Path) -> Manifest:
    """Restore into the place `settings` name, which must be new; then compute the figure again and compare.

    Raises BackupError: damaged file, other kind of database, a place that is not empty, another secret, another figure.
    """
    file, manifest = open_archive(path)
    with closing(file):
        _refuse_other_secret(settings, manifest)
        _restore_instruments(file, settings.data_dir)
        _restore_database(file, manifest, settings)
    return manifest


def drill(settings: Settings, path: Path) -> Manifest:
    """Restore into a place that is thrown away afterwards. On PostgreSQL that is a database beside ours, for which the role needs CREATEDB.

    Raises BackupError like `restore_backup`.
    """
    file, manifest = open_archive(path)
    with closing(file), tempfile.TemporaryDirectory(prefix="sipas-drill-") as scratch:
        _refuse_other_secret(settings, manifest)
        folder = Path(scratch)
        _restore_instruments(file, folder)
        here = {"data_dir": folder, "secret_key": settings.load_secret().decode()}
        if manifest.kind == "sqlite":
            _restore_database(file, manifest, settings.model_copy(update={**here, "database_url": ""}))
        else:
            with _throwaway_database(settings) as address:
                _restore_database(file, manifest, settings.model_copy(update={**here, "database_url": address}))
    return manifest


def _refuse_other_secret(settings: Settings, manifest: Manifest) -> None:
    if fingerprint(settings.load_secret()) != manifest.secret:
        raise BackupError(
            "the secret in SIPAS_SECRET_KEY or secret.key is not the one this backup belongs to: with another, no printed "
            "code would open. Put the office's secret.key into the data folder first"
        )


def _restore_instruments(file: zipfile.ZipFile, data_dir: Path) -> None:
    for name in file.namelist():
        place, _, own = name.partition("/")
        if place == "instruments" and own and "/" not in own and own.endswith(".yaml"):
            target = data_dir / "instruments" / own
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read(name))


def _restore_database(file: zipfile.ZipFile, manifest: Manifest, settings: Settings) -> None:
    database = Database(settings.database_address)
    kind = "sqlite" if database.is_sqlite else "postgresql"
    if kind != manifest.kind:
        raise BackupError(f"this is a backup of {manifest.kind} and SIPAS_DATABASE_URL names {kind}: name a new {manifest.kind} database")
    try:
        if database.is_sqlite:
            _restore_sqlite(file, manifest, settings, Path(database.url.database or ""))
        else:
            _fill_postgresql(file, manifest, database)
            _prove(settings, manifest)
    finally:
        database.dispose()


def _restore_sqlite(file: zipfile.ZipFile, manifest: Manifest, settings: Settings, target: Path) -> None:
    """Beside its place first; under its name only once it has proven itself."""
    if target.exists() and target.stat().st_size:  # opening the address has made an empty file
        raise BackupError(f"{target} is there already: a restore never writes over a database; move it away or name another data folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".sipas-restore-", dir=target.parent) as scratch:
        copy = Path(scratch) / SQLITE_MEMBER
        copy.touch(mode=0o600)
        with copy.open("wb") as out:
            out.writelines(read_pieces(file, SQLITE_MEMBER))
        with closing(sqlite3.connect(copy)) as connection:
            check_sqlite(connection)
        _prove(settings.model_copy(update={"database_url": f"sqlite:///{copy}"}), manifest)
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # nothing of it stays in a side file that does not move along
        shutil.move(copy, target)


def _fill_postgresql(file: zipfile.ZipFile, manifest: Manifest, database: Database) -> None:
    if inspect(database.engine).get_table_names():
        raise BackupError("the database named holds tables already: a restore never writes over a database; name a new, empty one")
    schema.upgrade(database, manifest.revision)
    try:
        with database.write() as session:
            cursor = cast("psycopg.Connection[object]", session.connection().connection.driver_connection).cursor()
            for table in _in_order(manifest):
                session.execute(Base.metadata.tables[table].delete())  # what the schema itself put there, such as the row of closed hours
                columns = ", ".join(f'"{name}"' for name in manifest.columns[table])
                with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN'.encode()) as copy:
                    for piece in read_pieces(file, f"tables/{table}.copy"):
                        copy.write(piece)
    except (psycopg.Error, DBAPIError) as error:
        raise BackupError(f"the rows do not fit the tables ({type(error).__name__}); drop the database and restore again") from None


def _in_order(manifest: Manifest) -> Iterator[str]:
    """Tables so that what is referred to comes first. Raises BackupError for one this version does not know."""
    known = [table.name for table in Base.metadata.sorted_tables]
    unknown = set(manifest.columns) - set(known)
    if unknown:
        raise BackupError(f"this version knows no table {min(unknown)}: restore with version {manifest.version}")
    yield from (name for name in known if name in manifest.columns)


def _prove(settings: Settings, manifest: Manifest) -> None:
    """Bring the copy to this version's schema, count, compute the figure again, compare."""
    runtime = open_runtime(settings)
    try:
        schema.upgrade(runtime.database)
        with runtime.database.read() as session:
            found = take_evidence(runtime, session)
    finally:
        runtime.database.dispose()
    compare(found, manifest.evidence)


@contextmanager
def _throwaway_database(settings: Settings) -> Iterator[str]:
    """The address of a new database on the same server, dropped in the end. Raises BackupError when it cannot be made."""
    database = Database(settings.database_address)
    if database.is_sqlite:
        raise BackupError("this is a backup of PostgreSQL: name a server in SIPAS_DATABASE_URL on which the drill may make a database")
    server = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            name = f"{_DRILL_DATABASE}_{connection.execute(text('SELECT pg_backend_pid()')).scalar_one()}"
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE template0')
    except DBAPIError:
        database.dispose()
        raise BackupError("the drill could not make a database on this server: the role needs CREATEDB") from None
    try:
        yield database.url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        database.dispose()
