"""Counting N sheets of 21 criteria by unit (3 300) and by unit × field × month (3 300 × 15 × 12), data in memory.

Counted is how often each criterion got each level in each cell; every way's result is compared, and equal. Rows are sorted
by cell, as in a sealed part, unless a line says otherwise; the peers get the same rows and each cell as one ready number.
"Full tally" adds what intervals need: all moments per respondent, and the overall question. The floor is one pass over the
same bytes (NumPy max). Memory is the peak of a process that holds the sheets and counts them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.counting import count_answers, count_levels, count_sorted_levels, load_kernel
from analytics.design import Design
from survey_forms import find_instrument
from tests.benchmarks.measure import THREADS, Row, as_seconds, peak_megabytes, time_in_turns

DESIGN = Design.of(find_instrument("an-my-2023"))
N_UNITS, N_FIELDS, N_BLOCKS = 3_300, 15, 24
SIZES = {500_000: 7, 2_000_000: 5, 10_000_000: 3}
"""How many sheets, and how many turns each way gets."""

_CHUNK = 500_000


@dataclass(frozen=True, slots=True)
class Work:
    """Sheets and for each the number of its cell, sorted by it."""

    name: str
    sheets: NDArray[np.uint8]
    cell_of: NDArray[np.int64]
    n_cells: int

    @property
    def first_row(self) -> NDArray[np.int64]:
        return np.searchsorted(self.cell_of, np.arange(self.n_cells + 1)).astype(np.int64)


def make_sheets(n: int) -> NDArray[np.uint8]:
    """Ratings that hang together: each respondent has a leaning, each of the answers scatters around it."""
    generator = np.random.default_rng(n)
    codes = np.array([0, 1, 2, 3, 4, 5, 254], dtype=np.uint8)
    chances = np.array([
        [3, 40, 25, 15, 10, 4, 3], [3, 4, 12, 35, 34, 9, 3], [3, 1, 2, 10, 60, 21, 3], [3, 0, 1, 2, 20, 71, 3],
    ])  # fmt: skip
    meanings = np.stack([np.repeat(codes, np.diff(np.round(np.cumsum([0, *row]) * 2.56).astype(int))) for row in chances])
    sheets = np.empty((n, DESIGN.n_criteria), dtype=np.uint8)
    for start in range(0, n, _CHUNK):
        part = sheets[start : start + _CHUNK]
        leaning = generator.choice(4, len(part), p=[0.04, 0.16, 0.45, 0.35])
        part[:] = meanings[leaning[:, None], generator.integers(0, 256, part.shape, dtype=np.uint8)]
    return sheets


def make_cells(n: int) -> NDArray[np.int64]:
    """Sorted cells unit × field × block; busy units and fields get more."""
    generator = np.random.default_rng(n + 1)
    unit = (N_UNITS * generator.random(n) ** 1.5).astype(np.int64)
    field = (N_FIELDS * generator.random(n) ** 2).astype(np.int64)
    return np.sort((unit * N_FIELDS + field) * N_BLOCKS + generator.integers(0, N_BLOCKS, n))


def make_works(n: int) -> list[Work]:
    """The two questions of this section about the same sheets."""
    sheets, cell_of = make_sheets(n), make_cells(n)
    per_month = cell_of // 2  # two blocks a month
    return [
        Work("by unit", sheets, cell_of // (N_FIELDS * N_BLOCKS), N_UNITS),
        Work("by unit, field, month", sheets, per_month, N_UNITS * N_FIELDS * N_BLOCKS // 2),
    ]


def run() -> list[Row]:
    """Memory first, then the times of all sizes."""
    load_kernel()
    rows = [row for n in SIZES for row in measure_memory(n)]
    for n, rounds in SIZES.items():
        for work in make_works(n):
            rows += compare(work, rounds)
    return rows


def compare(work: Work, rounds: int) -> list[Row]:
    """Time every way in turns, after each was checked to count the same."""
    n = len(work.sheets)
    mixed = np.random.default_rng(n + 2).permutation(n)
    mixed_sheets, mixed_cells = work.sheets[mixed], work.cell_of[mixed]
    first_row = work.first_row
    ours: dict[str, Callable[[], NDArray[Any]]] = {
        "ours, levels": lambda: count_sorted_levels(DESIGN, work.sheets, first_row),
        "ours, levels, arrival order": lambda: count_levels(DESIGN, mixed_sheets, mixed_cells, work.n_cells),
    }
    if work.n_cells < 100_000 or n < 5_000_000:  # a full tally of 594 000 cells alone is 1.2 GB
        ours["ours, full tally"] = lambda: count_answers(DESIGN, work.sheets, work.cell_of, work.n_cells, None)["level_counts"]
    peers = {name: make(work) for name, make in PEERS.items()}
    levels = slice(1, DESIGN.n_levels + 1)
    expected = ours["ours, levels"]()[:, :, levels]
    for name, way in ours.items():
        found = way()
        if not np.array_equal(found if name == "ours, full tally" else found[:, :, levels], expected):
            raise AssertionError(f"{name} counts otherwise, {work.name}, {n} sheets")
        del found
    for name, (count, as_cube) in peers.items():
        if not np.array_equal(as_cube(count()), expected):
            raise AssertionError(f"{name} counts otherwise, {work.name}, {n} sheets")
    floor = {"floor: one pass over the bytes": lambda: work.sheets.max()}
    seconds = time_in_turns({**floor, **ours, **{name: count for name, (count, _) in peers.items()}}, rounds)
    least, best = seconds["floor: one pass over the bytes"], seconds["ours, levels"]
    rows = []
    for name, each in seconds.items():
        compared = f"{each.wall / least.wall:.1f} × the floor"
        if name in peers:
            compared += f", {each.wall / best.wall:.1f} × ours ({each.processor / best.processor:.1f} × in processor seconds)"
        rows.append(Row(n, work.name, name, as_seconds(each.wall), compared))
    return rows


Peer = tuple[Callable[[], Any], Callable[[Any], NDArray[Any]]]
"""Counts, and turns what was counted into [cells, criteria, levels] to be compared."""


def _names() -> list[str]:
    return [f"q{criterion:02}" for criterion in range(DESIGN.n_criteria)]


def _columns(work: Work) -> dict[str, NDArray[Any]]:
    """What the peers are fastest with: a column for each criterion, and the cell in few bytes."""
    ratings = {name: np.ascontiguousarray(work.sheets[:, place]) for place, name in enumerate(_names())}
    return {"cell": work.cell_of.astype(np.int32), **ratings}


def _cube(work: Work, per_criterion: Sequence[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]) -> NDArray[Any]:
    """From (cell, byte, count) of each criterion; only levels are kept."""
    cube = np.zeros((work.n_cells, DESIGN.n_criteria, DESIGN.n_levels), dtype=np.int64)
    for criterion, (cell, byte, count) in enumerate(per_criterion):
        is_level = (byte >= 1) & (byte <= DESIGN.n_levels)
        cube[cell[is_level], criterion, byte[is_level].astype(np.int64) - 1] = count[is_level]
    return cube


def polars_peer(work: Work) -> Peer:
    """Filtered counts in one group-by: faster than one group-by for each criterion."""
    os.environ["POLARS_MAX_THREADS"] = str(THREADS)  # read when Polars is first imported
    import polars as pl

    frame = pl.DataFrame(_columns(work))
    levels = range(1, DESIGN.n_levels + 1)
    wanted = [(pl.col(name) == level).sum().alias(f"{name}={level}") for name in _names() for level in levels]

    def as_cube(found: Any) -> NDArray[Any]:
        cube = np.zeros((work.n_cells, DESIGN.n_criteria * DESIGN.n_levels), dtype=np.int64)
        cube[found["cell"].to_numpy()] = found.drop("cell").to_numpy()
        return cube.reshape(work.n_cells, DESIGN.n_criteria, DESIGN.n_levels)

    return lambda: frame.group_by("cell").agg(wanted), as_cube


def duckdb_peer(work: Work) -> Peer:
    """A group-by for each criterion: faster than filtered counts or unpivoting."""
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect(config={"threads": THREADS})
    connection.register("arrived", pa.table(_columns(work)))
    connection.execute("CREATE TABLE sheets AS SELECT * FROM arrived")
    connection.unregister("arrived")

    def count() -> list[dict[str, Any]]:
        return [
            connection.execute(f"SELECT cell, {name} AS byte, count(*) AS n FROM sheets GROUP BY cell, {name}").fetchnumpy()
            for name in _names()
        ]

    return count, lambda found: _cube(work, [(each["cell"], each["byte"], each["n"]) for each in found])


def pandas_peer(work: Work) -> Peer:
    """A group-by for each criterion: faster than melting."""
    import pandas as pd

    frame = pd.DataFrame(_columns(work))

    def as_cube(found: Any) -> NDArray[Any]:
        return _cube(
            work,
            [(each.index.get_level_values(0).to_numpy(), each.index.get_level_values(1).to_numpy(), each.to_numpy()) for each in found],
        )

    return lambda: [frame.groupby(["cell", name], sort=False).size() for name in _names()], as_cube


PEERS = {"Polars": polars_peer, "DuckDB": duckdb_peer, "pandas": pandas_peer}


def measure_memory(n: int) -> list[Row]:
    """Peaks of processes of their own: what importing and holding the sheets takes, and with counting."""
    rows = []
    for work in ("by unit", "by unit, field, month"):
        program = f"from tests.benchmarks.counting import hold_and_count; hold_and_count({n}, {work!r})"
        held, counted = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()
        rows.append(Row(n, work, "ours, levels: peak memory", f"{int(counted):,} MB", f"{int(held):,} MB before counting"))
    return rows


def hold_and_count(n: int, name: str) -> None:
    """Print this process's peak in MB, first with the sheets alone, then with them counted."""
    work = next(each for each in make_works(n) if each.name == name)
    first_row = work.first_row
    held = peak_megabytes()
    count_sorted_levels(DESIGN, work.sheets, first_row)
    print(held, peak_megabytes())
