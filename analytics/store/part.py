"""One part on disk: a Parquet file of answers, one of what respondents said about themselves, one with the cached tally."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from analytics.design import NO_OPINION, Design
from analytics.store.choice import STANDING
from analytics.store.cube import COUNTS
from analytics.store.disk import write_file
from analytics.store.errors import PartError
from analytics.store.manifest import PartEntry
from analytics.store.rows import ATTRIBUTES, Coded, Rows
from analytics.tally import Tally, tally_answers

FileOpener: TypeAlias = Callable[[str], "tuple[int, Path | pa.NativeFile]"]
"""From the name of a file its size and what it is read from: how a part is read that is not in a folder of this machine."""

FORMAT: Final = 1
_RATING = "rating:"
_GRAINS: Final = (STANDING, ("unit", "field", "block"), ("field", "channel", "stage", "block"), ("unit", "block"), ("block",))
_ROWS_PER_CELL: Final = 128
"""A cell is some 260 numbers, 400 bytes once compressed; a response is 15. A cached tally that has fewer responses per cell than
this would make the store a fifth larger and be slower to add up than the answers are to count, so a coarser one is kept."""


def write_part(folder: Path, design: Design, first_hour: int, until_hour: int, rows: Rows) -> PartEntry:
    """Write the rows received in first … until (exclusive) as one part, safely on disk when this returns.

    The name is a digest of the content: the same rows give the same name, and no name ever stands for two contents.
    """
    rows = rows.in_order()
    about = _describe(design, first_hour, until_hour)
    answers, respondent = _answer_table(design, rows).replace_schema_metadata(about), _respondent_table(rows)
    body = _to_parquet(answers)
    said = _to_parquet(respondent.replace_schema_metadata(about)) if respondent.num_columns else b""
    name = f"{first_hour}-{until_hour}-{hashlib.blake2b(body + said, digest_size=8).hexdigest()}"
    tally = _to_ipc(choose_tally(design, rows))
    for suffix, content in ((".parquet", body), (".respondent.parquet", said), (".tally", tally)):
        if content:
            write_file(folder / f"{name}{suffix}", content)
    return PartEntry(name, design.instrument_id, first_hour, until_hour, len(rows), len(body), len(said), len(tally))


def _describe(design: Design, first_hour: int, until_hour: int) -> dict[bytes, bytes]:
    """What a reader must find, so that a part of another questionnaire or another time is never taken for this one."""
    return {b"sipas": orjson.dumps({"format": FORMAT, "hours": [first_hour, until_hour], "design": describe_design(design)})}


def describe_design(design: Design) -> list[object]:
    """Everything about a questionnaire that gives a stored byte its meaning."""
    factors = [design.factor_codes[place] for place in design.factor_positions]
    return [design.instrument_id, list(design.criterion_codes), factors, list(design.levels), design.satisfied_from]


def _answer_table(design: Design, rows: Rows) -> pa.Table:
    columns = {_RATING + code: pa.array(rows.answers[:, k].copy()) for k, code in enumerate(design.criterion_codes)}
    columns["overall"] = pa.array(rows.overall)
    columns |= {name: _as_dictionary(rows.attributes[name]) for name in ATTRIBUTES}
    columns["answered_hour"] = pa.array(rows.answered_hour)
    columns["delay"] = pa.array(rows.delay)
    return pa.table(columns)


def _respondent_table(rows: Rows) -> pa.Table:
    return pa.table({question: _as_dictionary(column) for question, column in rows.respondent.items()})


def _as_dictionary(column: Coded) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(column.codes), pa.array(column.words, type=pa.string()))


def _to_parquet(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    # One row group, so that each column has one dictionary. Checksums turn a flipped bit into an error instead of a figure.
    pq.write_table(
        table, sink, row_group_size=max(table.num_rows, 1), compression="zstd", compression_level=6, write_statistics=False,
        write_page_checksum=True,
    )  # fmt: skip
    return bytes(sink.getvalue())


def read_part(
    folder: Path | FileOpener, design: Design, entry: PartEntry, names: Collection[str] | None = None, *, with_respondents: bool = False
) -> Rows:
    """The rows of a part; `names` bounds the attributes and hours (`answered_hour`, `delay`) that are read, None reads everything.
    `with_respondents` also reads what respondents said about themselves.

    Raises PartError for a file that is missing, cut short, damaged, of another questionnaire or time, or that holds a byte that is
    no answer.
    """
    wanted = {*ATTRIBUTES, "answered_hour", "delay"} if names is None else set(names)
    ratings = [_RATING + code for code in design.criterion_codes]
    table = _read_parquet(folder, design, entry, ".parquet", [*ratings, "overall", *sorted(wanted)])
    answers = np.empty((table.num_rows, design.n_criteria), dtype=np.uint8)
    for k, code in enumerate(design.criterion_codes):
        answers[:, k] = _numbers(entry, table, _RATING + code, np.uint8)
        _refuse_unknown(design, entry, code, answers[:, k])
    overall = _numbers(entry, table, "overall", np.uint8)
    _refuse_unknown(design, entry, "overall", overall)
    nothing = np.empty(0, dtype=np.int32)
    respondent: dict[str, Coded] = {}
    if (names is None or with_respondents) and entry.respondent_bytes:
        said = _read_parquet(folder, design, entry, ".respondent.parquet", None)
        respondent = {question: _words(entry, said, question) for question in said.column_names}
    return Rows(
        answers,
        overall,
        {name: _words(entry, table, name) for name in ATTRIBUTES if name in wanted},
        _numbers(entry, table, "answered_hour", np.int32) if "answered_hour" in wanted else nothing,
        _numbers(entry, table, "delay", np.int32) if "delay" in wanted else nothing,
        respondent,
    )


def _open_in(folder: Path) -> FileOpener:
    return lambda name: ((folder / name).stat().st_size, folder / name)


def _read_parquet(folder: Path | FileOpener, design: Design, entry: PartEntry, suffix: str, columns: list[str] | None) -> pa.Table:
    open_file = _open_in(folder) if isinstance(folder, Path) else folder
    n_bytes = entry.respondent_bytes if "respondent" in suffix else entry.n_bytes
    try:
        found, source = open_file(f"{entry.name}{suffix}")
        if found != n_bytes:
            raise PartError(entry.name, "size", f"has {found} bytes where {n_bytes} were written")
        # Dictionaries are read as such; decoding words into strings and back would cost more than the answers.
        file = pq.ParquetFile(source, page_checksum_verification=True, read_dictionary=columns and [*ATTRIBUTES])
        about = orjson.loads((file.schema_arrow.metadata or {}).get(b"sipas", b"{}"))
        table = file.read(columns=columns, use_threads=False)
    except FileNotFoundError:
        raise PartError(entry.name, "missing", "is missing") from None
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise PartError(entry.name, "damaged", f"cannot be read ({type(error).__name__})") from None
    expected = orjson.loads(_describe(design, entry.first_hour, entry.until_hour)[b"sipas"])
    if about != expected:
        raise PartError(entry.name, "foreign", f"is not of {design.instrument_id} in the form and hours the list of parts says")
    if table.num_rows != entry.n_rows:
        raise PartError(entry.name, "rows", f"holds {table.num_rows} responses where {entry.n_rows} were written")
    if missing := set(columns or ()) - set(table.column_names):
        raise PartError(entry.name, "columns", f"has no column {', '.join(sorted(missing))}")
    return table


def _numbers(entry: PartEntry, table: pa.Table, name: str, kind: type[Any]) -> NDArray[Any]:
    column = table.column(name)
    if column.null_count or column.type != pa.from_numpy_dtype(kind):
        raise PartError(entry.name, "columns", f"has gaps or another type in column {name}")
    return np.asarray(column.to_numpy())


def _words(entry: PartEntry, table: pa.Table, name: str) -> Coded:
    column = table.column(name)
    column = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    if column.null_count:
        raise PartError(entry.name, "columns", f"has gaps in column {name}")
    array = column.unify_dictionaries().combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    return Coded.of(array.indices.to_numpy().astype(np.int32, copy=False), array.dictionary.to_pylist())


def _refuse_unknown(design: Design, entry: PartEntry, code: str, values: NDArray[np.uint8]) -> None:
    # Below the first unknown byte a difference wraps around to the top: one comparison where two and a conjunction would be.
    between = values - np.uint8(design.n_levels + 1) < np.uint8(NO_OPINION - design.n_levels - 1)
    if between.any():
        unknown = int(between.sum())
        raise PartError(entry.name, "scale", f"holds {unknown} bytes in criterion {code} that are no answer of {design.instrument_id}")


def choose_tally(design: Design, rows: Rows) -> Tally:
    """The finest cached tally that is worth its room; the coarsest is one of half-months alone."""
    for grain in _GRAINS:
        columns = [rows.attributes[name] for name in grain]
        cell_of = np.zeros(len(rows), dtype=np.int64)
        for column in columns:
            cell_of = cell_of * max(len(column.words), 1) + column.codes
        if grain is _GRAINS[-1] or len(pd.unique(cell_of)) * _ROWS_PER_CELL <= len(rows):
            break
    return tally_answers(design, rows.answers, {name: rows.attributes[name].texts() for name in grain}, rows.overall)


def _to_ipc(tally: Tally) -> bytes:
    """Arrow IPC with zstd: one row per cell, every count in the narrowest integer that holds it."""
    columns: dict[str, pa.Array] = {name: pa.array(tally.cells[name].tolist(), type=pa.string()) for name in tally.dimensions}
    for name in COUNTS:
        values = getattr(tally, name).reshape(tally.n_cells, -1)
        flat = values.astype(np.min_scalar_type(int(values.max(initial=0)))).reshape(-1)
        columns[name] = pa.FixedSizeListArray.from_arrays(pa.array(flat), values.shape[1])
    table = pa.table(columns).replace_schema_metadata({b"dimensions": orjson.dumps(tally.dimensions)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    content = bytes(sink.getvalue())
    return hashlib.blake2b(content, digest_size=16).digest() + content


def read_tally(folder: Path, design: Design, entry: PartEntry) -> Tally:
    """The cached tally of a part. Raises PartError for one that is missing, damaged or does not count what the part holds."""
    try:
        content = (folder / f"{entry.name}.tally").read_bytes()
    except OSError:
        raise PartError(entry.name, "missing", "has lost its tally") from None
    if hashlib.blake2b(content[16:], digest_size=16).digest() != content[:16]:
        raise PartError(entry.name, "damaged", "has a damaged tally")
    table = pa.ipc.open_file(pa.BufferReader(content[16:])).read_all()
    dimensions = tuple(orjson.loads(table.schema.metadata[b"dimensions"]))
    shapes = {name: getattr(Tally.empty(design), name).shape[1:] for name in COUNTS}
    counts = {name: _counts(table, name, shape) for name, shape in shapes.items()}
    cells = pd.DataFrame({name: pd.array(table.column(name).to_pylist(), dtype="str") for name in dimensions})
    cells.index = pd.RangeIndex(table.num_rows)
    tally = Tally(design, dimensions, cells, **counts)
    if int(tally.n_returned.sum()) != entry.n_rows:
        raise PartError(entry.name, "tally", f"counts {int(tally.n_returned.sum())} responses where {entry.n_rows} were written")
    return tally


def _counts(table: pa.Table, name: str, shape: tuple[int, ...]) -> NDArray[np.int64]:
    column = table.column(name).combine_chunks()
    flat = column.chunk(0).flatten() if isinstance(column, pa.ChunkedArray) else column.flatten()
    return np.asarray(flat.to_numpy(), dtype=np.int64).reshape((table.num_rows, *shape))


def file_names(entry: PartEntry) -> Mapping[str, int]:
    """The files of a part and their sizes."""
    sizes = {".parquet": entry.n_bytes, ".respondent.parquet": entry.respondent_bytes, ".tally": entry.tally_bytes}
    return {f"{entry.name}{suffix}": size for suffix, size in sizes.items() if size}
