"""Cubes on disk: beside the part they count, found again by the next process, made again when anything about them is doubtful."""

from __future__ import annotations

import contextlib
import hashlib
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import orjson
import pyarrow as pa

from analytics.design import Design
from analytics.store.cube import COUNTS, Cube, make_cube
from analytics.store.disk import write_file
from analytics.store.manifest import PartEntry
from analytics.store.rows import Coded, Rows
from analytics.store.scope import Scope, narrow
from analytics.tally import Tally

FORMAT: Final = 1
SUFFIX: Final = ".cube"
_MOST_OF_A_PART: Final = 3
"""Cubes kept beside a part. A page has one set of rows, and another after the tree of units changed."""


@dataclass(frozen=True, slots=True, eq=False)
class KeptCube:
    """A cube that was read, and in whose row it counts each unit."""

    scope: Scope
    cube: Cube


def find_cube(folder: Path, design: Design, part: PartEntry, scope: Scope) -> Cube | None:
    """The cube kept for a part and a scope of all units; None when there is none that can be used."""
    found = _read(cube_path(folder, part, scope), design, part)
    return found.cube if found is not None and found.scope == scope else None


def keep_cube(folder: Path, part: PartEntry, scope: Scope, cube: Cube) -> None:
    """Write a cube beside its part. Where that cannot be done nothing is lost: the next process counts again."""
    columns: dict[str, pa.Array] = {
        name: pa.DictionaryArray.from_arrays(pa.array(column.codes), pa.array(column.words, type=pa.string()))
        for name, column in cube.cells.items()
    }
    columns["numbers"] = pa.FixedSizeListArray.from_arrays(pa.array(cube.numbers.reshape(-1)), cube.numbers.shape[1])
    about = {"format": FORMAT, "row_of": None if scope.row_of is None else sorted(scope.row_of)}
    table = pa.table(columns).replace_schema_metadata({b"sipas": zlib.compress(orjson.dumps(about), 9)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    content = bytes(sink.getvalue())
    with contextlib.suppress(OSError):
        write_file(cube_path(folder, part, scope), hashlib.blake2b(content, digest_size=16).digest() + content)
        older = sorted(folder.glob(f"{part.name}.*{SUFFIX}"), key=lambda file: file.stat().st_mtime_ns)[:-_MOST_OF_A_PART]
        for file in older:
            file.unlink(missing_ok=True)


def list_wrong_cubes(folder: Path, design: Design, part: PartEntry, rows: Rows) -> list[Path]:
    """The cubes kept beside a part that cannot be used or do not count what its rows say, to the last digit."""
    wrong = []
    for file in sorted(folder.glob(f"{part.name}.*{SUFFIX}")):
        found = _read(file, design, part)
        if found is None or not make_cube(design, narrow(rows, found.scope), tuple(found.cube.cells)).equals(found.cube):
            wrong.append(file)
    return wrong


def cube_path(folder: Path, part: PartEntry, scope: Scope) -> Path:
    """Where a part's cube of a scope lies."""
    digest = hashlib.blake2b(orjson.dumps(None if scope.row_of is None else sorted(scope.row_of)), digest_size=8).hexdigest()
    return folder / f"{part.name}.{digest}{SUFFIX}"


def _read(file: Path, design: Design, part: PartEntry) -> KeptCube | None:
    """A cube whose checksum, width and number of responses are right."""
    try:
        content = file.read_bytes()
        if hashlib.blake2b(content[16:], digest_size=16).digest() != content[:16]:
            return None
        table = pa.ipc.open_file(pa.BufferReader(content[16:])).read_all()
        about = orjson.loads(zlib.decompress(table.schema.metadata[b"sipas"]))
        numbers = table.column("numbers").combine_chunks()
        flat = (numbers.chunk(0) if isinstance(numbers, pa.ChunkedArray) else numbers).flatten().to_numpy()
        packed = flat.reshape(table.num_rows, -1)
        cells = {name: _words(table.column(name)) for name in table.column_names if name != "numbers"}
        rows = about["row_of"]
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError, zlib.error):
        return None
    widths = [int(np.prod(getattr(Tally.empty(design), name).shape[1:])) for name in COUNTS]
    returned = sum(widths[: COUNTS.index("n_returned")])
    if about["format"] != FORMAT or packed.shape[1] != sum(widths) or int(packed[:, returned].sum()) != part.n_rows:
        return None
    scope = Scope.of(None, None if rows is None else dict(rows))
    return KeptCube(scope, Cube(cells, packed))


def _words(column: pa.ChunkedArray) -> Coded:
    array = column.combine_chunks()
    array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
    return Coded(array.indices.to_numpy(), tuple(array.dictionary.to_pylist()))
