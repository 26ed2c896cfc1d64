"""Digests that tell one sheet from another: of the response itself, and of what stands apart from it."""

import hashlib
import hmac
from collections.abc import Mapping

import orjson

from app.runtime import Runtime


def digest_response(runtime: Runtime, sent: Mapping[str, object]) -> bytes:
    """Keyed digest of a response's normalised fields as they were sent, before anything is filled in or bounded here.

    `sent` holds the columns of `Response` that come from the sender. The key keeps a copy of the table from being used to
    test what somebody may have answered.
    """
    canonical = orjson.dumps({**sent, "id": str(sent["id"])}, option=orjson.OPT_SORT_KEYS)
    return hmac.digest(runtime.key("response-digest"), canonical, "sha256")


def digest_comment(salt: bytes, text: str, *, may_quote: bool) -> bytes:
    """Digest of a comment; with the consent to quote it where that was given."""
    return digest_apart(salt, {"may_quote": True, "text": text} if may_quote else text)


def digest_apart(salt: bytes, content: str | Mapping[str, object]) -> bytes:
    """Digest of what stands apart from a response. Once the salt is erased with the content, it tells nothing."""
    plain = content.encode() if isinstance(content, str) else orjson.dumps(dict(content), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(salt + plain).digest()
