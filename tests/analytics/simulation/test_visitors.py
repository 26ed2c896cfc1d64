"""Simulated visitors are what is said of them: their share, their correlation, and a sample without replacement."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.design import Design
from analytics.errors import SimulationError
from analytics.index import compute_index
from analytics.intervals import pooled_interval
from analytics.simulation.visitors import PATTERNS, SHAPES, Pattern, Shape, draw_periods, list_form_kinds
from analytics.tally import tally_answers

shares = st.floats(0.02, 0.99)
correlations = st.floats(0.02, 0.9)


@settings(deadline=None)
@given(share=shares, correlation=correlations, pattern=st.sampled_from(PATTERNS), shape=st.sampled_from(SHAPES))
def test_forms_have_the_share_and_the_correlation_asked_for(share: float, correlation: float, pattern: Pattern, shape: Shape) -> None:
    kinds = list_form_kinds(share, correlation, pattern, shape)
    assert kinds.share == pytest.approx(share, rel=1e-9)
    # Two answers of one visitor are both satisfied with chance P² + ρP(1 − P), however many answers there are.
    both = share**2 + correlation * share * (1 - share)
    for m in set(kinds.answers[kinds.answers > 1].tolist()):
        own = kinds.answers == m
        x, chance = kinds.satisfied[own], kinds.chance[own] / kinds.chance[own].sum()
        assert chance @ (x * (x - 1)) / (m * (m - 1)) == pytest.approx(both, rel=1e-8)


def test_those_who_answered_are_a_sample_without_replacement() -> None:
    # Equally long forms: estimate − truth then has the variance (1 − n/N) σ²/n, with σ² of one visitor's own share. The variance of
    # 40 000 draws is known to some √(2/40 000) = 0.7 %; five of that are allowed.
    share, correlation, n, n_visitors, runs = 0.8, 0.3, 60, 120, 40_000
    periods = draw_periods(list_form_kinds(share, correlation, "full"), n, n_visitors, runs, np.random.default_rng(5))
    off = periods.respondents.share() - periods.truth
    own = share * (1 - share) * (correlation + (1 - correlation) / 21)
    assert off.var() == pytest.approx((1 - n / n_visitors) * own / n, rel=5 * np.sqrt(2 / runs))
    assert abs(off.mean()) < 5 * off.std() / np.sqrt(runs)
    assert periods.truth.var() == pytest.approx(own / n_visitors, rel=5 * np.sqrt(2 / runs))


def test_the_simulated_interval_is_the_one_the_index_prints() -> None:
    # Two kinds of form only, so that the sheets behind the simulated sums can be written down again.
    kinds = list_form_kinds(0.7, 0.3, "very_unequal")
    periods = draw_periods(kinds, 40, 400, 1, np.random.default_rng(3))
    rng = np.random.default_rng(3)
    counts = rng.multinomial(40, kinds.chance, size=1)[0]
    design = Design("simulated", ("1.0",), tuple(map(str, range(21))), ("A",), (0,) * 21, (1, 2, 3, 4, 5), satisfied_from=3)
    sheets = [[5] * x + [2] * (m - x) + [0] * (21 - m) for x, m in zip(kinds.satisfied.tolist(), kinds.answers.tolist(), strict=True)]
    tally = tally_answers(design, np.repeat(np.array(sheets, dtype=np.uint8), counts, axis=0), {})
    overall = compute_index(tally).cells[0].overall
    low, high = pooled_interval(periods.respondents)
    assert (overall.low, overall.high) == pytest.approx((low[0], high[0]), rel=1e-12)


@pytest.mark.parametrize("share", [0.0, 1.0, 1.2])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(SimulationError, match="between 0 and 1"):
        list_form_kinds(share, 0.4, "full")


@pytest.mark.parametrize(("n", "n_visitors", "runs"), [(0, 10, 1), (11, 10, 1), (5, 10, 0)])
def test_more_respondents_than_visitors_are_refused(n: int, n_visitors: int, runs: int) -> None:
    with pytest.raises(SimulationError, match="respondents"):
        draw_periods(list_form_kinds(0.9, 0.4, "full"), n, n_visitors, runs, np.random.default_rng(1))
