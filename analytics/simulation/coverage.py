"""How often the interval of the pooled share holds the share among the period's visitors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from numpy.random import Generator

from analytics.intervals import steadied_effective_size, wilson_interval
from analytics.simulation.visitors import Pattern, Shape, draw_periods, list_form_kinds

CLAIM = 0.94
"""What is claimed of every situation. The intervals are called 95 %; discrete forms make exactly 95 unreachable."""

FRACTION = 0.02  # n/N of the grid: nearly the hardest, since whoever answered is no longer uncertain


@dataclass(frozen=True, slots=True)
class Situation:
    """n respondents of N visitors, the share, the correlation of two answers of one visitor, and how many answers they give."""

    n: int
    n_visitors: int
    share: float
    correlation: float
    pattern: Pattern
    shape: Shape = "beta"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of `runs` periods in a situation: how many intervals held the truth, lay below it, lay above it; and their mean width.

    `is_finite`: the interval used the finite population factor.
    """

    situation: Situation
    is_finite: bool
    runs: int
    covered: int
    too_low: int
    too_high: int
    mean_width: float

    @property
    def share(self) -> float:
        return self.covered / self.runs

    @property
    def error(self) -> float:
        """Monte Carlo standard error of `share`; that of the claim where every interval held, so that it is never 0."""
        share = min(self.share, 1 - 1 / self.runs)
        return sqrt(share * (1 - share) / self.runs)


def list_situations(pattern: Pattern = "full", shape: Shape = "beta") -> tuple[Situation, ...]:
    """The grid of a pattern of answers: n 30–1 000 × share 50–98 % × correlation 0.05–0.8.

    >>> grid = list_situations("gaps")
    >>> len(grid), grid[0]
    (100, Situation(n=30, n_visitors=1500, share=0.5, correlation=0.05, pattern='gaps', shape='beta'))
    """
    return tuple(
        Situation(n, round(n / FRACTION), share, correlation, pattern, shape)
        for n in (30, 50, 100, 300, 1000)
        for share in (0.5, 0.8, 0.9, 0.95, 0.98)
        for correlation in (0.05, 0.2, 0.5, 0.8)
    )


def list_fractions() -> tuple[Situation, ...]:
    """The share of visitors who answer from a hundredth to a half: n 30, 100 and 300, share 90 % and 98 %, correlation 0.4."""
    return tuple(
        Situation(n, round(n / fraction), share, 0.4, "gaps")
        for fraction in (0.01, 0.10, 0.25, 0.50)
        for n in (30, 100, 300)
        for share in (0.9, 0.98)
    )


def measure_coverage(situation: Situation, runs: int, rng: Generator, *, is_finite: bool = False) -> Coverage:
    """Simulate the situation and take the product's interval of each period.

    >>> import numpy as np
    >>> found = measure_coverage(list_situations()[0], 400, np.random.default_rng(1))
    >>> found.covered + found.too_low + found.too_high, found.share > 0.9
    (400, True)
    """
    kinds = list_form_kinds(situation.share, situation.correlation, situation.pattern, situation.shape)
    periods = draw_periods(kinds, situation.n, situation.n_visitors, runs, rng)
    size = steadied_effective_size(periods.respondents)
    if is_finite:
        size = size / (1 - situation.n / situation.n_visitors)  # as `compute_index` does when it is told the dossiers
    low, high = wilson_interval(periods.respondents.share(), size)
    too_low, too_high = int((high < periods.truth).sum()), int((low > periods.truth).sum())
    return Coverage(situation, is_finite, runs, runs - too_low - too_high, too_low, too_high, float((high - low).mean()))


def measure_all(situations: Iterable[Situation], runs: int, rng: Generator, *, is_finite: bool = False) -> list[Coverage]:
    """Every situation with random numbers of its own, so that none depends on which others are asked for."""
    chosen = list(situations)
    return [
        measure_coverage(situation, runs, own, is_finite=is_finite) for situation, own in zip(chosen, rng.spawn(len(chosen)), strict=True)
    ]


def falls_short(found: Coverage, claim: float = CLAIM, z: float = 4.0) -> bool:
    """Whether a coverage below the claim is more than chance: beyond `z` Monte Carlo errors (4: some 1 in 30 000)."""
    return found.share + z * found.error < claim
