"""How often a rank interval holds the unit's true rank, and how wide it is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

import numpy as np
from numpy.random import Generator

from analytics.mean_shares import ShareMoments, steady
from analytics.moments import Counts, Moments
from analytics.ranking import rank_units
from analytics.simulation.coverage import FRACTION
from analytics.simulation.visitors import draw_periods, list_form_kinds
from analytics.targets import N_MIN

Spread = Literal["equal", "even", "two_groups"]
SPREADS: tuple[Spread, ...] = get_args(Spread)


@dataclass(frozen=True, slots=True)
class League:
    """Units ranked against each other; `spread` tells how their shares lie in the long run.

    "equal": all at 90 %. "even": from 80 to 98 %. "two_groups": half at 85 %, half at 95 %. Respondents go round 30, 60, 120 and
    240, so that a small unit stands beside a large one.
    """

    n_units: int
    spread: Spread
    correlation: float = 0.4

    def shares(self) -> list[float]:
        """The long-run share of each unit."""
        k = self.n_units
        match self.spread:
            case "equal":
                return [0.9] * k
            case "even":
                return [float(share) for share in np.linspace(0.80, 0.98, k)]
            case "two_groups":
                return [0.85 if unit < k // 2 else 0.95 for unit in range(k)]

    def sizes(self) -> list[int]:
        """Respondents of each unit; the step past each four keeps size and share from going together in long leagues."""
        return [(30, 60, 120, 240)[(unit + unit // 4) % 4] for unit in range(self.n_units)]


LEAGUES = tuple(League(n_units, spread) for spread in SPREADS for n_units in (10, 30, 100))


@dataclass(frozen=True, slots=True)
class RankCoverage:
    """Over `runs` leagues: intervals that held the true rank, per unit on average and of the unit for which it was rarest.

    `all_covered`: leagues in which every unit's interval held – more than is promised, which is 95 % for each unit. `point_correct`:
    units whose printed rank was the true one. Widths count ranks: 1 is a single place.
    """

    league: League
    runs: int
    covered: int
    covered_of_worst: int
    all_covered: int
    point_correct: int
    mean_width: float

    @property
    def share(self) -> float:
        return self.covered / (self.runs * self.league.n_units)

    @property
    def worst_share(self) -> float:
        return self.covered_of_worst / self.runs


def measure_ranks(league: League, runs: int, rng: Generator) -> RankCoverage:
    """Simulate a league and rank its units as the product does.

    The truth is the rank by the share among each unit's visitors of the period, ties sharing the better one.

    >>> found = measure_ranks(League(5, "even"), 20, np.random.default_rng(1))
    >>> found.runs, found.covered <= 100, found.mean_width <= 5
    (20, True, True)
    """
    drawn = [
        draw_periods(list_form_kinds(share, league.correlation, "gaps"), n, round(n / FRACTION), runs, own)
        for share, n, own in zip(league.shares(), league.sizes(), rng.spawn(league.n_units), strict=True)
    ]
    x = np.stack([periods.respondents.x for periods in drawn], axis=1)
    m = np.stack([periods.respondents.m for periods in drawn], axis=1)
    variances = np.stack([steady(_as_one_share(periods.respondents)).variance for periods in drawn], axis=1)
    truth = np.stack([periods.truth for periods in drawn], axis=1)
    true_rank = 1 + (truth[:, None, :] > truth[:, :, None]).sum(axis=2)
    covered = np.zeros((runs, league.n_units), dtype=np.bool_)
    n_correct = width = 0
    for run in range(runs):
        shares = [Fraction(a, b) for a, b in zip(x[run].tolist(), m[run].tolist(), strict=True)]
        ranks = rank_units(shares, variances[run].tolist(), league.sizes(), n_min=N_MIN)
        for unit, (rank, true) in enumerate(zip(ranks, true_rank[run].tolist(), strict=True)):
            if rank is not None:
                covered[run, unit] = rank.low <= true <= rank.high
                n_correct += rank.rank == true
                width += rank.high - rank.low + 1
    return RankCoverage(
        league,
        runs,
        covered=int(covered.sum()),
        covered_of_worst=int(covered.sum(axis=0).min()),
        all_covered=int(covered.all(axis=1).sum()),
        point_correct=n_correct,
        mean_width=width / (runs * league.n_units),
    )


def _as_one_share(moments: Moments) -> ShareMoments:
    sums: list[Counts] = [moments.xx, moments.xm, moments.mm]
    return ShareMoments(moments.n, moments.x[:, None], moments.m[:, None], *(part[:, None, None] for part in sums))
