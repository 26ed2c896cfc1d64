"""Compression of what a first visit loads: scripts, styles and the tablet's page, for whoever takes gzip.

Only answers that reflect nothing a stranger could have chosen: an answer that mixes a secret with a stranger's words must not be
compressed, because its length would tell about the secret (BREACH). So the list names endpoints; it is not "everything".
"""

import gzip
from functools import lru_cache
from typing import Final

from flask import Flask, Response, request

COMPRESSED: Final = frozenset({"static", "kiosk.static", "kiosk.tablet", "kiosk.worker", "kiosk.manifest"})
_SMALLEST: Final = 512  # below, the header costs what the compression saves


def compress_first_load(app: Flask) -> None:
    """Compress the answers of COMPRESSED; each content once per process."""

    @app.after_request
    def compress(response: Response) -> Response:
        if request.endpoint not in COMPRESSED or response.status_code != 200 or "Content-Encoding" in response.headers:
            return response
        kind = response.mimetype or ""
        if not (kind.startswith("text/") or kind.endswith(("json", "javascript", "xml"))):
            return response
        response.headers.add("Vary", "Accept-Encoding")
        if request.accept_encodings["gzip"] <= 0:
            return response
        response.direct_passthrough = False
        content = response.get_data()
        if len(content) >= _SMALLEST:
            response.set_data(_compress(content))
            response.headers["Content-Encoding"] = "gzip"
            tag, _ = response.get_etag()
            if tag is not None:
                response.set_etag(tag, weak=True)  # the same resource in another dress
        return response


@lru_cache(maxsize=128)
def _compress(content: bytes) -> bytes:
    return gzip.compress(content, 6, mtime=0)
