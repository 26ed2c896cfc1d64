"""The residual sum is exact where floating point would leave noise."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.moments import Moments
from tests.analytics.plain_python import XM, share


def moments_of(pairs: XM, copies: int = 1) -> Moments:
    sums = [
        len(pairs),
        sum(x for x, _ in pairs),
        sum(m for _, m in pairs),
        sum(x * x for x, _ in pairs),
        sum(x * m for x, m in pairs),
        sum(m * m for _, m in pairs),
    ]
    return Moments(*(np.array([copies * value], dtype=np.int64) for value in sums))


pairs_of_answers = st.lists(st.integers(0, 30).flatmap(lambda m: st.tuples(st.integers(0, m), st.just(m))), min_size=1, max_size=30)


@given(pairs=pairs_of_answers, copies=st.sampled_from([1, 1000, 3_000_000]))
def test_the_residual_sum_equals_exact_fractions_at_every_size(pairs: XM, copies: int) -> None:
    ratio = share(pairs)
    residual = moments_of(pairs, copies).residual_sum()[0]
    if ratio is None:
        assert np.isnan(residual)
        return
    exact = copies * sum(((x - ratio * m) ** 2 for x, m in pairs), Fraction())
    assert residual == float(exact) or abs(Fraction(residual) - exact) <= exact * Fraction(1, 10**14)
    assert (residual == 0) == (exact == 0)


def test_everyone_one_third_satisfied_leaves_exactly_nothing() -> None:
    for copies in (1, 7, 10_001, 3_333_333, 100_000_000):
        assert moments_of([(1, 3), (2, 6), (7, 21)], copies).residual_sum().tolist() == [0.0]


def test_one_dissenter_among_a_hundred_million_is_still_seen() -> None:
    whole, dissenter = moments_of([(30, 30)], 100_000_000), moments_of([(29, 30)])
    both = Moments(*(getattr(whole, name) + getattr(dissenter, name) for name in ("n", "x", "m", "xx", "xm", "mm")))
    assert abs(both.residual_sum()[0] - 1.0) < 1e-7


def test_no_cells_at_all_are_fine() -> None:
    nothing = np.empty((0, 3), dtype=np.int64)
    assert Moments(*[nothing] * 6).residual_sum().shape == (0, 3)
