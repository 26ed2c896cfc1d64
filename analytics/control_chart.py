"""A share over time: which periods lie beyond chance, and whether there is a trend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, ndtr

from analytics.errors import FigureError
from analytics.intervals import steadied_effective_size
from analytics.moments import Moments

ChartKind = Literal["p", "laney"]
Reals = NDArray[np.float64]

_SIGMAS = 3.0
_MOVING_RANGE = 1.128  # d₂ of two: the mean absolute difference of two standard normal values, as charts print it
_MOST_CHANCE = 0.05  # of the dispersion test


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One period. None: share and limits of a period without answers. `out` beyond a limit, not on it."""

    share: float | None
    low: float | None
    high: float | None
    out: bool


@dataclass(frozen=True, slots=True)
class ChartRun:
    """Neighbouring periods of one series with their own centre. `sigma_z`: spread over the binomial; None for one point."""

    series: str
    kind: ChartKind
    centre: float | None
    sigma_z: float | None
    points: tuple[ChartPoint, ...]


def control_chart(
    satisfied: ArrayLike, sizes: ArrayLike, series: Sequence[str] | None = None, *, kind: ChartKind | None = None
) -> tuple[ChartRun, ...]:
    """The p-chart of T periods in order, one run for each stretch of the same series: a new series breaks the line.

    Centre p̄ = Σx/Σn; limits p̄ ± 3σᵢ with σᵢ = √(p̄(1 − p̄)/nᵢ) of each period's own n, clipped to 0–1. Where the spread
    between periods exceeds the binomial – Σz² above the 95 % point of χ² with one degree less than there are points, z
    = (pᵢ − p̄)/σᵢ, and σ_z above 1 – they are Laney's p′: p̄ ± 3σᵢσ_z, σ_z the mean moving range of z over 1.128 (D. B.
    Laney, Quality Engineering 14, 2002). With thousands of answers a month every month would be "out" otherwise. `kind`
    forces one of the two. Periods without answers have no point and are skipped by the moving range. A p̄ of 0 or 1 has
    limits equal to itself. `sizes` may be effective sizes, `satisfied` then share × size: see `pooled_chart`. Raises
    FigureError for counts that do not fit together.

    >>> (run,) = control_chart([8, 10, 12, 2], [100, 100, 100, 100])
    >>> run.kind, run.centre, run.points[3].low, round(run.points[3].high, 6), run.points[3].out
    ('p', 0.08, 0.0, 0.161388, False)
    """
    x, n = np.asarray(satisfied, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    names = [""] * len(n) if series is None else list(series)
    if x.shape != n.shape or x.ndim != 1 or len(names) != len(x):
        raise FigureError("A control chart takes for each period one count, one size and one series.")
    if not ((x >= 0) & (n >= 0) & (x <= n * (1 + 1e-12))).all():
        raise FigureError("In a control chart every count lies between 0 and its size.")
    runs, first = [], 0
    for last in range(1, len(names) + 1):
        if last == len(names) or names[last] != names[first]:
            runs.append(_run(names[first], x[first:last], n[first:last], kind))
            first = last
    return tuple(runs)


def pooled_chart(moments: Moments, series: Sequence[str] | None = None) -> tuple[ChartRun, ...]:
    """The chart of a pooled share: its periods' sizes are the steadied effective ones, not the numbers of answers.

    `moments` has one entry per period. A period with fewer than two valid respondents has no point.
    """
    sizes = np.nan_to_num(steadied_effective_size(moments), nan=0.0)
    shares = np.nan_to_num(moments.share(), nan=0.0)
    return control_chart(shares * sizes, sizes, series)


def _run(series: str, x: Reals, n: Reals, kind: ChartKind | None) -> ChartRun:
    has = n > 0
    if not has.any():
        return ChartRun(series, kind or "p", None, None, (ChartPoint(None, None, None, False),) * len(n))
    share, size = x[has] / n[has], n[has]
    centre = float(x[has].sum() / size.sum())
    sigma = np.sqrt(centre * (1 - centre) / size)
    spread = None
    chosen: ChartKind = kind or "p"
    if len(share) > 1 and 0 < centre < 1:
        z = (share - centre) / sigma
        spread = float(np.abs(np.diff(z)).mean() / _MOVING_RANGE)
        exceeds = float((z * z).sum()) > float(chdtri(len(z) - 1, _MOST_CHANCE)) and spread > 1
        if kind is None and exceeds:
            chosen = "laney"
    if chosen == "laney" and spread is not None:
        sigma = sigma * spread
    low, high = np.maximum(centre - _SIGMAS * sigma, 0.0), np.minimum(centre + _SIGMAS * sigma, 1.0)
    # A share of 0 or 1 throughout: x/n and Σx/Σn may differ by a rounding, which is no signal.
    out = ((share < low) | (share > high)) & (sigma > 0)
    drawn = iter(zip(share.tolist(), low.tolist(), high.tolist(), out.tolist(), strict=True))
    points = tuple(ChartPoint(*next(drawn)) if there else ChartPoint(None, None, None, False) for there in has.tolist())
    return ChartRun(series, chosen, centre, spread, points)


@dataclass(frozen=True, slots=True)
class Trend:
    """A test for trend: z above 0 rises. `slope`: change of the share per unit of score, by least squares weighted with the
    sizes. None where all answers are alike or all scores are."""

    z: float | None
    p: float | None
    slope: float | None = None


def trend_test(satisfied: ArrayLike, sizes: ArrayLike, scores: ArrayLike | None = None) -> Trend:
    """Cochran–Armitage test for a linear trend of shares over T ordered periods, two-sided.

    T = Σ wᵢ(xᵢ − nᵢp̄), Var T = p̄(1 − p̄)(Σnᵢwᵢ² − (Σnᵢwᵢ)²/N): divided by N, as R's `prop.trend.test` does (z² is what it
    prints); some tools divide by N − 1. `scores` w default to 1 … T. Periods without answers weigh nothing.

    >>> trend = trend_test([15, 10, 5], [30, 30, 30])
    >>> round(trend.z, 6), round(trend.p, 6), round(trend.slope, 6)
    (-2.738613, 0.00617, -0.166667)
    """
    x, n = np.asarray(satisfied, dtype=np.float64), np.asarray(sizes, dtype=np.float64)
    w = np.arange(1, len(n) + 1, dtype=np.float64) if scores is None else np.asarray(scores, dtype=np.float64)
    if x.shape != n.shape or x.ndim != 1 or w.shape != x.shape:
        raise FigureError("A test for trend takes for each period one count, one size and one score.")
    total = float(n.sum())
    if total == 0:
        return Trend(None, None)
    share = float(x.sum()) / total
    w = w - float((n * w).sum()) / total  # centred, so that nothing cancels below
    variance = share * (1 - share) * float((n * w * w).sum())
    if variance <= 0:
        return Trend(None, None)
    moved = float((w * (x - n * share)).sum())
    z = moved / float(np.sqrt(variance))
    return Trend(z, float(2 * ndtr(-abs(z))), moved / float((n * w * w).sum()))
