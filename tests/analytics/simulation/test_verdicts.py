"""A clear verdict is rarely on the wrong side; the bare point figure often is, near the target."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest

from analytics.simulation.verdicts import Office, Verdicts, list_offices, measure_verdicts

AT_MOST = 0.025
"""One side of a 95 % interval."""


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("n", [30, 100, 300])
def test_a_unit_at_its_target_is_rarely_called_clearly_the_opposite(n: int, seed: int) -> None:
    found = measure_verdicts(Office(Fraction(9, 10), Fraction(0), n), 2_000, np.random.default_rng(seed))
    for wrong, among in ((found.wrongly_praised, found.n_missed), (found.wrongly_blamed, found.n_met)):
        assert wrong / among < AT_MOST + 4 * sqrt(AT_MOST / among), found
    assert found.wrong_point > 10 * (found.wrongly_praised + found.wrongly_blamed), "without its margin the figure errs many times as often"


def test_a_unit_far_below_is_never_praised_and_mostly_found_out() -> None:
    found = measure_verdicts(Office(Fraction(9, 10), Fraction(-5, 100), 300), 500, np.random.default_rng(1))
    assert (found.n_missed, found.wrongly_praised) == (500, 0)
    assert found.decided > 450


def test_few_respondents_give_no_verdict_at_all() -> None:
    found = measure_verdicts(Office(Fraction(9, 10), Fraction(0), 29), 100, np.random.default_rng(1))
    assert found.truly_met.get("insufficient", 0) + found.truly_missed.get("insufficient", 0) == 100
    assert found.decided == found.wrong_point == 0


def test_verdicts_are_counted_on_the_side_of_the_truth() -> None:
    office = list_offices()[0]
    found = Verdicts(
        office, 10, {"met_clearly": 1, "missed_within": 2, "missed_clearly": 3}, {"met_clearly": 2, "met_within": 1, "missed_clearly": 1}
    )
    assert (found.n_met, found.n_missed, found.wrongly_praised, found.wrongly_blamed) == (6, 4, 2, 3)
    assert (found.wrong_point, found.decided) == (8, 7)
