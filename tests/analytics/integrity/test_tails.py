"""Tails: against scipy's distributions, and their bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analytics.integrity.tails import beta_binomial_tail, negative_binomial_tail, t_against_peers


@pytest.mark.parametrize(("count", "mean", "dispersion"), [(1, 0.2, 0.15), (8, 3.0, 0.15), (30, 4.0, 0.5), (12, 11.0, 1.0)])
def test_negative_binomial_tail_is_scipys(count: int, mean: float, dispersion: float) -> None:
    r = 1 / dispersion
    assert negative_binomial_tail(count, mean, dispersion) == pytest.approx(stats.nbinom.sf(count - 1, r, r / (r + mean)), rel=1e-9)


def test_negative_binomial_without_dispersion_is_poisson() -> None:
    assert negative_binomial_tail(9, 3.0, 0.0) == pytest.approx(stats.poisson.sf(8, 3.0), rel=1e-9)


@pytest.mark.parametrize(("count", "of", "share", "rho"), [(13, 14, 0.03, 0.03), (60, 140, 0.1, 0.02), (5, 5, 0.5, 0.3)])
def test_beta_binomial_tail_is_scipys(count: int, of: int, share: float, rho: float) -> None:
    size = 1 / rho - 1
    expected = stats.betabinom.sf(count - 1, of, share * size, (1 - share) * size)
    assert beta_binomial_tail(count, of, share, rho) == pytest.approx(expected, rel=1e-6)


@given(st.integers(0, 200), st.integers(0, 200), st.floats(0, 1), st.floats(0, 1))
def test_tails_are_probabilities(count: int, more: int, share: float, rho: float) -> None:
    assert 0 <= float(beta_binomial_tail(count, count + more, share, rho)) <= 1
    assert 0 <= float(negative_binomial_tail(count, share * 50 + 0.01, rho)) <= 1


def test_more_overdispersion_makes_a_burst_less_surprising() -> None:
    p = [float(negative_binomial_tail(20, 4.0, phi)) for phi in (0.0, 0.15, 0.5, 2.0)]
    assert p == sorted(p)


def test_one_wild_peer_does_not_set_the_measure() -> None:
    calm = np.array([0.04, 0.05, 0.05, 0.06, 0.05, 0.04, 0.06])
    variances = np.full(7, 1e-4)
    usual, _, p = t_against_peers(0.5, 1e-4, calm, variances, 0.01)
    other_usual, _, other_p = t_against_peers(0.5, 1e-4, np.append(calm[1:], 0.6), variances, 0.01)
    assert usual == other_usual == 0.05
    assert max(p, other_p) < 0.001
