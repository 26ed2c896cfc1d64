"""How often a reason was ticked: exact counts, for staff."""

from collections import Counter
from collections.abc import Collection
from datetime import date, timedelta
from typing import cast

from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.orm import Session

from app.models import RespondentAnswers, Response, ResponseReasons
from app.queries.exclusions import is_left_out, list_left_out
from app.runtime import first_hour_of
from app.selection import HELPED, Selection

OWN_WORDS = ""
"""Stands for own words among the codes of reasons, none of which is empty."""

_CHUNK_ROWS = 5_000


def is_selected(selection: Selection) -> list[ColumnElement[bool]]:
    """The conditions of a selection on `Response`, its units apart: what the store's `Choice` says, for tables the store does not hold."""
    wanted = {
        Response.field_code: selection.field,
        Response.channel: selection.channel,
        Response.stage: selection.stage,
        Response.counter_code: selection.counter,
        Response.device_id: selection.device,
        Response.procedure_code: selection.procedure,
        Response.mode: selection.mode,
        Response.kind: selection.kind,
        Response.took: selection.took,
    }
    conditions: list[ColumnElement[bool]] = [column == value for column, value in wanted.items() if value is not None]
    if selection.helped is not None:
        conditions.append(Response.helped.is_(HELPED[selection.helped] == "1"))
    if selection.first_on is not None:
        conditions.append(Response.answered_hour >= first_hour_of(selection.first_on))
    if selection.last_on is not None:
        conditions.append(Response.answered_hour < first_hour_of(selection.last_on + timedelta(days=1)))
    if selection.cuts_days:
        midnight = first_hour_of(date(2000, 1, 1)) % 24
        conditions.append((Response.answered_hour % 24).in_([(hour + midnight) % 24 for hour in selection.hours]))
    for question, answer in selection.respondent:
        said = select(RespondentAnswers.response_id).where(RespondentAnswers.answers[question].as_string() == answer)
        conditions.append(Response.id.in_(said))
    return conditions


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
    query = query.where(*is_selected(selection))
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
