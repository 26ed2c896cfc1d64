"""The store: views of the page at 0.5 and 10 million responses, refresh against merely reading, bytes and memory.

Run alone: `python -m tests.benchmarks.store [--small]`. Only the ratios mean something on a shared machine.
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import numpy as np
import orjson
from numpy.random import Generator
from sqlalchemy import insert

from analytics.counting import load_kernel
from analytics.design import Design
from analytics.periods import half_month_block
from analytics.store import ATTRIBUTES, Choice, Manifest, Rows, StoreFolder, Views
from analytics.store.rows import Coded
from app import schema
from app.config import Settings
from app.models import Response
from app.runtime import Runtime, day_of_hour, open_runtime
from app.services.figures import Figures
from app.services.installation import make_installation
from app.services.instruments import publish_instruments
from survey_forms import load_shipped
from tests.benchmarks.measure import peak_megabytes
from tests.factories import COMMUNE, add_office
from tests.postgresql import running_postgresql

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
        manifest = folder.compact(manifest, design)  # as every refresh does
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


class Look(NamedTuple):
    """What a page asks for: filters, dimensions, and in whose row each unit is counted."""

    choice: Choice
    dimensions: tuple[str, ...] = ("unit", "field")
    row_of: dict[str, str] | None = None


PROVINCES = {f"u{number:05d}": f"p{number % 34:02d}" for number in range(N_UNITS)}
ONE = frozenset(f"u{number:05d}" for number in range(0, N_UNITS, 34))
QUARTER = Choice(first_block="2025-03-2", last_block="2025-06-1")
KIOSK, RESULT, FIELD = ("channel", "kiosk"), ("stage", "result"), ("field", "f03")
STANDING = {
    "everything": Look(Choice(), row_of=PROVINCES),
    "everything, one figure": Look(Choice(), ()),
    "by field": Look(Choice(), ("field",)),
    "one quarter": Look(QUARTER, row_of=PROVINCES),
    "one field": Look(Choice(equal=(FIELD,)), row_of=PROVINCES),
    "kiosk, result": Look(Choice(equal=(KIOSK, RESULT)), row_of=PROVINCES),
    "kiosk, one field, one quarter": Look(replace(QUARTER, equal=(KIOSK, FIELD)), row_of=PROVINCES),
    "one province by its units": Look(Choice(units=ONE), row_of={unit: unit for unit in ONE}),
    "one province, kiosk, one quarter": Look(replace(QUARTER, units=ONE, equal=(KIOSK,)), row_of={unit: unit for unit in ONE}),
    "one unit by field": Look(Choice(units=frozenset({"u00007"}))),
    "every unit": Look(Choice(), ("unit",)),
    "every unit, one field": Look(Choice(equal=(FIELD,)), ("unit",)),
    "every unit, kiosk": Look(Choice(equal=(KIOSK,)), ("unit",)),
    "every unit by every field": Look(Choice()),
}
OTHERS = {
    "days across half-months": Look(Choice(first_hour=FIRST_HOUR + 40, last_hour=FIRST_HOUR + 900), row_of=PROVINCES),
    "one procedure": Look(Choice(equal=(("procedure", "1.000012"),)), row_of=PROVINCES),
}


class Taken(NamedTuple):
    """Seconds of one view: the first look in a process that has just begun, in one that has warmed up, and later looks."""

    cold: float
    first: float
    later: float


def look(views: Views, manifest: Manifest, design: Design, wanted: Look) -> None:
    """A view as a page asks for it."""
    views.open(manifest, design, wanted.choice).fold(wanted.dimensions, wanted.row_of)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Measured(NamedTuple):
    """Seconds of every view and of warming up as a server does after its first start; bytes of the store; most MiB of a process."""

    views: dict[str, Taken]
    warming: float
    n_bytes: int
    filling_peak: int
    viewing_peak: int


def measure_views(path: Path, n: int) -> Measured:
    """A store of n responses, looked at from all sides."""
    design = Design.of(load_shipped()[INSTRUMENT])
    folder = StoreFolder(path / f"{n}")
    manifest = fill(folder, design, n)
    filling_peak = peak_megabytes()
    load_kernel()
    look(Views(folder), manifest, design, STANDING["by field"])  # compiles what adds up cells
    warmed = Views(folder)

    def warm() -> None:
        for name in ("everything", "every unit"):
            look(warmed, manifest, design, STANDING[name])
        warmed.warm(manifest, design)

    warming = seconds(warm)
    found = {}
    for name, wanted in (STANDING | OTHERS).items():
        cold = seconds(partial(look, Views(folder), manifest, design, wanted))
        first = median_seconds(partial(look_anew, warmed, manifest, design, wanted), 3)
        found[name] = Taken(cold, first, median_seconds(partial(look, warmed, manifest, design, wanted)))
    with ProcessPoolExecutor(
        1, mp_context=get_context("spawn")
    ) as alone:  # here two sets of what is kept in memory stood beside each other
        viewing_peak = alone.submit(peak_of_views, folder.path).result()
    n_bytes = folder.size(manifest)
    shutil.rmtree(folder.path)
    return Measured(found, warming, n_bytes, filling_peak, viewing_peak)


def peak_of_views(path: Path) -> int:
    """The most memory of a process that warms up and then shows every view, one after the other."""
    design = Design.of(load_shipped()[INSTRUMENT])
    folder = StoreFolder(path)
    manifest = folder.manifest()
    assert manifest is not None
    views = Views(folder)
    for name in ("everything", "every unit"):
        look(views, manifest, design, STANDING[name])
    views.warm(manifest, design)
    for wanted in (STANDING | OTHERS).values():
        look(views, manifest, design, wanted)
    return peak_megabytes()


def look_anew(views: Views, manifest: Manifest, design: Design, wanted: Look) -> None:
    """A view nobody has asked this process for: it keeps its parts and cubes, and has counted nothing by these filters."""
    views.forget_folds()
    look(views, manifest, design, wanted)


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


def measure_refresh(path: Path, address: str, n: int) -> tuple[float, float]:
    """Processor seconds to read and parse n rows by the bare driver, and to rebuild the store from them."""
    path.mkdir(parents=True)
    runtime = open_runtime(Settings(data_dir=path, database_url=address, secret_key="k" * 40))
    schema.upgrade(runtime.database)
    make_installation(runtime, kind="office")
    publish_instruments(runtime)
    add_office(runtime)
    load_database(runtime, n)

    def read_and_parse() -> None:
        with runtime.database.engine.connect() as connection:
            cursor = connection.connection.cursor()
            cursor.execute(_MERELY)
            while batch := cursor.fetchmany(10_000):
                for row in batch:
                    orjson.loads(row[0])
            cursor.close()

    figures = Figures(runtime)
    taken: dict[str, list[float]] = {"read": [], "refresh": []}
    for _ in range(3):  # in turns, so that a busy machine is busy for both; processor seconds, so that others do not count
        for name, work in (("read", read_and_parse), ("refresh", figures.keeper.rebuild)):
            begun = time.process_time()
            work()
            taken[name].append(time.process_time() - begun)
    assert figures.keeper.check().n_repaired == 0
    runtime.database.dispose()
    return statistics.median(taken["read"]), statistics.median(taken["refresh"])


_MERELY = (
    "SELECT CAST(ratings AS VARCHAR), CAST(asked AS VARCHAR), instrument_id, unit_key, field_code, channel, stage, counter_code, "
    "device_id, procedure_code, mode, kind, helped, took, repeats_previous, overall, answered_hour, received_hour FROM responses"
)


class Line(NamedTuple):
    """One line of the table."""

    n: int
    work: str
    way: str
    figure: str
    compared: str = ""


def run(*, small: bool = False) -> list[Line]:
    """The table: views at both sizes, bytes, memory, refresh on both databases."""
    sizes = (50_000, 500_000) if small else (500_000, 10_000_000)
    n_rows = 50_000 if small else 500_000
    lines = []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        little, much = (measure_views(path, n) for n in sizes)
        for view, many in much.views.items():
            few = little.views[view]
            for way, of_many, of_few in (
                ("later loads", many.later, few.later),
                ("first load", many.first, few.first),
                ("first load, just started", many.cold, few.cold),
            ):
                ratio = f"{of_many / of_few:.2f} × of {sizes[0]:,}, {of_few * 1000:.1f} ms"
                lines.append(Line(sizes[1], f"view: {view}", way, f"{of_many * 1000:.1f} ms", ratio))
        lines.append(Line(sizes[1], "warming up", "after a rebuild, in the background", f"{much.warming:.1f} s"))
        lines.append(Line(sizes[1], "store on disk", "parts, tallies and cubes", f"{much.n_bytes / sizes[1]:.2f} bytes each"))
        lines.append(Line(sizes[1], "peak memory", "filling", f"{much.filling_peak} MiB"))
        lines.append(Line(sizes[1], "peak memory", "warming up and every view", f"{much.viewing_peak} MiB"))
        reading, refreshing = measure_refresh(path / "sqlite", "", n_rows)
        lines.append(_rate(n_rows, "SQLite", reading, refreshing))
        with running_postgresql() as address:
            reading, refreshing = measure_refresh(path / "postgresql", address, n_rows)
        lines.append(_rate(n_rows, "PostgreSQL", reading, refreshing))
    return lines


def _rate(n: int, database: str, reading: float, refreshing: float) -> Line:
    return Line(
        n, f"refresh from {database}", "rebuild", f"{n / refreshing:,.0f} rows/s", f"{reading / refreshing:.2f} × reading and parsing"
    )


if __name__ == "__main__":
    for line in run(small="--small" in sys.argv):
        print(*line, sep="  ")
