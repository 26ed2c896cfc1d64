"""The overview: the answer first, then unit × field, then the factors."""

from dataclasses import dataclass

from analytics.charts import Figure as Chart
from app.dashboard.figure import Figure, TargetNote, list_target_notes
from app.dashboard.heat import HeatTable, as_figure, build_heat_table
from app.dashboard.levels import Level, as_bar, count_levels, draw_bars
from app.dashboard.reading import Reading
from app.dashboard.strip import Strip, build_strip
from app.dashboard.weighting import Weighting, build_weighting
from app.services.figures import Figures
from app.vietnamese import target_percent


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One factor with its spread over the levels."""

    code: str
    title: str
    name: str
    figure: Figure
    levels: tuple[Level, ...]
    judges_resolver: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the page prints."""

    whole: Figure
    strip: Strip | None
    heat: HeatTable
    factors: tuple[FactorRow, ...]
    chart: Chart
    target_notes: list[TargetNote]
    target_sentence: str
    beside: Figure | None
    """The whole with confirmed flags treated the other way."""
    weighting: Weighting | None
    """None where the dossiers behind the responses are not known."""


def build_overview(figures: Figures, reading: Reading) -> Overview:
    """The page's content. Raises AnalyticsError when it cannot be computed."""
    whole = as_figure(reading, reading.whole)
    heat = build_heat_table(figures, reading)
    factors = list_factors(reading, whole)
    chart = draw_bars(reading.evidence.instrument, [as_bar(row.levels, is_labelled=False) for row in factors])
    notes = list_target_notes([whole, *heat.figures], heat.unit_names, reading.fields)
    beside = as_figure(reading, reading.beside.whole) if reading.beside is not None else None
    weighting = build_weighting(figures, reading, heat.unit_names)
    return Overview(whole, build_strip(whole.estimate), heat, factors, chart, notes, _tell_targets(heat), beside, weighting)


def list_factors(reading: Reading, whole: Figure) -> tuple[FactorRow, ...]:
    """Every factor in the order of the form, with the figure of the whole selection."""
    instrument, design = reading.evidence.instrument, reading.total.design
    level_counts = reading.total.level_counts[0]
    rows = []
    for place, factor in enumerate(instrument.factors):
        counts = level_counts[design.factor_of == place].sum(axis=0).tolist()
        rows.append(
            FactorRow(
                code=factor.code,
                title=factor.title,
                name=factor.short or factor.title,
                figure=Figure(reading.whole.factors[factor.code], whole.respondents, whole.target),
                levels=count_levels(instrument, counts),
                judges_resolver=factor.judges == "resolver",
            )
        )
    return tuple(rows)


def _tell_targets(heat: HeatTable) -> str:
    """What the cells are held against, column by column: "Đất đai so với 80%, lĩnh vực khác so với 90%."."""
    by_column: dict[str, set[str]] = {}
    for row in heat.every_row:
        for cell, (code, name) in zip(row.cells, heat.columns, strict=True):
            if cell.figure is not None and cell.figure.target is not None and code is not None:
                by_column.setdefault(name, set()).add(target_percent(cell.figure.target.share))
    shares = [next(iter(found)) for found in by_column.values() if len(found) == 1]
    if not shares:
        return ""
    usual = max(dict.fromkeys(shares), key=shares.count)
    others = [(name, found) for name, found in by_column.items() if found != {usual}]
    if not others:
        return f"So với chỉ tiêu {usual}."
    named = ", ".join(f"{name} so với {' hoặc '.join(sorted(found))}" for name, found in others)
    return f"{named}; lĩnh vực khác so với {usual}."
