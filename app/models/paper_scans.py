"""Scanned pages, from their arrival until their sheet is settled; then reading and picture are deleted together."""

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import UNORDERED, Base


class PaperScan(Base):
    """One page of one sheet as a machine read it for one person.

    The picture stands in the row, not in a folder: it goes in the same transaction as the reading, and any worker can show it.
    """

    __tablename__ = "paper_scans"
    __table_args__ = (CheckConstraint("page >= 1", name="page"), UNORDERED)

    box_id: Mapped[str] = mapped_column(ForeignKey("paper_boxes.id"), primary_key=True)
    serial: Mapped[str] = mapped_column(primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    scanned_by: Mapped[str] = mapped_column(ForeignKey("users.name"))
    readings: Mapped[dict[str, list[str | None]]] = mapped_column(JSON)
    """By cell: the key, None for blank, and the doubt, None where the key is certain."""
    picture: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """JPEG of the page laid straight."""
