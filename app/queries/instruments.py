"""Published instruments."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import InstrumentVersion
from app.runtime import Runtime
from survey_forms import Instrument


def find_instrument(runtime: Runtime, session: Session, instrument_id: str) -> Instrument | None:
    """A published version by id; one whose file is gone is read back from the database."""
    known = runtime.instruments.get(instrument_id)
    if known is not None:
        return known
    row = session.get(InstrumentVersion, instrument_id)
    return Instrument.model_validate_json(row.source) if row is not None else None


def list_series(session: Session) -> dict[str, list[str]]:
    """Every published series with the ids of its versions, oldest first."""
    rows = sorted(session.scalars(select(InstrumentVersion)), key=lambda row: (row.series, _as_numbers(row.version)))
    series: dict[str, list[str]] = {}
    for row in rows:
        series.setdefault(row.series, []).append(row.id)
    return series


def _as_numbers(version: str) -> tuple[tuple[int, str], ...]:
    """ "1.10" after "1.9"; parts that are no numbers sort as text, before any number."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in version.split("."))
