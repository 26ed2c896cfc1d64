"""Targets and reporting calendars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.periods import ReportingCalendar
from analytics.targets import Target as BookTarget
from analytics.targets import TargetBook
from analytics.units import UnitTree
from app.models import Floor, Target
from app.models import ReportingCalendar as CalendarRow


def load_targets(session: Session, tree: UnitTree) -> TargetBook:
    """Every target with the document that set it, ready to be looked up along the tree."""
    rows = session.scalars(select(Target)).all()
    targets = [BookTarget(t.unit_key, t.field_code, t.year, Fraction(t.share), t.source or None) for t in rows]
    return TargetBook(targets, tree.ancestors_of_all())


def get_calendar(session: Session, today: date) -> ReportingCalendar:
    """The reporting calendar in force; months from the 15th to the 14th when none has been set."""
    row = session.scalar(select(CalendarRow).where(CalendarRow.valid_from_on <= today).order_by(CalendarRow.valid_from_on.desc()).limit(1))
    return ReportingCalendar(row.start_day if row is not None else 15)


@dataclass(frozen=True, slots=True)
class CriterionFloor:
    """The share no criterion may fall below, and the document that says so."""

    share: Fraction
    source: str | None


def find_floor(session: Session, places: Sequence[str], year: int | None) -> CriterionFloor | None:
    """The floor of the nearest of `places` (a unit and those above it, nearest first), else of all units.

    A floor of the asked year goes before one without a year; with no year asked the latest goes first.
    """
    by_place: dict[str | None, dict[int | None, Floor]] = {}
    for row in session.scalars(select(Floor)):
        by_place.setdefault(row.unit_key, {})[row.year] = row
    for place in (*places, None):
        years = by_place.get(place, {})
        wanted = max((known for known in years if known is not None), default=None) if year is None else year
        found = years.get(wanted) or years.get(None)
        if found is not None:
            return CriterionFloor(Fraction(found.share), found.source or None)
    return None
