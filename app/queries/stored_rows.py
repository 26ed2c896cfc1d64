"""Stored responses on their way into arrays: the one place where the table of answers is read for counting."""

import gc
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, cast, func, select, type_coerce
from sqlalchemy.orm import Session

from analytics.design import Design
from analytics.store import RawRows, RowEncoder, Rows
from app.errors import DatabaseUnavailableError
from app.models import RespondentAnswers, Response
from app.queries.copied_rows import copy_batches
from app.queries.half_months import HALF_MONTHS
from app.queries.instruments import find_instrument
from app.runtime import Runtime
from survey_forms import STAGES, Instrument

_ROWS_AT_A_TIME = 10_000
_COLUMNS = [
    "instrument", "unit", "field", "channel", "stage", "counter", "device", "procedure", "mode", "kind", "helped", "took", "repeats",
    "ratings", "asked", "overall", "answered_hour", "received_hour",
]  # fmt: skip
"""What a statement selects, in this order; then what the respondent said, where anybody did."""


class _Collector:
    """Python's search for cycles, paused while rows are read by whoever reads: each batch is thousands of tuples in no cycle, and
    looking through them again and again took half of the whole time, measured. References still free them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._n_readers = 0

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Not for long, and not when somebody has switched it off anyway."""
        with self._lock:
            was_on = self._n_readers > 0 or gc.isenabled()
            self._n_readers += was_on
            gc.disable()
        try:
            yield
        finally:
            if was_on:
                with self._lock:
                    self._n_readers -= 1
                    if not self._n_readers:
                        gc.enable()


_COLLECTOR = _Collector()


def read_rows(
    runtime: Runtime,
    session: Session,
    *,
    first_hour: int = 0,
    until_hour: int | None = None,
    instrument_id: str | None = None,
    where: Iterable[ColumnElement[bool]] = (),
    through_all: bool = False,
) -> dict[str, tuple[Instrument, Rows]]:
    """Responses received in first … until (exclusive) by instrument version, in no order of their own.

    From the beginning, and where `through_all` says that much is wanted, the table is read as it lies: going through the index of
    hours would fetch every row by itself.
    Raises DesignError for a row that contradicts its questionnaire, DatabaseUnavailableError when the database goes away under it.
    """
    hour = Response.received_hour if first_hour and not through_all else Response.received_hour + 0
    conditions = [*where]
    if first_hour:
        conditions.append(hour >= first_hour)
    if until_hour is not None:
        conditions.append(hour < until_hour)
    if instrument_id is not None:
        conditions.append(Response.instrument_id == instrument_id)
    encoders: dict[str, tuple[Instrument, RowEncoder]] = {}
    with _COLLECTOR.paused():
        for name, raw in _read_batches(session, conditions):
            if name not in encoders:
                instrument = find_instrument(runtime, session, name)
                assert instrument is not None  # noqa: S101  # a foreign key of the row that was just read
                encoders[name] = (instrument, make_encoder(instrument))
            encoders[name][1].add(raw)
    return {name: (instrument, encoder.finish()) for name, (instrument, encoder) in encoders.items()}


def make_encoder(instrument: Instrument) -> RowEncoder:
    """The encoder of one version's rows."""
    asked_at: dict[str, tuple[str, ...]] = {stage: tuple(criterion.code for criterion in instrument.criteria_at(stage)) for stage in STAGES}
    return RowEncoder(Design.of(instrument), asked_at)


def _read_batches(session: Session, conditions: Sequence[ColumnElement[bool]]) -> Iterator[tuple[str, RawRows]]:
    """Batches of one instrument each. JSON stays text: the encoder parses it, once."""
    has_respondents = session.scalar(select(RespondentAnswers.response_id).limit(1)) is not None
    columns: list[Any] = [
        type_coerce(Response.instrument_id, String),
        Response.unit_key,
        Response.field_code,
        Response.channel,
        Response.stage,
        Response.counter_code,
        Response.device_id,
        Response.procedure_code,
        Response.mode,
        Response.kind,
        type_coerce(Response.helped, Integer),
        Response.took,
        type_coerce(Response.repeats_previous, Integer),
        cast(Response.ratings, String),
        cast(Response.asked, String),
        type_coerce(Response.overall, String),
        Response.answered_hour,
        Response.received_hour,
    ]
    statement = select(*columns)
    if has_respondents:
        answers = cast(RespondentAnswers.answers, String)
        statement = statement.add_columns(answers).outerjoin(RespondentAnswers, RespondentAnswers.response_id == Response.id)
    statement = statement.where(*conditions)
    connection = session.connection()
    # Values of the statement are hours, keys and ids of this database's own; SQLAlchemy writes them into it.
    sql = str(statement.compile(connection, compile_kwargs={"literal_binds": True}))
    driver: Any = connection.connection
    try:
        if connection.dialect.name == "sqlite":
            yield from _fetch_batches(driver, sql)
        else:
            names = [*_COLUMNS, "respondent"] if has_respondents else _COLUMNS
            yield from copy_batches(driver.driver_connection, sql.replace("%%", "%"), names)
    except connection.dialect.loaded_dbapi.OperationalError as error:
        raise DatabaseUnavailableError(f"database unavailable: {type(error).__name__}") from None


def _fetch_batches(driver: Any, sql: str) -> Iterator[tuple[str, RawRows]]:
    """Rows as the driver makes them, batch by batch: wrapping each of them costs twice what reading it does, measured."""
    cursor = driver.cursor()
    try:
        cursor.execute(sql)
        while batch := cursor.fetchmany(_ROWS_AT_A_TIME):
            names = {row[0] for row in batch}
            for name in sorted(names):
                rows = batch if len(names) == 1 else [row for row in batch if row[0] == name]
                yield name, _as_columns(rows)
    finally:
        cursor.close()


def _as_columns(rows: Sequence[Sequence[Any]]) -> RawRows:
    columns = list(zip(*rows, strict=True))
    hours = columns[16]
    attributes = dict(
        zip(("unit", "field", "channel", "stage", "counter", "device", "procedure", "mode", "kind"), columns[1:10], strict=True)
    )
    attributes |= {"helped": _as_digits(columns[10]), "took": columns[11], "repeats": _as_digits(columns[12])}
    attributes["block"] = tuple(map(HALF_MONTHS.__getitem__, hours))
    return RawRows(
        attributes=attributes,
        ratings=columns[13],
        asked=columns[14],
        overall=columns[15],
        answered_hour=hours,
        received_hour=columns[17],
        respondent=columns[18] if len(columns) > 18 else tuple(repeat(None, len(rows))),
    )


_DIGITS = {None: None, 0: "0", 1: "1"}  # False and True are these numbers


def _as_digits(values: Sequence[bool | int | None]) -> tuple[str | None, ...]:
    return tuple(map(_DIGITS.__getitem__, values))


def count_received(session: Session, first_hour: int) -> int:
    """How many responses came in from an hour on: an unchanged number means unchanged rows, because they are only ever added."""
    return session.scalar(select(func.count()).select_from(Response).where(Response.received_hour >= first_hour)) or 0
