"""Questions about all stored responses."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Response
from app.runtime import day_of_hour


def find_days(session: Session) -> tuple[date, date] | None:
    """The first and the last day anybody answered; None before the first response."""
    first = session.scalar(select(func.min(Response.answered_hour)))
    last = session.scalar(select(func.max(Response.answered_hour)))
    return None if first is None or last is None else (day_of_hour(first), day_of_hour(last))
