"""Which received hours are closed: no transaction that could still add a row to them is running."""

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class HourClosing(Base):
    """The one row every process of an installation agrees by; see `app/services/closing.py`."""

    __tablename__ = "hour_closing"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), CheckConstraint("closed_until <= open_from", name="order"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    database: Mapped[str]
    """Random name of this database: parts made from another one are not taken for its own."""
    open_from: Mapped[int]
    """A response that begins to be filed now is received in this hour or later, whatever a clock says."""
    mark: Mapped[int | None] = mapped_column(BigInteger)
    """PostgreSQL: transactions from this number on know `open_from`; None where it still has to be taken."""
    closed_until: Mapped[int]
    """Everything received before this hour is committed and visible."""
