"""What comes on top of chance: days, counters, and those who stay silent. None of it is in an interval, and here is how much it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from analytics.intervals import pooled_interval
from analytics.moments import Moments
from analytics.simulation.visitors import ANSWERS

Reals = NDArray[np.float64]

_BLOCK_PEOPLE = 1 << 19


@dataclass(frozen=True, slots=True)
class Circumstance:
    """How answers come about at an office of `share` satisfied answers in the long run.

    Every visitor has a leaning of their own (`person_sd`), every day one for all (`day_sd`), every counter too: standard
    deviations on the normal scale on which Φ gives the chance of a satisfied answer; a person's of 1 makes two answers
    correlate about as much as the demonstration's. Of `n_days` days and `n_counters` counters only `days_asked` and `counters_asked`
    collect, from each visitor with chance `rate` – of the unhappy (fewer than half of their answers satisfied) `unhappy_rate` times
    that. `is_long_run`: the interval is held against the office's long run instead of the period's visitors.
    """

    share: float = 0.9
    person_sd: float = 1.0
    day_sd: float = 0.0
    counter_sd: float = 0.0
    n_days: int = 22
    n_counters: int = 3
    days_asked: int = 22
    counters_asked: int = 3
    visitors_each: int = 30  # a day and counter
    rate: float = 1 / 12  # some 165 respondents, few enough of all that the finite population hides nothing
    unhappy_rate: float = 1.0
    is_long_run: bool = False


CIRCUMSTANCES: Mapping[str, Circumstance] = MappingProxyType(
    {
        "nothing": Circumstance(),
        "days": Circumstance(day_sd=0.2),
        "days_and_counters": Circumstance(day_sd=0.2, counter_sd=0.2),
        "long_run": Circumstance(day_sd=0.2, counter_sd=0.2, is_long_run=True),
        "five_days_of_22": Circumstance(day_sd=0.2, days_asked=5, rate=1 / 3),
        "one_counter_of_3": Circumstance(counter_sd=0.2, counters_asked=1, rate=1 / 4),
        "unhappy_three_quarters": Circumstance(unhappy_rate=0.75),
        "unhappy_half": Circumstance(unhappy_rate=0.5),
        "unhappy_twice": Circumstance(unhappy_rate=2.0),
    }
)
"""Chosen to be ordinary, not to be survived: a day effect of 0.2 moves a 90 % office by some 2.5 points from day to day."""


@dataclass(frozen=True, slots=True)
class UnderCircumstance:
    """Of `runs` periods: how many intervals held the truth, the mean respondents, and estimate − truth on average (`bias`)."""

    name: str
    circumstance: Circumstance
    runs: int
    covered: int
    mean_n: float
    mean_truth: float
    bias: float
    mean_width: float

    @property
    def share(self) -> float:
        return self.covered / self.runs


def measure_circumstance(name: str, runs: int, rng: Generator) -> UnderCircumstance:
    """Simulate `CIRCUMSTANCES[name]`; periods in which fewer than two people answered count as not covered.

    >>> measure_circumstance("nothing", 50, np.random.default_rng(1)).runs
    50
    """
    circumstance = CIRCUMSTANCES[name]
    people = circumstance.n_days * circumstance.n_counters * circumstance.visitors_each
    step = max(1, _BLOCK_PEOPLE // people)
    parts = [_draw(circumstance, min(step, runs - start), rng) for start in range(0, runs, step)]
    share, low, high, truth, n = (np.concatenate(column) for column in zip(*parts, strict=True))
    return UnderCircumstance(
        name,
        circumstance,
        runs,
        covered=int(((low <= truth) & (truth <= high)).sum()),
        mean_n=float(n.mean()),
        mean_truth=float(truth.mean()),
        bias=float(np.nanmean(share - truth)),
        mean_width=float(np.nanmean(high - low)),
    )


def _draw(c: Circumstance, runs: int, rng: Generator) -> tuple[Reals, Reals, Reals, Reals, Reals]:
    """Share, interval, truth and respondents of `runs` periods; people stand as [runs, days, counters, visitors]."""
    shape = (runs, c.n_days, c.n_counters, c.visitors_each)
    # Φ(mean / √(1 + all variances)) is the share over everybody, so this mean makes it `share` whatever the effects.
    mean = ndtri(c.share) * sqrt(1 + c.person_sd**2 + c.day_sd**2 + c.counter_sd**2)
    leaning = (
        mean
        + c.person_sd * rng.standard_normal(shape)
        + c.day_sd * rng.standard_normal((runs, c.n_days, 1, 1))
        + c.counter_sd * rng.standard_normal((runs, 1, c.n_counters, 1))
    )
    numbers = ANSWERS["gaps"]
    m = rng.choice(np.array(list(numbers)), p=list(numbers.values()), size=shape)
    x = rng.binomial(m, ndtr(leaning))
    rate = np.where(2 * x < m, c.rate * c.unhappy_rate, c.rate)
    answers = rng.random(shape) < rate
    answers[:, c.days_asked :] = False  # days and counters are alike beforehand, so the first will do
    answers[:, :, c.counters_asked :] = False
    everybody = (1, 2, 3)
    own_x, own_m = x * answers, m * answers
    moments = Moments(*(np.asarray(part.sum(axis=everybody)) for part in (answers, own_x, own_m, own_x**2, own_x * own_m, own_m**2)))
    low, high = pooled_interval(moments)
    truth = np.full(runs, c.share) if c.is_long_run else x.sum(axis=everybody) / m.sum(axis=everybody)
    return moments.share(), low, high, truth, moments.n.astype(np.float64)
