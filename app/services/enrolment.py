"""How a tablet becomes ours: declared by an administrator, enrolled by a one-time code, revoked."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.errors import BadInputError, ForbiddenError, NotFoundError
from app.models import Device, DeviceState, EnrolmentCode
from app.queries.units import is_within
from app.runtime import Runtime
from app.services.keys import add_device, hash_key, new_device_key
from app.services.people import Person
from kiosk.codes import N_RANDOM_BYTES, hash_code, new_code, normalise_code
from kiosk.errors import CodeMistyped
from kiosk.protocols import CodeProblem

CODE_VALID_MINUTES: Final = 15
PIN_ROUNDS: Final = 300_000  # about half a second on a cheap tablet; a guesser there has to sit through each
SHORTEST_PIN: Final = 6
LONGEST_PIN: Final = 12


def declare_device(runtime: Runtime, *, unit_key: str, label: str, counter_code: str | None, pin: str | None) -> str:
    """A new tablet of a desk, which no browser is yet; its id. Raises BadInputError for an unknown place or a bad PIN."""
    hashed = hash_pin(runtime, pin) if pin else None
    device_id, _key_nobody_has = add_device(runtime, unit_key=unit_key, label=label, counter_code=counter_code)
    if hashed is not None:
        _set_pin(runtime, device_id, hashed)
    return device_id


def set_pin(runtime: Runtime, device_id: str, pin: str) -> None:
    """Give the tablet's staff screen a new PIN; the tablet learns it with its next heartbeat. Raises BadInputError."""
    _set_pin(runtime, device_id, hash_pin(runtime, pin))


def _set_pin(runtime: Runtime, device_id: str, hashed: str) -> None:
    with runtime.database.write() as session:
        session.execute(update(Device).where(Device.id == device_id).values(staff_pin=hashed))


def hash_pin(runtime: Runtime, pin: str) -> str:
    """`pbkdf2-sha256$rounds$salt$hash`, which WebCrypto can check on the tablet. Raises BadInputError unless 6 to 12 digits."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        raise BadInputError(f"the PIN of the staff screen is {SHORTEST_PIN} to {LONGEST_PIN} digits")
    salt = runtime.random_bytes(16)
    hashed = hashlib.pbkdf2_hmac("sha256", pin.encode(), salt, PIN_ROUNDS)
    return "$".join(("pbkdf2-sha256", str(PIN_ROUNDS), *(base64.b64encode(part).decode("ascii") for part in (salt, hashed))))


def issue_enrolment_code(runtime: Runtime, device_id: str) -> str:
    """A fresh one-time code for a device; the ones before it stop working. Raises NotFoundError for a revoked device."""
    code = new_code(runtime.random_bytes(N_RANDOM_BYTES))
    with runtime.database.write() as session:
        device = session.get(Device, device_id)
        if device is None or device.revoked_on is not None:
            raise NotFoundError("no enrolled device has this id")
        session.execute(delete(EnrolmentCode).where(EnrolmentCode.device_id == device_id))
        valid_until_at = runtime.clock() + timedelta(minutes=CODE_VALID_MINUTES)
        session.add(EnrolmentCode(code_hash=_hash(runtime, code), device_id=device_id, valid_until_at=valid_until_at))
    return code


def redeem_enrolment_code(runtime: Runtime, text: str) -> str | CodeProblem:
    """Spend a code: the device gets a new key, which is returned this once; a browser that held the old key is no tablet any more."""
    try:
        code = normalise_code(text)
    except CodeMistyped:
        return CodeProblem.mistyped
    key = new_device_key(runtime)
    with runtime.database.write() as session:
        row = session.get(EnrolmentCode, _hash(runtime, code), with_for_update=True)
        device = session.get(Device, row.device_id) if row is not None else None
        if row is None or device is None or device.revoked_on is not None:
            return CodeProblem.unknown
        if row.used_at is not None:
            return CodeProblem.used
        if _aware(row.valid_until_at) < runtime.clock():
            return CodeProblem.expired
        row.used_at = runtime.clock()
        device.key_hash = hash_key(key)
    return key


def revoke_device(runtime: Runtime, device_id: str) -> None:
    """Refuse this tablet from now on. What it still holds stays on it and can be brought in by whoever administers it."""
    with runtime.database.write() as session:
        session.execute(update(Device).where(Device.id == device_id, Device.revoked_on.is_(None)).values(revoked_on=runtime.today()))
        session.execute(delete(EnrolmentCode).where(EnrolmentCode.device_id == device_id))


def settle_loss(runtime: Runtime, device_id: str) -> None:
    """An administrator has looked after the sheets a lost box held; the alarm ends."""
    with runtime.database.write() as session:
        session.execute(update(DeviceState).where(DeviceState.device_id == device_id).values(lost_pending=0))


def get_device(session: Session, person: Person, device_id: str) -> Device:
    """A device within the person's place. Raises NotFoundError, ForbiddenError."""
    device = session.get(Device, device_id)
    if device is None:
        raise NotFoundError("no device has this id")
    if person.unit_key is not None and not is_within(session, device.unit_key, person.unit_key):
        raise ForbiddenError("this device stands outside the place of the account")
    return device


def _hash(runtime: Runtime, code: str) -> bytes:
    return hash_code(runtime.key("enrolment-codes"), code)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
