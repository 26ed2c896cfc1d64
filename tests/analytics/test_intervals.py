"""Intervals: against an independent plain computation, and what must hold for every share and size."""

from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics.errors import FigureError
from analytics.intervals import (
    normal_quantile,
    pooled_interval,
    ratio_standard_error,
    steadied_effective_size,
    wilson_interval,
)
from analytics.moments import Moments
from tests.analytics import plain_python
from tests.analytics.plain_python import XM
from tests.analytics.test_moments import moments_of, pairs_of_answers

confidences = st.floats(0.5, 0.999)


@given(x=st.integers(0, 10**9), n=st.integers(1, 10**9), confidence=confidences)
def test_the_share_lies_inside_and_the_ends_between_0_and_1(x: int, n: int, confidence: float) -> None:
    assume(x <= n)
    low, high = (float(end) for end in wilson_interval(x / n, n, confidence))
    assert 0 <= low <= x / n <= high <= 1


@given(n=st.floats(1e-3, 1e12), confidence=confidences)
def test_the_ends_are_exact_where_nobody_or_everybody_is_satisfied(n: float, confidence: float) -> None:
    z2 = normal_quantile(confidence) ** 2
    low, high = wilson_interval([0.0, 1.0], n, confidence)
    assert (low[0], high[1]) == (0.0, 1.0)
    assert high[0] == pytest.approx(z2 / (n + z2), rel=1e-9)
    assert low[1] == pytest.approx(n / (n + z2), rel=1e-9)


@given(x=st.integers(0, 2000), n=st.integers(1, 2000))
def test_wilson_ends_solve_its_quadratic(x: int, n: int) -> None:
    assume(x <= n)
    low, high = wilson_interval(x / n, n)
    expected_low, expected_high = plain_python.wilson(x / n, n, normal_quantile(0.95))
    assert low == pytest.approx(expected_low, rel=1e-9, abs=1e-12)
    assert high == pytest.approx(expected_high, rel=1e-9, abs=1e-12)


@given(x=st.integers(0, 500), n=st.integers(1, 500))
def test_satisfied_and_dissatisfied_mirror_each_other(x: int, n: int) -> None:
    assume(x <= n)
    low, high = wilson_interval(x / n, n)
    mirrored_low, mirrored_high = wilson_interval((n - x) / n, n)
    assert low == pytest.approx(1 - mirrored_high, abs=1e-12)
    assert high == pytest.approx(1 - mirrored_low, abs=1e-12)


def test_no_answers_have_no_interval() -> None:
    low, high = wilson_interval([np.nan, 0.5], [0, 0])
    assert np.isnan(low).all()
    assert np.isnan(high).all()


@given(pairs=pairs_of_answers)
def test_the_standard_error_equals_the_slow_reference(pairs: XM) -> None:
    variance = plain_python.linearised_variance(pairs)
    se = float(ratio_standard_error(moments_of(pairs))[0])
    if variance is None:
        assert isnan(se)
    else:
        assert se == pytest.approx(sqrt(variance), rel=1e-12, abs=0)


@given(pairs=pairs_of_answers)
def test_the_effective_size_equals_two_imaginary_respondents_put_in(pairs: XM) -> None:
    size = float(steadied_effective_size(moments_of(pairs))[0])
    if len(pairs) < 2 or not any(m for _, m in pairs):
        assert isnan(size)
    else:
        assert size == pytest.approx(plain_python.steadied_effective_size(pairs), rel=1e-12)
        assert 0 < size <= sum(m for _, m in pairs)


@given(pairs=pairs_of_answers, confidence=confidences)
def test_the_pooled_interval_holds_the_share_and_is_wilson_on_the_effective_size(pairs: XM, confidence: float) -> None:
    ratio = plain_python.share(pairs)
    assume(len(pairs) > 1 and ratio is not None)
    assert ratio is not None
    low, high = (float(end[0]) for end in pooled_interval(moments_of(pairs), confidence))
    assert 0 <= low <= float(ratio) <= high <= 1
    size = plain_python.steadied_effective_size(pairs)
    expected = plain_python.wilson(float(ratio), size, normal_quantile(confidence))
    assert low == pytest.approx(expected[0], abs=1e-10)
    assert high == pytest.approx(expected[1], abs=1e-10)
    if ratio == 0:
        assert low == 0.0
    if ratio == 1:
        assert high == 1.0


@given(pairs=pairs_of_answers)
def test_more_confidence_gives_a_wider_interval(pairs: XM) -> None:
    assume(len(pairs) > 1 and any(m for _, m in pairs))
    narrow = pooled_interval(moments_of(pairs), 0.9)
    wide = pooled_interval(moments_of(pairs), 0.99)
    assert wide[0][0] <= narrow[0][0]
    assert wide[1][0] >= narrow[1][0]


@given(pairs=pairs_of_answers)
def test_every_respondent_twice_halves_the_variance_as_it_must(pairs: XM) -> None:
    n = len(pairs)
    assume(n > 1 and any(m for _, m in pairs))
    once, twice = ratio_standard_error(moments_of(pairs))[0], ratio_standard_error(moments_of(pairs, 2))[0]
    assert twice**2 == pytest.approx(once**2 * (n - 1) / (2 * n - 1), rel=1e-12)


def test_cells_are_computed_side_by_side_as_they_are_alone() -> None:
    samples: list[XM] = [[(2, 2), (1, 2), (0, 2)], [(1, 3)], [(0, 0), (0, 0)], [(3, 3)] * 40]
    parts = [moments_of(pairs) for pairs in samples]
    names = ("n", "x", "m", "xx", "xm", "mm")
    together = Moments(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    alone = np.array([[end[0] for end in pooled_interval(part)] for part in parts]).T
    assert np.array_equal(np.array(pooled_interval(together)), alone, equal_nan=True)
    assert np.isnan(alone[:, 1:3]).all()


@pytest.mark.parametrize("confidence", [0, 1, -0.1, 95, float("nan"), 1 - 2**-53])
def test_a_confidence_outside_0_to_1_is_refused(confidence: float) -> None:
    with pytest.raises(FigureError, match=r"write 0\.95"):
        wilson_interval(0.5, 10, confidence)
