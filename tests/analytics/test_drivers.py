"""Drivers: importance, ordered logit and alpha, against slower ways and where they are not defined."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from analytics.drivers import find_drivers, quadrants
from analytics.errors import DriverError
from analytics.importance import MOST_FACTORS, shapley_shares
from analytics.ordered_logit import OrderedLogit, fit_ordered_logit
from analytics.reliability import factor_alphas
from analytics.response_table import Sheets
from analytics.sheet_counts import count_sheets
from tests.analytics.sheets import design_of, matrix, some_sheets

Reals = NDArray[np.float64]
DESIGN = design_of(2, 2)


def related(n: int, p: int, seed: int) -> tuple[Reals, Reals]:
    """Predictors in quarters that hang together, and a level from 1 to 5 that follows them."""
    draw = np.random.default_rng(seed)
    common = draw.normal(size=(n, 1))
    x = np.round((3.5 + 0.7 * common + 0.7 * draw.normal(size=(n, p))) * 4) / 4
    latent = x @ np.linspace(0.8, 0.2, p) + draw.normal(size=n)
    return x, np.clip(np.round(latent - latent.mean() + 3), 1, 5)


def r2(x: Reals, y: Reals) -> float:
    fitted = np.column_stack([np.ones(len(y)), x])
    rest = y - fitted @ np.linalg.lstsq(fitted, y, rcond=None)[0]
    return float(1 - rest @ rest / ((y - y.mean()) @ (y - y.mean())))


@pytest.mark.parametrize("p", [1, 2, 4])
def test_shares_are_the_mean_gain_over_all_orders(p: int) -> None:
    x, y = related(120, p, seed=p)
    gains = np.zeros(p)
    orders = list(permutations(range(p)))
    for order in orders:
        for place, j in enumerate(order):
            gains[j] += r2(x[:, order[: place + 1]], y) - r2(x[:, order[:place]], y)
    found = shapley_shares(x, y, [str(j) for j in range(p)])
    assert found.contributions is not None
    assert found.shares is not None
    assert list(found.contributions.values()) == pytest.approx((gains / len(orders)).tolist(), abs=1e-10)
    assert found.r2 == pytest.approx(r2(x, y), abs=1e-10)
    assert sum(found.shares.values()) == pytest.approx(1)


@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(0.01, 100), shift=st.floats(-50, 50))
@settings(deadline=None, max_examples=25)
def test_shares_do_not_depend_on_the_unit_of_measure(seed: int, scale: float, shift: float) -> None:
    x, y = related(60, 3, seed)
    plain, changed = shapley_shares(x, y, "abc"), shapley_shares(x * scale + shift, y, "abc")
    assert plain.shares is not None
    assert changed.shares is not None
    assert list(changed.shares.values()) == pytest.approx(list(plain.shares.values()), abs=1e-6)


def test_a_constant_predictor_earns_nothing_and_twins_share() -> None:
    x, y = related(80, 1, seed=5)
    found = shapley_shares(np.column_stack([x, x, np.full(80, 4.0)]), y, ["a", "twin", "constant"])
    assert found.shares is not None
    assert list(found.shares.values()) == pytest.approx([0.5, 0.5, 0.0])
    assert found.r2 == pytest.approx(r2(x, y))


def test_undefined_importance_says_why() -> None:
    x, y = related(20, 2, seed=1)
    assert shapley_shares(x[:1], y[:1], "ab").why_not == "no_rows"
    assert shapley_shares(x, np.full(20, 4.0), "ab").why_not == "constant_overall"
    flat = shapley_shares(np.full((20, 2), 3.0), y, "ab")
    assert (flat.why_not, flat.r2, flat.shares) == ("unrelated", 0.0, None)
    with pytest.raises(DriverError, match="at most 12"):
        shapley_shares(np.zeros((3, MOST_FACTORS + 1)), np.arange(3.0), "abcdefghijklm")


def likelihood(parameters: Reals, x: Reals, y: Reals) -> float:
    """The log-likelihood, row by row as it is written down."""
    thresholds, slopes = parameters[: -x.shape[1]], parameters[-x.shape[1] :]
    levels = np.unique(y).tolist()
    total = 0.0
    for row, level in zip(x, y.tolist(), strict=True):
        j = levels.index(level)
        upper = 1.0 if j == len(thresholds) else float(expit(thresholds[j] - row @ slopes))
        lower = 0.0 if j == 0 else float(expit(thresholds[j - 1] - row @ slopes))
        total += float(np.log(max(upper - lower, 1e-300)))
    return total


def test_the_fit_is_the_top_of_the_likelihood_and_its_errors_the_curvature_there() -> None:
    x, y = related(90, 2, seed=8)
    fit = fit_ordered_logit(x, y)
    assert isinstance(fit, OrderedLogit)
    top = np.concatenate([fit.thresholds, fit.coefficients])
    assert fit.log_likelihood == pytest.approx(likelihood(top, x, y), rel=1e-12)
    slow = minimize(lambda at: -likelihood(at, x, y), top + 0.1, method="BFGS", options={"gtol": 1e-6})
    assert slow.x.tolist() == pytest.approx(top.tolist(), abs=1e-4)
    step, size = 1e-4, len(top)
    curvature = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            a, b = np.eye(size)[i] * step, np.eye(size)[j] * step
            corners = (likelihood(top + s * a + t * b, x, y) * s * t for s in (1, -1) for t in (1, -1))
            curvature[i, j] = -sum(corners) / (4 * step * step)
    errors = np.sqrt(np.diagonal(np.linalg.inv(curvature)))[-2:]
    assert fit.standard_errors.tolist() == pytest.approx(errors.tolist(), rel=1e-4)


@given(seed=st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=25)
def test_every_row_twice_leaves_the_estimates_and_shrinks_the_errors(seed: int) -> None:
    x, y = related(60, 2, seed)
    once, twice = fit_ordered_logit(x, y), fit_ordered_logit(np.vstack([x, x]), np.tile(y, 2))
    assert isinstance(once, OrderedLogit)
    assert isinstance(twice, OrderedLogit)
    assert twice.coefficients.tolist() == pytest.approx(once.coefficients.tolist(), rel=1e-7, abs=1e-9)
    assert (twice.standard_errors * 2**0.5).tolist() == pytest.approx(once.standard_errors.tolist(), rel=1e-7)
    assert (np.diff(once.thresholds) > 0).all()


def test_a_scale_turned_over_turns_the_signs() -> None:
    x, y = related(100, 2, seed=4)
    fit, turned = fit_ordered_logit(x, y), fit_ordered_logit(x, 6 - y)
    assert isinstance(fit, OrderedLogit)
    assert isinstance(turned, OrderedLogit)
    assert turned.coefficients.tolist() == pytest.approx((-fit.coefficients).tolist())
    assert turned.thresholds.tolist() == pytest.approx((-fit.thresholds[::-1]).tolist())


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        (np.empty((4, 0)), [1, 2, 1, 2], "no_predictor"),
        (np.empty((0, 1)), [], "one_level"),
        ([[1.0], [2.0]], [3, 3], "one_level"),
        ([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [1.0, 2.0]], [1, 2, 1, 2], "collinear"),
        ([[4.0], [4.0], [4.0]], [1, 2, 1], "collinear"),
        ([[1.0], [2.0], [3.0], [4.0]], [1, 1, 2, 2], "separated"),
        ([[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]], [1, 1, 2, 2, 3, 3], "separated"),
        # Only at 2 do both levels occur: the likelihood still has no top.
        ([[1.0], [1.0], [2.0], [2.0], [3.0], [3.0]], [1, 1, 1, 2, 2, 2], "separated"),
        ([[1.0, 0], [2.0, 0], [3.0, 0], [2.0, 0], [1.0, 9], [4.0, 9]], [1, 2, 1, 1, 3, 3], "separated"),
        # Three of four hundred stand apart: few for a standard deviation, and they alone have a slope without end.
        ([[0.0]] * 400 + [[1.0]] * 3, [1, 2] * 200 + [2] * 3, "separated"),
        ([[3.0, 0], [4.0, 0]] * 300 + [[4.0, 1]] * 2, [1, 2, 2, 1, 2, 2] * 100 + [1, 1], "separated"),
    ],
)
def test_where_there_is_no_maximum_the_reason_comes_back(x: object, y: object, reason: str) -> None:
    assert fit_ordered_logit(np.asarray(x, dtype=float), np.asarray(y, dtype=float)) == reason


def test_a_predictor_that_all_but_settles_the_answer_has_a_steep_slope_and_no_excuse() -> None:
    x = np.arange(201.0)
    y = np.where(x > 100, 2.0, 1.0)
    y[[100, 101]] = y[[101, 100]]
    fit = fit_ordered_logit(x[:, None], y)
    assert isinstance(fit, OrderedLogit)
    # R 4.2.2: x <- 0:200; y <- x > 100; y[101:102] <- y[102:101]; glm(y ~ x, binomial, control = list(epsilon = 1e-14))
    of_r = (1.31013020332, 0.826747135222, 131.668085434)
    assert (fit.coefficients[0], fit.standard_errors[0], fit.thresholds[0]) == pytest.approx(of_r, rel=1e-9)


def test_answers_missing_from_a_factor_take_its_mean_from_the_rest() -> None:
    sheets = matrix(DESIGN, [[5, 2, None, 4], ["no_opinion", 3, "not_asked", None]])
    second, first = count_sheets(DESIGN, sheets, np.zeros(2, dtype=np.uint8)).factor_means()
    assert first.tolist() == [3.5, 4.0]
    assert second[0] == 3.0
    assert np.isnan(second[1])


def test_sheets_that_lack_anything_needed_are_dropped_and_counted() -> None:
    rows: list[list[int | str | None]] = [[5, 5, 4, 4], [4, None, 3, 3], [5, 5, None, "no_opinion"], [2, 2, 2, 2], [3, 3, 3, 1]]
    report = find_drivers(DESIGN, Sheets(matrix(DESIGN, rows), np.array([5, 4, 5, 0, 254], dtype=np.uint8)))
    assert (report.n_sheets, report.n) == (5, 2)


def test_a_factor_nobody_rated_is_left_out_and_one_that_never_varies_has_no_slope() -> None:
    rows: list[list[int | str | None]] = [[level, level, 4, 4] for level in (1, 2, 3, 4, 5, 5, 2, 3)]
    three = design_of(2, 2, 1)
    with_third = [[*row, "not_asked"] for row in rows]
    report = find_drivers(three, Sheets(matrix(three, with_third), np.array([2, 1, 3, 5, 4, 5, 3, 2], dtype=np.uint8)))
    assert (report.n, report.left_out, report.constant) == (8, ("3",), ("2",))
    found = report.to_json()
    assert found["shapley"] == {"1": pytest.approx(1.0), "2": 0.0}
    assert found["ordered_logit"]["coefficients"]["2"] is None
    assert found["ordered_logit"]["coefficients"]["1"]["estimate"] > 0
    assert set(found["quadrants"]) == {"1", "2"}


@given(rows=some_sheets(4))
@settings(deadline=None)
def test_any_sheets_have_a_report_without_nan(rows: list[list[int | str | None]]) -> None:
    overall = np.array([(number * 7) % 6 for number in range(len(rows))], dtype=np.uint8)
    found = find_drivers(DESIGN, Sheets(matrix(DESIGN, rows), overall)).to_json()
    assert "nan" not in str(found).lower()
    assert (found["shapley"] is None) == (found["why_not"]["shapley"] is not None)
    assert (found["ordered_logit"] is None) == (found["why_not"]["ordered_logit"] is not None)


def test_quadrants_are_cut_at_the_means_and_equal_factors_stay_together() -> None:
    assert quadrants({}, {}) == {}
    thirds = dict.fromkeys("abc", 1 / 3)
    assert set(quadrants(thirds, dict.fromkeys("abc", 0.7)).values()) == {"keep_up"}
    assert quadrants({"a": 0.6, "b": 0.4}, {"a": 0.9, "b": 0.8}) == {"a": "keep_up", "b": "low_priority"}


def test_pairwise_and_listwise_alpha_differ_once_there_are_blanks() -> None:
    rows: list[list[int | str | None]] = [[1, 2, 5, 5], [2, 2, 4, None], [3, 4, None, 4], [5, 4, 3, 3], [4, 5, 1, 2]]
    alphas = factor_alphas(DESIGN, matrix(DESIGN, rows))
    assert alphas["1"].pairwise == pytest.approx(alphas["1"].listwise)
    assert alphas["2"].pairwise != pytest.approx(alphas["2"].listwise)
    assert (alphas["2"].n_items, alphas["2"].n_listwise) == (2, 3)


def test_a_criterion_nobody_rated_is_no_item_and_one_item_has_no_alpha() -> None:
    alphas = factor_alphas(DESIGN, matrix(DESIGN, [[5, 1, 3, "not_asked"], [4, 2, 4, "not_asked"], [1, 4, 4, "not_asked"]]))
    assert (alphas["2"].n_items, alphas["2"].pairwise, alphas["2"].listwise) == (1, None, None)
    empty = factor_alphas(DESIGN, matrix(DESIGN, []))["1"]
    assert (empty.n_items, empty.pairwise, empty.n_listwise) == (0, None, 0)


@settings(deadline=None)
@given(rows=st.lists(st.lists(st.integers(1, 5), min_size=3, max_size=3), min_size=2, max_size=20), shift=st.integers(-3, 100))
def test_alpha_is_at_most_one_and_does_not_move_with_the_levels(rows: list[list[int]], shift: int) -> None:
    design = design_of(3)
    moved = replace(design, levels=tuple(level + shift for level in design.levels))
    sheets = np.array(rows, dtype=np.uint8)
    alpha = factor_alphas(design, sheets)["1"].pairwise
    if alpha is None:
        assert np.ptp(np.array(rows).sum(axis=1)) == 0
    else:
        assert alpha <= 1 + 1e-12
        assert factor_alphas(moved, sheets)["1"].pairwise == pytest.approx(alpha, abs=1e-12)


def test_alpha_of_many_sheets_is_that_of_the_sheets_once_but_for_n() -> None:
    draw = np.random.default_rng(2)
    sheets = np.clip(draw.integers(1, 6, size=(700, 1)) + draw.integers(-1, 2, size=(700, 4)), 1, 5).astype(np.uint8)
    design = design_of(4)
    once, many = factor_alphas(design, sheets)["1"], factor_alphas(design, np.tile(sheets, (200, 1)))["1"]
    assert many.n_listwise == 140_000  # more than a block
    assert many.pairwise == many.listwise
    assert many.pairwise == pytest.approx(once.pairwise, abs=1e-12)
