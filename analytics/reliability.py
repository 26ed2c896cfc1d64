"""Cronbach's alpha: whether the criteria of a factor measure one thing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.design import Design
from analytics.patterns import Patterns
from analytics.sheet_counts import SheetCounts, count_sheets


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
    nobody = np.zeros(len(answers), dtype=np.uint8)
    return alphas_of(count_sheets(design, answers, nobody))


def alphas_of(counts: SheetCounts) -> dict[str, Alpha]:
    """`factor_alphas` of sheets that have been counted."""
    level_of = np.array([0, *counts.design.levels])
    return {code: _alpha(level_of, answers) for code, answers in zip(counts.design.factor_codes, counts.within, strict=True)}


def _alpha(level_of: NDArray[np.int64], answers: Patterns) -> Alpha:
    there = answers.codes > 0
    rated = there.any(axis=0)
    levels, there = level_of[answers.codes[:, rated]], there[:, rated]
    complete = there.all(axis=1)
    pairs = _PairSums.of(levels, there, answers.counts)
    whole = _PairSums.of(levels[complete], there[complete], answers.counts[complete])
    return Alpha(pairs.alpha(), whole.alpha(), int(rated.sum()), int(whole.n[0, 0]) if rated.any() else 0)


@dataclass(frozen=True, slots=True, eq=False)
class _PairSums:
    """Over the sheets that answered both of two items, [k, k] each: their number, Σ of the first, Σ of the product."""

    n: NDArray[np.int64]
    first: NDArray[np.int64]
    product: NDArray[np.int64]

    @classmethod
    def of(cls, levels: NDArray[np.int64], there: NDArray[np.bool_], counts: NDArray[np.int64]) -> _PairSums:
        """From different sets of answers, level 0 where there is none, and how often each occurs."""
        # Multiplied as doubles, which is fast, and still exact: the sums of 10⁸ sheets stay far below 2⁵³.
        ones, values, times = there.astype(np.float64), levels.astype(np.float64), counts[:, None].astype(np.float64)
        products = (ones.T @ (times * ones), values.T @ (times * ones), values.T @ (times * values))
        return cls(*(part.astype(np.int64) for part in products))

    def alpha(self) -> float | None:
        k = len(self.n)
        if k < 2 or (self.n < 2).any():
            return None
        # n·Σxy − Σx·Σy in whole numbers: where everybody answered alike it is 0, not a rounding away from it.
        covariances = (self.n * self.product - self.first * self.first.T) / (self.n * (self.n - 1))
        total = float(covariances.sum())
        return float(k / (k - 1) * (1 - np.trace(covariances) / total)) if total > 0 else None
