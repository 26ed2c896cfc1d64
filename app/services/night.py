"""What is done every night: the order of use is forgotten; ended sign-ins, enrolment codes and old rating codes are deleted."""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from sqlalchemy import CursorResult, Delete, delete
from sqlalchemy.orm import Session

from app.models import EnrolmentCode, Installation, RatingCode, SignIn
from app.runtime import Runtime
from app.services.code_order import Forgotten, forget_order


@dataclass(frozen=True, slots=True)
class Night:
    """What was done: rows written anew, and how many sign-ins, enrolment codes and rating codes were deleted."""

    forgotten: Forgotten
    n_sign_ins: int
    n_enrolment_codes: int
    n_old_codes: int


def spend_night(runtime: Runtime) -> Night:
    """Do the night's work; doing it twice, or while people rate, does no harm. Raises DatabaseUnavailableError."""
    now = runtime.clock()
    # A used code and one that came too late are told apart from one that never was as long as somebody may hold its slip. No tablet
    # can still bring a sheet answered while the code was valid: a browser forgets after 400 days that it is one.
    oldest = runtime.today() - timedelta(days=runtime.settings.code_kept_days)
    with runtime.database.write() as session:
        n_sign_ins = _count(session, delete(SignIn).where(SignIn.started_at < now - timedelta(hours=runtime.settings.session_hours)))
        # A day's grace, for the same reason.
        n_enrolment_codes = _count(session, delete(EnrolmentCode).where(EnrolmentCode.valid_until_at < now - timedelta(days=1)))
        n_old_codes = _count(session, delete(RatingCode).where(RatingCode.valid_until_on < oldest))
    # Last: the rewrite leaves nothing of the deleted codes in the table's files, and empties SQLite's write-ahead log.
    return Night(forget_order(runtime.database, runtime.today()), n_sign_ins, n_enrolment_codes, n_old_codes)


def note_night(runtime: Runtime) -> None:
    """Note that everything of this night was done; `server_watch` tells the office when that was too long ago."""
    with runtime.database.write() as session:
        session.get_one(Installation, 1).night_at = runtime.clock()


def _count(session: Session, statement: Delete) -> int:
    return cast(CursorResult[object], session.execute(statement)).rowcount
