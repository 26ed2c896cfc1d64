"""What figures are held against, and the calendar their periods follow."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Target(Base):
    """A target for a year, as printed in a document. Empty unit or field: for all of them.

    The share is kept as the decimal text of the document ("0.9"), because đạt / chưa đạt is decided on exact numbers.
    """

    __tablename__ = "targets"
    __table_args__ = (UniqueConstraint("unit_key", "field_code", "year"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    unit_key: Mapped[str | None] = mapped_column(ForeignKey("units.key"))
    field_code: Mapped[str | None] = mapped_column(ForeignKey("fields.code"))
    year: Mapped[int | None]
    share: Mapped[str]
    source: Mapped[str] = mapped_column(default="")


class Floor(Base):
    """No criterion may fall below this ("không tiêu chí nào dưới 80%"), beside the targets of unit × field."""

    __tablename__ = "floors"

    id: Mapped[str] = mapped_column(primary_key=True)
    unit_key: Mapped[str | None] = mapped_column(ForeignKey("units.key"))
    year: Mapped[int | None]
    share: Mapped[str]
    source: Mapped[str] = mapped_column(default="")


class ParScale(Base):
    """How many points of the administrative-reform index (PAR) a share earns in a year; empty year: in every other one.

    `points` is the most, as decimal text; `bands` is "linear" or rising edges with their points, "0.8:15;0.9:30".
    """

    __tablename__ = "par_scales"
    __table_args__ = (UniqueConstraint("year"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int | None]
    points: Mapped[str]
    bands: Mapped[str] = mapped_column(default="linear")
    source: Mapped[str] = mapped_column(default="")


class ReportingCalendar(Base):
    """On which day a reporting month starts: 15 (15th to 14th, the default) or 1 (calendar months), from a day on."""

    __tablename__ = "reporting_calendars"
    __table_args__ = (CheckConstraint("start_day IN (1, 15)", name="start_day_1_or_15"),)

    valid_from_on: Mapped[date] = mapped_column(primary_key=True)
    start_day: Mapped[int]
    source: Mapped[str] = mapped_column(default="")
