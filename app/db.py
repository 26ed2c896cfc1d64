"""The database: how it is opened, and the two ways to use it – read, and write with one commit."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, cast

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from app.errors import ConfigurationError, DatabaseUnavailableError

_WRITES = {"sipas_writes": True}


_MOST_TOGETHER = 256
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which the database could not be used; `ended_at` is None while it lasts."""

    began_at: datetime
    ended_at: datetime | None = None


class _Piece:
    """One caller's part of a shared commit."""

    def __init__(self, work: Callable[[Session], object]) -> None:
        self._work = work
        self.is_settled = False
        self.result: object = None
        self.error: BaseException | None = None

    def run(self, session: Session) -> None:
        """Do the work in a savepoint; keep its error for its own caller, unless the database itself is gone."""
        try:
            with session.begin_nested():
                self.result = self._work(session)
        except OperationalError:
            raise
        except Exception as error:
            self.error = error


class Database:
    """One engine, and one writer at a time where the database has only one (SQLite).

    Several SQLite writers would wait for each other by sleeping (p99 above 100 ms, measured); a lock in the process
    hands the file over at once. Other processes on the same file still go through SQLite's own busy timeout.
    """

    def __init__(self, address: str) -> None:
        try:
            self.url = make_url(address)
            self.url.get_dialect()
        except ArgumentError:
            raise ConfigurationError(
                "SIPAS_DATABASE_URL is an address such as postgresql://user@host/name or sqlite:////folder/sipas.db"
            ) from None
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine: Engine = create_engine(
            self.url,
            poolclass=QueuePool,
            pool_size=16,
            max_overflow=16,
            pool_pre_ping=not self.is_sqlite,
            hide_parameters=True,  # a driver's error text must not carry an answer into a log
            json_serializer=_to_json,
            json_deserializer=orjson.loads,
        )
        self._write_lock = threading.Lock()
        self._queue: deque[_Piece] = deque()
        self.outage: Outage | None = None
        """The last time this process met a database it could not use; a write that is committed ends it."""
        if self.is_sqlite:
            _make_private(self.url.database)
            event.listen(self.engine, "connect", _set_sqlite_pragmas)
            event.listen(self.engine, "begin", _begin_sqlite)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading; whatever was changed in it is rolled back.

        Raises DatabaseUnavailableError when the database cannot be reached.
        """
        with self._telling_when_unavailable(), Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session for one use case; commits at the end, rolls back on any error.

        Raises DatabaseUnavailableError when nothing could be stored (gone, locked, disk full).
        """
        with self._telling_when_unavailable(), self._alone(), self._transaction() as session:
            yield session

    def write_together(self, work: Callable[[Session], Result]) -> Result:
        """Run one short use case and return its result once it is committed; many callers share one commit (group commit).

        A commit waits for the disk, and SQLite has one writer. So whoever gets the lock also does what has queued up behind
        it, each piece in a savepoint of its own, and commits once for all. Nobody hears of success before that commit;
        an error in one piece takes back and reaches that piece alone. PostgreSQL groups commits by itself.
        Raises what `work` raises, and DatabaseUnavailableError when nothing could be stored.
        """
        if not self.is_sqlite:
            with self.write() as session:
                return work(session)
        piece = _Piece(work)
        self._queue.append(piece)
        with self._write_lock:
            if not piece.is_settled:
                self._write_queued()
        if piece.error is not None:
            raise piece.error
        return cast(Result, piece.result)

    def _write_queued(self) -> None:
        pieces = [self._queue.popleft() for _ in range(min(len(self._queue), _MOST_TOGETHER))]
        failure: BaseException | None = DatabaseUnavailableError("the commit did not come to its end")
        try:
            with self._telling_when_unavailable(), self._transaction() as session:
                for piece in pieces:
                    piece.run(session)
            failure = None
        except Exception as error:
            failure = error
        finally:
            # Also when this thread is being torn down: nobody in the group may take an uncommitted piece for stored.
            for piece in pieces:
                piece.error = failure or piece.error
                piece.is_settled = True

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with (
            self.engine.execution_options(**_WRITES).connect() as connection,
            Session(connection, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
        if self.outage is not None and self.outage.ended_at is None:
            self.outage = replace(self.outage, ended_at=datetime.now(UTC))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        with self._write_lock:
            yield

    @contextmanager
    def _telling_when_unavailable(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            if self.outage is None or self.outage.ended_at is not None:
                self.outage = Outage(began_at=datetime.now(UTC))
            # The driver's text may quote a statement's values; only its class goes any further.
            raise DatabaseUnavailableError(f"database unavailable: {type(error.orig).__name__}") from None

    def is_reachable(self) -> bool:
        """Whether a trivial statement comes back."""
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except DBAPIError:
            return False
        return True

    def empty_write_ahead_log(self) -> None:
        """SQLite: bring everything into the main file and cut the log, in which pages lie in the order they were written, to nothing.

        Raises DatabaseUnavailableError when a reader holds on to it for longer than the busy timeout.
        """
        connection = self.engine.raw_connection()
        try:
            is_busy, _, _ = connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
        if is_busy:
            raise DatabaseUnavailableError("the write-ahead log is in use and could not be emptied: run this again")

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _to_json(value: object) -> str:
    return orjson.dumps(value).decode()


def _make_private(file: str | None) -> None:
    """Make a new database file readable by its owner alone; SQLite gives its side files the same rights."""
    path = Path(file) if file and file != ":memory:" else None
    if path is not None and path.parent.is_dir() and not path.exists():
        path.touch(mode=0o600)


def _set_sqlite_pragmas(dbapi_connection: object, _record: object) -> None:
    # isolation_level None hands BEGIN to us: the driver's own habit starts a transaction late, at the first write,
    # and then a reader that turns into a writer can fail at once instead of waiting its turn.
    dbapi_connection.isolation_level = None  # type: ignore[attr-defined]  # a sqlite3.Connection
    cursor = dbapi_connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "secure_delete=ON",
        "recursive_triggers=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("sipas_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
