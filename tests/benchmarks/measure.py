"""Measuring side by side: everything compared is timed in turns, so that a busy machine is busy for all of it."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

THREADS = 2
"""What every peer gets. Ours counts in one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a section's table: a figure with its unit, and what it is held against."""

    n: int
    work: str
    way: str
    figure: str
    compared: str = ""


@dataclass(frozen=True, slots=True)
class Time:
    """Median seconds: by the clock, and of processors, all threads together. Only the first is what a person waits."""

    wall: float
    processor: float


def time_in_turns(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Time]:
    """How long each way takes over some rounds, in each of which every way runs once."""
    wall: dict[str, list[float]] = {name: [] for name in ways}
    processor: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            begun, begun_processor = time.perf_counter(), time.process_time()
            way()
            wall[name].append(time.perf_counter() - begun)
            processor[name].append(time.process_time() - begun_processor)
    return {name: Time(statistics.median(wall[name]), statistics.median(processor[name])) for name in ways}


def peak_megabytes() -> int:
    """The most memory this process ever held. Not ru_maxrss: that counts what the parent held when it started us."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def as_seconds(seconds: float) -> str:
    """Seconds with three digits that count."""
    return f"{seconds:.4f} s" if seconds < 0.1 else f"{seconds:.3f} s" if seconds < 10 else f"{seconds:.1f} s"


def describe_machine() -> str:
    """Processors, load and versions: what a ratio depends on."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "pandas", "polars", "duckdb", "pyarrow"))
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} processors, load {load:.1f} before the run, peers on {THREADS} threads; {packages}.\n"
        "Medians of turns; read the ratios: other work on the machine slows all of them. Where it was busy, processor seconds\n"
        "say more than the clock; on a quiet machine a peer's two threads make its clock up to half of its processor seconds."
    )
