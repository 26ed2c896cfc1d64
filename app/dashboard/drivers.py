"""What drives the overall answer: the factors by importance, where to act first, and inside each factor the criteria to mend first."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from analytics.charts import Figure as Chart
from analytics.driver_charts import Axis, Point, ShareBar, quadrant_plot, share_bars
from analytics.drivers import DriverReport, Quadrant
from analytics.ordered_logit import OrderedLogit
from analytics.reliability import Alpha
from analytics.results import Estimate
from app.dashboard.figure import Figure
from app.dashboard.heat import as_figure
from app.dashboard.reading import Reading, compute_whole
from app.dashboard.reasons import ReasonRow, list_reasons
from app.driver_wording import NO_FIT, NO_IMPORTANCE, QUADRANTS, QuadrantWords
from app.services.figures import Figures
from app.vietnamese import interval, percent, whole
from survey_forms.instrument import Factor

_MOST_REASONS: Final = 3
_ROOM: Final = 0.4  # of what is marked, on each side of the plane: no point on its edge or on the words in its corners


@dataclass(frozen=True, slots=True)
class Slope:
    """A factor's coefficient in the ordered logit and its interval; `odds` is e^β."""

    estimate: float
    error: float
    low: float
    high: float

    @property
    def odds(self) -> float:
        """By how much the odds of a higher overall answer are multiplied when the factor's mean rises by one level."""
        return math.exp(self.estimate)


@dataclass(frozen=True, slots=True)
class Threshold:
    """Between two levels of the overall question that occur."""

    below: str
    above: str
    value: float


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion of a factor, with the reasons most often ticked by those who rated it below the middle."""

    code: str
    text: str
    figure: Figure
    reasons: tuple[ReasonRow, ...]


@dataclass(frozen=True, slots=True)
class DriverRow:
    """One factor. `share`, `slope` and `quadrant` are None where they are not defined; `performance` is the pooled share."""

    code: str
    name: str
    title: str
    share: float | None
    error: float | None
    ends: tuple[float, float] | None
    contribution: float | None
    performance: Figure
    quadrant: QuadrantWords | None
    slope: Slope | None
    alpha: Alpha
    criteria: tuple[CriterionRow, ...]
    chart: Chart
    is_left_out: bool
    is_constant: bool
    is_within_error: bool = False
    """Whether an interval of the factor reaches across the mean it was held against, so that its quadrant is not sure."""

    @property
    def interval(self) -> str | None:
        """The interval of the share."""
        return interval(*self.ends) if self.ends is not None else None


@dataclass(frozen=True, slots=True)
class DriversPage:
    """Everything the page prints. `why_no_shares` and `why_no_slopes` are words, empty where there are figures."""

    n_sheets: int
    n: int
    is_few: bool
    r2: float | None
    r2_error: float | None
    r2_ends: tuple[float, float] | None
    rows: tuple[DriverRow, ...]
    thresholds: tuple[Threshold, ...]
    why_no_shares: str
    why_no_slopes: str
    has_overall: bool
    chart: Chart
    plane: Chart | None

    @property
    def has_reasons(self) -> bool:
        """Whether anybody ticked a reason."""
        return any(criterion.reasons for row in self.rows for criterion in row.criteria)

    @property
    def r2_interval(self) -> str | None:
        """The interval of R²."""
        return interval(*self.r2_ends) if self.r2_ends is not None else None

    @property
    def first(self) -> tuple[DriverRow, ...]:
        """The factors to act on first."""
        return self.advised("act_first")

    def advised(self, quadrant: Quadrant) -> tuple[DriverRow, ...]:
        """The factors of one quadrant, the most important first."""
        return tuple(row for row in self.rows if row.quadrant is QUADRANTS[quadrant])


def build_drivers_page(figures: Figures, reading: Reading) -> DriversPage:
    """The page's content. Raises AnalyticsError when it cannot be computed."""
    evidence, instrument = reading.evidence, reading.evidence.instrument
    report = figures.find_drivers(evidence)
    # Performance is pooled whatever method the page is asked for: it is what the quadrants are cut by.
    pooled = replace(evidence, selection=replace(evidence.selection, method="pooled"))
    cell = compute_whole(figures, pooled, reading.total, reading.place)
    whole_figure = as_figure(reading, cell)
    slopes = _list_slopes(report, evidence.selection.confidence)
    reasons = list_reasons(figures, reading) if reading.n_returned else []
    rows = []
    for factor in instrument.factors:
        criteria = _list_criteria(factor, cell.criteria, whole_figure, reasons)
        performance = Figure(cell.factors[factor.code], whole_figure.respondents, whole_figure.target)
        rows.append(_make_row(report, factor, performance, criteria, slopes, evidence.selection.confidence))
    rows = _mark_unsure(rows)
    rows.sort(key=lambda row: -1.0 if row.share is None else row.share, reverse=True)
    scale = dict(zip(instrument.scale.levels, instrument.scale.labels, strict=True))
    logit = report.ordered_logit
    importance = report.importance
    return DriversPage(
        n_sheets=report.n_sheets,
        n=report.n,
        is_few=report.n < figures.runtime.settings.n_min,
        r2=importance.r2,
        r2_error=importance.r2_error,
        r2_ends=importance.r2_interval(evidence.selection.confidence),
        rows=tuple(rows),
        thresholds=_list_thresholds(logit, scale) if isinstance(logit, OrderedLogit) else (),
        why_no_shares="" if importance.why_not is None else NO_IMPORTANCE[importance.why_not],
        why_no_slopes="" if isinstance(logit, OrderedLogit) else NO_FIT[logit],
        has_overall=instrument.overall is not None,
        chart=_draw_shares(rows),
        plane=_draw_plane(rows),
    )


def _make_row(
    report: DriverReport,
    factor: Factor,
    performance: Figure,
    criteria: tuple[CriterionRow, ...],
    slopes: Mapping[str, Slope],
    confidence: float,
) -> DriverRow:
    code, importance = factor.code, report.importance
    has_share = importance.shares is not None and code in importance.shares
    kind = report.quadrants.get(code)
    return DriverRow(
        code=code,
        name=factor.short or factor.title,
        title=factor.title,
        share=importance.shares[code] if importance.shares is not None and has_share else None,
        error=importance.errors[code] if importance.errors is not None and has_share else None,
        ends=importance.interval(code, confidence) if has_share else None,
        contribution=importance.contributions.get(code) if importance.contributions is not None else None,
        performance=performance,
        quadrant=QUADRANTS[kind] if kind is not None else None,
        slope=slopes.get(code),
        alpha=report.alpha[code],
        criteria=criteria,
        chart=share_bars([_as_bar(row.figure, row.text) for row in criteria]),
        is_left_out=code in report.left_out,
        is_constant=code in report.constant,
    )


def _mark_unsure(rows: list[DriverRow]) -> list[DriverRow]:
    """The rows, those marked whose place beside the two means lies within the error."""
    cuts = _find_cuts(rows)
    if cuts is None:
        return rows
    marked = []
    for row in rows:
        estimate = row.performance.estimate
        ends = ((estimate.low, estimate.high), row.ends or (None, None))
        crosses = [low is None or high is None or low < cut < high for (low, high), cut in zip(ends, cuts, strict=True)]
        marked.append(replace(row, is_within_error=row.quadrant is not None and any(crosses)))
    return marked


def _find_cuts(rows: list[DriverRow]) -> tuple[float, float] | None:
    """The means of performance and importance, where the quadrants are cut; None where no factor has both."""
    both = [(row.performance.estimate.share, row.share) for row in rows if row.quadrant is not None]
    known = [(performance, share) for performance, share in both if performance is not None and share is not None]
    if not known:
        return None
    return sum(performance for performance, _ in known) / len(known), sum(share for _, share in known) / len(known)


def _list_slopes(report: DriverReport, confidence: float) -> dict[str, Slope]:
    logit = report.ordered_logit
    if not isinstance(logit, OrderedLogit):
        return {}
    values = zip(logit.coefficients.tolist(), logit.standard_errors.tolist(), logit.intervals(confidence).tolist(), strict=True)
    return {code: Slope(estimate, error, *ends) for code, (estimate, error, ends) in zip(report.fitted, values, strict=True)}


def _list_thresholds(logit: OrderedLogit, labels: Mapping[int, str]) -> tuple[Threshold, ...]:
    names = [labels[int(level)] for level in logit.levels]
    return tuple(Threshold(*each) for each in zip(names, names[1:], logit.thresholds.tolist(), strict=False))


def _list_criteria(
    factor: Factor, estimates: Mapping[str, Estimate], whole_figure: Figure, reasons: list[ReasonRow]
) -> tuple[CriterionRow, ...]:
    """The criteria somebody answered, the least satisfying first; those nobody answered last."""
    rows = []
    for criterion in factor.criteria:
        own = tuple(row for row in reasons if row.criterion_code == criterion.code)[:_MOST_REASONS]
        figure = Figure(estimates[criterion.code], whole_figure.respondents, whole_figure.target)
        rows.append(CriterionRow(criterion.code, criterion.text, figure, own))
    return tuple(sorted(rows, key=lambda row: math.inf if row.figure.estimate.share is None else row.figure.estimate.share))


def _as_bar(figure: Figure, text: str) -> ShareBar:
    estimate = figure.estimate
    if estimate.share is None:
        return ShareBar(0.0, None, None, f"{text}: chưa có số liệu")
    words = f"{percent(estimate.share)}<br>{figure.interval or ''}<br>{whole(estimate.answers)} câu trả lời"
    return ShareBar(estimate.share, estimate.low, estimate.high, words)


def _draw_shares(rows: list[DriverRow]) -> Chart:
    """All factors on one axis from zero, as long as the widest needs."""
    bars = []
    for row in rows:
        low, high = row.ends if row.ends is not None else (None, None)
        bars.append(ShareBar(row.share or 0.0, low, high, f"{row.name}: {percent(row.share)}<br>{row.interval or ''}"))
    return share_bars(bars, end=max([0.05, *(bar.high or bar.share for bar in bars)]) * 1.02)


def _draw_plane(rows: list[DriverRow]) -> Chart | None:
    """Importance against performance, cut at the means as the quadrants are; None without a factor that has both."""
    shown = [(row, row.share, row.performance.estimate.share) for row in rows if row.quadrant is not None]
    points = [
        Point(
            code=row.code,
            name=row.name,
            performance=performance,
            importance=share,
            stands_out=row.quadrant is QUADRANTS["act_first"],
            hover=f"{row.code}. {row.name}<br>Tác động {percent(share)}; hài lòng {percent(performance)}",
        )
        for row, share, performance in shown
        if share is not None and performance is not None
    ]
    cuts = _find_cuts(rows)
    if not points or cuts is None:
        return None
    across, up = [point.performance for point in points], [point.importance for point in points]
    names = [f"<b>{QUADRANTS[kind].advice}</b>" for kind in ("act_first", "keep_up", "low_priority", "beyond_need")]
    return quadrant_plot(
        points,
        _make_axis(across, "Tỷ lệ hài lòng của yếu tố (%)"),
        _make_axis(up, "Tỷ trọng tác động (%)"),
        cuts,
        (names[0], names[1], names[2], names[3]),
    )


def _make_axis(values: list[float], title: str) -> Axis:
    """Room around the values, ticks at round percents."""
    low, high = min(values), max(values)
    room = max(high - low, 0.02) * _ROOM
    low, high = max(0.0, low - room), min(1.0, high + room)
    step = next((step for step in (0.01, 0.02, 0.05, 0.1) if (high - low) / step <= 6), 0.2)
    ticks = [number * step for number in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return Axis(low, high, tuple((tick, f"{tick * 100:.0f}") for tick in ticks), title)
