"""A period's visitors with a known share, and those of them who answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import betaln, gammaln

from analytics.errors import SimulationError
from analytics.moments import Counts, Moments

Reals = NDArray[np.float64]

Pattern = Literal["full", "gaps", "even_spread", "short_and_long", "very_unequal"]
PATTERNS: tuple[Pattern, ...] = get_args(Pattern)

ANSWERS: Mapping[Pattern, Mapping[int, float]] = MappingProxyType(
    {
        "full": {21: 1.0},
        "gaps": {21: 0.50, 20: 0.20, 18: 0.15, 14: 0.10, 8: 0.05},
        "even_spread": dict.fromkeys((1, 5, 9, 13, 17, 21), 1 / 6),
        "short_and_long": {3: 0.5, 21: 0.5},
        "very_unequal": {1: 0.4, 6: 0.3, 21: 0.3},
    }
)
"""How many answers a visitor gives, with the chance of each number.

"full" and "gaps" are a desk that asks 21 criteria; the others mix forms of very different length in one cell, ever more so.
"""

Shape = Literal["beta", "all_alike"]
SHAPES: tuple[Shape, ...] = get_args(Shape)

_BLOCK = 1 << 21  # counts drawn at a time: 16 MB


@dataclass(frozen=True, slots=True, eq=False)
class FormKinds:
    """Every form a visitor may hand in – `satisfied` of `answers` – and its chance; each [T]."""

    satisfied: Counts
    answers: Counts
    chance: Reals

    @property
    def share(self) -> float:
        """The pooled share of endlessly many visitors."""
        return float(self.chance @ self.satisfied / (self.chance @ self.answers))


def list_form_kinds(share: float, correlation: float, pattern: Pattern, shape: Shape = "beta") -> FormKinds:
    """The forms of visitors whose answers are satisfied with chance `share`, any two of one visitor correlated by `correlation`.

    "beta": each visitor has a chance of their own, from a beta distribution. "all_alike": with chance `correlation` a visitor
    gives one answer to everything, else every answer stands alone. The number of answers does not depend on them.
    Raises SimulationError where share or correlation is not between 0 and 1, both excluded.

    >>> kinds = list_form_kinds(0.9, 0.4, "short_and_long")
    >>> len(kinds.chance), round(kinds.share, 12), round(float(kinds.chance.sum()), 12)
    (26, 0.9, 1.0)
    """
    if not (0 < share < 1 and 0 < correlation < 1):
        raise SimulationError(f"Share and correlation lie between 0 and 1, not {share} and {correlation}; write 0.9 for 90 %.")
    parts = [(_satisfied_chances(m, share, correlation, shape) * weight, m) for m, weight in ANSWERS[pattern].items()]
    chance = np.concatenate([part for part, _ in parts])
    return FormKinds(
        satisfied=np.concatenate([np.arange(m + 1) for _, m in parts]),
        answers=np.concatenate([np.full(m + 1, m) for _, m in parts]),
        chance=chance / chance.sum(),  # sums to 1 but for rounding, on which the draw insists
    )


def _satisfied_chances(m: int, share: float, correlation: float, shape: Shape) -> Reals:
    """The chance of 0 … m satisfied of m answers, [m + 1]."""
    x = np.arange(m + 1)
    ways = gammaln(m + 1) - gammaln(x + 1) - gammaln(m - x + 1)
    if shape == "beta":
        size = (1 - correlation) / correlation
        a, b = share * size, (1 - share) * size
        return np.asarray(np.exp(ways + betaln(x + a, m - x + b) - betaln(a, b)))
    alone = np.exp(ways + x * np.log(share) + (m - x) * np.log1p(-share))
    together = np.where(x == m, share, 0.0) + np.where(x == 0, 1 - share, 0.0)
    return np.asarray(correlation * together + (1 - correlation) * alone)


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """Simulated periods: the moments of those who answered, and the sums over all visitors; each [runs]."""

    respondents: Moments
    satisfied: Counts
    answers: Counts

    @property
    def truth(self) -> Reals:
        """The share among the period's visitors, had all of them answered."""
        return np.asarray(self.satisfied / self.answers)


def draw_periods(kinds: FormKinds, n: int, n_visitors: int, runs: int, rng: Generator) -> Periods:
    """Periods of `n_visitors` people of whom `n`, chosen at random, answered.

    Visitors are independent draws from `kinds`; then those who answered and the others are independent of each other too,
    so both are drawn as counts of forms: exact, and no dearer for a thousand people than for thirty. Raises
    SimulationError for n < 1, fewer visitors than respondents, or no run.

    >>> periods = draw_periods(list_form_kinds(0.9, 0.4, "full"), 30, 300, 5, np.random.default_rng(1))
    >>> periods.respondents.n.tolist(), periods.answers.tolist()
    ([30, 30, 30, 30, 30], [6300, 6300, 6300, 6300, 6300])
    """
    if not 1 <= n <= n_visitors or runs < 1:
        raise SimulationError(f"{n} respondents of {n_visitors} visitors in {runs} runs: each is at least 1, respondents at most visitors.")
    x, m = kinds.satisfied, kinds.answers
    own_table = np.stack([x, m, x * x, x * m, m * m], axis=1)
    own, others = [], []
    step = max(1, _BLOCK // len(kinds.chance))
    for start in range(0, runs, step):
        size = min(step, runs - start)
        own.append(rng.multinomial(n, kinds.chance, size=size) @ own_table)
        others.append(rng.multinomial(n_visitors - n, kinds.chance, size=size) @ own_table[:, :2])
    sums, rest = np.concatenate(own), np.concatenate(others)
    moments = Moments(np.full(runs, n), *(np.ascontiguousarray(column) for column in sums.T))
    return Periods(moments, sums[:, 0] + rest[:, 0], sums[:, 1] + rest[:, 1])
