"""Flags of the integrity runs, and what people said and decided about each: both insert-only."""

from datetime import date, datetime

from sqlalchemy import JSON, DateTime, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class IntegrityFlag(Base):
    """What a run found at one place: a device in an hour, or a unit in a half-month. Never changed, never deleted.

    Found again it stays as it was found first: whoever explained it explained those numbers.
    """

    __tablename__ = "integrity_flags"
    __table_args__ = (Index("ix_integrity_flags_unit_key_first_hour", "unit_key", "first_hour"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    """A hash of kind and place, so that two runs agree on it."""
    kind: Mapped[str]
    unit_key: Mapped[str] = mapped_column(ForeignKey("units.key"))
    device_id: Mapped[str | None] = mapped_column(ForeignKey("devices.id"))
    block: Mapped[str]
    first_hour: Mapped[int]
    last_hour: Mapped[int]
    evidence: Mapped[dict[str, object]] = mapped_column(JSON)
    p_value: Mapped[float | None]
    """None: a rule was broken."""
    adjusted_p: Mapped[float | None]
    found_on: Mapped[date]


class IntegrityStep(Base):
    """One step of a flag, numbered from 1: explained by the unit, confirmed, or dismissed; by whom, when, why. The last is its state."""

    __tablename__ = "integrity_steps"

    flag_id: Mapped[str] = mapped_column(ForeignKey("integrity_flags.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    reason: Mapped[str]
    by_name: Mapped[str] = mapped_column(ForeignKey("users.name"))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
