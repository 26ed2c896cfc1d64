"""Users and their sign-ins."""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, update

from app.errors import BadInputError, DatabaseUnavailableError
from app.models import SignIn, Unit, User
from app.runtime import Runtime

Role = Literal["administrator", "analyst", "unit_head", "officer", "counter"]
ROLES: tuple[Role, ...] = ("administrator", "analyst", "unit_head", "officer", "counter")
"""`counter` (người kiểm phiếu) opens boxes and types paper sheets, and sees neither figures nor the desk."""
SHORTEST_PASSWORD = 12

_hasher = PasswordHasher()
# Verified when the name is unknown, so that the time taken does not tell which names exist.
_NOBODY = _hasher.hash("nobody has this password")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody signed in: name, role, the place in the tree (None: all of it)."""

    name: str
    role: str
    title: str
    unit_key: str | None


def add_user(runtime: Runtime, *, name: str, password: str, role: Role, title: str = "", unit_key: str | None = None) -> None:
    """Add a user. Raises BadInputError for a taken name, a short password, an unknown role or unit."""
    if not name.strip() or name != name.strip():
        raise BadInputError("a name is not empty and has no blanks around it")
    if role not in ROLES:
        raise BadInputError(f"a role is one of: {', '.join(ROLES)}")
    with runtime.database.write() as session:
        if session.get(User, name) is not None:
            raise BadInputError(f"there is a user {name!r} already: choose another name or set a new password")
        if unit_key is not None and session.get(Unit, unit_key) is None:
            raise BadInputError(f"no unit has the key {unit_key!r}")
        session.add(
            User(
                name=name,
                role=role,
                title=title,
                unit_key=unit_key,
                password_hash=_hash_password(password),
                created_on=runtime.today(),
            )
        )


def set_password(runtime: Runtime, name: str, password: str) -> None:
    """Give a user a new password and end their sessions. Raises BadInputError for an unknown name or a short password."""
    with runtime.database.write() as session:
        user = session.get(User, name)
        if user is None:
            raise BadInputError(f"there is no user {name!r}")
        user.password_hash = _hash_password(password)
        session.execute(delete(SignIn).where(SignIn.user_name == name))


def _hash_password(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise BadInputError(f"a password has at least {SHORTEST_PASSWORD} characters")
    return _hasher.hash(password)


def sign_in(runtime: Runtime, name: str, password: str) -> str | None:
    """Start a session; the token for the browser, or None when name and password do not belong together."""
    with runtime.database.read() as session:
        user = session.get(User, name)
        password_hash = user.password_hash if user is not None and user.disabled_on is None else None
    try:
        _hasher.verify(password_hash or _NOBODY, password)
    except VerificationError:
        return None
    if password_hash is None:
        return None
    token = runtime.random_bytes(32).hex()
    now = runtime.clock()
    with runtime.database.write() as session:
        session.execute(delete(SignIn).where(SignIn.started_at < now - timedelta(hours=runtime.settings.session_hours)))
        session.add(SignIn(token_hash=_hash_token(token), user_name=name, started_at=now, seen_at=now))
    return token


def find_person(runtime: Runtime, token: str) -> Person | None:
    """Who is signed in with this token; None once idle too long, too old, signed out or disabled."""
    now, settings = runtime.clock(), runtime.settings
    with runtime.database.read() as session:
        row = session.get(SignIn, _hash_token(token))
        if row is None:
            return None
        user = session.get_one(User, row.user_name)
        started_at, seen_at = _aware(row.started_at), _aware(row.seen_at)
        person = Person(user.name, user.role, user.title, user.unit_key)
        disabled = user.disabled_on is not None
    if disabled or now - started_at > timedelta(hours=settings.session_hours):
        return None
    if now - seen_at > timedelta(minutes=settings.session_idle_minutes):
        return None
    if now - seen_at > timedelta(minutes=1):  # a write per minute and person, not per page
        # With a full disk people at work must still see the page that says so.
        with suppress(DatabaseUnavailableError), runtime.database.write() as session:
            session.execute(update(SignIn).where(SignIn.token_hash == _hash_token(token)).values(seen_at=now))
    return person


def sign_out(runtime: Runtime, token: str) -> None:
    """End a session; nothing happens when there is none."""
    with runtime.database.write() as session:
        session.execute(delete(SignIn).where(SignIn.token_hash == _hash_token(token)))


def _hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)  # SQLite keeps no zone
