"""The same responses by unit on one process and on two: sheets made on the fly from seeds, then a store's parts from disk.

One is a plain loop in this process, without Dask; two are Dask's processes on this machine, already running, and what is timed is
handing out, counting, adding in a tree and bringing the one tally back. The loop counts a store's parts as one worker would: many at
once, so that neither side makes or adds more tallies than it needs. Sheets made on the fly are made inside the task on both
sides and are part of both times; how much of the loop's time that is stands in a line of its own. Every tally is compared, and
equal. Where other work keeps the cores busy the clock shows that work; processor seconds of the busiest process show how evenly
and at what cost the work was shared.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.cluster import Asked, PartCount, PartsFolder, Piece, add_counts, add_in_tree, count_pieces, open_processes, tally_parts
from analytics.cluster.run import share_out
from analytics.counting import load_kernel
from analytics.design import Design
from analytics.store import Counted, StoreFolder
from analytics.store.rows import Coded
from analytics.tally import tally_answers
from survey_forms import load_shipped
from tests.benchmarks.measure import Row, as_seconds
from tests.benchmarks.store import INSTRUMENT, N_UNITS, fill

N_ON_THE_FLY, CHUNK, ROUNDS = 50_000_000, 1_000_000, 3
N_ON_DISK = 6_000_000
DESIGN = Design.of(load_shipped()[INSTRUMENT])
Sheets = NDArray[np.uint8]
_UNITS = tuple(f"u{number:05d}" for number in range(N_UNITS))
_LEVELS = np.repeat(np.array([0, 1, 2, 3, 4, 5, 254], dtype=np.uint8), [8, 4, 8, 30, 126, 72, 8])


def make_chunk(seed: int) -> tuple[Sheets, Sheets, Coded]:
    """A chunk's sheets, answers to the overall question and units from its seed, sorted by unit as a part is."""
    generator = np.random.default_rng(seed)
    sheets = _LEVELS[np.frombuffer(generator.bytes(CHUNK * DESIGN.n_criteria), dtype=np.uint8)].reshape(CHUNK, DESIGN.n_criteria)
    overall = _LEVELS[np.frombuffer(generator.bytes(CHUNK), dtype=np.uint8)]
    units = Coded(np.sort((N_UNITS * generator.random(CHUNK)).astype(np.uint16)), _UNITS)
    return sheets, overall, units


def count_chunk(seed: int) -> PartCount:
    """A chunk made and counted by unit."""
    return _count(make_chunk(seed))


def _count(chunk: tuple[Sheets, Sheets, Coded]) -> PartCount:
    sheets, overall, units = chunk
    return PartCount(Counted(tally_answers(DESIGN, sheets, {"unit": units.texts()}, overall), None, None), 1, CHUNK)


def run() -> list[Row]:
    """On the fly, then from disk."""
    load_kernel()
    with tempfile.TemporaryDirectory() as name, open_processes(2) as client:
        client.run(load_kernel)
        return [*_compare_on_the_fly(client), *_compare_on_disk(client, Path(name))]


def _compare_on_the_fly(client: Any) -> list[Row]:
    seeds = range(N_ON_THE_FLY // CHUNK)

    def on_one() -> PartCount:
        total = count_chunk(seeds[0])
        for seed in seeds[1:]:
            total = add_counts([total, count_chunk(seed)])
        return total

    def on_two() -> PartCount:
        found = add_in_tree(client, client.map(count_chunk, seeds, pure=False)).result()
        assert isinstance(found, PartCount)
        return found

    rows = _time_both(N_ON_THE_FLY, "made on the fly, by unit", client, on_one, on_two)
    chunk = make_chunk(0)
    making, counting = (
        statistics.median(_processor_seconds(work) for _ in range(5)) for work in (partial(make_chunk, 0), partial(_count, chunk))
    )
    share = f"{making / (making + counting):.0%} of the loop's processor time is making sheets, on both sides"
    return [*rows, Row(CHUNK, "made on the fly, by unit", "making a chunk", as_seconds(making), share)]


def _compare_on_disk(client: Any, path: Path) -> list[Row]:
    manifest = fill(StoreFolder(path), DESIGN, N_ON_DISK)
    folder = PartsFolder(str(path))

    def on_one() -> PartCount:
        return count_pieces([Piece(folder, DESIGN, part, manifest.closed_until) for part in manifest.parts], Asked(("unit",)))

    def on_two() -> PartCount:
        found = tally_parts(client, [folder], [DESIGN], ("unit",), with_excluded=True)
        return PartCount(found.counted, found.provinces[0].n_parts, found.provinces[0].n_rows)

    n_tasks = len(share_out([Piece(folder, DESIGN, part, manifest.closed_until) for part in manifest.parts], 2))
    rows = _time_both(N_ON_DISK, "a store's parts, by unit", client, on_one, on_two)
    return [*rows, Row(N_ON_DISK, "a store's parts, by unit", "tasks handed out", str(n_tasks), f"for {len(manifest.parts)} parts")]


def _time_both(n: int, work: str, client: Any, on_one: Callable[[], PartCount], on_two: Callable[[], PartCount]) -> list[Row]:
    """In turns; a ratio is the median of the turns' own ratios, which a machine that is busy for a while changes least."""
    first, second = on_one(), on_two()  # files read once, kernels loaded
    if not first.counted.tally.equals(second.counted.tally) or first.n_rows != second.n_rows or first.n_rows != n:
        raise AssertionError(f"two processes count otherwise than one, {work}")
    turns = [(_measure(client, on_one), _measure(client, on_two)) for _ in range(ROUNDS)]
    (one, one_busiest), (two, two_busiest) = (tuple(map(statistics.median, zip(*each, strict=True))) for each in zip(*turns, strict=True))
    clock = sorted(slow[0] / fast[0] for slow, fast in turns)
    busiest = statistics.median(slow[1] / fast[1] for slow, fast in turns)
    return [
        Row(n, work, "one process, a loop", as_seconds(one), "by the clock"),
        Row(n, work, "Dask, two processes", as_seconds(two), f"{_tell(clock)} as fast; identical tallies; wanted 1.6 ×"),
        Row(n, work, "one process, a loop", as_seconds(one_busiest), "processor seconds"),
        Row(n, work, "Dask, the busiest process", as_seconds(two_busiest), f"processor seconds, {busiest:.2f} × fewer"),
    ]


def _tell(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} × (turns {ratios[0]:.2f} to {ratios[-1]:.2f})"


def _measure(client: Any, work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and processor seconds of the process that used most: what a machine with a core for each would wait for."""
    before, here, begun = client.run(time.process_time), time.process_time(), time.perf_counter()
    work()
    wall, own = time.perf_counter() - begun, time.process_time() - here
    return wall, max(own, *(after - before[worker] for worker, after in client.run(time.process_time).items()))


def _processor_seconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun
