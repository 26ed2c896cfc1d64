"""The proportional-odds model: how a level of satisfaction depends on the factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, ndtri

Reals = NDArray[np.float64]
NoFit = Literal["no_predictor", "one_level", "collinear", "separated"]

_MOST_STEPS = 60
_BLOCK_ROWS = 1 << 10  # products of more rows are shared out between threads that wait for one another: nine times the time, measured
_ROUNDING = 1e-11  # of a log-likelihood summed over millions of sheets
_LEAST_INFORMATION = 1e-7  # a standard error of thousands of standard deviations is no estimate
_STANDING = 0.01  # logits; Newton's step at a top is rounding, on a ridge that rises for ever it stays near 1 logit


@dataclass(frozen=True, slots=True)
class OrderedLogit:
    """P(Y ≤ j) = F(θ_j − xβ): β > 0 means more satisfied. `levels` are those that occur; J of them have J − 1 thresholds."""

    coefficients: Reals  # [P]
    standard_errors: Reals  # [P]
    thresholds: Reals  # [J − 1], rising
    levels: tuple[float, ...]
    log_likelihood: float
    n: int

    def intervals(self, confidence: float) -> Reals:
        """Wald's intervals of the coefficients, [P, 2]: estimate ± z · standard error."""
        reach = float(ndtri(0.5 + confidence / 2)) * self.standard_errors
        return np.column_stack([self.coefficients - reach, self.coefficients + reach])


def fit_ordered_logit(predictors: Reals, outcomes: Reals, counts: NDArray[np.int64] | None = None) -> OrderedLogit | NoFit:
    """Maximum likelihood of the ordered logit for N rows of P predictors [N, P] and outcomes [N]; nothing missing.

    `counts` [N], where given, says how many sheets each row stands for.

    Levels that nobody chose are no levels. Newton's method with the exact second derivatives, on standardised
    predictors and on distinct rows with their numbers: the likelihood is concave, so that there is one maximum, a
    million sheets cost as much as their few thousand different ones, and the standard errors (from the observed
    information) do not depend on a step of numerical differentiation. Results are those of R's `MASS::polr` and of
    statsmodels' OrderedModel, which differentiate numerically.

    Where there is no maximum the reason comes back instead: no predictor, a single level (also N = 0 and 1),
    predictors that determine one another, constant ones among them ("collinear"), or outcomes that they separate
    perfectly ("separated": some β would have to be infinite).

    >>> x, y = np.array([[1.0], [2.0], [2.0], [3.0], [4.0], [4.0]]), np.array([1.0, 2.0, 1.0, 2.0, 1.0, 2.0])
    >>> fit = fit_ordered_logit(x, y)
    >>> fit.coefficients.round(6).tolist(), fit.thresholds.round(6).tolist(), fit.levels
    ([0.574405], [1.532645], (1.0, 2.0))
    >>> fit_ordered_logit(np.array([[1.0], [2.0], [3.0]]), np.array([1.0, 1.0, 2.0]))
    'separated'
    """
    if predictors.shape[1] == 0:
        return "no_predictor"
    levels, codes = np.unique(outcomes, return_inverse=True)
    if len(levels) < 2:
        return "one_level"
    first, weights = _distinct_rows([*predictors.T, codes], counts)
    raw, chosen = predictors[first], codes[first]
    centre = np.average(raw, axis=0, weights=weights)
    scale = np.sqrt(np.average((raw - centre) ** 2, axis=0, weights=weights))
    if (scale <= 1e-12 * np.maximum(np.abs(centre), 1.0)).any():
        return "collinear"
    x = (raw - centre) / scale
    correlations = (x * weights[:, None]).T @ x / weights.sum()
    if np.linalg.eigvalsh(correlations)[0] < 1e-10:
        return "collinear"
    fitted = _climb(x, chosen, weights, len(levels))
    # Where only some rows are separated the climb ends in rounding, on a ridge that is flat to infinity.
    if fitted is None or np.linalg.eigvalsh(fitted[1])[0] < _LEAST_INFORMATION:
        return "separated"
    parameters, information, log_likelihood = fitted
    n_thresholds = len(levels) - 1
    slopes = parameters[n_thresholds:] / scale
    variances = np.diagonal(np.linalg.inv(information))[n_thresholds:]
    return OrderedLogit(
        coefficients=slopes,
        standard_errors=np.sqrt(variances) / scale,
        thresholds=parameters[:n_thresholds] + float(slopes @ centre),
        levels=tuple(levels.tolist()),
        log_likelihood=log_likelihood,
        n=int(weights.sum()),
    )


def _distinct_rows(columns: Sequence[NDArray[Any]], counts: NDArray[np.int64] | None) -> tuple[NDArray[np.int64], Reals]:
    """Where each different row stands first, and how often it occurs. Hashing column by column beats sorting rows."""
    row_of = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        value_of, values = pd.factorize(column)
        row_of = np.asarray(pd.factorize(row_of * len(values) + value_of)[0], dtype=np.int64)
    _, first, place = np.unique(row_of, return_index=True, return_inverse=True)
    return first, np.bincount(place, weights=counts, minlength=len(first)).astype(np.float64)


def _climb(x: Reals, chosen: NDArray[np.int64], weights: Reals, n_levels: int) -> tuple[Reals, Reals, float] | None:
    """Parameters (θ, β), their information and the log-likelihood at the maximum; None when there is none."""
    cumulative = np.cumsum(np.bincount(chosen, weights=weights, minlength=n_levels))[:-1] / weights.sum()
    parameters = np.concatenate([np.log(cumulative / (1 - cumulative)), np.zeros(x.shape[1])])
    value, gradient, information = _likelihood(parameters, x, chosen, weights)
    last_gain = np.inf
    for _ in range(_MOST_STEPS):
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            return None
        gain = float(gradient @ step)
        # What is to be gained drowns in the rounding of the likelihood, which cannot tell uphill from downhill any more. Whole
        # steps still double the digits that are right, until they gain no less than the one before.
        is_near = gain < _ROUNDING * abs(value)
        if gain < 1e-22 * weights.sum() or (is_near and gain > last_gain / 4):
            # A level of a predictor that few rows have, all separated: the step is small by standard deviations, not for these rows.
            moves = float(np.abs(x @ step[n_levels - 1 :]).max())
            return (parameters, information, value) if moves < _STANDING else None
        size = 1.0
        while size > 1e-10:
            tried = parameters + size * step
            new_value, new_gradient, new_information = _likelihood(tried, x, chosen, weights)
            if new_value > value or (is_near and np.isfinite(new_value)):
                break
            size /= 2
        else:
            # No uphill left within rounding: the top, if the expected gain is rounding too.
            return (parameters, information, value) if gain < 1e-8 else None
        parameters, value, gradient, information = tried, new_value, new_gradient, new_information
        last_gain = gain if is_near else np.inf
    return None


def _likelihood(parameters: Reals, x: Reals, chosen: NDArray[np.int64], weights: Reals) -> tuple[float, Reals, Reals]:
    """Log-likelihood, gradient and observed information in (θ, β); −∞ where thresholds do not rise.

    The rows are taken in blocks: what is computed of a block stays in the processor's cache, and memory does not grow.
    """
    value, gradient, information = 0.0, np.zeros(len(parameters)), np.zeros((len(parameters), len(parameters)))
    if (np.diff(parameters[: len(parameters) - x.shape[1]]) <= 0).any():
        return -np.inf, gradient, information
    for start in range(0, len(x), _BLOCK_ROWS):
        block = slice(start, start + _BLOCK_ROWS)
        part = _block_likelihood(parameters, x[block], chosen[block], weights[block])
        value, gradient, information = value + part[0], gradient + part[1], information + part[2]
    return value, gradient, information


def _block_likelihood(parameters: Reals, x: Reals, chosen: NDArray[np.int64], weights: Reals) -> tuple[float, Reals, Reals]:
    """The sums of some rows.

    A row at level j has probability F(u) − F(l), u = θ_j − xβ and l = θ_{j−1} − xβ, with ±∞ at the ends of the scale.
    """
    n_thresholds = len(parameters) - x.shape[1]
    thresholds, slopes = parameters[:n_thresholds], parameters[n_thresholds:]
    at = x @ slopes
    edges = np.concatenate([[-np.inf], thresholds, [np.inf]])
    upper, lower = edges[chosen + 1] - at, edges[chosen] - at
    # F(u) − F(l) in the lower tail, where the difference does not cancel: F(u) − F(l) = F(−l) − F(−u).
    flip = lower + upper > 0
    probability = np.where(flip, expit(-lower) - expit(-upper), expit(upper) - expit(lower))
    if (probability <= 0).any():
        return -np.inf, np.zeros(len(parameters)), np.zeros((len(parameters), len(parameters)))
    f_upper, f_lower = expit(upper) * expit(-upper), expit(lower) * expit(-lower)
    slope_upper, slope_lower = f_upper * (expit(-upper) - expit(upper)), f_lower * (expit(-lower) - expit(lower))
    # Derivatives of log probability by u and l.
    by_u, by_l = f_upper / probability, -f_lower / probability
    by_uu, by_ll = slope_upper / probability - by_u**2, -slope_lower / probability - by_l**2
    by_ul = -by_u * by_l
    # u and l are linear in (θ, β).
    of_u = np.concatenate([np.eye(n_thresholds + 1)[chosen][:, :n_thresholds], -x], axis=1)
    of_l = np.concatenate([np.eye(n_thresholds + 1)[chosen - 1][:, :n_thresholds] * (chosen > 0)[:, None], -x], axis=1)
    gradient = of_u.T @ (weights * by_u) + of_l.T @ (weights * by_l)
    cross = (of_u * (weights * by_ul)[:, None]).T @ of_l
    information = -((of_u * (weights * by_uu)[:, None]).T @ of_u + (of_l * (weights * by_ll)[:, None]).T @ of_l + cross + cross.T)
    return float(weights @ np.log(probability)), gradient, information
