"""How unlikely a count is where counts vary more than chance alone: negative binomial, beta-binomial, robust t against peers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, gammaln, pdtrc, stdtr

Reals = NDArray[np.float64]


def negative_binomial_tail(count: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Reals:
    """P(N ≥ count) for a count with this mean and variance mean + dispersion·mean²; dispersion 0 is Poisson. 1 at count 0.

    >>> negative_binomial_tail([0, 3, 30], 3.0, 0.2).round(6).tolist()
    [1.0, 0.524653, 0.0]
    """
    k, mu, phi = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in (count, mean, dispersion)))
    r = 1 / np.maximum(phi, 1e-9)
    nb = betainc(np.maximum(k, 1), r, mu / (r + mu))
    poisson = pdtrc(np.maximum(k, 1) - 1, mu)
    return np.where(k <= 0, 1.0, np.where(phi > 1e-9, nb, poisson))


def beta_binomial_tail(count: ArrayLike, of: ArrayLike, share: ArrayLike, correlation: ArrayLike) -> Reals:
    """P(X ≥ count) of `of` trials with this mean share and correlation ρ between two trials (a + b = 1/ρ − 1).

    At or below the mean the answer is 1: these tests look upwards only, and a sum over the whole range is spared.

    >>> beta_binomial_tail([5, 1, 5], [5, 5, 5], 0.2, [0.05, 0.05, 0.5]).round(6).tolist()
    [0.00139, 1.0, 0.059136]
    """
    k, n, p, rho = np.broadcast_arrays(*(np.asarray(part, dtype=np.float64) for part in (count, of, share, correlation)))
    found = np.ones(k.shape)
    size = 1 / np.clip(rho, 1e-6, 0.99) - 1
    mean = np.clip(p, 1e-6, 1 - 1e-6)
    for place in np.flatnonzero(k > n * mean):
        top, a, b = n.flat[place], mean.flat[place] * size.flat[place], (1 - mean.flat[place]) * size.flat[place]
        j = np.arange(k.flat[place], top + 1)
        log = gammaln(top + 1) - gammaln(j + 1) - gammaln(top - j + 1) + betaln(j + a, top - j + b) - betaln(a, b)
        found.flat[place] = min(1.0, float(np.exp(log).sum()))
    return found


def t_against_peers(value: float, variance: float, peers: Reals, peer_variances: Reals, least_spread: float) -> tuple[float, float, float]:
    """(usual, t, P(T ≥ t)) of a value against the others: median of the peers, spread by their median absolute deviation.

    The spread between peers beyond their own sampling (never below `least_spread`) is added to the value's variance;
    degrees of freedom are half the number of peers, about what the deviation's efficiency leaves.

    >>> usual, t, p = t_against_peers(0.99, 0.0001, np.linspace(0.8, 0.9, 11), np.full(11, 0.0001), 0.01)
    >>> round(usual, 3), round(t, 2), round(p, 3)
    (0.85, 2.95, 0.014)
    """
    usual = float(np.median(peers))
    spread = 1.4826 * float(np.median(np.abs(peers - usual)))
    between = max(spread**2 - float(np.median(peer_variances)), least_spread**2)
    t = (value - usual) / float(np.sqrt(variance + between * (1 + 1.57 / len(peers))))
    return usual, t, float(1 - stdtr(len(peers) / 2, t))
