"""What is known about a tablet beside its enrolment: the one-time codes that enrol it, and what it last said of itself."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class EnrolmentCode(Base):
    """A code that makes one browser the tablet of a device, once and within minutes. Kept as a keyed hash."""

    __tablename__ = "enrolment_codes"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), index=True)
    valid_until_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DeviceState(Base):
    """The last heartbeat of a tablet: counters of sheets, never an answer. One row per device, overwritten.

    `saved` counts every sheet put into the tablet's box since the box was made; each of them is acknowledged, quarantined,
    refused or still pending, so the four must add up to it.
    """

    __tablename__ = "device_states"

    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), primary_key=True)
    reported_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    """When it arrived, by our clock."""
    clock_offset_seconds: Mapped[int]
    """The tablet's clock minus ours."""
    box: Mapped[str | None]
    """Random name the tablet gave its box; another one means that the browser lost or remade its storage. None: it has no box."""
    saved: Mapped[int]
    acknowledged: Mapped[int]
    quarantined: Mapped[int]
    refused: Mapped[int]
    pending: Mapped[int]
    oldest_pending_hour: Mapped[int | None]
    lost_pending: Mapped[int] = mapped_column(default=0)
    """Sheets that were pending in a box that is gone."""
    app_version: Mapped[str]
    is_storage_persistent: Mapped[bool | None]
    trouble: Mapped[str | None]
    """What keeps the tablet from storing: "storage refused" or "storage full"."""
