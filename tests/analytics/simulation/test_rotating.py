"""Asking a handful in turn biases no share, and its wider intervals hold."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

import analytics.simulation.rotating as rotating
from analytics.design import Design
from analytics.simulation.rotating import RotatingDesk, measure_rotation
from survey_forms import find_instrument
from survey_forms.instrument import Instrument


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_share_of_a_rotating_desk_is_biased(seed: int) -> None:
    report = measure_rotation(find_instrument("kiosk-default"), 60, np.random.default_rng(seed), RotatingDesk(n=105, n_visitors=315))
    bound = -ndtri(1e-5 / 2 / 27)  # 27 shares, one false alarm in 100 000; the two-sided error of each
    assert report.greatest_z < bound
    shares = (report.overall, *report.factors, *report.criteria)
    assert all(each.rotating_width > each.full_width for each in shares), "fewer answers, wider interval"
    assert report.overall.rotating_covered > 60 * 0.94 - 4 * np.sqrt(60 * 0.94 * 0.06)


def test_the_check_finds_a_draw_that_prefers_some_criteria(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_the_first(_: Instrument, design: Design, desk: RotatingDesk, runs: int, rng: np.random.Generator) -> np.ndarray:
        asked = np.zeros((runs, desk.n, design.n_criteria), dtype=np.bool_)
        asked[:, :, :6] = True
        # All the same criteria, but for one visitor: otherwise some would have no answer at all.
        asked[:, 0] = True
        return asked

    monkeypatch.setattr(rotating, "_draw_asked", only_the_first)
    report = measure_rotation(find_instrument("kiosk-default"), 60, np.random.default_rng(1))
    assert report.greatest_z > -ndtri(1e-5 / 2 / 27)


def test_criteria_of_another_stage_are_no_part_of_the_study() -> None:
    instrument = find_instrument("kiosk-default")
    report = measure_rotation(instrument, 2, np.random.default_rng(1), RotatingDesk(n=40, n_visitors=80, stage="filing"))
    assert [each.code for each in report.criteria] == [criterion.code for criterion in instrument.criteria_at("filing")]
    assert len(report.criteria) < len(instrument.criteria)
