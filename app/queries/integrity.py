"""Rows of a stretch of time as the integrity run takes them, and the flags it left."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVarTuple

import orjson
import pandas as pd
from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from analytics.integrity import ROW_COLUMNS
from analytics.periods import half_month_block
from app.models import DossierCount, IntegrityFlag, IntegrityStep, Response
from app.queries.instruments import find_instrument
from app.runtime import Runtime
from survey_forms import Instrument

_SIDES: Final = {"kiosk": "desk", "invitation": "phone", "poster": "phone", "link": "phone"}
_CHUNK_ROWS: Final = 20_000
Columns = TypeVarTuple("Columns")


def read_integrity_rows(runtime: Runtime, session: Session, first_hour: int, until_hour: int) -> pd.DataFrame:
    """Responses answered from `first_hour` to before `until_hour`, in the columns `analytics.integrity` counts."""
    query = select(
        Response.unit_key,
        Response.device_id,
        Response.answered_hour,
        Response.channel,
        Response.stage,
        Response.took,
        Response.repeats_previous,
        Response.coded,
        Response.helped,
        Response.ratings,
        Response.instrument_id,
    ).where(Response.answered_hour >= first_hour, Response.answered_hour < until_hour)
    known: dict[str, Instrument | None] = {}
    numbers: dict[bytes, int] = {}
    parts = [pd.DataFrame({name: [] for name in ROW_COLUMNS})]
    for rows in session.execute(query.execution_options(yield_per=_CHUNK_ROWS)).partitions():
        for instrument_id in {row.instrument_id for row in rows} - set(known):
            known[instrument_id] = find_instrument(runtime, session, instrument_id)
        parts.append(pd.DataFrame([_as_row(row, known[row.instrument_id], numbers) for row in rows], columns=list(ROW_COLUMNS)))
    return pd.concat(parts[1:] or parts, ignore_index=True)


def _as_row(row: Any, instrument: Instrument | None, numbers: dict[bytes, int]) -> tuple[object, ...]:
    # What the tablet compares is the ratings alone; the same sheet of another questionnaire cannot follow on one tablet by chance.
    sheet = numbers.setdefault(orjson.dumps(row.ratings, option=orjson.OPT_SORT_KEYS), len(numbers))
    levels = instrument.scale.levels if instrument is not None else ()
    satisfied = set(levels[instrument.scale.satisfied_position :]) if instrument is not None else set()
    middle = levels[len(levels) // 2] if len(levels) % 2 else None
    rated = [level for level in row.ratings.values() if level in levels]
    return (
        row.unit_key,
        row.device_id or "",
        row.answered_hour,
        _SIDES.get(row.channel, "other"),
        row.stage == "result",
        -1 if row.took is None else int(row.took == "<30"),
        -1 if row.repeats_previous is None else int(row.repeats_previous),
        row.coded,
        row.helped,
        sheet,
        sum(level in satisfied for level in rated),
        len(rated),
        sum(level == middle for level in rated),
    )


def count_dossiers_by_block(session: Session, first_on: date, last_on: date) -> dict[tuple[str, str], int]:
    """Finished dossiers by unit and half-month."""
    blocks = half_month_block(first_on), half_month_block(last_on)
    query = select(DossierCount.unit_key, DossierCount.block, func.sum(DossierCount.finished)).where(DossierCount.block.between(*blocks))
    return {(unit, block): int(n) for unit, block, n in session.execute(query.group_by(DossierCount.unit_key, DossierCount.block))}


def list_devices_used(session: Session, unit_key: str, first_hour: int, last_hour: int) -> list[str]:
    """The tablets a unit was rated at between two hours, both inclusive, sorted."""
    query = select(Response.device_id).where(
        Response.unit_key == unit_key, Response.device_id.is_not(None), Response.answered_hour.between(first_hour, last_hour)
    )
    return sorted(str(device) for device in session.scalars(query.distinct()))


@dataclass(frozen=True, slots=True)
class FlagChoice:
    """Which flags a list holds. `units` are those in sight, None: all; the others "" or None for any."""

    units: frozenset[str] | None = None
    unit: str = ""
    kind: str = ""
    state: str = ""


def list_flags(session: Session, choice: FlagChoice | None = None, first: int = 0, most: int | None = None) -> list[IntegrityFlag]:
    """Flags of a choice, the latest place first; `first` and `most` take a page of them."""
    query = _choose(select(IntegrityFlag), choice or FlagChoice())
    query = query.order_by(IntegrityFlag.first_hour.desc(), IntegrityFlag.kind, IntegrityFlag.id).offset(first).limit(most)
    return list(session.scalars(query))


def count_flags(session: Session, choice: FlagChoice) -> dict[str, int]:
    """Flags of a choice by state; a state without one is not in it."""
    query = _choose(select(_last_state, func.count()), choice).group_by(_last_state)
    return {state: int(n) for state, n in session.execute(query)}


def list_flagged(session: Session) -> dict[str, set[str]]:
    """The kinds of flags there are, with the units they are about."""
    found: dict[str, set[str]] = {}
    for kind, unit in session.execute(select(IntegrityFlag.kind, IntegrityFlag.unit_key).distinct()):
        found.setdefault(kind, set()).add(unit)
    return found


_NEWEST = select(IntegrityStep.flag_id, func.max(IntegrityStep.number).label("number")).group_by(IntegrityStep.flag_id).subquery()
_last_state = func.coalesce(IntegrityStep.state, "open")


def _choose(query: Select[*Columns], choice: FlagChoice) -> Select[*Columns]:
    """Flags with their last step, which is their state; one without a step is open."""
    query = query.select_from(IntegrityFlag).outerjoin(_NEWEST, _NEWEST.c.flag_id == IntegrityFlag.id)
    last = and_(IntegrityStep.flag_id == IntegrityFlag.id, IntegrityStep.number == _NEWEST.c.number)
    query = query.outerjoin(IntegrityStep, last)
    if choice.units is not None:
        query = query.where(IntegrityFlag.unit_key.in_(sorted(choice.units)))
    if choice.unit:
        query = query.where(IntegrityFlag.unit_key == choice.unit)
    if choice.kind:
        query = query.where(IntegrityFlag.kind == choice.kind)
    if choice.state:
        query = query.where(_last_state == choice.state)
    return query


def list_siblings(session: Session, flag: IntegrityFlag) -> list[IntegrityFlag]:
    """Other flags of the same device and hour, or the same unit and half-month."""
    at = [IntegrityFlag.unit_key == flag.unit_key, IntegrityFlag.first_hour == flag.first_hour, IntegrityFlag.id != flag.id]
    same = IntegrityFlag.device_id.is_(None) if flag.device_id is None else IntegrityFlag.device_id == flag.device_id
    return list(session.scalars(select(IntegrityFlag).where(*at, same).order_by(IntegrityFlag.kind)))


def list_steps(session: Session, flag_ids: Collection[str]) -> dict[str, list[IntegrityStep]]:
    """The steps of each of these flags in order; a flag without one is not in it."""
    found: dict[str, list[IntegrityStep]] = {}
    for some in _in_batches(sorted(flag_ids)):
        query = select(IntegrityStep).where(IntegrityStep.flag_id.in_(some)).order_by(IntegrityStep.flag_id, IntegrityStep.number)
        for step in session.scalars(query):
            found.setdefault(step.flag_id, []).append(step)
    return found


def _in_batches(keys: list[str]) -> Iterator[list[str]]:
    return (keys[first : first + 500] for first in range(0, len(keys), 500))  # of one statement: SQLite counts its variables
