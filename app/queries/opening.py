"""When desks are open, as the integrity run takes it."""

from collections import defaultdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.integrity import Opening, Openings, Span
from analytics.integrity.opening import UNSTATED
from app.models import OpeningDay, OpeningHours
from app.opening_hours import read_spans


def load_openings(session: Session) -> Openings:
    """What the office stated. A unit's own weekdays and days go before the general ones; nothing stated: the usual wide hours.

    Where only days are stated the hours stay the usual ones; where any hours are, a weekday without is closed.
    """
    weeks: dict[str | None, dict[int, tuple[Span, ...]]] = defaultdict(dict)
    days: dict[str | None, dict[date, bool]] = defaultdict(dict)
    for unit, weekday, hours in session.execute(select(OpeningHours.unit_key, OpeningHours.weekday, OpeningHours.hours)):
        weeks[unit][weekday] = read_spans(hours)
    for unit, day, is_open in session.execute(select(OpeningDay.unit_key, OpeningDay.day, OpeningDay.is_open)):
        days[unit][day] = is_open

    def of(unit: str | None) -> Opening:
        week, exceptions = weeks[None] | weeks[unit], days[None] | days[unit]
        return Opening(week, exceptions) if week else Opening(UNSTATED.week, exceptions, UNSTATED.grace_minutes)

    stated = set(weeks) | set(days)
    return Openings(of(None) if None in stated else None, {unit: of(unit) for unit in stated if unit is not None})
