"""What this database is: one row that says whether it is the demonstration."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Installation(Base):
    """The database's own label, written once when it is made. `kind` is "office" or "demonstration".

    Generated rows enter only a demonstration, and a demonstration never becomes an office.
    """

    __tablename__ = "installation"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("kind IN ('office', 'demonstration')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    made_on: Mapped[date]
    top_unit_key: Mapped[str | None]
    """The unit whose desk, targets and tree are shown first."""
    night_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the night's work last came to its end; an upgrade from a version that did not note it counts as one."""
