"""Post-stratification: shares weighted to the dossier register, with stratified linearised errors and their effective size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from analytics.errors import PopulationError
from analytics.mean_shares import ShareMoments, Sums, linearise, steady, without_noise
from analytics.moments import Counts

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Weighted:
    """Weighted figures of C cells, each [C]. NaN where undefined: nobody answered, or (all but `share`) fewer than two respondents.

    `weight_effect`: Kish's K ≥ 1, by which unequal weights enlarge a variance. `design_effect`: deff·K, and with the finite
    population factor that too. `effective_size`: the independent answers the share is worth; with the factor it may exceed
    those given, and is infinite where every dossier answered.
    """

    share: Reals
    se: Reals
    weight_effect: Reals
    design_effect: Reals
    effective_size: Reals


def post_stratify(
    moments: ShareMoments,
    n_dossiers: Counts,
    cell_of: NDArray[np.int64],
    n_cells: int,
    *,
    n_design: Counts | None = None,
    is_finite: bool = False,
) -> Weighted:
    """Weigh the H strata behind each of C cells to their dossiers; `cell_of` [H] numbers the cell of each stratum.

    Combined ratio estimator R_j = Σ N_h x̄_hj / Σ N_h m̄_hj with w_h = N_h/n_h; over several shares j their mean (shares
    nobody answered are in none). Its variance is linearised within strata, conditional on the achieved n_h:
    v = Σ w_h² n_h/(n_h − 1) Σ(z − z̄_h)², z = Σ_j (x_j − R_j m_j)/(J Σ N_h m̄_hj). A stratum of one respondent is centred at
    the overall mean, which is 0, and adds w_h² z². With `is_finite` every stratum's part is multiplied by 1 − n_h/N_h.
    Source: what R's `survey` prints for `svyratio` on `svydesign(ids = ~1, strata = ~h, weights = ~w, fpc = ~N)` with
    `options(survey.lonely.psu = "adjust")`.

    The interval's size is the contract's n_eff = min(M, M/(deff·K)), K = n Σ n_h w_h² / (Σ n_h w_h)², with M and the steadied
    deff of the answers as they were given: K alone stands for the weights. It must not be taken from v, which already contains
    what K adds. What neither sees is a stratum both heavy and more varied than the rest: few respondents standing for most
    dossiers leave the interval too narrow (`sipas simulate weighting` prints by how much); even strata keep their 95 %.
    The finite factor divides the size by v with / v without it.

    `n_design` [H]: the respondents of the stratum where `moments` are those of a sub-group (a domain); the sub-group's
    others contribute zero. A stratum with respondents and fewer dossiers than these raises PopulationError.

    >>> two = ShareMoments(*(np.array(v) for v in ([3, 2], [[4], [2]], [[5], [4]], [[[6]], [[4]]], [[[7]], [[4]]], [[[9]], [[8]]])))
    >>> weighted = post_stratify(two, np.array([300, 100]), np.array([0, 0]), 1)
    >>> round(float(weighted.share[0]) * 7, 9), round(float(weighted.se[0]) ** 2 * 2401, 9)
    (5.0, 88.0)
    """
    n_h = moments.n if n_design is None else n_design
    if (n_h < 1).any() or (n_dossiers < n_h).any():
        raise PopulationError("Every stratum needs a respondent and at least as many dossiers as respondents.")
    n = n_h.astype(np.float64)
    weight = n_dossiers / n

    def add_up(values: Reals) -> Reals:
        """Sums over the strata of each cell, [H, …] → [C, …]."""
        sums = np.zeros((n_cells, *values.shape[1:]))
        np.add.at(sums, cell_of, values)
        return sums

    mean, on_x, on_m = linearise(add_up(weight[:, None] * moments.x), add_up(weight[:, None] * moments.m))
    on_x, on_m = on_x[cell_of], on_m[cell_of]
    squares = moments.square_sum(on_x, on_m)
    total = (on_x * moments.x + on_m * moments.m).sum(axis=1)
    spread = np.where(n > 1, n / np.maximum(n - 1, 1) * without_noise(squares - total**2 / n, squares), squares)
    finite = 1 - n / n_dossiers if is_finite else np.ones(len(n))
    full = add_up(weight**2 * spread)
    variance = add_up(weight**2 * spread * finite)
    n_cell = add_up(n)
    is_defined = (n_cell > 1) & ~np.isnan(mean)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = moments.n.astype(np.float64)  # of a sub-group: its own respondents carry the weights
        weight_effect = add_up(own) * add_up(own * weight**2) / add_up(own * weight) ** 2
        # Where nothing varies the factor of the variance is 0/0; the strata then count by what they would have added.
        by_weight = add_up(weight**2 * n * finite) / add_up(weight**2 * n)
        factor = np.where(full > 0, variance / np.where(full > 0, full, 1), by_weight)
        inside = steady(ShareMoments(add_up(own), *(add_up(part.astype(np.float64)) for part in _sums(moments))))
        answers = add_up(moments.m.sum(axis=1).astype(np.float64))
        design_effect = inside.design_effect * weight_effect
        effective_size = np.minimum(answers, answers / design_effect) / factor
    return Weighted(
        share=mean,
        se=np.where(is_defined, np.sqrt(variance), np.nan),
        weight_effect=np.where(is_defined, weight_effect, np.nan),
        design_effect=np.where(is_defined, design_effect * factor, np.nan),
        effective_size=np.where(is_defined, effective_size, np.nan),
    )


def _sums(moments: ShareMoments) -> tuple[Sums, ...]:
    return moments.x, moments.m, moments.xx, moments.xm, moments.mm


def exact_share(weights: Iterable[Fraction], satisfied: Iterable[Sequence[int]], answers: Iterable[Sequence[int]]) -> Fraction | None:
    """The weighted mean share as a fraction: verdicts at a target are decided on it, because sums of doubles may fall on either side.

    One weight per stratum (or respondent), and for each the satisfied and given answers of every share. None where nobody
    answered.

    >>> exact_share([Fraction(1, 10)] * 10, [[1]] * 9 + [[0]], [[1]] * 10)
    Fraction(9, 10)
    """
    x: list[Fraction] = []
    m: list[Fraction] = []
    for weight, own_x, own_m in zip(weights, satisfied, answers, strict=True):
        x = [a + weight * b for a, b in zip(x or [Fraction()] * len(own_x), own_x, strict=True)]
        m = [a + weight * b for a, b in zip(m or [Fraction()] * len(own_m), own_m, strict=True)]
    shares = [a / b for a, b in zip(x, m, strict=True) if b]
    return sum(shares, Fraction()) / len(shares) if shares else None
