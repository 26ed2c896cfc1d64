"""Forgetting in which order rating codes and numbers of paper forms were used: their tables are written anew in the order of their keys.

Keys are random or printed, and rows keep days at most, yet a database remembers more than its columns. PostgreSQL marks the row of a
code or a number with the transaction that used it (`xmin`) – the very one that stored the response – and lays rows where there was room
at the time; in SQLite the bytes inside a page lie in the order in which they were written, and the write-ahead log keeps them page by
page. Afterwards all rows of a table bear one mark and lie in one order that says nothing; responses may keep theirs.

What two people typed from a paper sheet, and its scanned pages, are deleted by that same transaction. SQLite writes zeros over what is
deleted; PostgreSQL leaves the dead rows where they were, marked with it (`xmax`), until their tables' files are made anew.

What a code filled in beside unit and field (counter, mode, how it was handed out) stands in the response too and would split its
cell; a code that opens nothing any more loses it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import DatabaseUnavailableError
from app.models import Base, PaperEntry, PaperScan, PaperSheet, RatingCode

LOCK_SECONDS: Final = 3
"""How long intake may wait behind a rewrite that itself waits for its turn."""

_OPENS_NOTHING: Final = "(filing_used_on IS NOT NULL AND result_used_on IS NOT NULL) OR valid_until_on < :today"
_ERASED: Final = {"counter_code": "NULL", "mode": "NULL", "handed_out": "'paper'"}
_TYPED: Final = (PaperEntry.__tablename__, PaperScan.__tablename__)
"""Tables whose rows the storing transaction deletes."""


@dataclass(frozen=True, slots=True)
class _Rewrite:
    """One table, the key whose order says nothing, values that replace a column's, and rows that are held first."""

    model: type[Base]
    key: str
    values: dict[str, str]
    hold: str | None = None


_CODES: Final = _Rewrite(
    RatingCode, "code_hash", {name: f"CASE WHEN {_OPENS_NOTHING} THEN {value} ELSE {name} END" for name, value in _ERASED.items()}
)
# Whoever types a sheet holds its box and then uses this table; held in another order they and we would lock each other out.
_SHEETS: Final = _Rewrite(PaperSheet, "serial", {}, hold="SELECT id FROM paper_boxes ORDER BY id FOR KEY SHARE")
REWRITTEN: Final = (_CODES.model.__tablename__, _SHEETS.model.__tablename__)
"""Tables that are emptied and filled anew: to a snapshot taken before, they would look empty."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows were written anew: rating codes, and numbers of paper forms."""

    n_codes: int
    n_paper_sheets: int


def forget_order(database: Database, today: date, tries: int = 10, wait: Callable[[float], None] = time.sleep) -> Forgotten:
    """Write codes and numbers anew, one table after the other. Intake waits for the moment each takes, and loses nothing.

    Raises DatabaseUnavailableError when a table stays busy (a copy of it is being made) or the database is gone.
    """

    def insist(work: Callable[[], int]) -> int:
        for attempt in range(1, tries + 1):
            try:
                return work()
            except DatabaseUnavailableError:
                if attempt == tries:
                    raise
                wait(1.0)  # let those through who queued up behind this attempt
        raise AssertionError("at least one attempt is made")

    forgotten = Forgotten(insist(lambda: _rewrite(database, _CODES, today)), insist(lambda: _rewrite(database, _SHEETS, today)))
    if database.is_sqlite:
        database.empty_write_ahead_log()
    else:
        insist(lambda: _drop_dead_rows(database))
    return forgotten


def _rewrite(database: Database, rewrite: _Rewrite, today: date) -> int:
    with database.write() as session:
        return _write_anew(session, rewrite, database.is_sqlite, today)


def _write_anew(session: Session, rewrite: _Rewrite, is_sqlite: bool, today: date) -> int:
    """One transaction: copy out, empty, fill in. PostgreSQL's TRUNCATE and fill make new files; SQLite zeroes what it frees."""
    table = rewrite.model.__tablename__
    if not is_sqlite:
        # CLUSTER and VACUUM FULL would carry every row's xmin along; only rows inserted anew bear one mark of their own.
        session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        if rewrite.hold is not None:
            session.execute(text(rewrite.hold))
        session.execute(text(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
    names = [column.name for column in rewrite.model.__table__.columns]
    columns, values = ", ".join(names), ", ".join(rewrite.values.get(name, name) for name in names)
    session.execute(text(f"CREATE TEMPORARY TABLE rewritten AS SELECT {columns} FROM {table}"))  # noqa: S608  # names of our own models
    session.execute(text(f"DELETE FROM {table}" if is_sqlite else f"TRUNCATE {table}"))  # noqa: S608
    refill = f"INSERT INTO {table} ({columns}) SELECT {values} FROM rewritten ORDER BY {rewrite.key}"  # noqa: S608
    session.execute(text(refill), {"today": today.isoformat() if is_sqlite else today} if rewrite.values else {})
    n_rows = session.execute(text("SELECT count(*) FROM rewritten")).scalar_one()
    session.execute(text("DROP TABLE rewritten"))
    return int(n_rows)


def _drop_dead_rows(database: Database) -> int:
    """PostgreSQL: new files for what was typed and scanned, without the rows that are gone. What waits for its sheet keeps its marks."""
    try:
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
            try:
                connection.execute(text(f"VACUUM (FULL) {', '.join(_TYPED)}"))
            finally:
                connection.execute(text("RESET lock_timeout"))
    except OperationalError as error:
        raise DatabaseUnavailableError(f"database unavailable: {type(error.orig).__name__}") from None
    return 0
