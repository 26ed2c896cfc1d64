"""How much of the differences in an outcome each predictor accounts for: Shapley shares of R², with their errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from analytics.errors import DriverError

Reals = NDArray[np.float64]
MOST_FACTORS: Final = 12  # 2^12 regressions

# Why there are no shares: too few complete sheets, overall answers that never differ, or that differ with no factor.
NoImportance = Literal["no_rows", "constant_overall", "unrelated"]


@dataclass(frozen=True, slots=True)
class Importance:
    """Shares of R²: `shares` are 0–1 and add up to 1, `contributions` to R². `why_not` names why there are none.

    `errors` are the standard errors of the shares, `r2_error` of R²; None where the figure itself is.
    """

    r2: float | None
    shares: Mapping[str, float] | None
    contributions: Mapping[str, float] | None
    why_not: NoImportance | None
    r2_error: float | None = None
    errors: Mapping[str, float] | None = None

    def interval(self, name: str, confidence: float) -> tuple[float, float] | None:
        """A share's interval: ± z · standard error, cut at 0 and 1; None without shares.

        >>> low, high = Importance(0.5, {"1": 0.1}, {"1": 0.05}, None, 0.01, {"1": 0.06}).interval("1", 0.95)
        >>> low, round(high, 6)
        (0.0, 0.217598)
        """
        if self.shares is None or self.errors is None:
            return None
        return _interval(self.shares[name], self.errors[name], confidence)

    def r2_interval(self, confidence: float) -> tuple[float, float] | None:
        """The interval of R², as of a share."""
        return None if self.r2 is None or self.r2_error is None else _interval(self.r2, self.r2_error, confidence)


def shapley_shares(predictors: Reals, outcomes: Reals, names: Sequence[str], counts: NDArray[np.int64] | None = None) -> Importance:
    """How much of R² each predictor earns, averaged over all orders of entering: Shapley, in regression called LMG.

    N complete rows, predictors [N, P], each standing for `counts` sheets (one, if not given); linear regression with an
    intercept; R² of all 2^P subsets from the correlation
    matrix (Lindeman, Merenda, Gold 1980; U. Grömping, J. Stat. Software 17, 2006: `relaimpo::calc.relimp(type =
    "lmg")`; its default prints the contributions, `rela = TRUE` the shares). A constant predictor earns 0; of
    predictors that determine one another each earns its part. Nothing is defined without rows or when the outcomes
    never differ; when no predictor does (or R² is 0), R² is 0 and has no shares. Raises DriverError for more than
    MOST_FACTORS predictors.

    The errors are linearised, the respondent being the sampling unit: a sheet moves R² of a subset by
    (1 − R²)·y² − e², y the standardised outcome and e what the subset's regression leaves of it (the infinitesimal
    jackknife; no normal distribution is assumed). Intervals from them say how the shares would vary from one set of
    visitors to another; near 0 and 1, where a share cannot vary freely, they are rough.

    >>> x = np.array([[1.0, 4.0], [2.0, 4.0], [3.0, 4.0], [4.0, 4.0]])
    >>> found = shapley_shares(x, np.array([1.0, 3.0, 2.0, 4.0]), ["1", "2"])
    >>> round(found.r2, 9), {name: round(share, 9) for name, share in found.shares.items()}
    (0.64, {'1': 1.0, '2': 0.0})
    """
    p = len(names)
    if p > MOST_FACTORS:
        raise DriverError(f"Importance takes at most {MOST_FACTORS} factors (all subsets of them are fitted), not {p}.")
    times = np.ones(len(outcomes)) if counts is None else counts.astype(np.float64)
    n = float(times.sum())
    if n < 2:
        return Importance(None, None, None, "no_rows")
    if np.ptp(outcomes) == 0:
        return Importance(None, None, None, "constant_overall")
    centred = predictors - times @ predictors / n
    spread = np.sqrt(times @ (centred * centred))
    varies = spread > 1e-12 * np.sqrt(n) * np.maximum(np.abs(predictors).max(axis=0, initial=0.0), 1.0)
    if not varies.any():
        return Importance(0.0, None, dict.fromkeys(names, 0.0), "unrelated")
    z = centred[:, varies] / spread[varies]
    y = outcomes - times @ outcomes / n
    y = y / np.sqrt(times @ (y * y))
    weighted = z * times[:, None]
    fits = _fit_subsets(weighted.T @ z, weighted.T @ y)
    gains = _gains(int(varies.sum()))
    contributions = np.zeros(p)
    contributions[varies] = earned = gains @ fits.r2
    r2 = float(earned.sum())
    by_name = dict(zip(names, contributions.tolist(), strict=True))
    if r2 <= 1e-15:
        return Importance(r2, None, by_name, "unrelated")
    shares = contributions / r2
    errors = np.zeros(p)
    # A sheet's pull on a share: that on its contribution less the share's part of that on R², over R².
    pulls = fits.pulls(np.vstack([(gains - shares[varies][:, None] * gains.sum(axis=0)) / r2, gains.sum(axis=0)]))
    found = _standard_errors(pulls, np.column_stack([z, y]) * np.sqrt(n), times)
    errors[varies] = found[:-1]
    return Importance(
        r2, dict(zip(names, shares.tolist(), strict=True)), by_name, None, float(found[-1]), dict(zip(names, errors.tolist(), strict=True))
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Fits:
    """The regressions on every subset: R² [2^P], and y less its prediction as a combination of (z, y), [2^P, P + 1]."""

    r2: Reals
    rest: Reals

    def pulls(self, combinations: Reals) -> Reals:
        """For combinations [J, 2^P] of the R² the matrices Q [J, P + 1, P + 1] with: a sheet at v = (z, y) pulls by vᵀQv."""
        found = -np.einsum("js,sa,sb->jab", combinations, self.rest, self.rest, optimize=True)
        found[:, -1, -1] += combinations @ (1 - self.r2)
        return np.asarray(found)


def _fit_subsets(among: Reals, with_outcome: Reals) -> _Fits:
    """All subsets of P predictors from their correlations; bit j of the place says whether predictor j is in."""
    p = len(with_outcome)
    r2, rest = np.zeros(1 << p), np.zeros((1 << p, p + 1))
    rest[:, p] = 1.0
    for subset in range(1, 1 << p):
        inside = [j for j in range(p) if subset >> j & 1]
        r = with_outcome[inside]
        # The pseudo-inverse takes predictors that determine one another for what they are: one, not none.
        slopes = np.linalg.pinv(among[np.ix_(inside, inside)], rcond=1e-11, hermitian=True) @ r
        r2[subset] = r @ slopes
        rest[subset, inside] = -slopes
    return _Fits(r2, rest)


def _gains(p: int) -> Reals:
    """Each predictor's gain in R² averaged over the orders, as a combination of the R² of all subsets, [P, 2^P].

    A subset of s predictors before it has weight 1/(P·C(P − 1, s)).
    """
    found = np.zeros((p, 1 << p))
    for subset in range(1 << p):
        size = subset.bit_count()
        for j in range(p):
            if subset >> j & 1:
                found[j, subset] = 1 / (p * comb(p - 1, size - 1))
            else:
                found[j, subset] = -1 / (p * comb(p - 1, size))
    return found


def _standard_errors(pulls: Reals, rows: Reals, times: Reals) -> Reals:
    """√(Σ pull² / (n(n − 1))) of every combination, over rows (z, y) of mean 0 and variance 1."""
    n = times.sum()
    squares = [times @ np.einsum("na,ab,nb->n", rows, pull, rows, optimize=True) ** 2 for pull in pulls]
    return np.asarray(np.sqrt(np.array(squares) / (n * (n - 1))))


def _interval(value: float, error: float, confidence: float) -> tuple[float, float]:
    reach = float(ndtri(0.5 + confidence / 2)) * error
    return max(0.0, value - reach), min(1.0, value + reach)
