"""The page of trends: the index by span of time with its limits, and small lines of every factor, field or unit."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

from analytics.charts import Figure as Chart
from analytics.domains import keep_answered
from analytics.periods import block_end, block_start
from analytics.results import Cell
from analytics.store import LiveTally
from analytics.tally import Tally
from app.dashboard.address import change_query
from app.dashboard.figure import TargetNote, list_target_notes
from app.dashboard.heat import as_figure
from app.dashboard.lines import Line, Point, as_point, compute_spans
from app.dashboard.reading import Reading, in_one_unit, list_rows, name_units
from app.dashboard.series_line import SeriesLine, as_series
from app.dashboard.small_lines import SmallLines, draw_small_lines
from app.dashboard.spans import STEPS, Span, Step, list_spans
from app.dashboard.trend_picture import draw_trend
from app.errors import BadInputError
from app.services.figures import Figures
from app.vietnamese import collation_key, fold_accents
from survey_forms import Instrument

Split = Literal["field", "unit"]
SPLITS: tuple[Split, ...] = get_args(Split)
PARAMETERS = ("step", "split", "control", "q", "than")
MOST_SMALL_LINES = 24
MOST_POINTS = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of the page says beside the filters."""

    step: Step
    split: Split | None
    has_limits: bool
    search: str
    query: Mapping[str, str]
    """The filters and these, for links to the same page."""

    def change(self, **changes: str | None) -> dict[str, str]:
        """The query of the same page with something changed."""
        return change_query(self.query, **changes)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows a selection falls into. `n_all` counts those that were not drawn too."""

    kind: Split
    rows: SmallLines
    n_all: int
    is_cut: bool


@dataclass(frozen=True, slots=True)
class TrendPage:
    """Everything the page prints but its comparisons."""

    asked: Asked
    spans: tuple[Span, ...]
    n_left_out: int
    """Spans before the first one shown."""
    series: tuple[SeriesLine, ...]
    """The series of the selection and any others, in the order they began."""
    chart: Chart
    factors: SmallLines
    split: Rows
    target_notes: list[TargetNote]

    @property
    def main(self) -> SeriesLine:
        """The series the selection is about."""
        return next(each for each in self.series if each.line.key is None)


def read_asked(args: Mapping[str, str]) -> Asked:
    """The page's own parameters. Raises BadInputError naming the one that cannot be read."""
    step, split, control = args.get("step", "month"), args.get("split"), args.get("control", "")
    if step not in STEPS:
        raise BadInputError(f"`step` is one of: {', '.join(STEPS)}")
    if split is not None and split not in SPLITS:
        raise BadInputError(f"`split` is one of: {', '.join(SPLITS)}")
    if control not in ("", "1"):
        raise BadInputError("`control` is 1 or absent")
    return Asked(step, split, control == "1", args.get("q", ""), dict(args))


def build_trend(figures: Figures, reading: Reading, asked: Asked, *, is_whole: bool = False) -> TrendPage:
    """The page's content; `is_whole` draws every span and row, for a file. Raises AnalyticsError when it cannot be computed."""
    others = _count_other_series(figures, reading)
    spans = _list_spans(reading, asked.step, [block for tally in others.values() for block in keep_answered(tally).cells["block"]])
    n_left_out = 0 if is_whole else max(0, len(spans) - MOST_POINTS)
    spans = spans[n_left_out:]
    place = (reading.place, reading.evidence.selection.field)
    kind, row_of = _choose_split(figures, reading, asked)
    over_time = figures.count_by(reading.evidence, kind, "block")
    cells = compute_spans(figures, reading, over_time.by("block"), asked.step, spans, lambda _: place, "all")
    own = {span.key: cells["", span.key] for span in spans if ("", span.key) in cells}
    whole = as_figure(reading, reading.whole)
    series = []
    for instrument, tally in others.items():
        found = compute_spans(figures, reading, tally, asked.step, spans, lambda _: place)
        line = Line(instrument.series, instrument.title or instrument.series, whole, _points(reading, spans, found))
        series.append(as_series(instrument, line, {key: cell for (_, key), cell in found.items()}, is_main=False))
    main = Line(None, reading.evidence.instrument.title or "", whole, _points(reading, spans, cells))
    series.append(as_series(reading.evidence.instrument, main, own, is_main=True))
    series.sort(key=lambda each: _first_place(each.line))
    n_min = figures.runtime.settings.n_min
    split = _split(figures, reading, asked, spans, kind, row_of, over_time, is_whole=is_whole)
    factors = draw_small_lines(_list_factors(reading, spans, own), n_min)
    shown = [p.figure for each in (main, *(small.line for small in split.rows.lines)) for p in each.points if p.figure is not None]
    units = {f.target.unit for f in shown if f.target is not None and f.target.unit is not None}
    notes = list_target_notes(shown, name_units(figures, units), reading.fields)
    chart = draw_trend(series, spans, n_min, has_limits=asked.has_limits)
    return TrendPage(asked, spans, n_left_out, tuple(series), chart, factors, split, notes)


def _list_spans(reading: Reading, step: Step, blocks: list[str]) -> tuple[Span, ...]:
    """The spans of the days the figures are about, none wholly in the future; without a bound other series reach further back."""
    if reading.days is None:
        return ()
    first_on, last_on = reading.days
    selection = reading.evidence.selection
    if blocks and selection.first_on is None:
        first_on = min(first_on, block_start(min(blocks)))
    if blocks and selection.last_on is None:
        last_on = max(last_on, block_end(max(blocks)))
    newest = reading.evidence.live.last_block
    until = max(reading.today, block_end(newest)) if newest is not None else reading.today
    spans = list_spans(step, reading.calendar, first_on, last_on)
    return tuple(span for span in spans if span.first_on <= until)


def _points(reading: Reading, spans: tuple[Span, ...], cells: Mapping[tuple[str, str], Cell], row: str = "") -> tuple[Point, ...]:
    return tuple(as_point(reading, span, cells.get((row, span.key))) for span in spans)


def _first_place(line: Line) -> int:
    return next((place for place, point in enumerate(line.points) if point.estimate is not None), len(line.points))


def _count_other_series(figures: Figures, reading: Reading) -> dict[Instrument, Tally]:
    """Other series with responses in the selection, by block; none where the address names the questionnaire."""
    if reading.evidence.selection.instrument is not None:
        return {}
    found = {}
    for instruments in figures.list_other_series(reading.evidence):
        tally = figures.count_by(reading.evidence, "block", instruments=instruments).by("block")
        if tally.n_valid.any():
            found[instruments[-1]] = tally
    return found


def _list_factors(reading: Reading, spans: tuple[Span, ...], cells: Mapping[str, Cell]) -> list[Line]:
    """One line per factor, in the order of the form."""
    whole = as_figure(reading, reading.whole)
    lines = []
    for factor in reading.evidence.instrument.factors:
        points = tuple(
            as_point(reading, span, cell, cell.factors[factor.code] if cell is not None else None)
            for span in spans
            for cell in [cells.get(span.key)]
        )
        lines.append(Line(factor.code, factor.short or factor.title, replace(whole, estimate=reading.whole.factors[factor.code]), points))
    return lines


def _choose_split(figures: Figures, reading: Reading, asked: Asked) -> tuple[Split, Mapping[str, str]]:
    """What the rows are – units where one field is looked at – and the row each recorded unit counts in."""
    evidence, place = reading.evidence, reading.place
    below = list_rows(figures, evidence.tree, place, reading.tops, reading.today)
    # With responses or not: the same rows whatever the filters, so that the store has them counted.
    recorded = evidence.units if evidence.units is not None else evidence.tree.keys
    row_of = evidence.tree.fold(recorded, {*below, place} if place is not None else below).row_of
    if asked.split is not None or evidence.selection.field is None:
        return asked.split or "field", row_of
    return "unit" if keep_answered(evidence.live.by("unit", row_of=row_of)).n_cells > 1 else "field", row_of


def _split(
    figures: Figures,
    reading: Reading,
    asked: Asked,
    spans: tuple[Span, ...],
    kind: Split,
    row_of: Mapping[str, str],
    over_time: LiveTally,
    *,
    is_whole: bool,
) -> Rows:
    """The lowest rows first: what needs attention is seen without searching."""
    evidence, place = reading.evidence, reading.place
    tally = evidence.live.by("unit", row_of=row_of) if kind == "unit" else in_one_unit(evidence.live.by("field"), place)
    cells = figures.compute(evidence, keep_answered(tally), parts="overall").cells
    found = {(cell.unit if kind == "unit" else cell.field) or "": cell for cell in cells}
    names = name_units(figures, set(found)) if kind == "unit" else {code: reading.fields.get(code, code) for code in found}
    wanted = [row for row in found if fold_accents(asked.search) in fold_accents(names[row])]
    wanted.sort(key=lambda row: (-1.0 if (share := found[row].overall.share) is None else share, collation_key(names[row])))
    shown = wanted if is_whole else wanted[:MOST_SMALL_LINES]
    by_row = over_time.by("unit", "block", row_of=row_of) if kind == "unit" else over_time.by("field", "block")
    if len(shown) < len(found):
        by_row = by_row.where(by_row.cells[kind].isin(shown).to_numpy(dtype=bool))
    field = evidence.selection.field
    drawn = compute_spans(
        figures, reading, by_row, asked.step, spans, (lambda row: (row, field)) if kind == "unit" else (lambda row: (place, row))
    )
    # The desk of the place itself has no address of its own: a unit's name stands for everything below it.
    is_own_desk = {row: kind == "unit" and row == place and len(found) > 1 for row in shown}
    lines = [
        Line(
            row,
            f"{names[row]} (tại quầy của chính đơn vị)" if is_own_desk[row] else names[row],
            as_figure(reading, found[row]),
            _points(reading, spans, drawn, row),
            None if is_own_desk[row] else change_query(reading.query, **{kind: row}),
        )
        for row in shown
    ]
    return Rows(kind, draw_small_lines(lines, figures.runtime.settings.n_min), len(found), len(shown) < len(wanted))
