"""Opening hours by weekday, and days that are not like their weekday: what the check of odd hours goes by."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator
from pydantic import Field as Column
from sqlalchemy import select

from app.imports.cells import Day, Flag, Text, UnitReference
from app.imports.derived_ids import derive_id
from app.imports.plan import Changes, Context, Kind
from app.imports.rows import Row
from app.models import OpeningDay, OpeningHours
from app.opening_hours import WEEKDAYS, read_spans, write_spans

Weekday = Annotated[
    Literal["T2", "T3", "T4", "T5", "T6", "T7", "CN"],
    BeforeValidator(str.upper),
    Column(description=f"one of {', '.join(WEEKDAYS)}: Monday to Sunday"),
]
Spans = Annotated[
    str,
    BeforeValidator(lambda text: write_spans(read_spans(text))),
    Column(description="spans as 7:30-11:30 13:30-17:00, or closed"),
]
_EVERYWHERE: Final = "empty: every unit that does not state its own"


class HoursRow(Row):
    """The opening hours of one weekday. Once any are stated for a unit, a weekday without hours is closed."""

    unit: UnitReference | None = Column(default=None, description=_EVERYWHERE)
    weekday: Weekday
    hours: Spans


class DayRow(Row):
    """A day that is open or closed whatever its weekday: a holiday, a Saturday worked instead of another day."""

    unit: UnitReference | None = Column(default=None, description=_EVERYWHERE)
    day: Day
    is_open: Flag = Column(alias="open", description="1 open, 0 closed")
    note: Text = Column(default="", description="the holiday, or the decision")


def plan_hours(context: Context, rows: Sequence[HoursRow]) -> Changes:
    """Hours by unit and weekday; the same weekday in another file is set anew."""
    known = {(row.unit_key, row.weekday): row for row in context.session.scalars(select(OpeningHours))}
    changes = Changes()
    places = []
    for row in rows:
        place = (context.unit(row.number, "unit", row.unit), WEEKDAYS.index(row.weekday))
        places.append((row.number, place))
        otherwise = {"id": derive_id(*place), "unit_key": place[0], "weekday": place[1]}
        changes.note(row.number, OpeningHours, known.get(place), {"hours": row.hours}, otherwise=otherwise)
    context.refuse_repetitions(places, "unit and weekday")
    return changes


def plan_days(context: Context, rows: Sequence[DayRow]) -> Changes:
    """Days by unit and day; the same day in another file is set anew."""
    known = {(row.unit_key, row.day): row for row in context.session.scalars(select(OpeningDay))}
    changes = Changes()
    places = []
    for row in rows:
        place = (context.unit(row.number, "unit", row.unit), row.day)
        places.append((row.number, place))
        said: dict[str, object] = {"is_open": row.is_open} | ({"note": row.note} if row.says("note") else {})
        otherwise = {"id": derive_id(place[0], row.day.isoformat()), "unit_key": place[0], "day": row.day, "note": ""}
        changes.note(row.number, OpeningDay, known.get(place), said, otherwise=otherwise)
    context.refuse_repetitions(places, "unit and day")
    return changes


HOURS = Kind("hours", "Opening hours by weekday.", HoursRow, plan_hours)
DAYS = Kind("days", "Holidays, and working days that are not like their weekday.", DayRow, plan_days)
