"""Paper: printed batches, opened boxes, what two people typed, and which numbers have been counted.

No row names a respondent, and none joins a form's number to a response: the typed answers are deleted in the transaction that stores the
response, and of the number only stays that it was used.
"""

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import UNORDERED, Base


class PaperBatch(Base):
    """A printed batch: its random prefix, how many forms, and what is printed on all of them."""

    __tablename__ = "paper_batches"
    __table_args__ = (CheckConstraint("forms BETWEEN 1 AND 300", name="forms"),)

    prefix: Mapped[str] = mapped_column(primary_key=True)
    unit_key: Mapped[str] = mapped_column(ForeignKey("units.key"), index=True)
    field_code: Mapped[str | None] = mapped_column(ForeignKey("fields.code"))
    """None: a line on the form, and whoever types the sheet chooses."""
    instrument_id: Mapped[str] = mapped_column(ForeignKey("instruments.id"))
    stage: Mapped[str]
    size: Mapped[str]
    language: Mapped[str]
    box_place: Mapped[str]
    forms: Mapped[int]
    printed_on: Mapped[date]
    printed_by: Mapped[str] = mapped_column(ForeignKey("users.name"))


class PaperBox(Base):
    """A locked box opened by two people: what it held, for which days, and when its record was closed."""

    __tablename__ = "paper_boxes"
    __table_args__ = (
        CheckConstraint("first_person <> second_person", name="two_people"),
        CheckConstraint("first_on <= last_on", name="period"),
        CheckConstraint("sheets >= 0 AND unnumbered >= 0", name="counts"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    unit_key: Mapped[str] = mapped_column(ForeignKey("units.key"), index=True)
    first_on: Mapped[date]
    last_on: Mapped[date]
    sheets: Mapped[int]
    """Counted by hand before anything was typed."""
    unnumbered: Mapped[int] = mapped_column(default=0)
    """Sheets without a readable number; nobody can tell them from photocopies, so they are not counted."""
    first_person: Mapped[str] = mapped_column(ForeignKey("users.name"))
    second_person: Mapped[str] = mapped_column(ForeignKey("users.name"))
    opened_on: Mapped[date]
    confirmed_on: Mapped[date | None]
    """When the second person confirmed, signed in, that they opened and counted together."""
    closed_on: Mapped[date | None]


class PaperEntry(Base):
    """What one person typed from one sheet. It lives until both entries agree or are settled, and is deleted then."""

    __tablename__ = "paper_entries"
    __table_args__ = (UNORDERED,)

    box_id: Mapped[str] = mapped_column(ForeignKey("paper_boxes.id"), primary_key=True)
    serial: Mapped[str] = mapped_column(primary_key=True)
    entered_by: Mapped[str] = mapped_column(ForeignKey("users.name"), primary_key=True)
    is_spoiled: Mapped[bool]
    answers: Mapped[dict[str, str]] = mapped_column(JSON)
    """By the name of the form's field, as typed."""
    is_scanned: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Read from a scan, a person looking only at what was uncertain. Of the two entries of a sheet one at most."""


class PaperSheet(Base):
    """A number that has been counted: in which box, and as what. No answer and no response stands here."""

    __tablename__ = "paper_sheets"
    __table_args__ = (CheckConstraint("state IN ('agreed', 'settled', 'spoiled')", name="state"), UNORDERED)

    serial: Mapped[str] = mapped_column(primary_key=True)
    box_id: Mapped[str] = mapped_column(ForeignKey("paper_boxes.id"), index=True)
    state: Mapped[str]
    is_scanned: Mapped[bool] = mapped_column(default=False, server_default=false())
    """One of its two entries was read from a scan: the record of the box tells how many."""


class PaperCopy(Base):
    """Further sheets that bear a number already met: photocopies, noted by each of the two people and not counted."""

    __tablename__ = "paper_copies"
    __table_args__ = (CheckConstraint("copies > 0", name="copies"), UNORDERED)

    box_id: Mapped[str] = mapped_column(ForeignKey("paper_boxes.id"), primary_key=True)
    serial: Mapped[str] = mapped_column(primary_key=True)
    noted_by: Mapped[str] = mapped_column(ForeignKey("users.name"), primary_key=True)
    copies: Mapped[int]
