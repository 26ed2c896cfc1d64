"""The folder of parts made anew from a database of 10 million responses: rows a second, memory, bytes. Needs 6 GB of disk."""

import sqlite3
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from app.config import Settings
from app.runtime import open_runtime
from app.services.store import StoreKeeper
from tests.benchmarks.measure import Row, peak_megabytes
from tests.benchmarks.office import SECRET, open_office
from tests.benchmarks.store import load_database

N, N_DRAWN = 10_000_000, 500_000
_HOURS_APART = 14 * 24
"""Each copy of what was drawn lies a fortnight after the one before, so that all of them fill two years."""


def multiply(path: Path, times: int) -> None:
    """Copies of the responses of a SQLite file under new ids, each later than the one before: loading them by rows would take an hour."""
    database = sqlite3.connect(path)
    database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF; PRAGMA cache_size=-400000")
    columns = [row[1] for row in database.execute("PRAGMA table_info(responses)")]
    indexes = database.execute(
        "SELECT name, sql FROM sqlite_master WHERE type='index' AND tbl_name='responses' AND sql IS NOT NULL"
    ).fetchall()
    for name, _ in indexes:
        database.execute(f"DROP INDEX {name}")
    database.execute("CREATE TEMP TABLE drawn AS SELECT * FROM responses ORDER BY id")
    for copy in range(1, times):
        changed = {"id": f"printf('%08x', {copy}) || substr(id, 9)"}
        changed |= {hour: f"{hour} + {copy * _HOURS_APART}" for hour in ("answered_hour", "received_hour")}
        values = ", ".join(changed.get(column, column) for column in columns)
        database.execute(f"INSERT INTO responses ({', '.join(columns)}) SELECT {values} FROM drawn")
        database.commit()
    for _, definition in indexes:
        database.execute(definition)
    database.commit()
    database.execute("PRAGMA journal_mode=WAL")
    database.close()


def rebuild(folder: Path) -> tuple[int, int, float, float, int]:
    """Responses, bytes, processor and clock seconds, and the most MiB this process, which did nothing else, ever held."""
    runtime = open_runtime(Settings(data_dir=folder, secret_key=SECRET))
    keeper = StoreKeeper(runtime)
    begun, busy = time.perf_counter(), time.process_time()
    made = keeper.rebuild()
    wall, busy = time.perf_counter() - begun, time.process_time() - busy
    runtime.database.dispose()
    return made.n_rows, made.n_bytes, busy, wall, peak_megabytes()


def run() -> list[Row]:
    """One rebuild of everything, in a process of its own."""
    with open_office() as (runtime, folder):
        load_database(runtime, N_DRAWN)
        runtime.database.dispose()
        multiply(folder / "sipas.db", N // N_DRAWN)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            n_rows, n_bytes, busy, wall, peak = alone.submit(rebuild, folder).result()
        assert n_rows == N
        seconds = f"{busy:.1f} s of processor, {wall:.1f} s by the clock"
        return [
            Row(N, "rebuild from SQLite", "StoreKeeper.rebuild", f"{N / busy:,.0f} rows/s", seconds),
            Row(N, "rebuild from SQLite", "peak memory", f"{peak} MiB"),
            Row(N, "rebuild from SQLite", "parts on disk", f"{n_bytes / N:.2f} bytes each"),
        ]
