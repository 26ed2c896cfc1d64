"""When desks are open, as the office states it: hours by weekday, and days that are not like their weekday."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class OpeningHours(Base):
    """The hours of one weekday. Empty unit: of every unit that does not state its own for this weekday."""

    __tablename__ = "opening_hours"
    __table_args__ = (CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"), UniqueConstraint("unit_key", "weekday"))

    id: Mapped[str] = mapped_column(primary_key=True)
    unit_key: Mapped[str | None] = mapped_column(ForeignKey("units.key"))
    weekday: Mapped[int]
    """0 Monday … 6 Sunday."""
    hours: Mapped[str]
    """Spans such as "07:30-11:30 13:30-17:00"; empty: closed."""


class OpeningDay(Base):
    """A day on which desks are open or closed whatever its weekday. Empty unit: everywhere, unless a unit says otherwise."""

    __tablename__ = "opening_days"
    __table_args__ = (UniqueConstraint("unit_key", "day"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    unit_key: Mapped[str | None] = mapped_column(ForeignKey("units.key"))
    day: Mapped[date]
    is_open: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    """The holiday, or the decision by which a Saturday is worked."""
