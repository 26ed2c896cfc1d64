"""The whole weighted to the dossiers, and the share of them that answered, as the overview prints them."""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.results import WeightingNotes
from analytics.strata import StratumProblem
from app.dashboard.figure import Figure
from app.dashboard.reading import Reading, name_units
from app.services.figures import Figures
from app.vietnamese import collation_key, percent, whole


@dataclass(frozen=True, slots=True)
class CollapsedUnit:
    """A unit counted over all its fields together, because some had dossiers and no form."""

    name: str
    fields: tuple[str, ...]
    n_dossiers: int


@dataclass(frozen=True, slots=True)
class Weighting:
    """`figure` is None where `reason` says what is missing; `response_rate` where forms outnumber dossiers."""

    figure: Figure | None
    reason: str
    n_dossiers: int
    response_rate: str | None
    design_effect: float | None
    effective_size: int | None
    collapsed: tuple[CollapsedUnit, ...]


def build_weighting(figures: Figures, reading: Reading, unit_names: Mapping[str, str]) -> Weighting | None:
    """What the overview says of the dossiers; None where they are not known. Raises AnalyticsError."""
    found = figures.compute_weighted(reading.evidence)
    if found is None:
        return None
    n = reading.whole.respondents
    figure = Figure(found.estimate, n, None) if found.estimate is not None and found.estimate.share is not None else None
    return Weighting(
        figure=figure,
        reason="" if figure is not None else _tell_reason(reading, found.notes, unit_names),
        n_dossiers=found.n_dossiers,
        response_rate=percent(n / found.n_dossiers) if n <= found.n_dossiers else None,
        design_effect=found.design_effect,
        effective_size=None if found.effective_size is None else round(found.effective_size),
        collapsed=_name_collapsed(figures, reading, found.notes),
    )


def _name_collapsed(figures: Figures, reading: Reading, notes: WeightingNotes | None) -> tuple[CollapsedUnit, ...]:
    """The collapsed units by name; those with the most dossiers without a form first."""
    collapses = () if notes is None else notes.collapses
    names = name_units(figures, {each.unit for each in collapses})
    ordered = sorted(collapses, key=lambda each: (-each.n_dossiers, collation_key(names.get(each.unit, each.unit))))
    return tuple(
        CollapsedUnit(names.get(each.unit, each.unit), tuple(reading.fields.get(code, code) for code in each.fields), each.n_dossiers)
        for each in ordered
    )


def _tell_reason(reading: Reading, notes: WeightingNotes | None, unit_names: Mapping[str, str]) -> str:
    if notes is None or not notes.problems:
        return "chưa có phiếu hợp lệ"
    first, n_more = notes.problems[0], len(notes.problems) - 1
    return _tell_problem(reading, first, unit_names) + (f"; còn {whole(n_more)} trường hợp khác" if n_more else "")


def _tell_problem(reading: Reading, problem: StratumProblem, unit_names: Mapping[str, str]) -> str:
    unit = unit_names.get(problem.unit, problem.unit)
    place = unit if problem.field is None else f"{unit}, lĩnh vực {reading.fields.get(problem.field, problem.field)}"
    dossiers, forms = whole(problem.n_dossiers or 0), whole(problem.n_respondents)
    match problem.kind:
        case "more_responses":
            return f"{place} có {forms} phiếu nhưng chỉ có {dossiers} hồ sơ"
        case "not_in_population":
            return f"{place} có {forms} phiếu nhưng chưa có số hồ sơ"
        case _:
            return f"{place} có {dossiers} hồ sơ nhưng chưa có phiếu"
