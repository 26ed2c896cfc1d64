"""Weighting to the dossiers takes away what unequal answering adds, and costs little where fields answer alike."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.simulation.study import study_weighting
from analytics.simulation.weighting_gain import CASELOADS, measure_weighting


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_hard_fields_answer_less_the_plain_index_flatters_and_the_weighted_does_not(seed: int) -> None:
    found = measure_weighting("fivefold", 200, np.random.default_rng(seed))
    assert found.plain_bias > 0.03
    assert abs(found.weighted_bias) < 4 * found.weighted_error / np.sqrt(200)
    assert found.weighted_error < found.plain_error / 2
    assert found.weighted_covered > found.plain_covered


def test_where_all_fields_answer_alike_weighting_costs_next_to_nothing() -> None:
    found = measure_weighting("equal_rates", 200, np.random.default_rng(1))
    assert abs(found.plain_bias) < 0.004
    assert found.weighted_error < 1.1 * found.plain_error
    assert found.weighted_width < 1.1 * found.plain_width
    assert found.weighted_covered > 200 * 0.94 - 4 * np.sqrt(200 * 0.94 * 0.06)


def test_every_caseload_is_studied_and_collapses_are_counted() -> None:
    found = study_weighting(60, np.random.default_rng(1))
    assert [each.name for each in found] == list(CASELOADS)
    assert all(each.undefined == 0 for each in found)
    assert found[0].collapsed == 0
