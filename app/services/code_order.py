"""Forgetting in which order rating codes were used: the code table is written anew in the order of its hashes.

Keys are random and rows keep days, yet a database remembers more than its columns. PostgreSQL marks the row of a code with the
transaction that used it (`xmin`) – the very one that stored the response – and lays rows where there was room at the time; in
SQLite the bytes inside a page lie in the order in which they were written, and the write-ahead log keeps them page by page.
Afterwards all codes bear one mark and lie in one order that says nothing; responses may keep theirs.

What a code filled in beside unit and field (counter, mode, how it was handed out) stands in the response too and would split its
cell; a code that opens nothing any more loses it.
"""

import time
from collections.abc import Callable
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import Database
from app.errors import DatabaseUnavailableError
from app.models import RatingCode

LOCK_SECONDS: Final = 3
"""How long intake may wait behind a rewrite that itself waits for its turn."""


_COLUMNS: Final = tuple(column.name for column in RatingCode.__table__.columns)
_OPENS_NOTHING: Final = "(filing_used_on IS NOT NULL AND result_used_on IS NOT NULL) OR valid_until_on < :today"
_ERASED: Final = {"counter_code": "NULL", "mode": "NULL", "handed_out": "'paper'"}


def rewrite_codes(database: Database, today: date, tries: int = 10, wait: Callable[[float], None] = time.sleep) -> int:
    """Write the code table anew in hash order; how many codes it holds. Intake waits for the moment it takes, and loses nothing.

    Raises DatabaseUnavailableError when the table stays busy (a copy of it is being made) or the database is gone.
    """
    for attempt in range(1, tries + 1):
        try:
            with database.write() as session:
                n_codes = _rewrite(session, database.is_sqlite, today)
            break
        except DatabaseUnavailableError:
            if attempt == tries:
                raise
            wait(1.0)  # let those through who queued up behind this attempt
    if database.is_sqlite:
        database.empty_write_ahead_log()
    return n_codes


def _rewrite(session: Session, is_sqlite: bool, today: date) -> int:
    """One transaction: copy out, empty, fill in. PostgreSQL's TRUNCATE and fill make new files; SQLite zeroes what it frees."""
    if not is_sqlite:
        # CLUSTER and VACUUM FULL would carry every row's xmin along; only rows inserted anew bear one mark of their own.
        session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        session.execute(text("LOCK TABLE rating_codes IN ACCESS EXCLUSIVE MODE"))
    columns = ", ".join(_COLUMNS)
    values = ", ".join(f"CASE WHEN {_OPENS_NOTHING} THEN {_ERASED[name]} ELSE {name} END" if name in _ERASED else name for name in _COLUMNS)
    session.execute(text(f"CREATE TEMPORARY TABLE rating_codes_copy AS SELECT {columns} FROM rating_codes"))  # noqa: S608  # our columns
    session.execute(text("DELETE FROM rating_codes" if is_sqlite else "TRUNCATE rating_codes"))
    refill = f"INSERT INTO rating_codes ({columns}) SELECT {values} FROM rating_codes_copy ORDER BY code_hash"  # noqa: S608
    session.execute(text(refill), {"today": today.isoformat() if is_sqlite else today})
    n_codes = session.execute(text("SELECT count(*) FROM rating_codes_copy")).scalar_one()
    session.execute(text("DROP TABLE rating_codes_copy"))
    return int(n_codes)
