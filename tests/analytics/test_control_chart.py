"""The control chart and the test for trend."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.control_chart import control_chart, pooled_chart, trend_test
from analytics.errors import FigureError
from analytics.moments import Moments

periods = st.lists(st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=15)


@settings(deadline=None)
@given(periods=periods)
def test_limits_hold_the_centre_and_stay_between_0_and_1(periods: list[tuple[int, int]]) -> None:
    (run,) = control_chart(*zip(*periods, strict=True))
    assert len(run.points) == len(periods)
    for point, (x, n) in zip(run.points, periods, strict=True):
        if n == 0:
            assert (point.share, point.low, point.high, point.out) == (None, None, None, False)
            continue
        assert point.share == x / n
        assert point.low is not None
        assert point.high is not None
        assert run.centre is not None
        assert 0 <= point.low <= run.centre <= point.high <= 1
        if run.kind == "laney":
            assert run.sigma_z is not None
            assert run.sigma_z > 1


def test_a_period_with_more_answers_has_narrower_limits() -> None:
    (run,) = control_chart([80, 800], [100, 1000])
    assert run.points[0].low is not None
    assert run.points[1].low is not None
    assert run.points[0].low < run.points[1].low


def test_spread_beyond_the_binomial_widens_the_limits_as_laney_does() -> None:
    x, n = [9000, 9300, 8800, 9250, 9050, 8950, 9400], [10000] * 7
    (run,) = control_chart(x, n)
    (plain,) = control_chart(x, n, kind="p")
    assert (run.kind, plain.kind) == ("laney", "p")
    assert any(point.out for point in plain.points)
    assert not any(point.out for point in run.points)
    share = np.array(x) / 10000
    sigma = np.sqrt(share.mean() * (1 - share.mean()) / 10000)
    spread = np.abs(np.diff((share - share.mean()) / sigma)).mean() / 1.128
    assert run.sigma_z == pytest.approx(spread)
    assert run.points[0].high == pytest.approx(share.mean() + 3 * sigma * spread)


def test_a_point_far_off_is_out() -> None:
    (run,) = control_chart([90] * 12 + [60], [100] * 13, kind="p")
    assert [point.out for point in run.points] == [False] * 12 + [True]


def test_a_new_series_breaks_the_line() -> None:
    runs = control_chart([50, 52, 90, 91, 50], [100] * 5, ["cũ", "cũ", "mới", "mới", "cũ"])
    assert [(run.series, len(run.points)) for run in runs] == [("cũ", 2), ("mới", 2), ("cũ", 1)]
    assert [run.centre for run in runs] == [0.51, 0.905, 0.5]
    assert runs[2].sigma_z is None


@pytest.mark.parametrize("x", [0, 100])
def test_everybody_alike_has_limits_equal_to_the_centre_and_nothing_out(x: int) -> None:
    (run,) = control_chart([x, x, x], [100, 100, 100])
    assert all((point.low, point.high, point.out) == (x / 100, x / 100, False) for point in run.points)


def test_a_series_without_answers_has_no_centre() -> None:
    (run,) = control_chart([0, 0], [0, 0])
    assert (run.centre, run.points[0].share) == (None, None)
    assert control_chart([], []) == ()


def test_a_pooled_share_is_charted_on_its_effective_size() -> None:
    # Everybody answers four questions alike: four answers are worth one.
    n, x = 200, 150
    same = Moments(*(np.array([value] * 3) for value in (n, 4 * x, 4 * n, 16 * x, 16 * x, 16 * n)))
    (pooled,), (naive,) = pooled_chart(same), control_chart([4 * x] * 3, [4 * n] * 3)
    assert pooled.centre == pytest.approx(0.75)
    assert pooled.points[0].low is not None
    assert naive.points[0].low is not None
    assert 0.75 - pooled.points[0].low == pytest.approx(2 * (0.75 - naive.points[0].low), rel=0.02)
    nobody = Moments(*(np.array([0]) for _ in range(6)))
    assert pooled_chart(nobody)[0].points[0].share is None


@pytest.mark.parametrize(("x", "n", "series"), [([3], [2], None), ([-1], [2], None), ([1, 2], [3], None), ([1], [2], ["a", "b"])])
def test_counts_that_do_not_fit_are_refused(x: list[int], n: list[int], series: list[str] | None) -> None:
    with pytest.raises(FigureError, match="control chart"):
        control_chart(x, n, series)


@settings(deadline=None)
@given(periods=periods)
def test_a_trend_turned_round_has_the_other_sign_and_the_same_p(periods: list[tuple[int, int]]) -> None:
    x, n = zip(*periods, strict=True)
    forward, backward = trend_test(x, n), trend_test(x[::-1], n[::-1])
    if forward.z is None:
        assert backward.z is None
    else:
        assert backward.z == pytest.approx(-forward.z, abs=1e-9)
        assert backward.p == pytest.approx(forward.p, abs=1e-9)


def test_a_trend_is_undefined_where_nothing_varies() -> None:
    assert trend_test([0, 0], [10, 10]).p is None
    assert trend_test([5], [10]).p is None
    assert trend_test([0], [0]).p is None
    assert trend_test([], []).p is None
    with pytest.raises(FigureError, match="one score"):
        trend_test([1, 2], [3, 4], [1])
