"""Single responses on their way out, row by row, in the columns `sipas import responses` reads."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.config import LOCAL_ZONE
from app.models import Comment, Response
from app.runtime import day_of_hour
from app.spreadsheets import Cell
from survey_forms import Instrument

_ROWS_AT_A_TIME = 2000


def list_instruments_with_responses(session: Session, first_hour: int, last_hour: int) -> list[str]:
    """Ids of the instruments answered within these hours (inclusive)."""
    within = Response.answered_hour.between(first_hour, last_hour)
    return sorted(session.scalars(select(Response.instrument_id).where(within).distinct()))


def list_export_columns(instrument: Instrument, *, with_comments: bool) -> list[str]:
    """The columns of an export: the envelope, one per criterion, the overall question."""
    envelope = (
        "id", "instrument", "unit", "field", "channel", "answered_on", "answered_at", "stage", "mode", "kind", "helped",
        "counter", "procedure", "resolving_unit", "took", "repeats_previous", "asked",
    )  # fmt: skip
    codes = [criterion.code for criterion in instrument.criteria]
    return [*envelope, *codes, "overall", *(["comment"] if with_comments else [])]


def stream_responses(
    session: Session, instrument: Instrument, first_hour: int, last_hour: int, *, with_comments: bool
) -> Iterator[list[Cell]]:
    """Rows under `list_export_columns`, in the order of their random ids, a few thousand in memory at a time."""
    statement = (
        select(*Response.__table__.columns, Comment.text)
        .outerjoin(Comment, Comment.response_id == Response.id)
        .where(Response.instrument_id == instrument.id, Response.answered_hour.between(first_hour, last_hour))
        .order_by(Response.id)
        .execution_options(yield_per=_ROWS_AT_A_TIME)
    )
    codes = [criterion.code for criterion in instrument.criteria]
    for row in session.execute(statement):
        cells = [*_envelope(row), *(row.ratings.get(code) for code in codes), row.overall]
        yield [*cells, row.text] if with_comments else cells


def _envelope(row: Row[*tuple[Any, ...]]) -> list[Cell]:
    answered_at = datetime.fromtimestamp(row.answered_hour * 3600, LOCAL_ZONE)
    return [
        str(row.id),
        row.instrument_id,
        row.unit_key,
        row.field_code,
        row.channel,
        day_of_hour(row.answered_hour),
        answered_at.isoformat(timespec="minutes"),
        row.stage,
        row.mode,
        row.kind,
        row.helped,
        row.counter_code,
        row.procedure_code,
        row.resolving_unit_key,
        row.took,
        row.repeats_previous,
        ";".join(row.asked) if row.asked is not None else None,
    ]
