"""A mean of several pooled shares – of the factors, of the criteria, or of one alone –, its error and its interval's size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from analytics.tally import Tally

Reals = NDArray[np.float64]
Sums: TypeAlias = NDArray[Any]  # int64 as counted, float64 once weights are in them

# Sums of squares that cancel to nothing leave noise of some 10⁻¹⁶ of their terms; what is below this is taken as 0.
_NOISE = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class ShareMoments:
    """First and second moments of C cells and J shares: a respondent has x_j satisfied of m_j answers in share j."""

    n: Sums  # [C] respondents, those who left a share blank included
    x: Sums  # [C, J]
    m: Sums  # [C, J]
    xx: Sums  # [C, J, J] Σ x_j x_k
    xm: Sums  # [C, J, J] Σ x_j m_k
    mm: Sums  # [C, J, J] Σ m_j m_k
    n_design: Sums | None = None  # [C] the whole sample a sub-group is a domain of; None: its own

    @property
    def n_sampled(self) -> Sums:
        """The sampling units behind the variance: of a sub-group everybody, for the others contribute zero."""
        return self.n if self.n_design is None else self.n_design

    @classmethod
    def of_factors(cls, tally: Tally) -> ShareMoments:
        """One share per factor of the tally's design: with each criterion a factor of its own, one per criterion."""
        return cls(tally.n_valid, tally.sum_x, tally.sum_m, tally.sum_xx, tally.sum_xm, tally.sum_mm, tally.n_design)

    @classmethod
    def of_overall(cls, tally: Tally) -> ShareMoments:
        """The one pooled share of all answers."""
        whole = tally.overall_moments()
        xx, xm, mm = (part[:, None, None] for part in (whole.xx, whole.xm, whole.mm))
        return cls(whole.n, whole.x[:, None], whole.m[:, None], xx, xm, mm, whole.n_design)

    def only(self, shares: NDArray[np.bool_]) -> ShareMoments:
        """The same respondents with some of the shares, chosen by a truth value for each."""
        pairs = np.ix_(np.arange(len(self.n)), shares, shares)
        return ShareMoments(self.n, self.x[:, shares], self.m[:, shares], self.xx[pairs], self.xm[pairs], self.mm[pairs], self.n_design)

    def square_sum(self, on_x: Reals, on_m: Reals) -> Reals:
        """Σ (a·x + b·m)² over a cell's respondents, [C], for coefficients a, b [C, J]; exact 0 instead of rounding noise."""

        # A product for each cell by itself: one for all cells at once rounds the last digit by how many cells there are, and the same
        # responses would have another error on a province's page than in the country's table.
        xx, xm, mm = (np.ascontiguousarray(part, dtype=np.float64) for part in (self.xx, self.xm, self.mm))

        def total(a: Reals, b: Reals) -> Reals:
            on_x = (xx @ a[:, :, None])[:, :, 0] + 2 * (xm @ b[:, :, None])[:, :, 0]
            return np.asarray((np.ascontiguousarray(a * on_x) + np.ascontiguousarray(b * (mm @ b[:, :, None])[:, :, 0])).sum(axis=1))

        return without_noise(total(on_x, on_m), total(np.abs(on_x), np.abs(on_m)))


def without_noise(values: Reals, scale: Reals) -> Reals:
    """`values` that are sums of squares by right, with 0 where nothing but rounding of terms as large as `scale` is left."""
    return np.where(values <= _NOISE * scale, 0.0, values)


def linearise(x: Reals, m: Reals) -> tuple[Reals, Reals, Reals]:
    """The mean share θ = mean of x_j/m_j over shares with an answer, and what a respondent adds to it: a·x + b·m.

    a_j = 1/(J m_j) and b_j = −R_j/(J m_j), J the number of shares with an answer; 0 for the others, which are in no mean.
    θ is NaN where nobody answered at all. `x`, `m` and the coefficients are [C, J].

    >>> mean, on_x, on_m = linearise(np.array([[3.0, 1.0]]), np.array([[6.0, 4.0]]))
    >>> mean.tolist(), on_x.round(6).tolist(), on_m.round(6).tolist()
    ([0.375], [[0.083333, 0.125]], [[-0.041667, -0.03125]])
    """
    answered = m > 0
    n_shares = answered.sum(axis=1)
    share = np.divide(x, m, out=np.zeros_like(m, dtype=np.float64), where=answered)
    on_x = np.divide(1.0, n_shares[:, None] * m, out=np.zeros_like(share), where=answered)
    mean = np.divide(share.sum(axis=1), n_shares, out=np.full(len(share), np.nan), where=n_shares > 0)
    return mean, on_x, -share * on_x


def mean_standard_error(moments: ShareMoments) -> Reals:
    """Standard error of the mean of J shares with the respondent as sampling unit, by linearisation, [C].

    v = n/(n−1) · Σ z², z = Σ_j (x_j − R_j m_j)/(J Σm_j), with Σz = 0: what R's `survey::svycontrast` prints for the same
    expression of `svytotal`s. For one share it is the error of a pooled share. Of a sub-group n is the whole sample's, as on
    R's `subset(design, …)`. NaN where fewer than two of the group are there and where nobody answered.
    """
    mean, on_x, on_m = linearise(moments.x.astype(np.float64), moments.m.astype(np.float64))
    n = np.where(moments.n > 1, moments.n_sampled, np.nan)
    return np.where(np.isnan(mean), np.nan, np.sqrt(n / (n - 1) * moments.square_sum(on_x, on_m)))


@dataclass(frozen=True, slots=True, eq=False)
class Steadied:
    """A share as two imaginary respondents steady it, each [C]; NaN for n ≤ 1 and where nobody answered.

    `variance`: v₂. `design_effect`: how many times it exceeds that of as many independent answers. `effective_size`: the
    number of independent answers the share is worth, at most those given.
    """

    variance: Reals
    design_effect: Reals
    effective_size: Reals


def steady(moments: ShareMoments) -> Steadied:
    """The steadied design effect of a mean of J shares; M is all answers behind it.

    The contract's construction for one share, carried over to several: two imaginary respondents of average size in every
    share (m̄_j = Σm_j/n), one satisfied with all, one with nothing. M₂ⱼ = Mⱼ + 2m̄ⱼ, R₂ⱼ = (Σxⱼ + m̄ⱼ)/M₂ⱼ, θ₂ their mean;
    z = Σ_j (x_j − R₂ⱼ m_j)/(J M₂ⱼ), which for the two is (1 − θ₂)/(n+2) and −θ₂/(n+2) because m̄ⱼ/M₂ⱼ = 1/(n+2);
    v₂ = (n+2)/(n+1) · Σz², M₂ = M(n+2)/n, deff = v₂M₂/(θ₂(1 − θ₂)), n_eff = min(M, M/deff). With J = 1 nothing but
    `steadied_effective_size` of `analytics.intervals`, which also says what a sub-group's interval is.
    """
    n_answers = moments.m.sum(axis=1)
    defined = (moments.n > 1) & (n_answers > 0)
    n = np.where(defined, moments.n, np.nan)
    x, m = moments.x.astype(np.float64), moments.m.astype(np.float64)
    average = m / np.where(defined, moments.n, 1)[:, None]
    theta, on_x, on_m = linearise(x + average, m + 2 * average)
    squares = moments.square_sum(on_x, on_m) + ((1 - theta) ** 2 + theta**2) / (n + 2) ** 2
    sampled = np.where(defined, moments.n_sampled, np.nan)
    variance = (sampled + 2) / (sampled + 1) * squares
    design_effect = variance * n_answers * (n + 2) / n / (theta * (1 - theta))
    return Steadied(variance, design_effect, np.asarray(np.minimum(n_answers, n_answers / design_effect)))
