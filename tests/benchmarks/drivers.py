"""Drivers and means of criteria from the parts of a store, at 0.1, 1 and 10 million responses: seconds of processor and memory.

Run alone: `python -m tests.benchmarks.drivers [--small]`. Processor time is told beside the clock's, because the machine may be shared.
"""

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from analytics.design import Design
from analytics.drivers import report_drivers
from analytics.store import Choice, StoreFolder
from analytics.store.sums import PartSums, pairs_recipe, sheets_recipe
from survey_forms import load_shipped
from tests.benchmarks.store import INSTRUMENT, PROVINCES, fill

Result = TypeVar("Result")


def timed(what: str, work: Callable[[], Result]) -> Result:
    """Run once and tell the time taken."""
    start, busy = time.perf_counter(), time.process_time()
    result = work()
    print(f"  {what:<38}{time.perf_counter() - start:8.3f} s{time.process_time() - busy:8.3f} s of processor")
    return result


def measure(path: Path, n: int) -> None:
    """Everything the two kinds of page ask of n responses."""
    design = Design.of(load_shipped()[INSTRUMENT])
    folder = StoreFolder(path / f"{n}")
    manifest = fill(folder, design, n)
    sums = PartSums(folder)
    print(f"{n} responses")
    count = partial(sums.open, manifest, Choice(), sheets_recipe(design))
    counts = timed("parts to counts of different sheets", count)
    timed("the same, kept", count)
    report = timed("shares, errors, ordered logit, alpha", partial(report_drivers, counts))
    timed("pairs of criteria, the whole", partial(sums.open, manifest, Choice(), pairs_recipe(design, (), None)))
    by_row = pairs_recipe(design, ("unit", "field"), PROVINCES)
    timed("pairs of criteria, 34 rows × 15 fields", partial(sums.open, manifest, Choice(), by_row))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"  {report.n} complete sheets, {len(counts.across)} different ones, {counts.size / 2**20:.1f} MiB kept; peak so far {peak} MiB")
    shutil.rmtree(folder.path)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for size in (100_000,) if "--small" in sys.argv else (100_000, 1_000_000, 10_000_000):
            measure(Path(folder), size)
