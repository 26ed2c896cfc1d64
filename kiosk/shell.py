"""The tablet's page as an installable application: the files its service worker keeps, their version, the manifest."""

import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

WORKER: Final = "sw.js"
MODULES: Final = ("rate.js", "screen.js", "flow.js", "display.js", "dom.js")
"""Scripts the start button needs, fetched beside each other before all others: with the styles about what a browser fetches at once."""
BEHIND: Final = (
    "wedge.js",
    "sheet.js",
    "ending.js",
    "rotation.js",
    "masking.js",
    "fallback.js",
    "submit.js",
    "idle.js",
)
"""Scripts the first question waits for (REST in rate.js); they come while somebody reads the start."""
LATER: Final = (
    "tablet.js",
    "outbox.js",
    "sender.js",
    "shell.js",
    "staff.js",
    "seal.js",
    "speech.js",
    "scanner.js",
    "visit-code.js",
    "codes.js",
)
"""Scripts that are not needed before the last question: the box is opened while somebody reads the first."""
STYLES: Final = ("tokens.css", "kiosk.css")
ICONS: Final = ("icon.svg", "icon-192.png", "icon-512.png")
KEPT: Final = (*STYLES, *MODULES, *BEHIND, *LATER, *ICONS)
"""Everything of the static folder a tablet needs without a server."""


def files_digest() -> str:
    """SHA-256 over every file that makes the page: scripts, styles, templates, the worker itself."""
    digest = hashlib.sha256()
    for folder in (files("kiosk") / "static", files("kiosk") / "templates" / "kiosk"):
        for file in sorted(folder.iterdir(), key=lambda each: each.name):
            if file.is_file():
                digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def shell_version(files_digest_: str, visit: Mapping[str, Any]) -> str:
    """The version of what a tablet keeps: another one as soon as a file, the questionnaire, the desk or a word changes.

    `visit` is the page's data; the moment it was made in is left out.

    >>> shell_version("abc", {"now_ms": 1, "lang": "vi"}) == shell_version("abc", {"now_ms": 2, "lang": "vi"})
    True
    """
    content = {name: value for name, value in visit.items() if name not in ("now_ms", "version")}
    return hashlib.sha256((files_digest_ + json.dumps(content, sort_keys=True)).encode()).hexdigest()[:12]


def worker_script(version: str, page: str, kept: list[str], sounds: str) -> str:
    """The service worker of one version; the browser notices a new version by its bytes. `sounds`: how recordings' addresses begin."""
    shell = {"version": version, "page": page, "files": kept}
    return f"const SHELL = {json.dumps(shell)};\nconst SOUNDS = {json.dumps(sounds)};\n" + (files("kiosk") / "static" / WORKER).read_text(
        encoding="utf-8"
    )


def manifest(name: str, page: str, icons: Mapping[str, str]) -> dict[str, Any]:
    """The web application's manifest; `icons` maps the file names of ICONS to their addresses."""
    return {
        "id": page,
        "name": name,
        "short_name": "Đánh giá",
        "lang": "vi",
        "start_url": page,
        "scope": page,
        "display": "fullscreen",
        "orientation": "any",
        "background_color": "#fbfaf6",
        "theme_color": "#0b5c66",
        "icons": [
            {"src": icons["icon.svg"], "sizes": "any", "type": "image/svg+xml"},
            {"src": icons["icon-192.png"], "sizes": "192x192", "type": "image/png"},
            {"src": icons["icon-512.png"], "sizes": "512x512", "type": "image/png", "purpose": "any"},
            {"src": icons["icon-512.png"], "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        ],
    }
