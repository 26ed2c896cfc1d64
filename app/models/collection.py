"""How responses come in: devices, rating codes, walk-aways; and the population of cases they stand for."""

from datetime import date

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import UNORDERED, Base


class Device(Base):
    """A tablet at a desk. Its key is stored as a hash; a revoked device is refused."""

    __tablename__ = "devices"

    id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    unit_key: Mapped[str] = mapped_column(ForeignKey("units.key"), index=True)
    counter_code: Mapped[str | None]
    key_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    enrolled_on: Mapped[date]
    revoked_on: Mapped[date | None]
    staff_pin: Mapped[str | None]
    """The slow hash of the PIN of the tablet's staff screen, which the tablet checks without a network; None: no PIN yet."""


class RatingCode(Base):
    """A rating code: only its keyed hash, what it fills in, and the day it was used at each stage.

    Nothing joins a code to a response: no response id here, no code there, a key without order, a day instead of
    a time.
    """

    __tablename__ = "rating_codes"
    __table_args__ = (
        ForeignKeyConstraint(["unit_key", "counter_code"], ["counters.unit_key", "counters.code"]),
        Index("ix_rating_codes_valid_until_on", "valid_until_on"),
        UNORDERED,
    )

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    key_id: Mapped[int]
    unit_key: Mapped[str] = mapped_column(ForeignKey("units.key"))
    field_code: Mapped[str] = mapped_column(ForeignKey("fields.code"))
    counter_code: Mapped[str | None]
    mode: Mapped[str | None]
    handed_out: Mapped[str] = mapped_column(default="paper", server_default="paper")
    """paper, or link when it was sent by SMS or Zalo: decides the channel its answers are counted in."""
    valid_until_on: Mapped[date]
    filing_used_on: Mapped[date | None]
    result_used_on: Mapped[date | None]


class WalkAway(Base):
    """How many people left a device half-way, by the last criterion they saw. Their answers are gone."""

    __tablename__ = "walk_aways"

    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    left_on: Mapped[date] = mapped_column(primary_key=True)
    instrument_id: Mapped[str] = mapped_column(ForeignKey("instruments.id"), primary_key=True)
    last_criterion: Mapped[str] = mapped_column(primary_key=True)
    people: Mapped[int]


class DossierCount(Base):
    """Dossiers finished, and how many of them late, per unit, field, mode and half-month block; no single dossier."""

    __tablename__ = "dossier_counts"
    __table_args__ = (Index("ix_dossier_counts_unit_key_block", "unit_key", "block"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    unit_key: Mapped[str] = mapped_column(ForeignKey("units.key"))
    field_code: Mapped[str] = mapped_column(ForeignKey("fields.code"))
    mode: Mapped[str]
    block: Mapped[str]
    finished: Mapped[int]
    late: Mapped[int]
    source: Mapped[str] = mapped_column(default="")


class PublishedCount(Base):
    """A hand-counted or published total: how many answers at one level of one question, in one place and period.

    Place and field stand as printed (`unit_label`, `field_label`); the links are set where they name one of ours.
    Such figures carry no respondent-level interval.
    """

    __tablename__ = "published_counts"

    id: Mapped[str] = mapped_column(primary_key=True)
    unit_label: Mapped[str]
    unit_key: Mapped[str | None] = mapped_column(ForeignKey("units.key"))
    field_label: Mapped[str]
    field_code: Mapped[str | None] = mapped_column(ForeignKey("fields.code"))
    first_on: Mapped[date]
    last_on: Mapped[date]
    question: Mapped[str]
    level: Mapped[str]
    position: Mapped[int]
    satisfied: Mapped[bool]
    answers: Mapped[int]
