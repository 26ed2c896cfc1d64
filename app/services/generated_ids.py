"""Ids of generated responses carry a mark, so that the one door of an office knows them whatever file they come in."""

import hashlib
from uuid import UUID

_MARKED_BYTES = 10


def mark_generated(random: bytes) -> UUID:
    """A UUIDv4 out of ten random bytes whose last six are a hash of the first ten.

    >>> is_generated(mark_generated(bytes(range(10))))
    True
    """
    head = UUID(bytes=random[:_MARKED_BYTES] + bytes(6), version=4).bytes[:_MARKED_BYTES]
    return UUID(bytes=head + _tail(head))


def is_generated(response_id: UUID) -> bool:
    """Whether an id carries the mark; a real one does once in 2⁴⁸.

    >>> is_generated(UUID("7d9f4c1e-43a5-4c55-8f0e-0123456789ab"))
    False
    """
    head = response_id.bytes[:_MARKED_BYTES]
    return response_id.bytes[_MARKED_BYTES:] == _tail(head)


def _tail(head: bytes) -> bytes:
    return hashlib.sha256(b"generated response" + head).digest()[:6]
