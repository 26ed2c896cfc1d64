"""Keys of devices and programs: handed out once, kept as hashes."""

import base64
import hashlib
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import BadInputError, ForbiddenError, UnauthenticatedError
from app.models import ApiKey, Counter, Device, Unit
from app.runtime import Runtime

Permission = Literal["read figures", "submit responses", "issue invitations", "report as a device"]
PERMISSIONS: tuple[Permission, ...] = ("read figures", "submit responses", "issue invitations")
"""What a program's key may be given. Reporting as a device is for enrolled tablets alone."""


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """Who stands behind a bearer key. `unit_key` None: the whole tree."""

    id: str
    device_id: str | None
    unit_key: str | None
    may: frozenset[str]


def _new_key(runtime: Runtime, prefix: str) -> str:
    return prefix + "_" + base64.urlsafe_b64encode(runtime.random_bytes(30)).decode("ascii")


def new_device_key(runtime: Runtime) -> str:
    """A key for a tablet; only its hash is kept."""
    return _new_key(runtime, "dev")


def hash_key(key: str) -> bytes:
    """SHA-256; the key has 240 random bits, so a slow hash would add nothing."""
    return hashlib.sha256(key.encode()).digest()


def _short_id(runtime: Runtime) -> str:
    return runtime.random_bytes(6).hex()


def add_device(runtime: Runtime, *, unit_key: str, label: str, counter_code: str | None = None) -> tuple[str, str]:
    """Enrol a tablet at a desk; its id and its key, which is shown this once. Raises BadInputError for an unknown place."""
    _require_label(label)
    key, device_id = new_device_key(runtime), _short_id(runtime)
    with runtime.database.write() as session:
        _require_unit(session, unit_key)
        if counter_code is not None and session.get(Counter, (unit_key, counter_code)) is None:
            raise BadInputError(f"unit {unit_key} has no counter {counter_code}: leave it out or add the counter first")
        session.add(
            Device(
                id=device_id,
                label=label,
                unit_key=unit_key,
                counter_code=counter_code,
                key_hash=hash_key(key),
                enrolled_on=runtime.today(),
            )
        )
    return device_id, key


def add_api_key(runtime: Runtime, *, label: str, may: tuple[Permission, ...], unit_key: str | None = None) -> str:
    """A program's key, shown this once. Raises BadInputError for an unknown unit or permission."""
    _require_label(label)
    unknown = sorted(set(may) - set(PERMISSIONS))
    if unknown or not may:
        raise BadInputError(f"a key may: {', '.join(PERMISSIONS)}; name at least one of them")
    key = _new_key(runtime, "api")
    with runtime.database.write() as session:
        if unit_key is not None:
            _require_unit(session, unit_key)
        session.add(
            ApiKey(
                id=_short_id(runtime),
                label=label,
                key_hash=hash_key(key),
                may=list(may),
                unit_key=unit_key,
                created_on=runtime.today(),
            )
        )
    return key


def _require_label(label: str) -> None:
    if not label.strip():
        raise BadInputError("the label is empty: write how staff call this tablet or program")


def _require_unit(session: Session, unit_key: str) -> None:
    if session.get(Unit, unit_key) is None:
        raise BadInputError(f"no unit has the key {unit_key!r}: `sipas import units` first, then use a key it prints")


def find_device(session: Session, key: str) -> Device | None:
    """The enrolled, unrevoked device this key belongs to."""
    return session.scalar(select(Device).where(Device.key_hash == hash_key(key), Device.revoked_on.is_(None)))


def authenticate_key(runtime: Runtime, key: str, permission: Permission) -> KeyHolder:
    """Who holds this bearer key. Raises UnauthenticatedError (unknown, revoked), ForbiddenError (may not do this)."""
    with runtime.database.read() as session:
        device = find_device(session, key)
        program = session.scalar(select(ApiKey).where(ApiKey.key_hash == hash_key(key), ApiKey.revoked_on.is_(None)))
    if device is not None:
        holder = KeyHolder(device.id, device.id, device.unit_key, frozenset({"submit responses", "report as a device"}))
    elif program is not None:
        holder = KeyHolder(program.id, None, program.unit_key, frozenset(program.may))
    else:
        raise UnauthenticatedError("the bearer key is unknown or revoked: ask the administrator for a new one")
    if permission not in holder.may:
        raise ForbiddenError(f"this key may not {permission}: ask the administrator for one that may")
    return holder
