"""What is done every night: the order of used codes is forgotten, ended sign-ins and enrolment codes are deleted."""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from sqlalchemy import CursorResult, delete

from app.models import EnrolmentCode, SignIn
from app.runtime import Runtime
from app.services.code_order import rewrite_codes


@dataclass(frozen=True, slots=True)
class Night:
    """What was done: codes rewritten, sign-ins and enrolment codes deleted."""

    n_codes: int
    n_sign_ins: int
    n_enrolment_codes: int


def spend_night(runtime: Runtime) -> Night:
    """Do the night's work; doing it twice, or while people rate, does no harm. Raises DatabaseUnavailableError."""
    now = runtime.clock()
    with runtime.database.write() as session:
        ended = delete(SignIn).where(SignIn.started_at < now - timedelta(hours=runtime.settings.session_hours))
        n_sign_ins = cast(CursorResult[object], session.execute(ended)).rowcount
        # A day's grace: a code that was used or came too late is still told apart from one that never was.
        past = delete(EnrolmentCode).where(EnrolmentCode.valid_until_at < now - timedelta(days=1))
        n_enrolment_codes = cast(CursorResult[object], session.execute(past)).rowcount
    # Last: the rewrite also empties SQLite's write-ahead log, with whatever the lines above have put there.
    return Night(rewrite_codes(runtime.database, runtime.today()), n_sign_ins, n_enrolment_codes)
