"""Factors and criteria: the five-level spread of each, its figure, and what was not answered."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from analytics.charts import Figure as Chart
from analytics.charts import diverging_extent
from analytics.intervals import wilson_interval
from analytics.results import Estimate
from analytics.scores import converted_score, mean_score
from analytics.targets import judge
from app.dashboard.figure import Figure, TargetNote, list_target_notes
from app.dashboard.groups import GroupTable
from app.dashboard.heat import as_figure
from app.dashboard.levels import Level, as_bar, count_levels, draw_bars
from app.dashboard.reading import Reading, name_units
from app.dashboard.reasons import ReasonRow, list_reasons
from app.services.figures import Figures


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One criterion. `is_below_floor` is None where no floor stands or too few forms speak."""

    code: str
    text: str
    figure: Figure
    levels: tuple[Level, ...]
    n_blank: int
    n_no_opinion: int
    n_not_asked: int
    mean: Fraction | None
    converted: Fraction | None
    is_below_floor: bool | None
    asked_of_feedback_givers: bool
    judges_resolver: bool


@dataclass(frozen=True, slots=True)
class FactorCard:
    """One factor with its criteria and their picture."""

    code: str
    title: str
    figure: Figure
    levels: tuple[Level, ...]
    rows: tuple[CriterionRow, ...]
    chart: Chart
    judges_resolver: bool
    reasons: tuple[ReasonRow, ...]


@dataclass(frozen=True, slots=True)
class OverallQuestion:
    """The overall question, outside the index: its share, Wilson's interval, its spread."""

    text: str
    figure: Figure
    levels: tuple[Level, ...]
    chart: Chart
    mean: Fraction | None
    converted: Fraction | None


@dataclass(frozen=True, slots=True)
class CriteriaPage:
    """Everything the page prints."""

    whole: Figure
    factors: tuple[FactorCard, ...]
    overall: OverallQuestion | None
    target_notes: list[TargetNote]
    groups: tuple[GroupTable, ...] = ()
    """By group of respondents; the file of criteria does without."""


def build_criteria_page(figures: Figures, reading: Reading) -> CriteriaPage:
    """The page's content. All pictures share one axis, so that equal lengths mean equal shares."""
    instrument = reading.evidence.instrument
    whole = as_figure(reading, reading.whole)
    rows = {row.code: row for row in _list_criteria(reading, whole)}
    bars = {code: as_bar(row.levels, is_labelled=True) for code, row in rows.items()}
    overall_levels = count_levels(instrument, reading.total.overall_levels[0].tolist())
    overall_bar = as_bar(overall_levels, is_labelled=True)
    extent = diverging_extent([*bars.values(), overall_bar], instrument.scale.satisfied_position)
    reasons = list_reasons(figures, reading)
    cards = []
    for factor in instrument.factors:
        own = tuple(rows[criterion.code] for criterion in factor.criteria)
        totals = [sum(level) for level in zip(*([lv.answers for lv in row.levels] for row in own), strict=True)]
        cards.append(
            FactorCard(
                code=factor.code,
                title=factor.title,
                figure=Figure(reading.whole.factors[factor.code], whole.respondents, whole.target),
                levels=count_levels(instrument, totals),
                rows=own,
                chart=draw_bars(instrument, [bars[row.code] for row in own], extent),
                judges_resolver=factor.judges == "resolver",
                reasons=tuple(row for row in reasons if row.criterion_code in {criterion.code for criterion in factor.criteria}),
            )
        )
    overall = None
    if instrument.overall is not None:
        counts = [level.answers for level in overall_levels]
        overall = OverallQuestion(
            text=instrument.overall,
            figure=_overall_figure(reading, counts, whole),
            levels=overall_levels,
            chart=draw_bars(instrument, [overall_bar], extent),
            mean=mean_score(instrument.scale.levels, counts),
            converted=converted_score(instrument.scale.levels, counts),
        )
    places = {t.unit for t in [whole.target] if t is not None and t.unit is not None}
    return CriteriaPage(whole, tuple(cards), overall, list_target_notes([whole], name_units(figures, places), reading.fields))


def _list_criteria(reading: Reading, whole: Figure) -> list[CriterionRow]:
    instrument, tally = reading.evidence.instrument, reading.total
    rows = []
    for place, criterion in enumerate(instrument.criteria):
        estimate = reading.whole.criteria[criterion.code]
        counts = tally.level_counts[0, place].tolist()
        rows.append(
            CriterionRow(
                code=criterion.code,
                text=criterion.text,
                figure=Figure(estimate, whole.respondents, whole.target),
                levels=count_levels(instrument, counts),
                n_blank=int(tally.n_blank[0, place]),
                n_no_opinion=int(tally.n_no_opinion[0, place]),
                n_not_asked=int(tally.n_not_asked[0, place]),
                mean=mean_score(instrument.scale.levels, counts),
                converted=converted_score(instrument.scale.levels, counts),
                is_below_floor=_is_below_floor(reading, estimate),
                asked_of_feedback_givers=criterion.asked_of == "feedback_givers",
                judges_resolver=criterion.judges == "resolver",
            )
        )
    return rows


def _is_below_floor(reading: Reading, estimate: Estimate) -> bool | None:
    """Whether a criterion lies below the floor, compared as whole numbers."""
    if reading.floor is None or estimate.share is None or estimate.verdict == "insufficient":
        return None
    return Fraction(estimate.satisfied, estimate.answers) < reading.floor.share


def _overall_figure(reading: Reading, counts: list[int], whole: Figure) -> Figure:
    """Share and Wilson interval of the overall question; no target is held against it."""
    answers, satisfied = sum(counts), sum(counts[reading.evidence.instrument.scale.satisfied_position :])
    share = Fraction(satisfied, answers) if answers else None
    low = high = None
    if share is not None:
        ends = wilson_interval(np.array([float(share)]), np.array([answers]), reading.evidence.selection.confidence)
        low, high = float(ends[0][0]), float(ends[1][0])
    verdict = judge(share, n_respondents=answers, target=None, low=low, high=high)
    estimate = Estimate(None if share is None else float(share), satisfied, answers, None, low, high, None, verdict)
    return Figure(estimate, whole.respondents, None)
