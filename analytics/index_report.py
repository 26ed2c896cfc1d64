"""The whole report: the index of everything, then of each cell, with weighted figures beside and ranks of units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from analytics.cell_figures import overall_shares
from analytics.domains import keep_answered
from analytics.errors import FigureError
from analytics.index import compute_index, finite_factor
from analytics.intervals import wilson_interval
from analytics.mean_shares import ShareMoments
from analytics.population import Population
from analytics.results import Cell, Estimate, IndexReport, Method, WeightingNotes
from analytics.strata import Strata, list_strata
from analytics.tally import Tally
from analytics.targets import N_MIN, TargetBook, judge
from analytics.unit_ranks import rank_cells
from analytics.weighting import exact_share, post_stratify

# A weighted share this near a target is compared as a fraction; doubles are right to 10⁻¹⁵, so this is far on the safe side.
_NEAR_TARGET = 1e-9

Place = tuple[str | None, str | None]
Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked of a tally; see `compute_index` for the parts it takes."""

    method: Method = "pooled"
    confidence: float = 0.95
    targets: TargetBook | None = None
    year: int | None = None
    n_min: int = N_MIN
    unit: str | None = None
    field: str | None = None
    is_finite: bool = False
    ranks_units: bool = False


def compute_report(
    tally: Tally,
    by: Sequence[str],
    question: Question,
    *,
    pairs: Tally | None = None,
    population: Population | None = None,
    is_strict: bool = True,
) -> IndexReport:
    """The index of the whole (unit and field None), followed by that of each cell by unit, field or both.

    Without `by` the whole is the only cell. With a `population` the tally must be by unit and field at least, and every
    cell also has the figure weighted to its dossiers: a unit's over its fields, a field's over units, the whole's
    over both (`list_strata` has the rules). It is None where dossiers or responses of a stratum are missing; `notes`
    says why. `is_strict` raises PopulationError instead for a unit without any response and for responses the population
    does not name.

    `is_finite` puts the finite population factor 1 − n/N on the variances of every cell whose N is known. It is not where a
    stratum of the cell has responses and no dossiers, or more responses than dossiers: the N of a part must not shrink the
    interval of the whole, so such cells keep their errors, and `notes` names the strata. With `is_strict` a cell that itself has
    more responses than dossiers raises PopulationError. `ranks_units` ranks units by the unweighted index, within
    each field when `by` has both. `pairs` is the tally with each criterion a factor of its own. Raises FigureError for a
    finite factor without population or ranks without units, and what `compute_index` raises.
    """
    if question.is_finite and population is None:
        raise FigureError("The finite population factor needs the dossiers of unit and field; give the population.")
    if question.ranks_units and "unit" not in by:
        raise FigureError("Units are ranked where the index is given by unit; add unit to the dimensions.")
    together = strata_of_fields = None
    if population is not None:
        together = _strata(tally, pairs, question, population, is_collapsing=True)
        strata_of_fields = _strata(tally, pairs, question, population, is_collapsing=False) if "field" in by else None
        if is_strict:
            together.refuse_gaps()
    cells: list[Cell] = []
    for level in [(), tuple(by)] if by else [()]:
        own, own_pairs = tally.by(*level), None if pairs is None else pairs.by(*level)
        if level:  # where nobody of a sub-group answered there is no cell, as for everybody together
            own, own_pairs = keep_answered(own), None if own_pairs is None else keep_answered(own_pairs)
        n_dossiers = None
        if question.is_finite and population is not None and together is not None:
            n_dossiers = _count_dossiers(own, level, population, together, is_strict=is_strict)
        report = _index(own, question, own_pairs, n_dossiers)
        found = list(report.cells)
        strata = strata_of_fields if "field" in level else together
        if strata is not None:
            found = _with_weighted(found, strata, level, question)
        if level and question.ranks_units:
            found = _with_ranks(found, own, own_pairs, n_dossiers, question)
        cells += found
    notes = None
    if together is not None:
        seen = dict.fromkeys((*together.problems, *(strata_of_fields.problems if strata_of_fields is not None else ())))
        notes = WeightingNotes(together.collapses, tuple(seen))
    return IndexReport(report.instrument, question.method, question.confidence, tuple(cells), notes)


def _strata(tally: Tally, pairs: Tally | None, question: Question, population: Population, *, is_collapsing: bool) -> Strata:
    of_criteria = question.method == "criteria_mean" and pairs is not None
    return list_strata(pairs if of_criteria and pairs is not None else tally, population, is_collapsing=is_collapsing)


def _index(tally: Tally, question: Question, pairs: Tally | None, n_dossiers: Reals | None) -> IndexReport:
    return compute_index(
        tally,
        method=question.method,
        confidence=question.confidence,
        targets=question.targets,
        year=question.year,
        n_min=question.n_min,
        unit=question.unit,
        field=question.field,
        pairs=pairs,
        n_dossiers=n_dossiers,
    )


def _places(tally: Tally) -> list[Place]:
    units = tally.cells["unit"].tolist() if "unit" in tally.dimensions else [None] * tally.n_cells
    fields = tally.cells["field"].tolist() if "field" in tally.dimensions else [None] * tally.n_cells
    return list(zip(units, fields, strict=True))


def _count_dossiers(tally: Tally, level: tuple[str, ...], population: Population, strata: Strata, *, is_strict: bool) -> Reals:
    """All dossiers of each cell [C], also of fields and units without a response; NaN where the register has gaps."""
    sums: dict[Place, int] = {}
    for unit, field in population:
        place = _place_at(level, unit, field)
        sums[place] = sums.get(place, 0) + (population.find(unit, field) or 0)
    places = _places(tally)
    counts = np.array([sums.get(place, 0) for place in places], dtype=np.float64)
    gaps = {_place_at(level, each.unit, each.field) for each in strata.problems if each.kind in ("more_responses", "not_in_population")}
    has_gap = np.array([place in gaps for place in places], dtype=np.bool_)
    # More responses than dossiers in the cell itself is told as an error to who named the register, not hidden as "not known".
    return np.where(has_gap & ~((tally.n_valid > counts) & is_strict), np.nan, counts)


def _with_weighted(cells: list[Cell], strata: Strata, level: tuple[str, ...], question: Question) -> list[Cell]:
    """The cells with their weighted figure, where every stratum of theirs can be weighed."""
    numbers = {(cell.unit, cell.field): number for number, cell in enumerate(cells)}
    blocked = {_place_at(level, problem.unit, problem.field) for problem in strata.problems}
    places = [_place_at(level, unit, field) for unit, field in zip(strata.units, strata.fields, strict=True)]
    usable = np.array([place not in blocked for place in places], dtype=np.bool_)
    moments = _moments(strata.tally.where(usable), question.method)
    if moments is None or not usable.any():
        return cells
    cell_of = np.array([numbers[place] for place, is_usable in zip(places, usable, strict=True) if is_usable], dtype=np.int64)
    n_dossiers = strata.n_dossiers[usable]
    weighted = post_stratify(moments, n_dossiers, cell_of, len(cells), is_finite=question.is_finite)
    low, high = wilson_interval(weighted.share, weighted.effective_size, question.confidence)
    book = TargetBook() if question.targets is None else question.targets
    complete = list(cells)
    for number in np.unique(cell_of).tolist():
        cell = cells[number]
        target = book.find(cell.unit or question.unit, cell.field or question.field, question.year)
        share = Fraction(float(weighted.share[number]))
        if target is not None and abs(share - target.share) < _NEAR_TARGET:
            own = cell_of == number
            weights = [Fraction(int(a), int(b)) for a, b in zip(n_dossiers[own], moments.n[own], strict=True)]
            share = exact_share(weights, moments.x[own].tolist(), moments.m[own].tolist()) or share
        ends = [_known(low[number]), _known(high[number])]
        goal = None if target is None else target.share
        estimate = Estimate(
            share=float(weighted.share[number]),
            satisfied=cell.overall.satisfied,
            answers=cell.overall.answers,
            se=_known(weighted.se[number]),
            low=ends[0],
            high=ends[1],
            target=None if goal is None else float(goal),
            verdict=judge(share, n_respondents=cell.respondents, target=goal, low=ends[0], high=ends[1], n_min=question.n_min),
        )
        complete[number] = replace(
            cell,
            weighted=estimate,
            design_effect=_known(weighted.design_effect[number]),
            effective_size=_known(weighted.effective_size[number]),
        )
    return complete


def _moments(strata: Tally, method: Method) -> ShareMoments | None:
    """The strata's shares under a method; a tally by criteria (its factors are they) serves the mean of criteria."""
    if method == "criteria_mean":
        is_by_criteria = strata.design.factor_codes == strata.design.criterion_codes
        return ShareMoments.of_factors(strata) if is_by_criteria else None
    return overall_shares(strata, method)


def _place_at(level: tuple[str, ...], unit: str, field: str | None) -> Place:
    return unit if "unit" in level else None, field if "field" in level else None


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _with_ranks(cells: list[Cell], tally: Tally, pairs: Tally | None, n_dossiers: Reals | None, question: Question) -> list[Cell]:
    """The cells with their rank among the units, field by field where there are fields."""
    ranks = rank_cells(
        tally,
        question.method,
        pairs=pairs,
        finite=None if n_dossiers is None else finite_factor(tally, n_dossiers),
        n_min=question.n_min,
        confidence=question.confidence,
    )
    return [
        cell if rank is None else replace(cell, rank=rank.rank, rank_low=rank.low, rank_high=rank.high)
        for cell, rank in zip(cells, ranks, strict=True)
    ]
