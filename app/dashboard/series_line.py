"""The line of one questionnaire with its control limits and its test for trend."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.control_chart import ChartPoint, ChartRun, Trend, control_chart, trend_test
from analytics.results import Cell
from app.dashboard.lines import Line, Point
from survey_forms import Instrument

LEAST_POINTS = 3
"""Spans with an interval that a trend needs: two are a comparison."""


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """The line of one questionnaire: series are never joined. `run` are its control limits; no trend where too little is known."""

    instrument: Instrument
    line: Line
    run: ChartRun | None
    trend: Trend | None

    @property
    def limits(self) -> tuple[ChartPoint | None, ...]:
        """What the control chart says of each point."""
        return self.run.points if self.run is not None else (None,) * len(self.line.points)

    @property
    def out(self) -> list[tuple[Point, ChartPoint]]:
        """The points beyond their limits."""
        return [(p, limit) for p, limit in zip(self.line.points, self.limits, strict=True) if limit is not None and limit.out]


def as_series(instrument: Instrument, line: Line, cells: Mapping[str, Cell], *, is_main: bool) -> SeriesLine:
    """The line with its limits: a span is worth its effective size, not its number of answers."""
    sizes, satisfied = [], []
    for point in line.points:
        cell = cells.get(point.span.key)
        size = cell.effective_size if cell is not None else None
        share = cell.overall.share if cell is not None else None
        is_known = size is not None and share is not None
        sizes.append(size or 0.0 if is_known else 0.0)
        satisfied.append((share or 0.0) * (size or 0.0) if is_known else 0.0)
    if not any(sizes):
        return SeriesLine(instrument, line, None, None)
    (run,) = control_chart(satisfied, sizes)
    has_trend = is_main and sum(size > 0 for size in sizes) >= LEAST_POINTS
    return SeriesLine(instrument, line, run, trend_test(satisfied, sizes) if has_trend else None)
