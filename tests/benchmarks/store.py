"""The store: views of the page at 0.5 and 10 million responses, refresh against merely reading, bytes and memory.

Run alone: `python -m tests.benchmarks.store [--small]`. Times are medians of several in one process on a shared machine: only the
ratios mean something.
"""

import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import numpy as np
import orjson
from numpy.random import Generator
from sqlalchemy import String, cast, insert, select

from analytics.design import Design
from analytics.periods import half_month_block
from analytics.store import ATTRIBUTES, Choice, Manifest, Rows, StoreFolder, Views
from analytics.store.rows import Coded
from app import schema
from app.config import Settings
from app.models import Response
from app.queries.stored_rows import read_rows
from app.runtime import Runtime, day_of_hour, open_runtime
from app.selection import Selection
from app.services.figures import Figures
from app.services.installation import make_installation
from app.services.instruments import publish_instruments
from survey_forms import load_shipped
from tests.factories import COMMUNE, add_office

N_UNITS, N_FIELDS, FIRST_HOUR, N_HOURS = 3_300, 15, 482_136, 365 * 24
INSTRUMENT = "kiosk-default@1.0"


def draw_rows(design: Design, n: int, first_hour: int, n_hours: int, chance: Generator) -> Rows:
    """n responses of a year with correlated answers, blanks and a realistic spread of circumstances."""
    person = chance.normal(size=(n, 1))
    latent = 0.63 * person + 0.77 * chance.normal(size=(n, design.n_criteria), scale=1.0) + 1.1
    answers = (1 + np.digitize(latent, (-2.2, -1.3, 0.0, 1.6))).astype(np.uint8)
    answers[chance.random(answers.shape) < 0.02] = 0
    hours = (first_hour + chance.integers(0, n_hours // 24, n) * 24 + chance.integers(0, 9, n)).astype(np.int32)
    blocks = {hour: half_month_block(day_of_hour(hour)) for hour in set(hours.tolist())}
    unit, field = chance.integers(0, N_UNITS, n), chance.integers(0, N_FIELDS, n)

    def choose(words: list[str], shares: list[float]) -> Coded:
        return Coded.of(chance.choice(len(words), n, p=shares).astype(np.uint8), words)

    counter = (unit * 3 + field % 3).astype(np.int32)
    words = sorted(set(blocks.values()))
    place = {word: number for number, word in enumerate(words)}
    block_of = np.array([place[blocks[h]] if (h := first_hour + k) in blocks else 0 for k in range(n_hours)])
    attributes = {
        "unit": Coded.of(unit.astype(np.int32), [f"u{number:05d}" for number in range(N_UNITS)]),
        "field": Coded.of(field.astype(np.uint8), [f"f{number:02d}" for number in range(N_FIELDS)]),
        "channel": choose(["kiosk", "invitation", "poster"], [0.6, 0.3, 0.1]),
        "stage": choose(["result", "filing"], [0.8, 0.2]),
        "block": Coded.of(block_of[hours - first_hour], words),
        "counter": Coded.of((counter % 3).astype(np.uint8), ["1", "2", "3"]),
        "device": Coded.of(counter, [f"d{number:05d}" for number in range(N_UNITS * 3)]),
        "procedure": Coded.of(
            (field * 4 + chance.choice(4, n, p=[0.6, 0.2, 0.15, 0.05])).astype(np.uint8), [f"1.{k:06d}" for k in range(60)]
        ),
        "mode": choose(["in_person", "online", ""], [0.7, 0.2, 0.1]),
        "kind": choose(["individual", "organisation", "authorised"], [0.9, 0.05, 0.05]),
        "helped": choose(["0", "1"], [0.95, 0.05]),
        "took": choose(["under_30", "30_59", "60_119", "120_up"], [0.2, 0.5, 0.25, 0.05]),
        "repeats": choose(["0", "1"], [0.99, 0.01]),
    }
    overall = (1 + np.digitize(latent.mean(axis=1), (-2.2, -1.3, 0.0, 1.6))).astype(np.uint8)
    delay = (chance.random(n) < 0.05).astype(np.int32) * chance.integers(0, 3, n).astype(np.int32)
    return Rows(answers, overall, {name: attributes[name] for name in ATTRIBUTES}, hours, delay, {})


def fill(folder: StoreFolder, design: Design, n: int) -> Manifest:
    """A store of n responses, a month at a time."""
    chance = np.random.default_rng(1)
    manifest = Manifest("bench", "bench", 0, 0)
    with folder.writing(wait=True):
        for month in range(12):
            first = FIRST_HOUR + month * 730
            rows = draw_rows(design, n // 12, first, 725, chance)
            manifest = manifest.with_parts(folder.write(design, rows, first, first + 730), first + 730)
        folder.put(manifest)
    return manifest


def median_seconds(work: Callable[[], object], times: int = 5) -> float:
    """The middle of several runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


PROVINCES = {f"u{number:05d}": f"p{number % 34:02d}" for number in range(N_UNITS)}
CHOICES = {
    "everything": Choice(),
    "one quarter": Choice(first_block="2025-03-2", last_block="2025-06-1"),
    "one field": Choice(equal=(("field", "f03"),)),
    "kiosk, result": Choice(equal=(("channel", "kiosk"), ("stage", "result"))),
    "one province": Choice(units=frozenset(f"u{number:05d}" for number in range(0, N_UNITS, 34))),
    "days across half-months": Choice(first_hour=FIRST_HOUR + 40, last_hour=FIRST_HOUR + 900),
    "one procedure": Choice(equal=(("procedure", "1.000012"),)),
}


def look(views: Views, manifest: Manifest, design: Design, choice: Choice) -> None:
    """A view as a page asks for it: by province and field."""
    views.open(manifest, design, choice).fold(("unit", "field"), PROVINCES)


def measure_views(path: Path, n: int) -> dict[str, tuple[float, float]]:
    """First and later seconds of every view by province × field, in one process."""
    design = Design.of(load_shipped()[INSTRUMENT])
    folder = StoreFolder(path / f"{n}")
    manifest = fill(folder, design, n)
    print(f"{n:>11,} responses: {folder.size(manifest) / n:.2f} bytes each, tallies {sum(p.tally_bytes for p in manifest.parts) / n:.2f}")
    found = {}
    views = Views(folder)
    for name, choice in CHOICES.items():
        start = time.perf_counter()
        look(views, manifest, design, choice)
        first = time.perf_counter() - start
        later = median_seconds(partial(look, views, manifest, design, choice))
        found[name] = (first, later)
    shutil.rmtree(folder.path)
    return found


def load_database(runtime: Runtime, n: int) -> None:
    """n rows of the commune straight into the table, over a hundred days."""
    design = Design.of(runtime.instruments[INSTRUMENT])
    chance = np.random.default_rng(2)
    codes = design.criterion_codes
    for start in range(0, n, 50_000):
        size = min(50_000, n - start)
        rows = draw_rows(design, size, FIRST_HOUR, 2_400, chance)
        ids = [chance.bytes(16) for _ in range(size)]
        with runtime.database.write() as session:
            session.execute(
                insert(Response),
                [_as_row(rows, k, ids[k], codes) for k in range(size)],
            )


def _as_row(rows: Rows, k: int, id_bytes: bytes, codes: tuple[str, ...]) -> dict[str, object]:
    return {
        "id": UUID(bytes=id_bytes, version=4),
        "digest": b"-" * 32,
        "instrument_id": INSTRUMENT,
        "unit_key": COMMUNE,
        "field_code": ("ho-tich", "dat-dai")[int(rows.attributes["field"].codes[k]) % 2],
        "procedure_code": rows.attributes["procedure"].words[int(rows.attributes["procedure"].codes[k])],
        "channel": rows.attributes["channel"].words[int(rows.attributes["channel"].codes[k])],
        "stage": "result",
        "helped": False,
        "coded": False,
        "ratings": {code: int(value) for code, value in zip(codes, rows.answers[k], strict=True) if value},
        "overall": int(rows.overall[k]) or None,
        "took": "30_59",
        "answered_hour": int(rows.answered_hour[k]),
        "received_hour": int(rows.answered_hour[k] + rows.delay[k]),
    }


def measure_refresh(path: Path, address: str, n: int) -> tuple[float, float, float]:
    """Seconds to read and parse n rows, to encode them, and to refresh an empty store from them."""
    path.mkdir(parents=True)
    runtime = open_runtime(Settings(data_dir=path, database_url=address, secret_key="k" * 40))
    schema.upgrade(runtime.database)
    make_installation(runtime, kind="office")
    publish_instruments(runtime)
    add_office(runtime)
    load_database(runtime, n)

    def read_and_parse() -> None:
        columns = [
            c
            for c in Response.__table__.columns
            if c.name
            not in (
                "id",
                "digest",
                "ratings",
                "asked",
                "overall",
                "helped",
                "repeats_previous",
                "coded",
                "campaign_key",
                "resolving_unit_key",
            )
        ]
        statement = select(*columns, cast(Response.ratings, String), cast(Response.asked, String)).execution_options(yield_per=10_000)
        with runtime.database.read() as session:
            for batch in session.execute(statement).partitions():
                for row in batch:
                    orjson.loads(row[-2])

    def encode() -> None:
        with runtime.database.read() as session:
            read_rows(runtime, session)

    reading, encoding = median_seconds(read_and_parse, 3), median_seconds(encode, 3)
    figures = Figures(runtime)
    refreshing = median_seconds(figures.keeper.rebuild, 3)
    start = time.perf_counter()
    check = figures.keeper.check()
    print(f"  check of {check.n_rows:,} rows: {time.perf_counter() - start:.2f} s, {check.n_repaired} parts differed")
    print(f"  page after refresh: {median_seconds(lambda: figures.gather(Selection()).live.by('unit', 'field')) * 1000:.1f} ms")
    runtime.database.dispose()
    return reading, encoding, refreshing


def run(small: bool = False) -> list[tuple[str, ...]]:
    """Print and return the table."""
    sizes = (50_000, 500_000) if small else (500_000, 10_000_000)
    n_rows = 50_000 if small else 500_000
    table: list[tuple[str, ...]] = []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        little, much = (measure_views(path, n) for n in sizes)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
        for view in CHOICES:
            table.append(
                (
                    view,
                    f"first {little[view][0] * 1000:.0f} → {much[view][0] * 1000:.0f} ms",
                    f"later {little[view][1] * 1000:.2f} → {much[view][1] * 1000:.2f} ms",
                    f"ratio of later {much[view][1] / little[view][1]:.2f}",
                )
            )
        table.append(("peak memory", f"{peak:.2f} GiB"))
        reading, encoding, refreshing = measure_refresh(path / "sqlite", "", n_rows)
        table.append(("SQLite refresh", *_rates(n_rows, reading, encoding, refreshing)))
        from tests.postgresql import running_postgresql

        with running_postgresql() as address:
            reading, encoding, refreshing = measure_refresh(path / "postgresql", address, n_rows)
            table.append(("PostgreSQL refresh", *_rates(n_rows, reading, encoding, refreshing)))
    for line in table:
        print("  ".join(f"{cell:34}" for cell in line))
    return table


def _rates(n: int, reading: float, encoding: float, refreshing: float) -> tuple[str, ...]:
    return (
        f"read and parse {n / reading:,.0f} rows/s",
        f"encode {n / encoding:,.0f} rows/s",
        f"refresh {n / refreshing:,.0f} rows/s, {reading / refreshing:.2f} of reading",
    )


if __name__ == "__main__":
    run(small="--small" in sys.argv)
