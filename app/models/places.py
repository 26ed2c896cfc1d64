"""Units with their own keys, codes and predecessors; counters."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Unit(Base):
    """An administrative unit or an office. The key is ours and never changes; official codes are attributes."""

    __tablename__ = "units"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    level: Mapped[str]
    """province, commune, district (ended 2025-07-01), department, branch, centre: a label, not a rule."""
    office_name: Mapped[str] = mapped_column(default="")
    """Name of the one-stop desk as printed on slips; empty: made from the unit's name."""
    contacts: Mapped[str] = mapped_column(default="")
    """Where people send feedback: hotline and address, printed on the back of the slip."""
    parent_key: Mapped[str | None] = mapped_column(ForeignKey("units.key"), index=True)
    valid_from_on: Mapped[date | None]
    valid_to_on: Mapped[date | None]


class UnitCode(Base):
    """An official code of a unit. The list of 2025 gives old codes to new units: a code alone names no unit over time."""

    __tablename__ = "unit_codes"
    __table_args__ = (Index("ix_unit_codes_code", "code"),)

    unit_key: Mapped[str] = mapped_column(ForeignKey("units.key"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    valid_from_on: Mapped[date | None]
    valid_to_on: Mapped[date | None]


class UnitSuccession(Base):
    """`old_key` went over into `new_key` on a day; `share` is the part that went there, None when unknown."""

    __tablename__ = "unit_successions"
    __table_args__ = (CheckConstraint("share IS NULL OR (share > 0 AND share <= 1)", name="share_in_0_1"),)

    old_key: Mapped[str] = mapped_column(ForeignKey("units.key"), primary_key=True)
    new_key: Mapped[str] = mapped_column(ForeignKey("units.key"), primary_key=True)
    effective_on: Mapped[date]
    share: Mapped[float | None]


class Counter(Base):
    """A counter (quầy) of a desk."""

    __tablename__ = "counters"

    unit_key: Mapped[str] = mapped_column(ForeignKey("units.key"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
