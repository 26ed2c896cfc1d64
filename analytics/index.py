"""The index: from a tally to shares, intervals and verdicts, vectorised over cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from analytics.design import Design
from analytics.errors import FigureError
from analytics.intervals import pooled_interval, ratio_standard_error, wilson_interval
from analytics.moments import Moments
from analytics.results import METHODS, Cell, Estimate, IndexReport, Method, Parts
from analytics.tally import Tally
from analytics.targets import N_MIN, Target, TargetBook, judge

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Figures:
    """Arrays [C, 1 + F + K]: the overall index, then the factors, then the criteria.

    Where only the overall index is wanted, se, low and high are [C, 1]; the counts are whole, a mean of shares needs them.
    """

    satisfied: NDArray[np.int64]
    answers: NDArray[np.int64]
    se: Reals
    low: Reals
    high: Reals


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
    parts: Parts = "all",
) -> IndexReport:
    """The satisfaction index of every cell of a tally by unit, by field, by both or by neither.

    `pooled`: satisfied answers over answers, for the overall index and each factor. `criteria_mean`: both are means of
    criterion shares. `factor_mean`: the overall index is the mean of the pooled factor shares. Criteria and factors
    that nobody answered are in no mean. Criteria have Wilson's interval (from one answer on), pooled shares the
    steadied one (from two valid respondents on), means none: the variance of a mean of shares is not that of the
    pooled share. `se` is linearised with the cell's valid respondents, None for fewer than two.

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
    figures = _figures(tally, method, confidence, parts)
    units = tally.cells["unit"].tolist() if "unit" in tally.dimensions else [None] * tally.n_cells
    fields = tally.cells["field"].tolist() if "field" in tally.dimensions else [None] * tally.n_cells
    book = TargetBook() if targets is None else targets
    cells = []
    for row, (own_unit, own_field) in enumerate(zip(units, fields, strict=True)):
        n_valid = int(tally.n_valid[row])
        target = book.find(own_unit or unit, own_field or field, year)
        estimates = _estimates(figures, row, tally.design, method, n_valid, target, n_min)
        cells.append(_cell(tally.design, own_unit, own_field, n_valid, estimates, parts))
    return IndexReport(tally.design.instrument_id, method, confidence, tuple(cells))


def _cell(design: Design, unit: str | None, field: str | None, n_valid: int, estimates: list[Estimate], parts: Parts) -> Cell:
    if parts == "overall":
        return Cell(unit, field, n_valid, estimates[0], {}, {})
    factors = estimates[1 : 1 + design.n_factors]
    criteria = estimates[1 + design.n_factors :]
    return Cell(
        unit,
        field,
        n_valid,
        estimates[0],
        dict(zip(design.factor_codes, factors, strict=True)),
        dict(zip(design.criterion_codes, criteria, strict=True)),
    )


def _estimates(
    figures: _Figures, row: int, design: Design, method: Method, n_valid: int, target: Target | None, n_min: int
) -> list[Estimate]:
    satisfied, answers = figures.satisfied[row].tolist(), figures.answers[row].tolist()
    shares = _exact_shares(satisfied, answers, design, method)
    ends = (_known(figures.se[row]), _known(figures.low[row]), _known(figures.high[row]))
    goal = None if target is None else target.share
    return [
        Estimate(
            share=None if share is None else float(share),
            satisfied=x,
            answers=m,
            se=se,
            low=low,
            high=high,
            target=None if goal is None else float(goal),
            verdict=judge(share, n_respondents=n_valid, target=goal, low=low, high=high, n_min=n_min),
        )
        # As many as there are ends: all, or the overall index alone.
        for share, x, m, se, low, high in zip(shares, satisfied, answers, *ends, strict=False)
    ]


def _known(values: Reals) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]  # only NaN differs from itself


def _figures(tally: Tally, method: Method, confidence: float, wanted: Parts) -> _Figures:
    overall = _as_column(tally.overall_moments())
    if wanted == "overall":
        whole = _pooled_figures(overall, confidence, is_mean=method != "pooled")
        if method == "pooled":
            return whole
        return replace(
            whole,
            satisfied=np.concatenate([overall.x, tally.sum_x, tally.satisfied], axis=1),
            answers=np.concatenate([overall.m, tally.sum_m, tally.answers], axis=1),
        )
    factors, criteria = tally.factor_moments(), _criterion_moments(tally)
    parts = [
        _pooled_figures(overall, confidence, is_mean=method != "pooled"),
        _pooled_figures(factors, confidence, is_mean=method == "criteria_mean"),
        _Figures(
            criteria.x,
            criteria.m,
            ratio_standard_error(criteria),
            *wilson_interval(criteria.share(), criteria.m, confidence),
        ),
    ]
    return _Figures(
        satisfied=np.concatenate([part.satisfied for part in parts], axis=1),
        answers=np.concatenate([part.answers for part in parts], axis=1),
        se=np.concatenate([part.se for part in parts], axis=1),
        low=np.concatenate([part.low for part in parts], axis=1),
        high=np.concatenate([part.high for part in parts], axis=1),
    )


def _pooled_figures(moments: Moments, confidence: float, *, is_mean: bool) -> _Figures:
    if is_mean:  # the variance of a pooled share says nothing about a mean of shares
        undefined = np.full(moments.m.shape, np.nan)
        return _Figures(moments.x, moments.m, undefined, undefined, undefined)
    return _Figures(moments.x, moments.m, ratio_standard_error(moments), *pooled_interval(moments, confidence))


def _as_column(moments: Moments) -> Moments:
    return Moments(*(getattr(moments, name)[:, None] for name in ("n", "x", "m", "xx", "xm", "mm")))


def _criterion_moments(tally: Tally) -> Moments:
    """Of a criterion x and m are 0 or 1, so squares are the counts themselves."""
    x, m = tally.satisfied, tally.answers
    return Moments(np.broadcast_to(tally.n_valid[:, None], x.shape), x, m, x, x, m)


def _exact_shares(satisfied: list[int], answers: list[int], design: Design, method: Method) -> list[Fraction | None]:
    """The shares of one cell as fractions, in the order of `_Figures`; None where nobody answered."""
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
