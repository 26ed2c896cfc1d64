"""Responses and what stands apart from them: comments, respondent answers, quarantine, exclusions."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, LargeBinary, String, TypeDecorator, Uuid, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import UNORDERED, Base
from survey_forms import parse_rating


class RatingText(TypeDecorator[int | str]):
    """One rating in a column: a level or "no_opinion", kept as text (SQLite would turn a bare JSON number into its own kind)."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: int | str | None, _dialect: Dialect) -> str | None:
        """Level or word to text."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> int | str | None:
        """Text to level or word."""
        return None if value is None else parse_rating(value)


class Response(Base):
    """One submitted answer sheet. Insert-only: a trigger refuses to change or delete a row.

    It keeps hours, not times, and no trace of the rating code: `coded` says only that one was spent.
    """

    __tablename__ = "responses"
    __table_args__ = (
        Index("ix_responses_received_hour", "received_hour"),
        Index("ix_responses_answered_hour", "answered_hour"),
        UNORDERED,
    )

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """Keyed hash of the normalised fields below; tells a repeated sending from another sheet under the same id."""
    instrument_id: Mapped[str] = mapped_column(ForeignKey("instruments.id"))
    unit_key: Mapped[str] = mapped_column(ForeignKey("units.key"))
    """The receiving unit (the desk)."""
    resolving_unit_key: Mapped[str | None] = mapped_column(ForeignKey("units.key"))
    counter_code: Mapped[str | None]
    field_code: Mapped[str] = mapped_column(ForeignKey("fields.code"))
    procedure_code: Mapped[str | None]
    channel: Mapped[str]
    stage: Mapped[str]
    mode: Mapped[str | None]
    kind: Mapped[str | None]
    helped: Mapped[bool]
    coded: Mapped[bool]
    asked: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """Criteria put to this person; None: all of the stage."""
    ratings: Mapped[dict[str, int | str]] = mapped_column(JSON)
    overall: Mapped[int | str | None] = mapped_column(RatingText)
    took: Mapped[str | None]
    repeats_previous: Mapped[bool | None]
    device_id: Mapped[str | None] = mapped_column(ForeignKey("devices.id"))
    campaign_key: Mapped[str | None] = mapped_column(ForeignKey("campaigns.key"))
    answered_hour: Mapped[int]
    """Hours since 1970-01-01T00Z, never later than `received_hour`: the period a response belongs to follows it."""
    received_hour: Mapped[int]


class Comment(Base):
    """A comment, erasable: `digest` = SHA-256(salt + text) stays, so the response's seal outlives the text.

    Where its writer allowed quoting, the digest covers that too: nobody can add the consent afterwards.
    """

    __tablename__ = "comments"
    __table_args__ = (UNORDERED,)

    response_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("responses.id"), primary_key=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    text: Mapped[str | None]
    may_quote: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether the office may quote it in public, without a name."""
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    erased_on: Mapped[date | None]


class RespondentAnswers(Base):
    """Answers about the respondent (age, sex, …), apart and erasable like a comment."""

    __tablename__ = "respondent_answers"
    __table_args__ = (UNORDERED,)

    response_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("responses.id"), primary_key=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    answers: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    erased_on: Mapped[date | None]


class ResponseReasons(Base):
    """What went wrong with criteria rated low: ticked reasons and own words by criterion, apart and erasable like a comment."""

    __tablename__ = "response_reasons"
    __table_args__ = (UNORDERED,)

    response_id: Mapped[UUID] = mapped_column(Uuid, ForeignKey("responses.id"), primary_key=True)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    reasons: Mapped[dict[str, dict[str, object]] | None] = mapped_column(JSON(none_as_null=True))
    """By criterion code: `chips`, codes of the instrument's reasons, and `text`, own words or None."""
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    erased_on: Mapped[date | None]


class Quarantined(Base):
    """What was received and could not be filed: kept whole, without its code, until a person has looked."""

    __tablename__ = "quarantine"
    __table_args__ = (UNORDERED,)

    response_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    reason: Mapped[str]
    submission: Mapped[dict[str, object]] = mapped_column(JSON)
    device_id: Mapped[str | None] = mapped_column(ForeignKey("devices.id"))
    received_hour: Mapped[int]
    settled_on: Mapped[date | None]
    settled_as: Mapped[str | None]


class Exclusion(Base):
    """Responses left out of a figure, with a reason and a name. Nothing is deleted; both figures can be shown.

    What is left out: one response, or everything of a device, a unit or one counter of it between two hours. A confirmed flag
    writes its own; those made by hand have steps (`ExclusionStep`).
    """

    __tablename__ = "exclusions"

    id: Mapped[str] = mapped_column(primary_key=True)
    response_id: Mapped[UUID | None] = mapped_column(Uuid, ForeignKey("responses.id"))
    device_id: Mapped[str | None] = mapped_column(ForeignKey("devices.id"))
    unit_key: Mapped[str | None] = mapped_column(ForeignKey("units.key"))
    counter_code: Mapped[str | None]
    """One counter of the unit; None: the whole unit."""
    first_hour: Mapped[int | None]
    last_hour: Mapped[int | None]
    reason: Mapped[str]
    explanation: Mapped[str | None]
    """What the unit answered before it was decided."""
    state: Mapped[str]
    """open, explained, confirmed, dismissed; one made by hand also withdrawn."""
    decided_by: Mapped[str | None] = mapped_column(ForeignKey("users.name"))
    decided_on: Mapped[date | None]


class ExclusionStep(Base):
    """One step of an exclusion made by hand, numbered from 1: proposed (open), confirmed, dismissed, withdrawn; by whom, when, why."""

    __tablename__ = "exclusion_steps"

    exclusion_id: Mapped[str] = mapped_column(ForeignKey("exclusions.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    reason: Mapped[str]
    by_name: Mapped[str] = mapped_column(ForeignKey("users.name"))
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
