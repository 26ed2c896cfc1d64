"""Shares by span of time: what every line of the page of trends, large or small, is drawn from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analytics.domains import keep_answered
from analytics.periods import block_end, block_start, target_year
from analytics.results import Cell, Estimate, Parts
from analytics.tally import Tally
from app.dashboard.figure import Figure
from app.dashboard.reading import Reading
from app.dashboard.spans import Span, Step, span_of
from app.services.figures import Figures

Place = tuple[str | None, str | None]
"""Whose target a cell is held against: a unit and a field."""


@dataclass(frozen=True, slots=True)
class Point:
    """One span of a line; no figure: nobody answered in it."""

    span: Span
    figure: Figure | None

    @property
    def estimate(self) -> Estimate | None:
        """The estimate of a span in which somebody rated something."""
        return self.figure.estimate if self.figure is not None and self.figure.estimate.share is not None else None

    @property
    def n(self) -> int:
        """Valid forms of the span."""
        return self.figure.respondents if self.figure is not None else 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is of, the figure over all its spans, and every span in order."""

    key: str | None
    name: str
    whole: Figure
    points: tuple[Point, ...]
    query: Mapping[str, str] | None = None
    """The filters under which the overview is about just this line; None where no filter says so."""


def compute_spans(
    figures: Figures,
    reading: Reading,
    tally: Tally,
    step: Step,
    spans: Sequence[Span],
    place_of: Callable[[str], Place],
    parts: Parts = "overall",
) -> dict[tuple[str, str], Cell]:
    """The figures of every row and span, by (row, key of the span), with the target of the span's own year.

    `tally` is by block, or by one dimension and block: its texts are the rows, "" where there is none. The year is found as the
    overview finds it when it is asked for these days alone, so that both say the same; so is the sample a sub-group is a domain of:
    where a sub-group's first span begins later than its month, who was asked before is no part of it. Of a sub-group only spans with
    a response are given.
    """
    if not spans:
        return {}
    find = span_of(step, reading.calendar)
    blocks = tally.cells["block"].tolist()
    within = [block_end(block) >= spans[0].first_on and block_start(block) <= spans[-1].last_on for block in blocks]
    tally = tally if all(within) else tally.where(np.array(within, dtype=bool))
    key_of = {block: find(block_start(block)).key for block in set(tally.cells["block"])}
    year_of = {span.key: target_year(span.first_on, span.last_on, reading.calendar) for span in spans}
    folded = replace(tally, cells=tally.cells.assign(block=tally.cells["block"].map(key_of).astype("str"))).by(*tally.dimensions)
    folded = keep_answered(folded)
    rows = folded.cells[tally.dimensions[0]].tolist() if len(tally.dimensions) > 1 else [""] * folded.n_cells
    keys = folded.cells["block"].tolist()
    found: dict[tuple[str, str], Cell] = {}
    for year in sorted(set(year_of.values())):
        chosen = [year_of.get(key) == year for key in keys]
        own = folded if all(chosen) else folded.where(np.array(chosen, dtype=bool))
        names = [(row, key) for row, key, is_own in zip(rows, keys, chosen, strict=True) if is_own]
        places = [place_of(row) for row, _ in names]
        cells = pd.DataFrame({"unit": [unit for unit, _ in places], "field": [field for _, field in places]}, dtype=object)
        report = figures.compute(replace(reading.evidence, year=year), replace(own, dimensions=("unit", "field"), cells=cells), parts)
        found |= dict(zip(names, report.cells, strict=True))
    return found


def as_point(reading: Reading, span: Span, cell: Cell | None, estimate: Estimate | None = None) -> Point:
    """A point of a cell's overall index, or of one of its other estimates."""
    if cell is None:
        return Point(span, None)
    target = reading.evidence.targets.find(cell.unit, cell.field, target_year(span.first_on, span.last_on, reading.calendar))
    return Point(span, Figure(estimate or cell.overall, cell.respondents, target))


def held_targets(points: Sequence[Point]) -> list[tuple[int, float]]:
    """The target over a line's places, from its first span with forms on; a span without forms keeps the one before it."""
    held: list[tuple[int, float]] = []
    for place, point in enumerate(points):
        target = point.figure.estimate.target if point.figure is not None else (held[-1][1] if held else None)
        if target is not None:
            held.append((place, target))
    return held
