"""What drives the overall satisfaction: the factors' importance, and where to act first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from analytics.design import Design
from analytics.importance import Importance, shapley_shares
from analytics.ordered_logit import NoFit, OrderedLogit, fit_ordered_logit
from analytics.reliability import Alpha, alphas_of
from analytics.response_table import Sheets
from analytics.sheet_counts import SheetCounts, count_sheets

Quadrant = Literal["act_first", "keep_up", "low_priority", "beyond_need"]


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
    """`report_drivers` of sheets as they are read from a file."""
    return report_drivers(count_sheets(design, sheets.answers, sheets.overall))


def report_drivers(counts: SheetCounts) -> DriverReport:
    """Alpha of every factor, and the importance of the factors for the overall question.

    Predictors are factor means: the mean level of the criteria a sheet rated in the factor. A sheet without the overall
    answer or without one rating in a factor is dropped listwise; a factor that nobody of the file rated is left out
    (it was not asked here). A factor that never varies has share 0 and no coefficient. Raises DriverError for more than
    MOST_FACTORS factors.
    """
    design = counts.design
    means, overall = counts.factor_means(), counts.overall_levels()
    rated: NDArray[np.bool_] = np.asarray(~np.isnan(means).all(axis=0))
    factors = tuple(code for code, has in zip(design.factor_codes, rated, strict=True) if has)
    means = means[:, rated]
    complete = ~np.isnan(means).any(axis=1) & ~np.isnan(overall)
    x, y, times = means[complete], overall[complete], counts.across.counts[complete]
    varies = np.ptp(x, axis=0) > 1e-12 if len(x) else np.zeros(len(factors), dtype=np.bool_)
    constant = tuple(code for code, does in zip(factors, varies.tolist(), strict=True) if not does)
    return DriverReport(
        instrument=design.instrument_id,
        n_sheets=counts.n_sheets,
        n=int(times.sum()),
        factors=factors,
        left_out=tuple(code for code in design.factor_codes if code not in factors),
        constant=constant,
        alpha=alphas_of(counts),
        importance=shapley_shares(x, y, factors, times),
        ordered_logit=fit_ordered_logit(x[:, varies], y, times),
        performance=counts.performance(),
    )


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
