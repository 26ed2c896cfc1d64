"""How often a reason was ticked: exact counts, for staff."""

from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import cast

from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.orm import Session

from app.models import Response, ResponseReasons
from app.queries.exclusions import is_left_out, list_left_out
from app.runtime import first_hour_of
from app.selection import Selection

OWN_WORDS = ""
"""Stands for own words among the codes of reasons, none of which is empty."""

_CHUNK_ROWS = 5_000


def count_reasons(
    session: Session, selection: Selection, instrument_ids: Collection[str], units: Collection[str]
) -> Counter[tuple[str, str]]:
    """Forms by criterion and reason, of the selected responses of these units; what was erased is not counted, nor are confirmed
    exclusions unless the selection says `flags` with.

    A form that names two reasons counts once with each.
    """
    query = (
        select(Response.unit_key, ResponseReasons.reasons)
        .join(Response, Response.id == ResponseReasons.response_id)
        .where(Response.instrument_id.in_(instrument_ids), *_is_counted(session, selection))
    )
    for column, value in (
        (Response.field_code, selection.field),
        (Response.channel, selection.channel),
        (Response.stage, selection.stage),
    ):
        if value is not None:
            query = query.where(column == value)
    if selection.first_on is not None:
        query = query.where(Response.answered_hour >= first_hour_of(selection.first_on))
    if selection.last_on is not None:
        query = query.where(Response.answered_hour < first_hour_of(selection.last_on + timedelta(days=1)))
    counted: Counter[tuple[str, str]] = Counter()
    in_sight = set(units)
    for unit, reasons in session.execute(query.execution_options(yield_per=_CHUNK_ROWS)):
        if unit not in in_sight:
            continue
        for criterion, given in (reasons or {}).items():
            chips = cast(list[str], given["chips"])
            counted.update((criterion, chip) for chip in chips)
            if given["text"]:
                counted[criterion, OWN_WORDS] += 1
    return counted


def _is_counted(session: Session, selection: Selection) -> list[ColumnElement[bool]]:
    exclusions = () if selection.flags == "with" else list_left_out(session)
    return [not_(is_left_out(exclusions))] if exclusions else []
