"""The index: from a tally to shares, intervals and verdicts, vectorised over cells."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from analytics.cell_figures import Figures, compute_figures
from analytics.design import Design
from analytics.errors import FigureError, PopulationError
from analytics.moments import Counts
from analytics.results import METHODS, Cell, Estimate, IndexReport, Method, Parts
from analytics.tally import Tally
from analytics.targets import N_MIN, Target, TargetBook, judge


def compute_index(
    tally: Tally,
    *,
    method: Method = "pooled",
    confidence: float = 0.95,
    targets: TargetBook | None = None,
    year: int | None = None,
    n_min: int = N_MIN,
    unit: str | None = None,
    field: str | None = None,
    pairs: Tally | None = None,
    n_dossiers: NDArray[np.float64] | Counts | None = None,
    parts: Parts = "all",
) -> IndexReport:
    """The satisfaction index of every cell of a tally by unit, by field, by both or by neither.

    `pooled`: satisfied answers over answers, for the overall index and each factor. `criteria_mean`: both are means of
    criterion shares. `factor_mean`: the overall index is the mean of the pooled factor shares. Criteria and factors
    that nobody answered are in no mean. Criteria have Wilson's interval (from one answer on), pooled shares and means the
    steadied one (from two valid respondents on). `se` is linearised with the cell's valid respondents, None for fewer than
    two. Means of criteria need `pairs`, the same cells tallied with every criterion a factor of its own
    (`Design.one_factor_each`): without it they have neither, because moments of factors do not hold their variance.

    Of a tally that is a domain (`Tally.n_design`) errors and pooled intervals are those of the whole sample's design: out-of-group
    respondents contribute zero; criteria keep Wilson's interval, which knows answers only.

    `n_dossiers` [C], where given, are the dossiers of each cell: errors then carry the finite population factor √(1 − n/N),
    intervals accordingly; NaN is a number nobody knows, and leaves the cell's errors as they are. A cell with fewer dossiers
    than valid respondents raises PopulationError naming it.

    The cell's target (of `year`, the reporting year of the figure) is held against all its figures; see `judge`. `unit` and
    `field` say whose target it is where all responses are of one unit or field and the tally does not tell them apart. An
    empty cell has share None and verdict "no_data". With `parts` "overall" a cell has no factors and criteria: the same
    figures, and a table of a thousand cells many times faster. Raises FigureError for another method, a confidence outside (0, 1),
    a negative `n_min` or a dimension other than unit and field.

    >>> from analytics.tally import tally_answers
    >>> design = Design("demo", ("1.0",), ("1", "2"), ("A",), (0, 0), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> tally = tally_answers(design, np.array([[5, 4], [3, 4], [1, 2]], dtype=np.uint8), {})
    >>> overall = compute_index(tally).cells[0].overall
    >>> overall.share, overall.satisfied, overall.answers, round(overall.se, 6)
    (0.5, 3, 6, 0.288675)
    """
    if method not in METHODS:
        raise FigureError(f"There is no method {method!r}; choose one of {', '.join(METHODS)}.")
    if n_min < 0:
        raise FigureError(f"The least number of respondents is 0 or more, not {n_min}.")
    foreign = [name for name in tally.dimensions if name not in ("unit", "field")]
    if foreign:
        raise FigureError(f"An index is given by unit and field, not by {', '.join(foreign)}; bring the tally there with by().")
    if pairs is not None and (pairs.dimensions != tally.dimensions or not pairs.cells.equals(tally.cells)):
        raise FigureError("The tally of pairs of criteria is of other cells than the tally; take both from the same responses.")
    finite = None if n_dossiers is None else finite_factor(tally, n_dossiers)
    figures, sureness = compute_figures(tally, method, confidence, pairs=pairs, finite=finite, wanted=parts)
    sizes = zip(_known(sureness.design_effect), _known(sureness.effective_size), strict=True)
    units = tally.cells["unit"].tolist() if "unit" in tally.dimensions else [None] * tally.n_cells
    fields = tally.cells["field"].tolist() if "field" in tally.dimensions else [None] * tally.n_cells
    book = TargetBook() if targets is None else targets
    cells = []
    for row, (own_unit, own_field, own_sizes) in enumerate(zip(units, fields, sizes, strict=True)):
        n_valid = int(tally.n_valid[row])
        target = book.find(own_unit or unit, own_field or field, year)
        estimates = _estimates(figures, row, tally.design, method, n_valid, target, n_min)
        cells.append(_cell(tally.design, own_unit, own_field, n_valid, estimates, own_sizes, parts))
    return IndexReport(tally.design.instrument_id, method, confidence, tuple(cells))


def finite_factor(tally: Tally, n_dossiers: NDArray[np.float64] | Counts) -> NDArray[np.float64]:
    """1 − n/N of each cell [C]; 1 where N is not known (NaN), and where there is neither a dossier nor a respondent.

    Raises PopulationError naming the first cell with fewer dossiers than valid respondents.
    """
    for row in np.flatnonzero(tally.n_sampled > n_dossiers).tolist():
        place = ", ".join(f"{name} {tally.cells[name].iloc[row]}" for name in tally.dimensions) or "The whole"
        raise PopulationError(
            f"{place}: {tally.n_sampled[row]} valid responses but {int(n_dossiers[row])} dossiers; "
            "the finite population factor needs the count of all dossiers."
        )
    return np.where(np.isnan(n_dossiers), 1.0, 1 - tally.n_sampled / np.maximum(n_dossiers, 1))


def exact_overall_shares(tally: Tally, method: Method) -> list[Fraction | None]:
    """The overall index of every cell as a fraction, so that ties are ties and verdicts exact; None where nobody answered.

    >>> from analytics.tally import tally_answers
    >>> design = Design("demo", ("1.0",), ("1", "2"), ("A",), (0, 0), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> tally = tally_answers(design, np.array([[5, 4], [3, 4], [1, 2]], dtype=np.uint8), {})
    >>> exact_overall_shares(tally, "pooled")
    [Fraction(1, 2)]
    """
    if method == "pooled":
        overall = tally.overall_moments()
        return [Fraction(x, m) if m else None for x, m in zip(overall.x.tolist(), overall.m.tolist(), strict=True)]
    x, m = (tally.sum_x, tally.sum_m) if method == "factor_mean" else (tally.satisfied, tally.answers)
    return [
        _mean([Fraction(a, b) if b else None for a, b in zip(own_x, own_m, strict=True)])
        for own_x, own_m in zip(x.tolist(), m.tolist(), strict=True)
    ]


def _cell(
    design: Design,
    unit: str | None,
    field: str | None,
    n_valid: int,
    estimates: list[Estimate],
    sizes: tuple[float | None, float | None],
    parts: Parts,
) -> Cell:
    if parts == "overall":
        return Cell(unit, field, n_valid, estimates[0], {}, {}, design_effect=sizes[0], effective_size=sizes[1])
    factors = estimates[1 : 1 + design.n_factors]
    criteria = estimates[1 + design.n_factors :]
    return Cell(
        unit,
        field,
        n_valid,
        estimates[0],
        dict(zip(design.factor_codes, factors, strict=True)),
        dict(zip(design.criterion_codes, criteria, strict=True)),
        design_effect=sizes[0],
        effective_size=sizes[1],
    )


def _estimates(
    figures: Figures, row: int, design: Design, method: Method, n_valid: int, target: Target | None, n_min: int
) -> list[Estimate]:
    satisfied, answers = figures.satisfied[row].tolist(), figures.answers[row].tolist()
    shares = _exact_shares(satisfied, answers, design, method)
    ends = (_known(figures.se[row]), _known(figures.low[row]), _known(figures.high[row]))
    goal = None if target is None else target.share
    level = None if goal is None else float(goal)
    values = [None if share is None else share.numerator / share.denominator for share in shares]
    return [
        Estimate(
            share=value,
            satisfied=x,
            answers=m,
            se=se,
            # The mean was also taken in doubles, which may miss the exact one by its last digit.
            low=None if low is None or value is None else min(low, value),
            high=None if high is None or value is None else max(high, value),
            target=level,
            verdict=judge(share, n_respondents=n_valid, target=goal, low=low, high=high, n_min=n_min),
        )
        # As many as there are ends: all, or the overall index alone.
        for share, value, x, m, se, low, high in zip(shares, values, satisfied, answers, *ends, strict=False)
    ]


def _known(values: NDArray[np.float64]) -> list[float | None]:
    # JSON has no infinity: an effective size beyond every number (all dossiers answered) is None like an undefined one.
    return [value if isfinite(value) else None for value in values.tolist()]


def _exact_shares(satisfied: list[int], answers: list[int], design: Design, method: Method) -> list[Fraction | None]:
    """The shares of one cell as fractions, in the order of `Figures`; None where nobody answered."""
    shares = [Fraction(x, m) if m else None for x, m in zip(satisfied, answers, strict=True)]
    criteria = shares[1 + design.n_factors :]
    factors = shares[1 : 1 + design.n_factors]
    if method == "criteria_mean":
        factors = [
            _mean([share for share, of in zip(criteria, design.factor_positions, strict=True) if of == factor])
            for factor in range(design.n_factors)
        ]
        return [_mean(criteria), *factors, *criteria]
    return [_mean(factors) if method == "factor_mean" else shares[0], *factors, *criteria]


def _mean(shares: list[Fraction | None]) -> Fraction | None:
    known = [share for share in shares if share is not None]
    return sum(known, Fraction()) / len(known) if known else None
