"""Ids for rows that bring none, always the same for the same row, so that a file may come twice."""

import hashlib
from uuid import UUID

import orjson


def derive_id(*natural_key: object) -> str:
    """The id of a row known by what it is about: 32 hexadecimal digits of SHA-256 over its natural key."""
    return hashlib.sha256(orjson.dumps(natural_key)).hexdigest()[:32]


def derive_uuid(table_digest: bytes, row: int) -> UUID:
    """A UUID in the form of version 4 for a response without an id.

    The first 16 bytes of SHA-256 over the table's digest and the row's number, with the version and variant bits set.

    >>> derive_uuid(b"table", 2).version, derive_uuid(b"table", 2) == derive_uuid(b"table", 3)
    (4, False)
    """
    digest = bytearray(hashlib.sha256(table_digest + row.to_bytes(8, "big")).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x40
    digest[8] = digest[8] & 0x3F | 0x80
    return UUID(bytes=bytes(digest))
