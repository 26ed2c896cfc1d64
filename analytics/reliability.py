"""Cronbach's alpha: whether the criteria of a factor measure one thing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.design import Design
from analytics.errors import FigureError

Reals = NDArray[np.float64]


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
    """Alpha of every factor from N sheets [N, K]: blank, "không biết" and not asked are missing.

    A criterion that nobody of these sheets rated is no item of its factor here: it was not asked at this desk or stage.
    """
    levels = rated_levels(design, answers)
    found = {}
    for factor, code in enumerate(design.factor_codes):
        items = levels[:, design.factor_of == factor]
        items = items[:, ~np.isnan(items).all(axis=0)]
        whole = items[~np.isnan(items).any(axis=1)] if items.shape[1] else items[:0]
        found[code] = Alpha(pairwise_alpha(items), pairwise_alpha(whole), items.shape[1], len(whole))
    return found


def rated_levels(design: Design, answers: NDArray[np.uint8]) -> Reals:
    """The levels as written on the scale, float64 of the same shape; NaN where there is no rating."""
    level_of = np.full(256, np.nan)
    level_of[1 : design.n_levels + 1] = design.levels
    return np.asarray(level_of[answers])


def pairwise_alpha(items: Reals) -> float | None:
    """Cronbach's alpha of k items, [N, k] with NaN for a missing answer (L. J. Cronbach, Psychometrika 16, 1951).

    α = k/(k − 1) · (1 − Σ variances / Σ of the whole covariance matrix), each variance from all answers to its item and
    each covariance from the sheets that answered both (R: `cov(use = "pairwise.complete.obs")`, as `psych::alpha`
    does). Without missing answers this is the listwise alpha. None: fewer than two items, a pair with fewer than two
    common sheets, or a sum that is not above 0 (everybody answered alike: 0/0). It may be negative.

    >>> round(pairwise_alpha(np.array([[1, 1], [2, 3], [3, 2], [4, 4]], dtype=float)), 12)
    0.888888888889
    >>> pairwise_alpha(np.full((3, 2), 4.0)) is None
    True
    """
    if items.ndim != 2:
        raise FigureError(f"Alpha takes a table of sheets by items, not an array of {items.ndim} axes.")
    k = items.shape[1]
    if k < 2:
        return None
    there = ~np.isnan(items)
    # Alpha does not change when an item is shifted; centred, the sums below do not cancel.
    n_there = there.sum(axis=0)
    if (n_there < 2).any():
        return None
    values = np.where(there, items, 0.0)
    values = np.where(there, values - values.sum(axis=0) / n_there, 0.0)
    there_too = there.astype(np.float64)
    n_pairs = there_too.T @ there_too
    if (n_pairs < 2).any():
        return None
    sums = values.T @ there_too  # [j, k]: Σ of item j over the sheets that answered k too
    covariances = (values.T @ values - sums * sums.T / n_pairs) / (n_pairs - 1)
    total = float(covariances.sum())
    # Items constant up to rounding have no variance; comparing with the levels' own size tells noise from spread.
    if total <= 1e-12 * max(float(np.nanmax(np.abs(items))), 1.0) ** 2:
        return None
    return float(k / (k - 1) * (1 - np.trace(covariances) / total))
