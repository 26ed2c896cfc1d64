"""plotly.min.js out of the installed package: nothing of others is committed, nothing comes from a CDN."""

import base64
import gzip
import hashlib
import re
from functools import lru_cache
from importlib.resources import files

import plotly
from flask import Blueprint, Response, request

CACHE = "public, max-age=31536000, immutable"


@lru_cache(maxsize=1)
def _script() -> bytes:
    return files("plotly").joinpath("package_data", "plotly.min.js").read_bytes()


@lru_cache(maxsize=1)
def _compressed_script() -> bytes:
    return gzip.compress(_script(), 6)


@lru_cache(maxsize=1)
def plotly_style_source() -> str:
    """The CSP source that allows the one style sheet plotly.js carries in itself, computed from the installed file."""
    found = re.search(rb"\.textContent='((?:[^'\\\\]|\\\\.)*)'", _script())
    style = found[1].decode("unicode_escape").encode("latin-1") if found else b""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style).digest()).decode()}'"


def create_plotly_files() -> Blueprint:
    """The blueprint; the version in the path lets browsers keep the file for a year."""
    blueprint = Blueprint("plotly_files", __name__)

    @blueprint.get(f"/plotly/{plotly.__version__}/plotly.min.js")
    def script() -> Response:
        """The script, compressed for whoever takes gzip."""
        takes_gzip = request.accept_encodings["gzip"] > 0
        response = Response(_compressed_script() if takes_gzip else _script(), mimetype="text/javascript")
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = CACHE.replace("public", "private")
        if takes_gzip:
            response.headers["Content-Encoding"] = "gzip"
        return response

    return blueprint
