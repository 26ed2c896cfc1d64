"""Closing received hours, so that what is read once never gains a row: the watermark that cannot lose one.

A reader that remembers how far it has read loses what a slow transaction commits behind it. So an hour is closed in steps, each
committed: `open_from` is raised, and from then on everybody who files gives at least that hour; PostgreSQL notes the number the
next transaction will get; once every transaction below that number has ended, nothing can be added before `open_from`. Who files
takes a transaction number first and reads `open_from` after it: with a number below the mark it is waited for, with one from the
mark on it has seen the new hour. SQLite has one writer, so whoever raises `open_from` is alone and the hour is closed at once.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import HourClosing
from app.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Closing:
    """How far hours are closed in which database."""

    database: str
    closed_until: int


def claim_hour(session: Session, clock_hour: int) -> int:
    """The hour a response filed in this transaction is received: the clock's, but never one that is being closed.

    A clock set back, or that of another machine, cannot put a response where nobody reads any more.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(select(func.pg_current_xact_id()))  # first: the order of these two statements is what closing relies on
    open_from = session.scalar(select(HourClosing.open_from).where(HourClosing.id == 1))
    return max(clock_hour, open_from or 0)


def close_hours(runtime: Runtime) -> Closing:
    """Close every hour before the present one for which that is safe; others stay open until a later call."""
    _announce(runtime)
    if not runtime.database.is_sqlite and _is_pending(runtime):
        _mark(runtime)
        _confirm(runtime)
    with runtime.database.read() as session:
        row = session.get_one(HourClosing, 1)
        return Closing(row.database, row.closed_until)


def _announce(runtime: Runtime) -> None:
    """Raise `open_from` to the present hour, unless an earlier raise still waits for a transaction to end."""
    with runtime.database.read() as session:
        row = session.get_one(HourClosing, 1)
        if row.open_from >= runtime.hour() or row.closed_until < row.open_from:
            return
    with runtime.database.write() as session:
        row = session.get_one(HourClosing, 1, with_for_update=True)
        if row.closed_until == row.open_from:
            row.open_from, row.mark = max(row.open_from, runtime.hour()), None
        if runtime.database.is_sqlite:
            row.closed_until = row.open_from


def _is_pending(runtime: Runtime) -> bool:
    with runtime.database.read() as session:
        row = session.get_one(HourClosing, 1)
        return row.closed_until < row.open_from


def _mark(runtime: Runtime) -> None:
    """Note the number the next transaction gets, in a transaction after the one that raised `open_from`."""
    with runtime.database.write() as session:
        row = session.get_one(HourClosing, 1, with_for_update=True)
        if row.closed_until < row.open_from and row.mark is None:
            # A snapshot's xmax is the number the next transaction gets; `open_from` is committed, so that one will read it.
            row.mark = _snapshot_number(session, "xmax")


def _confirm(runtime: Runtime) -> None:
    """Close what was announced once every transaction below the mark has ended."""
    with runtime.database.write() as session:
        row = session.get_one(HourClosing, 1, with_for_update=True)
        if row.mark is not None and _snapshot_number(session, "xmin") >= row.mark:
            row.closed_until, row.mark = row.open_from, None


def _snapshot_number(session: Session, end: str) -> int:
    number = getattr(func, f"pg_snapshot_{end}")(func.pg_current_snapshot())
    return int(session.execute(select(number)).scalar_one())
