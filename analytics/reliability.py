"""Cronbach's alpha: whether the criteria of a factor measure one thing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.design import Design

Reals = NDArray[np.float64]

_BLOCK_ROWS = 1 << 16


@dataclass(frozen=True, slots=True)
class Alpha:
    """Alpha of a factor under either rule for missing answers; None where undefined.

    `n_items` criteria that anybody rated; `n_listwise` sheets that rated all of them.
    """

    pairwise: float | None
    listwise: float | None
    n_items: int
    n_listwise: int


def factor_alphas(design: Design, answers: NDArray[np.uint8]) -> dict[str, Alpha]:
    """Cronbach's alpha of every factor from N sheets [N, K]; blank, "không biết" and not asked are missing.

    α = k/(k − 1) · (1 − Σ variances / Σ of the whole covariance matrix) over the k criteria of a factor (L. J. Cronbach,
    Psychometrika 16, 1951). Pairwise: each variance from all answers to its criterion, each covariance from the sheets
    that answered both (R: `cov(use = "pairwise.complete.obs")`, as `psych::alpha` does). Listwise: only sheets that
    answered all k. Without missing answers the two are equal. None: fewer than two criteria, a pair with fewer than two
    common sheets, or a sum that is not above 0 (everybody answered alike: 0/0, neither 1 nor 0). It may be negative.

    A criterion that nobody of these sheets rated is no item of its factor: it was not asked at this desk or stage. The
    sums are whole numbers and exact; memory beyond the sheets does not grow with N.

    >>> design = Design("demo", ("1.0",), ("1", "2"), ("A",), (0, 0), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> round(factor_alphas(design, np.array([[1, 1], [2, 3], [3, 2], [4, 4]], dtype=np.uint8))["A"].pairwise, 12)
    0.888888888889
    >>> factor_alphas(design, np.full((3, 2), 4, dtype=np.uint8))["A"].pairwise is None
    True
    """
    found = {}
    for factor, code in enumerate(design.factor_codes):
        items = np.flatnonzero(design.factor_of == factor)
        pairs = _PairSums.empty(len(items))
        rated = np.zeros(len(items), dtype=np.bool_)
        for start in range(0, len(answers), _BLOCK_ROWS):
            levels, there = _read(design, answers[start : start + _BLOCK_ROWS, items])
            pairs = pairs + _PairSums.of(levels, there)
            rated |= there.any(axis=0)
        whole = _PairSums.empty(int(rated.sum()))
        for start in range(0, len(answers), _BLOCK_ROWS):
            levels, there = _read(design, answers[start : start + _BLOCK_ROWS, items[rated]])
            complete = there.all(axis=1)
            whole = whole + _PairSums.of(levels[complete], there[complete])
        n_whole = int(whole.n[0, 0]) if rated.any() else 0
        found[code] = Alpha(pairs.only(rated).alpha(), whole.alpha(), int(rated.sum()), n_whole)
    return found


def rated_levels(design: Design, answers: NDArray[np.uint8]) -> Reals:
    """The levels as written on the scale, float64 of the same shape; NaN where there is no rating."""
    level_of = np.full(256, np.nan)
    level_of[1 : design.n_levels + 1] = design.levels
    return np.asarray(level_of[answers])


def _read(design: Design, answers: NDArray[np.uint8]) -> tuple[Reals, NDArray[np.bool_]]:
    """Levels with 0 where there is no rating, and where there is one."""
    levels = rated_levels(design, answers)
    there = ~np.isnan(levels)
    return np.where(there, levels, 0.0), there


@dataclass(frozen=True, slots=True, eq=False)
class _PairSums:
    """Over the sheets that answered both of two items, [k, k] each: their number, Σ of the first, Σ of the product."""

    n: NDArray[np.int64]
    first: NDArray[np.int64]
    product: NDArray[np.int64]

    @classmethod
    def empty(cls, k: int) -> _PairSums:
        return cls(*(np.zeros((k, k), dtype=np.int64) for _ in range(3)))

    @classmethod
    def of(cls, levels: Reals, there: NDArray[np.bool_]) -> _PairSums:
        # Multiplied as doubles, which is fast, and still exact: a block's sums stay far below 2⁵³.
        ones = there.astype(np.float64)
        return cls(*(part.astype(np.int64) for part in (ones.T @ ones, levels.T @ ones, levels.T @ levels)))

    def __add__(self, other: _PairSums) -> _PairSums:
        return _PairSums(self.n + other.n, self.first + other.first, self.product + other.product)

    def only(self, items: NDArray[np.bool_]) -> _PairSums:
        return _PairSums(*(part[np.ix_(items, items)] for part in (self.n, self.first, self.product)))

    def alpha(self) -> float | None:
        k = len(self.n)
        if k < 2 or (self.n < 2).any():
            return None
        # n·Σxy − Σx·Σy in whole numbers: where everybody answered alike it is 0, not a rounding away from it.
        covariances = (self.n * self.product - self.first * self.first.T) / (self.n * (self.n - 1))
        total = float(covariances.sum())
        return float(k / (k - 1) * (1 - np.trace(covariances) / total)) if total > 0 else None
