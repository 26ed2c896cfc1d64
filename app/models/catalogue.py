"""Fields and procedures; published instruments and the campaigns that use them."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Field(Base):
    """A field (lĩnh vực), by a code of ours."""

    __tablename__ = "fields"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    resolving_unit_key: Mapped[str | None] = mapped_column(ForeignKey("units.key"))
    """Who resolves this field's dossiers where it is not the receiving unit (land: the registration branch)."""
    position: Mapped[int] = mapped_column(default=0)


class Procedure(Base):
    """An administrative procedure (TTHC) by its national code."""

    __tablename__ = "procedures"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    field_code: Mapped[str] = mapped_column(ForeignKey("fields.code"), index=True)


class InstrumentVersion(Base):
    """A published version of an instrument: its text and the hash that says it has not been edited since."""

    __tablename__ = "instruments"

    id: Mapped[str] = mapped_column(primary_key=True)
    series: Mapped[str] = mapped_column(index=True)
    version: Mapped[str]
    content_hash: Mapped[str]
    source: Mapped[str]
    """The questionnaire as published, as JSON: what answers of this version mean even when its file is gone."""
    published_on: Mapped[date]


class Campaign(Base):
    """A survey campaign (đợt khảo sát): a name, an instrument and its days; None as unit means everywhere."""

    __tablename__ = "campaigns"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    instrument_id: Mapped[str] = mapped_column(ForeignKey("instruments.id"))
    unit_key: Mapped[str | None] = mapped_column(ForeignKey("units.key"))
    first_on: Mapped[date]
    last_on: Mapped[date | None]
