"""The proxy's configuration with an office's own names in it."""

import re
from dataclasses import dataclass
from importlib.resources import files

from app.errors import BadInputError

_PLAIN = re.compile(r"[A-Za-z0-9._:/\[\]@%+-]+")
"""What may stand in a configuration file without quoting; nothing in it can end a directive."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the proxy stands: the name citizens type, where `sipas serve` listens, its certificate (both files or none), its logs.

    Without a certificate it listens on plain HTTP at `listen`, for a machine that already stands behind one that has it.
    """

    host: str
    upstream: str = "127.0.0.1:8080"
    certificate: str | None = None
    key: str | None = None
    listen: str = "80"
    logs: str = "/var/log/nginx"


_REDIRECT = """
server {
    listen 80;
    listen [::]:80;
    server_name @HOST@;
    server_tokens off;
    access_log off;
    error_log /dev/null emerg;
    return 301 https://$host$request_uri;
}
"""
_LISTEN_TLS = """    listen 443 ssl;
    listen [::]:443 ssl;
    ssl_certificate @CERTIFICATE@;
    ssl_certificate_key @KEY@;
    ssl_protocols TLSv1.2 TLSv1.3;"""


def render_nginx(place: Place) -> str:
    """The configuration of nginx. Raises BadInputError for a name that does not belong into one, or half a certificate."""
    if (place.certificate is None) != (place.key is None):
        raise BadInputError("a certificate needs its key and a key its certificate: name both --certificate and --key")
    for value in (place.host, place.upstream, place.certificate, place.key, place.listen, place.logs):
        if value is not None and not _PLAIN.fullmatch(value):
            raise BadInputError("names and paths here have letters, digits and . _ : / - only")
    text = (files("app.proxy") / "nginx.conf").read_text(encoding="utf-8")
    is_tls = place.certificate is not None
    for name, value in (
        ("REDIRECT", _REDIRECT if is_tls else ""),
        ("LISTEN", _LISTEN_TLS if is_tls else f"    listen {place.listen};"),
        ("HOST", place.host),
        ("UPSTREAM", place.upstream),
        ("CERTIFICATE", place.certificate or ""),
        ("KEY", place.key or ""),
        ("LOGS", place.logs),
    ):
        text = text.replace(f"@{name}@", value)
    return text
