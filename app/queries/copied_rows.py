"""Rows out of PostgreSQL as CSV text, which Arrow parses: no object is made for a value, which costs more than reading it."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from psycopg import OperationalError, pq

from analytics.store import ATTRIBUTES, RawRows
from app.queries.half_months import HALF_MONTHS

_ROWS_AT_A_TIME = 20_000
_WORDS = pa.dictionary(pa.int32(), pa.string())
_TYPES = dict.fromkeys(("instrument", *ATTRIBUTES, "asked", "overall"), _WORDS) | {
    "ratings": pa.string(),
    "respondent": pa.string(),
    "answered_hour": pa.int32(),
    "received_hour": pa.int32(),
}
_TRUTHS = {"t": "1", "f": "0"}


def copy_batches(driver: Any, sql: str, names: Sequence[str]) -> Iterator[tuple[str, RawRows]]:
    """Batches of one instrument each of a statement whose columns have these names. Raises psycopg's OperationalError."""
    for text in _copy(driver.pgconn, f"COPY ({sql}) TO STDOUT (FORMAT csv, ENCODING 'UTF8')"):
        table = arrow_csv.read_csv(
            pa.BufferReader(text),
            read_options=arrow_csv.ReadOptions(column_names=list(names), block_size=len(text) + 1, use_threads=False),
            parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
            # PostgreSQL writes NULL as nothing and an empty text as "".
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: _TYPES[name] for name in names},
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        ).combine_chunks()
        instruments = _array(table, "instrument")
        for place, name in enumerate(instruments.dictionary.to_pylist()):
            own = table if len(instruments.dictionary) == 1 else table.filter(pa.array(np.asarray(instruments.indices) == place))
            yield name, _as_raw(own.combine_chunks())


def _copy(connection: pq.abc.PGconn, statement: str) -> Iterator[bytes]:
    """What a COPY sends, some thousand lines at a time.

    psycopg's own loop goes through its machinery for waiting with every line; libpq's, which waits for lines itself, is five times
    as fast.
    """
    result = connection.exec_(statement.encode())
    if result.status != pq.ExecStatus.COPY_OUT:
        raise OperationalError(result.get_error_message())
    lines: list[bytes] = []
    n_bytes, line = connection.get_copy_data(0)
    try:
        while n_bytes > 0:
            lines.append(bytes(line))
            if len(lines) == _ROWS_AT_A_TIME:
                yield b"".join(lines)
                lines = []
            n_bytes, line = connection.get_copy_data(0)
    finally:
        while n_bytes > 0:  # whoever stopped listening must leave a connection that can be used
            n_bytes, line = connection.get_copy_data(0)
        while (result := connection.get_result()) is not None:  # type: ignore[assignment]
            if result.status == pq.ExecStatus.FATAL_ERROR:
                raise OperationalError(result.get_error_message())
    if lines:
        yield b"".join(lines)


def _array(table: pa.Table, name: str) -> Any:
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.unify_dictionaries().combine_chunks()


def _as_raw(table: pa.Table) -> RawRows:
    attributes = {name: _array(table, name) for name in ATTRIBUTES if name in table.column_names}
    for name in ("helped", "repeats"):
        words = [_TRUTHS[word] for word in attributes[name].dictionary.to_pylist()]
        attributes[name] = pa.DictionaryArray.from_arrays(attributes[name].indices, pa.array(words, pa.string()))
    hours = np.asarray(_array(table, "answered_hour"))
    found, place = np.unique(hours, return_inverse=True)
    blocks = pa.array([HALF_MONTHS[hour] for hour in found.tolist()], pa.string())
    attributes["block"] = pa.DictionaryArray.from_arrays(pa.array(place.astype(np.int32)), blocks)
    return RawRows(
        attributes=attributes,
        ratings=_array(table, "ratings"),
        asked=_array(table, "asked"),
        overall=_array(table, "overall"),
        answered_hour=hours,
        received_hour=np.asarray(_array(table, "received_hour")),
        respondent=_array(table, "respondent") if "respondent" in table.column_names else pa.nulls(len(table), pa.string()),
    )
