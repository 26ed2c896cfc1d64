"""What a database is: an office's own, or the demonstration."""

from typing import Literal

from app.errors import ConfigurationError, NotFoundError
from app.models import Installation
from app.runtime import Runtime

Kind = Literal["office", "demonstration"]
DEMONSTRATION_LABEL = "DỮ LIỆU MINH HỌA"
"""Stands on every page and export of a demonstration."""


def make_installation(runtime: Runtime, kind: Kind) -> None:
    """Label a new database; a labelled one keeps its label.

    Raises ConfigurationError when a demonstration is asked for in a database made for an office: generated responses
    must never stand among real ones.
    """
    with runtime.database.write() as session:
        known = session.get(Installation, 1)
        if known is None:
            session.add(Installation(id=1, kind=kind, made_on=runtime.today()))
        elif kind == "demonstration" and known.kind != "demonstration":
            raise ConfigurationError(
                "this database was not made by `sipas demo`; generated responses never enter it: choose another --data folder"
            )


def get_installation(runtime: Runtime) -> Installation:
    """The database's label. Raises NotFoundError before `sipas db upgrade`."""
    with runtime.database.read() as session:
        row = session.get(Installation, 1)
    if row is None:
        raise NotFoundError("this database has no label yet: run `sipas db upgrade`")
    return row
