"""Rank intervals hold the true rank; bare ranks mostly do not."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.simulation.ranks import LEAGUES, SPREADS, League, Spread, measure_ranks
from analytics.simulation.study import study_ranks


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_units_rank_interval_holds_at_least_95_times_in_100(spread: Spread, seed: int) -> None:
    runs = 200
    found = measure_ranks(League(10, spread), runs, np.random.default_rng(seed))
    assert found.worst_share > 0.95 - 4 * np.sqrt(0.95 * 0.05 / runs)
    assert found.point_correct / (runs * 10) < found.share, "a bare rank is right less often than its interval"


def test_units_that_differ_clearly_get_narrow_intervals() -> None:
    equal, even = (measure_ranks(League(10, spread, correlation=0.1), 50, np.random.default_rng(1)) for spread in ("equal", "even"))
    assert even.mean_width < equal.mean_width
    assert equal.mean_width > 9


@pytest.mark.parametrize("league", [league for league in LEAGUES if league.n_units >= 30])
def test_size_and_share_of_a_unit_do_not_go_together(league: League) -> None:
    assert abs(np.corrcoef(league.sizes(), np.arange(league.n_units))[0, 1]) < 0.2


def test_every_league_is_studied() -> None:
    assert [found.league for found in study_ranks(2, np.random.default_rng(1))] == list(LEAGUES)
