"""The log: structured lines, and only fields from a list. Answers, names, free text and codes have no field to stand in."""

import logging
import sys
from collections.abc import MutableMapping

import structlog

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "reference",
        "error",
        "where",
        "endpoint",
        "method",
        "status",
        "count",
        "kind",
        "port",
        "revision",
        "part",
    }
)


def keep_allowed(_logger: object, _name: str, fields: MutableMapping[str, object]) -> MutableMapping[str, object]:
    """Drop every field that is not on the list."""
    return {name: value for name, value in fields.items() if name in ALLOWED}


def configure_log() -> None:
    """One JSON line per event, on stderr."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # "queue depth" in plain lines between ours
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            keep_allowed,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
