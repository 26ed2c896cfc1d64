"""Ranks: ties shared, intervals by Holm's steps, and an order no input can break."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.index_report import Question, compute_report
from analytics.ranking import Rank, rank_units
from tests.analytics.sheets import design_of, tally_of

Sheet = list[int | str | None]
HAPPY: Sheet = [5]
SAD: Sheet = [1]

units = st.lists(st.tuples(st.integers(0, 20), st.floats(0, 0.01), st.integers(0, 60)), max_size=12)


def slow_ranks(shares: list[Fraction], variances: list[float], confidence: float) -> list[Rank]:
    """Holm one by one, as it is told in words."""
    from scipy.stats import norm

    ranks = []
    for i, share in enumerate(shares):
        others = [j for j in range(len(shares)) if j != i]

        def p_value(j: int, share: Fraction = share, i: int = i) -> float:
            difference, error = float(shares[j] - share), sqrt(variances[i] + variances[j])
            return 1.0 if difference == 0 else 0.0 if error == 0 else 2 * float(norm.sf(abs(difference) / error))

        better = worse = 0
        for step, j in enumerate(sorted(others, key=p_value)):
            if p_value(j) > (1 - confidence) / (len(others) - step):
                break
            better += shares[j] > share
            worse += shares[j] < share
        ranks.append(Rank(1 + sum(other > share for other in shares), 1 + better, len(shares) - worse))
    return ranks


@settings(deadline=None)
@given(drawn=units)
def test_ranks_and_intervals_equal_holm_step_by_step(drawn: list[tuple[int, float, int]]) -> None:
    shares, variances, n = [Fraction(x, 20) for x, _, _ in drawn], [v for _, v, _ in drawn], [k for _, _, k in drawn]
    found = rank_units(shares, variances, n, n_min=30)
    assert [rank is None for rank in found] == [k < 30 for k in n]
    chosen = [i for i, k in enumerate(n) if k >= 30]
    assert [rank for rank in found if rank is not None] == slow_ranks([shares[i] for i in chosen], [variances[i] for i in chosen], 0.95)


@settings(deadline=None)
@given(drawn=units)
def test_a_rank_lies_in_its_interval_and_the_order_of_units_does_not_matter(drawn: list[tuple[int, float, int]]) -> None:
    shares, variances, n = [Fraction(x, 20) for x, _, _ in drawn], [v for _, v, _ in drawn], [k for _, _, k in drawn]
    found = rank_units(shares, variances, n, n_min=0)
    for rank in found:
        assert rank is not None
        assert 1 <= rank.low <= rank.rank <= rank.high <= len(drawn)
    assert rank_units(shares[::-1], variances[::-1], n[::-1], n_min=0) == found[::-1]


def test_a_difference_without_a_variance_is_not_significant() -> None:
    assert rank_units([Fraction(1), Fraction(0)], [float("nan"), 0.001], [50, 50], n_min=30) == [Rank(1, 1, 2), Rank(2, 1, 2)]


def test_thirty_happy_respondents_are_not_certain_to_be_first() -> None:
    sheets = [HAPPY] * 30 + [HAPPY] * 29 + [SAD] + [SAD] * 40 + [HAPPY] * 5
    tally = tally_of(design_of(1), sheets, {"unit": ["a"] * 30 + ["b"] * 30 + ["c"] * 40 + ["d"] * 5})
    whole, a, b, c, d = compute_report(tally, ("unit",), Question(ranks_units=True)).cells
    assert (whole.rank, d.rank, d.rank_low) == (None, None, None), "too few forms are listed, not ranked"
    assert [(cell.rank, cell.rank_low, cell.rank_high) for cell in (a, b, c)] == [(1, 1, 2), (2, 1, 2), (3, 3, 3)]


def test_units_are_ranked_within_each_field() -> None:
    sheets = [HAPPY] * 40 + [SAD] * 40 + [SAD] * 40 + [HAPPY] * 40
    cells = {"unit": ["a"] * 40 + ["b"] * 40 + ["a"] * 40 + ["b"] * 40, "field": ["f"] * 80 + ["g"] * 80}
    report = compute_report(tally_of(design_of(1), sheets, cells), ("unit", "field"), Question(ranks_units=True))
    assert {(cell.unit, cell.field): cell.rank for cell in report.cells[1:]} == {("a", "f"): 1, ("b", "f"): 2, ("a", "g"): 2, ("b", "g"): 1}


def test_a_ministry_of_units_is_ranked_without_all_pairs_in_memory() -> None:
    n = 3300
    shares = [Fraction(700 + 300 * i // n, 1000) for i in range(n)]
    found = rank_units(shares, np.full(n, 1e-4).tolist(), [100] * n, n_min=30)
    best, worst = found[-1], found[0]
    assert best is not None
    assert worst is not None
    assert best.rank == best.low == 1
    assert worst.high == n
