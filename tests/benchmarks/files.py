"""`sipas index` on a CSV file of one million responses, held against pyarrow reading the same file into memory.

Each is a process of its own, given in processor seconds, which a busy machine changes least; its start-up, measured on a file
of one row, is subtracted. Memory is the process's peak.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from tests.benchmarks.counting import DESIGN, N_BLOCKS, N_FIELDS, make_cells, make_sheets
from tests.benchmarks.measure import Row, as_seconds

N = 1_000_000
ROUNDS = 5
N_PLACES = 135  # a province's communes: with the fields some two thousand cells, which a person could still use
_PEAK = (
    "import atexit, sys; from tests.benchmarks.measure import peak_megabytes; "
    "atexit.register(lambda: print(peak_megabytes(), file=sys.stderr)); "
)
READ = "import sys; from pyarrow import csv; csv.read_csv(sys.argv[1])"
INDEX = "from app.cli import main; main()"


def run() -> list[Row]:
    """Times beside reading, then the peaks of files of one and of a quarter million rows."""
    with tempfile.TemporaryDirectory() as folder:
        whole, quarter, single = (write_file(Path(folder) / f"{n}.csv", n) for n in (N, N // 4, 1))
        options = ["--instrument", "an-my-2023", "--json"]
        commands = {
            "pyarrow reads it": [READ],
            "sipas index": [INDEX, "index", *options],
            "sipas index --by unit": [INDEX, "index", *options, "--by", "unit"],
            "sipas index --by unit,field": [INDEX, "index", *options, "--by", "unit,field"],
        }
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        peaks: dict[str, int] = {}
        for name, command in commands.items():
            run_program([*command, str(single)])  # compiles what is compiled once per machine
            peaks[name] = run_program([*command, str(quarter)])[1]
        for _ in range(ROUNDS):
            for name, command in commands.items():
                start, _ = run_program([*command, str(single)])
                took, peak = run_program([*command, str(whole)])
                seconds[name].append(took - start)
                peaks[f"{name}, whole"] = max(peak, peaks.get(f"{name}, whole", 0))
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    reading = medians["pyarrow reads it"]
    rows = [Row(N, "a file", name, as_seconds(each), f"{each / reading:.2f} × reading") for name, each in medians.items()]
    return rows + [
        Row(N, "a file", f"{name}: peak memory", f"{peaks[f'{name}, whole']:,} MB", f"{peaks[name]:,} MB with a quarter of the rows")
        for name in commands
    ]


def write_file(path: Path, n: int) -> Path:
    """n responses as a plain file has them."""
    cell = np.random.default_rng(n).permutation(make_cells(n))
    days = [f"2025-{1 + block // 2:02}-{1 + 14 * (block % 2):02}" for block in range(N_BLOCKS)]
    texts = np.full(256, "", dtype=object)
    texts[1:6], texts[254] = list("12345"), "no_opinion"

    def column(choices: list[str], position: NDArray[Any]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(position.astype(np.int32)), pa.array(choices)).cast(pa.string())

    sheets = make_sheets(n)
    unit = cell // (N_FIELDS * N_BLOCKS) % N_PLACES
    columns = {
        "unit": column([f"xa-{number:04}" for number in range(int(unit.max()) + 1)], unit),
        "field": column([f"linh-vuc-{number:02}" for number in range(N_FIELDS)], cell // N_BLOCKS % N_FIELDS),
        "channel": column(["kiosk"], np.zeros(n, dtype=np.int32)),
        "answered_on": column(days, cell % N_BLOCKS),
        **{code: column(texts.tolist(), sheets[:, place]) for place, code in enumerate(DESIGN.criterion_codes)},
    }
    csv.write_csv(pa.table(columns), path, csv.WriteOptions(quoting_style="none"))
    return path


def run_program(arguments: list[str]) -> tuple[float, int]:
    """Run a program to its end: processor seconds, and its peak memory in MB."""
    begun = _processor_seconds_of_children()
    program, *rest = arguments
    done = subprocess.run([sys.executable, "-c", _PEAK + program, *rest], check=True, capture_output=True, text=True)
    return _processor_seconds_of_children() - begun, int(done.stderr.split()[-1])


def _processor_seconds_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
