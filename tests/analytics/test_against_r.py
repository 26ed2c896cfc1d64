"""Against R: the numbers, the commands and the versions stand in tests/golden/change_and_drivers.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from analytics.change import newcombe_interval, score_p_value
from analytics.control_chart import trend_test
from analytics.importance import shapley_shares
from analytics.intervals import wilson_interval
from analytics.multiple_tests import benjamini_hochberg, holm
from analytics.ordered_logit import OrderedLogit, fit_ordered_logit
from analytics.reliability import factor_alphas
from tests.analytics.sheets import design_of, matrix

R: dict[str, Any] = json.loads((Path(__file__).parents[1] / "golden" / "change_and_drivers.json").read_text(encoding="utf-8"))
NEAR = 1e-10  # closed formulas in doubles on both sides
# polr stops by relative likelihood and differentiates numerically: its own last digits are beyond the sixth.
OF_POLR = 1e-6


def array(rows: list[Any]) -> NDArray[np.float64]:
    return np.array(rows, dtype=np.float64)  # null becomes NaN


@pytest.mark.parametrize("row", R["changes"]["rows"])
def test_the_difference_of_two_shares_is_that_of_r(row: list[float | None]) -> None:
    x_1, n_1, x_2, n_2, difference, low, high = (float(value) for value in row[:7] if value is not None)
    lows, highs = wilson_interval([x_1 / n_1, x_2 / n_2], [n_1, n_2])
    ends = newcombe_interval((x_1 / n_1, lows[0], highs[0]), (x_2 / n_2, lows[1], highs[1]))
    assert x_2 / n_2 - x_1 / n_1 == pytest.approx(difference, rel=NEAR)
    assert ends == pytest.approx((low, high), rel=NEAR, abs=1e-12)
    assert score_p_value(x_1 / n_1, n_1, x_2 / n_2, n_2) == pytest.approx(row[7], rel=NEAR)


def test_adjusted_p_values_are_those_of_r() -> None:
    assert benjamini_hochberg(R["p_adjust"]["p"]) == pytest.approx(R["p_adjust"]["BH"], rel=NEAR)
    assert holm(R["p_adjust"]["p"]) == pytest.approx(R["p_adjust"]["holm"], rel=NEAR)


def test_the_trend_is_divided_by_n_as_in_r() -> None:
    trend = trend_test(R["trend"]["x"], R["trend"]["n"])
    assert trend.z is not None
    assert trend.z**2 == pytest.approx(R["trend"]["chi2"], rel=NEAR)
    assert trend.p == pytest.approx(R["trend"]["p"], rel=NEAR)


def test_shapley_shares_are_the_average_over_all_orders_of_regressions_in_r() -> None:
    case = R["drivers"]
    found = shapley_shares(array(case["x"]), array(case["y"]), ["a", "b", "c"])
    assert found.r2 == pytest.approx(case["r2"], rel=NEAR)
    assert found.contributions is not None
    assert found.shares is not None
    assert list(found.contributions.values()) == pytest.approx(case["lmg"], rel=NEAR)
    assert list(found.shares.values()) == pytest.approx([each / case["r2"] for each in case["lmg"]], rel=NEAR)


def test_the_ordered_logit_is_that_of_polr() -> None:
    case = R["drivers"]
    fit = fit_ordered_logit(array(case["x"]), array(case["y"]))
    assert isinstance(fit, OrderedLogit)
    assert fit.coefficients.tolist() == pytest.approx(case["estimates"], rel=OF_POLR)
    assert fit.thresholds.tolist() == pytest.approx(case["thresholds"], rel=OF_POLR)
    assert fit.standard_errors.tolist() == pytest.approx(case["se"], rel=OF_POLR)
    assert fit.log_likelihood == pytest.approx(case["log_likelihood"], rel=NEAR)


def test_alpha_under_either_rule_is_that_of_r() -> None:
    design = design_of(4)
    alpha = factor_alphas(design, matrix(design, R["alpha"]["items"]))["1"]
    assert alpha.pairwise == pytest.approx(R["alpha"]["pairwise"], rel=NEAR)
    assert alpha.listwise == pytest.approx(R["alpha"]["listwise"], rel=NEAR)
