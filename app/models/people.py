"""People who sign in, their sessions, and keys of programs."""

from datetime import date, datetime

from sqlalchemy import JSON, DateTime, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class User(Base):
    """Somebody who signs in; `unit_key` is the place in the tree, and with it everything they may see."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    """What the page header says: "Sở Nội vụ tỉnh Gia Lai · Chuyên viên"."""
    unit_key: Mapped[str | None] = mapped_column(ForeignKey("units.key"))
    """None: the whole tree."""
    password_hash: Mapped[str]
    totp_secret: Mapped[str | None]
    created_on: Mapped[date]
    disabled_on: Mapped[date | None]


class SignIn(Base):
    """A session, kept here so that it can be revoked; the browser holds a random token of which this is the hash."""

    __tablename__ = "sessions"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name"), index=True)
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    seen_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ApiKey(Base):
    """A program's key: hashed, with what it may do and where."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    may: Mapped[list[str]] = mapped_column(JSON)
    """Of "read figures", "submit responses", "issue invitations"."""
    unit_key: Mapped[str | None] = mapped_column(ForeignKey("units.key"))
    created_on: Mapped[date]
    revoked_on: Mapped[date | None]
