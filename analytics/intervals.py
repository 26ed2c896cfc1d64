"""How sure a share is: Wilson's interval, the linearised standard error, the steadied pooled interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from analytics.errors import FigureError
from analytics.moments import Moments

Reals = NDArray[np.float64]


def normal_quantile(confidence: float) -> float:
    """z of a two-sided interval.

    >>> normal_quantile(0.95)
    1.959963984540054
    """
    if not (confidence > 0 and 0.5 + confidence / 2 < 1):  # so near to 1 that z would be infinite is 1
        raise FigureError(f"A confidence of {confidence} is not between 0 and 1; write 0.95 for 95 %.")
    return float(ndtri(0.5 + confidence / 2))


def wilson_interval(share: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> tuple[Reals, Reals]:
    """Wilson's score interval for a share, without continuity correction (E. B. Wilson, JASA 22, 1927).

    `share` 0–1 and `n` > 0 (answers, or a real-valued effective size) broadcast against each other. The lower end is
    exactly 0 at share 0, the upper end exactly 1 at share 1, and low ≤ share ≤ high always. NaN where n is 0 or the
    share is NaN.

    >>> low, high = wilson_interval([1.0, 0.5], [3, 3])
    >>> low.round(6).tolist(), high.round(6).tolist()
    ([0.438503, 0.125334], [1.0, 0.874666])
    """
    z = normal_quantile(confidence)
    p, size = np.broadcast_arrays(np.asarray(share, dtype=np.float64), np.asarray(n, dtype=np.float64))
    size = np.where(size > 0, size, np.nan)
    with np.errstate(invalid="ignore"):
        centre = p + z * z / (2 * size)
        half = z * np.sqrt(p * (1 - p) / size + (z / (2 * size)) ** 2)
        scale = 1 + z * z / size
        low, high = (centre - half) / scale, (centre + half) / scale
        # Rounding must not push the share outside; this also makes the ends at shares 0 and 1 exact. NaN stays NaN.
        low, high = np.clip(low, 0.0, p), np.clip(high, p, 1.0)
    return low, high


def ratio_standard_error(moments: Moments) -> Reals:
    """Standard error of R = Σx/Σm with the respondent as sampling unit, by linearisation.

    v = n/(n−1) · Σ(x − R m)² / (Σm)², se = √v: what R's `survey::svyratio` prints for an unstratified design in which
    blanks contribute zero. NaN for n ≤ 1 and where nobody answered; exactly 0 when every respondent has the same
    ratio. Of a sub-group (a domain) the others of the sample contribute zero and n is everybody: what `svyratio` prints on
    `subset(design, …)`.

    >>> three = Moments(*(np.array([v]) for v in (3, 3, 6, 5, 6, 12)))  # (x, m) = (2, 2), (1, 2), (0, 2)
    >>> ratio_standard_error(three).tolist() == [(1 / 12) ** 0.5]
    True
    """
    n = np.where(moments.n > 1, moments.n_sampled, 2).astype(np.float64)
    m = np.where(moments.m == 0, np.nan, moments.m.astype(np.float64))
    with np.errstate(invalid="ignore"):
        variance = n / (n - 1) * moments.residual_sum() / m**2
    return np.where(moments.n > 1, np.sqrt(variance), np.nan)


def steadied_effective_size(moments: Moments) -> Reals:
    """The number of independent answers that the pooled share is worth, at most Σm.

    The design effect is steadied by two imaginary respondents of average size m̄ = Σm/n, one wholly satisfied, one
    wholly dissatisfied: M₂ = M + 2m̄, R₂ = (Σx + m̄)/M₂, S = Σ(x − R₂m)² + m̄²((1 − R₂)² + R₂²), v₂ = (n+2)/(n+1) ·
    S/M₂², deff = v₂M₂/(R₂(1 − R₂)), n_eff = min(M, M/deff). Source: our statistics contract, "Intervals", where its
    coverage is given; without the two a sample with no unhappy respondent looks certain. NaN for n ≤ 1 and where
    nobody answered.

    A sub-group by what a respondent is (a domain of N sampled respondents, n of them its own) follows the same formula: the
    two imaginary respondents belong to the group, so m̄ = M/n and S are the group's; everybody else contributes zero to S, and
    the sample has N + 2 respondents: v₂ = (N+2)/(N+1) · S/M₂². A decision of ours, the contract fixing only the variance: so the
    interval and the standard error are of one design, and with N = n both are the plain ones.

    >>> three = Moments(*(np.array([v]) for v in (3, 3, 6, 5, 6, 12)))
    >>> steadied_effective_size(three).round(9).tolist()
    [3.0]
    """
    defined = (moments.n > 1) & (moments.m > 0)
    n, sampled, x, m, xx, xm, mm = (
        np.where(defined, part, np.nan) for part in (moments.n, moments.n_sampled, moments.x, moments.m, moments.xx, moments.xm, moments.mm)
    )
    mean_m = m / n
    m_2 = m + 2 * mean_m
    r_2 = (x + mean_m) / m_2
    # No cancellation to fear here: the imaginary pair alone adds at least m̄²/2.
    s = xx - 2 * r_2 * xm + r_2**2 * mm + mean_m**2 * ((1 - r_2) ** 2 + r_2**2)
    v_2 = (sampled + 2) / (sampled + 1) * s / m_2**2
    design_effect = v_2 * m_2 / (r_2 * (1 - r_2))
    return np.asarray(np.minimum(m, m / design_effect))


def pooled_interval(moments: Moments, confidence: float = 0.95) -> tuple[Reals, Reals]:
    """Interval of a pooled share: Wilson around R on the steadied effective size.

    NaN for n ≤ 1 and where nobody answered. Shares of exactly 0 and 1 need no special case: the interval is one-sided
    there and never empty.

    >>> low, high = pooled_interval(Moments(*(np.array([v]) for v in (3, 3, 6, 5, 6, 12))))
    >>> low.round(12).tolist(), high.round(12).tolist()
    ([0.12533447191], [0.87466552809])
    """
    return wilson_interval(moments.share(), steadied_effective_size(moments), confidence)
