"""What drives the overall satisfaction: the factors' importance, and where to act first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from analytics.design import Design
from analytics.errors import DriverError
from analytics.ordered_logit import NoFit, OrderedLogit, fit_ordered_logit
from analytics.reliability import Alpha, factor_alphas, rated_levels
from analytics.response_table import Sheets
from analytics.tally import tally_answers

Reals = NDArray[np.float64]
MOST_FACTORS: Final = 12  # 2^12 regressions

# Why there are no shares: too few complete sheets, overall answers that never differ, or that differ with no factor.
NoImportance = Literal["no_rows", "constant_overall", "unrelated"]
Quadrant = Literal["act_first", "keep_up", "low_priority", "beyond_need"]


@dataclass(frozen=True, slots=True)
class Importance:
    """Shares of R²: `shares` are 0–1 and add up to 1, `contributions` to R². `why_not` names why there are none."""

    r2: float | None
    shares: Mapping[str, float] | None
    contributions: Mapping[str, float] | None
    why_not: NoImportance | None


@dataclass(frozen=True, slots=True)
class DriverReport:
    """Drivers of the overall question. `n` of `n_sheets` sheets had everything needed; `left_out` factors nobody rated.

    `performance` is each factor's share of satisfied answers, over all sheets.
    """

    instrument: str
    n_sheets: int
    n: int
    factors: tuple[str, ...]
    left_out: tuple[str, ...]
    constant: tuple[str, ...]
    alpha: Mapping[str, Alpha]
    importance: Importance
    ordered_logit: OrderedLogit | NoFit
    performance: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists, numbers and None; a figure that is None has its reason in `why_not`."""
        logit = self.ordered_logit
        found: dict[str, Any] | None = None
        if isinstance(logit, OrderedLogit):
            values = zip(self.fitted, logit.coefficients.tolist(), logit.standard_errors.tolist(), strict=True)
            coefficients: dict[str, dict[str, float] | None] = dict.fromkeys(self.factors)
            coefficients |= {code: {"estimate": estimate, "se": se} for code, estimate, se in values}
            found = {
                "coefficients": coefficients,
                "thresholds": logit.thresholds.tolist(),
                "levels": list(logit.levels),
                "log_likelihood": logit.log_likelihood,
            }
        return {
            "instrument": self.instrument,
            "n_sheets": self.n_sheets,
            "n": self.n,
            "left_out": list(self.left_out),
            "constant": list(self.constant),
            "alpha": {
                code: {"pairwise": each.pairwise, "listwise": each.listwise, "n_items": each.n_items, "n_listwise": each.n_listwise}
                for code, each in self.alpha.items()
            },
            "shapley": None if self.importance.shares is None else dict(self.importance.shares),
            "shapley_r2": None if self.importance.contributions is None else dict(self.importance.contributions),
            "r2": self.importance.r2,
            "performance": dict(self.performance),
            "quadrants": self.quadrants,
            "ordered_logit": found,
            "why_not": {
                "shapley": self.importance.why_not,
                "ordered_logit": None if isinstance(logit, OrderedLogit) else logit,
            },
        }

    @property
    def quadrants(self) -> dict[str, Quadrant]:
        """Where to act first; empty where there is no importance."""
        return quadrants(self.importance.shares or {}, self.performance)

    @property
    def fitted(self) -> tuple[str, ...]:
        """The factors in the ordered logit: those that vary."""
        return tuple(code for code in self.factors if code not in self.constant)


def find_drivers(design: Design, sheets: Sheets) -> DriverReport:
    """Alpha of every factor, and the importance of the factors for the overall question.

    Predictors are factor means: the mean level of the criteria a sheet rated in the factor. A sheet without the overall
    answer or without one rating in a factor is dropped listwise; a factor that nobody of the file rated is left out
    (it was not asked here). A factor that never varies has share 0 and no coefficient. Raises DriverError for more than
    MOST_FACTORS factors.
    """
    means = factor_means(design, sheets.answers)
    overall = rated_levels(design, sheets.overall)
    rated: NDArray[np.bool_] = np.asarray(~np.isnan(means).all(axis=0))
    factors = tuple(code for code, has in zip(design.factor_codes, rated, strict=True) if has)
    means = means[:, rated]
    complete = ~np.isnan(means).any(axis=1) & ~np.isnan(overall)
    x, y = means[complete], overall[complete]
    varies = np.ptp(x, axis=0) > 1e-12 if len(x) else np.zeros(len(factors), dtype=np.bool_)
    constant = tuple(code for code, does in zip(factors, varies.tolist(), strict=True) if not does)
    return DriverReport(
        instrument=design.instrument_id,
        n_sheets=len(sheets.answers),
        n=len(x),
        factors=factors,
        left_out=tuple(code for code in design.factor_codes if code not in factors),
        constant=constant,
        alpha=factor_alphas(design, sheets.answers),
        importance=shapley_shares(x, y, factors),
        ordered_logit=fit_ordered_logit(x[:, varies], y),
        performance=_performance(design, sheets.answers),
    )


def _performance(design: Design, answers: NDArray[np.uint8]) -> dict[str, float]:
    """The pooled share of satisfied answers of every factor that somebody rated, over all sheets."""
    moments = tally_answers(design, answers, {}).factor_moments()
    shares = zip(design.factor_codes, moments.share()[0].tolist(), strict=True)
    return {code: share for code, share in shares if share == share}  # NaN where nobody answered


def factor_means(design: Design, answers: NDArray[np.uint8]) -> Reals:
    """The mean level of the criteria that a sheet rated in each factor, [N, F]; NaN where it rated none."""
    means = np.full((len(answers), design.n_factors), np.nan)
    for factor in range(design.n_factors):
        n, total = np.zeros(len(answers)), np.zeros(len(answers))
        for column in np.flatnonzero(design.factor_of == factor).tolist():  # one at a time: the sheets are long
            levels = rated_levels(design, answers[:, column])
            n += ~np.isnan(levels)
            total += np.nan_to_num(levels, nan=0.0)
        np.divide(total, n, out=means[:, factor], where=n > 0)
    return means


def shapley_shares(predictors: Reals, outcomes: Reals, names: Sequence[str]) -> Importance:
    """How much of R² each predictor earns, averaged over all orders of entering: Shapley, in regression called LMG.

    N complete rows, predictors [N, P], linear regression with an intercept; R² of all 2^P subsets from the correlation
    matrix (Lindeman, Merenda, Gold 1980; U. Grömping, J. Stat. Software 17, 2006: `relaimpo::calc.relimp(type =
    "lmg")`; its default prints the contributions, `rela = TRUE` the shares). A constant predictor earns 0; of
    predictors that determine one another each earns its part. Nothing is defined without rows or when the outcomes
    never differ; when no predictor does (or R² is 0), R² is 0 and has no shares. Raises DriverError for more than
    MOST_FACTORS predictors.

    >>> x = np.array([[1.0, 4.0], [2.0, 4.0], [3.0, 4.0], [4.0, 4.0]])
    >>> found = shapley_shares(x, np.array([1.0, 3.0, 2.0, 4.0]), ["1", "2"])
    >>> round(found.r2, 9), {name: round(share, 9) for name, share in found.shares.items()}
    (0.64, {'1': 1.0, '2': 0.0})
    """
    p = len(names)
    if p > MOST_FACTORS:
        raise DriverError(f"Importance takes at most {MOST_FACTORS} factors (all subsets of them are fitted), not {p}.")
    if len(outcomes) < 2:
        return Importance(None, None, None, "no_rows")
    if np.ptp(outcomes) == 0:
        return Importance(None, None, None, "constant_overall")
    centred = predictors - predictors.mean(axis=0)
    spread = np.sqrt((centred * centred).sum(axis=0))
    varies = spread > 1e-12 * np.sqrt(len(outcomes)) * np.maximum(np.abs(predictors).max(axis=0, initial=0.0), 1.0)
    if not varies.any():
        return Importance(0.0, None, dict.fromkeys(names, 0.0), "unrelated")
    z = centred[:, varies] / spread[varies]
    y = outcomes - outcomes.mean()
    y = y / np.sqrt(y @ y)
    earned = _average_gain(_r2_of_subsets(z.T @ z, z.T @ y))
    contributions = np.zeros(p)
    contributions[varies] = earned
    r2 = float(earned.sum())
    shares = None if r2 <= 1e-15 else dict(zip(names, (contributions / r2).tolist(), strict=True))
    return Importance(r2, shares, dict(zip(names, contributions.tolist(), strict=True)), None if shares else "unrelated")


def _r2_of_subsets(among: Reals, with_outcome: Reals) -> Reals:
    """R² of every subset, [2^P]; bit j of the place says whether predictor j is in."""
    p = len(with_outcome)
    found = np.zeros(1 << p)
    for subset in range(1, 1 << p):
        inside = [j for j in range(p) if subset >> j & 1]
        r = with_outcome[inside]
        # The pseudo-inverse takes predictors that determine one another for what they are: one, not none.
        found[subset] = r @ np.linalg.pinv(among[np.ix_(inside, inside)], rcond=1e-11, hermitian=True) @ r
    return found


def _average_gain(r2: Reals) -> Reals:
    """Each predictor's gain in R², averaged over the orders: a subset of s before it has weight 1/(P·C(P − 1, s))."""
    p = len(r2).bit_length() - 1
    sizes = np.array([subset.bit_count() for subset in range(1 << p)])
    weights = np.array([1 / (p * comb(p - 1, size)) if size < p else 0.0 for size in sizes.tolist()])
    subsets = np.arange(1 << p)
    gains = []
    for j in range(p):
        without = subsets[(subsets >> j & 1) == 0]
        gains.append(float((weights[without] * (r2[without | 1 << j] - r2[without])).sum()))
    return np.array(gains)


def quadrants(importance: Mapping[str, float], performance: Mapping[str, float]) -> dict[str, Quadrant]:
    """Importance against performance (J. A. Martilla, J. C. James, Journal of Marketing 41, 1977), cut at the two means.

    Above or at the mean counts as high. "act_first": important and poor; "keep_up": important and good; "low_priority":
    neither; "beyond_need": good, of little importance. Only factors in both mappings; none gives none.

    >>> quadrants({"1": 0.5, "2": 0.3, "3": 0.2}, {"1": 0.80, "2": 0.95, "3": 0.95})
    {'1': 'act_first', '2': 'beyond_need', '3': 'beyond_need'}
    """
    both = [code for code in importance if code in performance]
    if not both:
        return {}
    middle = sum(importance[code] for code in both) / len(both)
    fair = sum(performance[code] for code in both) / len(both)
    kinds: dict[tuple[bool, bool], Quadrant] = {
        (True, False): "act_first", (True, True): "keep_up", (False, False): "low_priority", (False, True): "beyond_need",
    }  # fmt: skip
    # Equal values must not fall to different sides of their own mean by a rounding.
    return {code: kinds[importance[code] >= middle - 1e-12, performance[code] >= fair - 1e-12] for code in both}
