"""Small multiples: many small lines over the same spans and the same axis, as places in percent of their width and height."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from app.dashboard.lines import Line, Point, held_targets
from app.vietnamese import percent

_STEP: Final = 5  # percentage points: the axis ends on whole fives
_LEAST_RANGE: Final = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """A point worth a mark of its own: hollow where few forms speak, a triangle at the edge where it lies outside the axis."""

    x: float
    y: float
    is_few: bool
    is_outside: bool


@dataclass(frozen=True, slots=True)
class SmallLine:
    """One small line. Paths are in a square of 100 × 100; marks in percent. `told` says in words what the picture shows."""

    line: Line
    band: str
    path: str
    targets: str
    marks: tuple[Mark, ...]
    told: str


@dataclass(frozen=True, slots=True)
class SmallLines:
    """All of one kind, on one axis in percent."""

    lines: tuple[SmallLine, ...]
    low_percent: int
    high_percent: int


def draw_small_lines(lines: Sequence[Line], n_min: int) -> SmallLines:
    """The lines on their common axis; without a point the axis is 0 – 100."""
    extent = axis_extent([point for line in lines for point in line.points], n_min)
    low, high = round(extent[0] * 100), round(extent[1] * 100)
    return SmallLines(tuple(_draw(line, low, high, n_min) for line in lines), low, high)


def axis_extent(points: Sequence[Point], n_min: int, *, is_cut: bool = True) -> tuple[float, float]:
    """Ends of an axis on which every share and target is seen, 0–1.

    Spans with too few forms swing widely: where others can be seen, the axis is theirs, and the few are cut at its edge; without
    `is_cut` their shares still lie on it, their intervals need not.
    """
    known = [(point.n, point.estimate) for point in points if point.estimate is not None]
    firm = [estimate for n, estimate in known if n >= n_min] or [estimate for _, estimate in known]
    ends = [value for e in firm if e is not None for value in (e.share, e.low, e.high, e.target)]
    every = [] if is_cut else [e.share for _, e in known if e is not None]
    shares = [value for value in (*ends, *every) if value is not None]
    if not shares:
        return 0.0, 1.0
    low = max(0, math.floor(min(shares) * 100 / _STEP) * _STEP)
    high = min(100, math.ceil(max(shares) * 100 / _STEP) * _STEP)
    if high - low < _LEAST_RANGE:
        low, high = max(0, high - _LEAST_RANGE), max(high, _LEAST_RANGE)
    return low / 100, high / 100


def _draw(line: Line, low: int, high: int, n_min: int) -> SmallLine:
    n = len(line.points)

    def x(place: float) -> float:
        return round((place + 0.5) / n * 100, 2)

    def y(share: float) -> float:
        return round((high - min(max(share * 100, low), high)) / (high - low) * 100, 2)

    band, path, targets, marks = [], [], [], []
    places = [(place, point.estimate) for place, point in enumerate(line.points)]
    for is_drawn, run in groupby(places, key=lambda pair: pair[1] is not None):
        if not is_drawn:
            continue
        known = [(place, estimate) for place, estimate in run if estimate is not None]
        path.append("M" + " L".join(f"{x(place)} {y(estimate.share or 0.0)}" for place, estimate in known))
        sure = [(place, e.low, e.high) for place, e in known if e.low is not None and e.high is not None]
        if len(sure) > 1:
            there = [f"{x(place)} {y(end)}" for place, end, _ in sure]
            back = [f"{x(place)} {y(end)}" for place, _, end in reversed(sure)]
            band.append("M" + " L".join([*there, *back]) + " Z")
    for place, point in enumerate(line.points):
        estimate = point.estimate
        if estimate is None or estimate.share is None:
            continue
        is_outside = not low <= estimate.share * 100 <= high
        is_last = all(later.estimate is None for later in line.points[place + 1 :])
        # A span alone between two without forms has no line through it.
        is_alone = all(line.points[near].estimate is None for near in (place - 1, place + 1) if 0 <= near < n)
        if point.n < n_min or is_outside or is_last or is_alone:
            marks.append(Mark(x(place), y(estimate.share), point.n < n_min, is_outside))
    for share, same in groupby(held_targets(line.points), key=lambda pair: pair[1]):
        held = [place for place, _ in same]
        targets.append(f"M{x(held[0] - 0.5)} {y(share)} H{x(held[-1] + 0.5)}")
    return SmallLine(line, " ".join(band), " ".join(path), " ".join(targets), tuple(marks), _tell(line))


def _tell(line: Line) -> str:
    known = [(point, point.estimate.share) for point in line.points if point.estimate is not None and point.estimate.share is not None]
    if not known:
        return f"{line.name}: chưa có số liệu"
    first, last = known[0], known[-1]
    lowest, highest = min(known, key=lambda pair: pair[1]), max(known, key=lambda pair: pair[1])
    return (
        f"{line.name}: {percent(first[1])} ({first[0].span.name}), thấp nhất {percent(lowest[1])} ({lowest[0].span.name}), "
        f"cao nhất {percent(highest[1])} ({highest[0].span.name}), gần nhất {percent(last[1])} ({last[0].span.name})"
    )
