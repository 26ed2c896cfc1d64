"""The box of a tablet that cannot send: saved to a file at the desk, sealed to this installation, opened here alone.

The tablet makes a key pair for one file, agrees on a secret with our public key (ECDH on P-256, HKDF-SHA256) and seals
with AES-256-GCM. Our private key is derived from the installation's secret, so it needs no file of its own. Inside, the
hash of the device's key proves where the sheets come from: the public key alone lets nobody forge a box.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass
from hashlib import sha256

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.errors import BadInputError
from app.models import Device
from app.runtime import Runtime
from app.services.heartbeat import find_clock_offset
from app.services.intake import Receipt, Sender, submit_responses
from survey_forms import SheetError, Submission, read_submission

FORMAT = "sipas-box-1"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class BoxReport:
    """What became of the sheets of one file, in numbers."""

    device_id: str
    n_acknowledged: int
    n_quarantined: int
    n_rejected: int


def public_key(runtime: Runtime) -> str:
    """The key tablets seal to: the uncompressed point, in base64."""
    point = _private_key(runtime).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.b64encode(point).decode("ascii")


def _private_key(runtime: Runtime) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(1 + int.from_bytes(runtime.key("sealed-box"), "big") % (_ORDER - 1), ec.SECP256R1())


def import_box(runtime: Runtime, content: bytes, *, is_older_key_fine: bool = False, units: set[str] | None = None) -> BoxReport:
    """Bring a sealed box in through the one door; the same box twice changes nothing.

    `units` limits whose tablets are taken; None: any. `is_older_key_fine` takes a box proved by a key the device no longer has.
    Raises BadInputError when it is no box of this installation, or not the device's.
    """
    device_id, plain = _unseal(runtime, content)
    responses, proof = _read_inside(plain)
    with runtime.database.read() as session:
        device = session.get(Device, device_id)
        if device is None or (units is not None and device.unit_key not in units):
            raise BadInputError("the box names a device that is not of this place")
        unit_key, key_hash = device.unit_key, device.key_hash
        clock_offset = find_clock_offset(session, device_id)
    if not is_older_key_fine and not hmac.compare_digest(hmac.digest(key_hash, responses, sha256), proof):
        raise BadInputError("the box is not proved by the key the device has today: if it was enrolled anew since, say `--older-key`")
    submissions, n_unreadable = _read_responses(responses)
    total = Receipt()
    for first in range(0, len(submissions), _AT_ONCE):
        receipt = submit_responses(runtime, submissions[first : first + _AT_ONCE], Sender(device_id, unit_key, clock_offset))
        total.acknowledged.extend(receipt.acknowledged)
        total.quarantined.extend(receipt.quarantined)
        total.rejected.extend(receipt.rejected)
    return BoxReport(device_id, len(total.acknowledged), len(total.quarantined), len(total.rejected) + n_unreadable)


def _unseal(runtime: Runtime, content: bytes) -> tuple[str, bytes]:
    try:
        outside = orjson.loads(content)
        if outside["format"] != FORMAT:
            raise BadInputError(f"the file is not a box of the format {FORMAT}")
        device_id = str(outside["device"])
        ephemeral, iv, sealed = (base64.b64decode(outside[name], validate=True) for name in ("ephemeral", "iv", "sealed"))
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), ephemeral)
        secret = _private_key(runtime).exchange(ec.ECDH(), point)
        key = HKDF(algorithm=SHA256(), length=32, salt=ephemeral, info=FORMAT.encode()).derive(secret)
        return device_id, AESGCM(key).decrypt(iv, sealed, f"{FORMAT} {device_id}".encode())
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise BadInputError("the file is not a sealed box of a tablet") from None
    except InvalidTag:
        raise BadInputError("the box was sealed to another installation, or the file is damaged") from None


def _read_inside(plain: bytes) -> tuple[bytes, bytes]:
    try:
        inside = orjson.loads(plain)
        return inside["responses"].encode(), base64.b64decode(inside["proof"], validate=True)
    except (KeyError, TypeError, ValueError, AttributeError, binascii.Error):
        raise BadInputError("the box holds something else than responses") from None


def _read_responses(responses: bytes) -> tuple[list[Submission], int]:
    items = orjson.loads(responses)
    if not isinstance(items, list):
        raise BadInputError("the box holds something else than responses")
    submissions, n_unreadable = [], 0
    for item in items:
        try:
            submissions.append(read_submission(item))
        except SheetError:
            n_unreadable += 1
    return submissions, n_unreadable
