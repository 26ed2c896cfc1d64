"""How often Wilson's interval of a single criterion holds the share among the period's visitors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from analytics.intervals import wilson_interval
from analytics.simulation.coverage import FRACTION
from analytics.simulation.visitors import FormKinds, draw_periods


@dataclass(frozen=True, slots=True)
class CriterionCoverage:
    """Of `runs` periods in which n of N visitors rated the criterion: how many intervals held the truth, and their mean width."""

    n: int
    n_visitors: int
    true_share: float
    runs: int
    covered: int
    mean_width: float

    @property
    def share(self) -> float:
        return self.covered / self.runs


def measure_criterion(n: int, n_visitors: int, share: float, runs: int, rng: Generator) -> CriterionCoverage:
    """One answer a visitor, satisfied with chance `share`.

    >>> measure_criterion(30, 1_500, 0.9, 100, np.random.default_rng(1)).share > 0.85
    True
    """
    answers = FormKinds(np.array([0, 1]), np.array([1, 1]), np.array([1 - share, share]))
    periods = draw_periods(answers, n, n_visitors, runs, rng)
    low, high = wilson_interval(periods.respondents.share(), periods.respondents.m)
    covered = int(((low <= periods.truth) & (periods.truth <= high)).sum())
    return CriterionCoverage(n, n_visitors, share, runs, covered, float((high - low).mean()))


def measure_criteria(runs: int, rng: Generator) -> list[CriterionCoverage]:
    """n 30–1 000 × share 50–98 %, the grid of the pooled share, with 2 % of the visitors answering and with next to none.

    With next to none the truth is the same in every run, and the jumps of the binomial show: Wilson's interval holds more often at
    one share and less often at its neighbour. A truth that differs a little from period to period evens them out.
    """
    places = [
        (n, n_visitors, share)
        for n_visitors_each in (round(1 / FRACTION), 1_000_000)
        for n, n_visitors in ((n, n * n_visitors_each) for n in (30, 50, 100, 300, 1000))
        for share in (0.5, 0.8, 0.9, 0.95, 0.98)
    ]
    return [
        measure_criterion(n, n_visitors, share, runs, own)
        for (n, n_visitors, share), own in zip(places, rng.spawn(len(places)), strict=True)
    ]
