"""What a thief has in hand: the database's files and marks, a dump, a backup, logs – turned into signals for the attacker."""

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.runtime import Runtime
from tests.faults.linking import POSTGRESQL_PAGE, SQLITE_FRAME, SQLITE_PAGE, Key, Link, Signals, order_by_place, read_marks

Forms = Mapping[Key, tuple[bytes, ...]]
_DUMP_LINE = 1 << 40
"""A dump has no pages."""

_RESPONSE_COLUMNS = {
    "id": "SELECT id, id FROM responses",
    "digest": "SELECT id, digest FROM responses",
    "hour received": "SELECT id, received_hour FROM responses",
    "hour answered": "SELECT id, answered_hour FROM responses",
    "comment salt": "SELECT response_id, salt FROM comments",
    "comment digest": "SELECT response_id, digest FROM comments",
}


@dataclass(frozen=True)
class UsedTables:
    """Where it stands that something handed to a citizen was used: its table and key, further columns, tables a sheet passed through."""

    table: str
    key: str
    columns: tuple[str, ...]
    passed: tuple[str, ...] = ()


CODES = UsedTables("rating_codes", "code_hash", ("valid_until_on", "counter_code", "mode", "handed_out"))
SHEETS = UsedTables("paper_sheets", "serial", ("state", "is_scanned"), passed=("paper_entries", "paper_scans"))
_RESPONSE_ATTRIBUTES = {
    "counter": "SELECT id, counter_code FROM responses",
    "mode": "SELECT id, mode FROM responses",
    "channel": "SELECT id, channel FROM responses",
}


def collect(runtime: Runtime, links: Iterable[Link], backup: Path | None = None, used: UsedTables = CODES) -> Signals:
    """Every order the database gives away, by its columns, its files, its marks, and by a backup."""
    known = list(links)
    codes: Forms = {link.code: (link.code, link.code.hex().encode()) for link in known}
    responses: Forms = {link.response: (link.response.bytes, link.response.hex.encode(), str(link.response).encode()) for link in known}
    signals = Signals()
    with runtime.database.read() as session:
        for name in (used.key, *used.columns):
            signals.codes[name] = _by_code(session, f"SELECT {used.key}, {name} FROM {used.table}")  # names from above
        for name, query in {**_RESPONSE_COLUMNS, **_RESPONSE_ATTRIBUTES}.items():
            signals.responses[name] = _by_response(session, query)
        signals.codes["scan"] = _scan(_by_code(session, f"SELECT {used.key}, 0 FROM {used.table}"))
        signals.responses["scan"] = _scan(_by_response(session, "SELECT id, 0 FROM responses"))
    if runtime.database.is_sqlite:
        file = Path(cast(str, runtime.database.url.database))
        blobs = {end: Path(f"{file}{end}").read_bytes() for end in ("", "-wal", "-journal") if Path(f"{file}{end}").exists()}
        for end, blob in blobs.items():
            _add_places(signals, f"file{end}", blob, codes, responses, SQLITE_FRAME if end == "-wal" else SQLITE_PAGE)
    else:
        _add_postgresql(runtime, signals, codes, responses, used)
    if backup is not None:
        with zipfile.ZipFile(backup) as archive:
            for name in archive.namelist():
                page = SQLITE_PAGE if name.endswith(".db") else _DUMP_LINE
                _add_places(signals, f"backup {name}", archive.read(name), codes, responses, page)
    # A signal that knows no key at all cannot order any; leaving it out only makes the correction for many pairs milder.
    signals.codes = {name: signal for name, signal in signals.codes.items() if signal}
    signals.responses = {name: signal for name, signal in signals.responses.items() if signal}
    return signals


def _by_code(session: Session, query: str) -> dict[Key, object]:
    rows = session.execute(text(query)).all()
    return {key.encode() if isinstance(key, str) else bytes(key): None if value is None else _plain(value) for key, value in rows}


def _by_response(session: Session, query: str) -> dict[Key, object]:
    return {UUID(str(row[0])): None if row[1] is None else _plain(row[1]) for row in session.execute(text(query))}


def _plain(value: object) -> object:
    return value if isinstance(value, int | bytes) else bytes(value) if isinstance(value, memoryview) else str(value)


def _scan(rows: dict[Key, object]) -> dict[Key, object]:
    return {key: position for position, key in enumerate(rows)}


def _add_places(signals: Signals, name: str, blob: bytes, codes: Forms, responses: Forms, page: int) -> None:
    signals.codes |= order_by_place(name, blob, codes, page)
    signals.responses |= order_by_place(name, blob, responses, page)


def _add_postgresql(runtime: Runtime, signals: Signals, codes: Forms, responses: Forms, used: UsedTables) -> None:
    """Row marks by SQL; then the bytes of the tables' and indexes' files, which also hold what is dead."""
    with runtime.database.read() as session:
        for mark in ("xmin", "xmax", "cmin", "ctid"):
            key = "(ctid::text::point)[0]::bigint * 1000 + (ctid::text::point)[1]::bigint" if mark == "ctid" else f"{mark}::text::bigint"
            signals.codes[f"row {mark}"] = _by_code(session, f"SELECT {used.key}, {key} FROM {used.table}")
            for table, column in (("responses", "id"), ("comments", "response_id")):
                signals.responses[f"{table} {mark}"] = _by_response(session, f"SELECT {column}, {key} FROM {table}")
    engine = runtime.database.engine.execution_options(isolation_level="AUTOCOMMIT")
    tables = ", ".join(f"'{name}'::regclass" for name in (used.table, *used.passed, "responses", "comments"))
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))
        relations = connection.execute(
            text(
                "SELECT relname, relkind, pg_read_binary_file(pg_relation_filepath(c.oid)) "
                "FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid "
                f"WHERE coalesce(i.indrelid, c.oid) IN ({tables})"
            )
        ).all()
    for name, kind, content in relations:
        blob = bytes(content)
        _add_places(signals, name, blob, codes, responses, POSTGRESQL_PAGE)
        if kind == "r":
            for side, forms in ((signals.codes, codes), (signals.responses, responses)):
                marks = read_marks(blob, forms)
                side[f"{name}: first mark"] = {key: min(found) for key, found in marks.items()}
                side[f"{name}: last mark"] = {key: max(found) for key, found in marks.items()}
