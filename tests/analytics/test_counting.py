"""Every byte is counted as what it means, on scales of every width."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.counting import count_answers
from analytics.design import MOST_LEVELS, NO_OPINION, NOT_ASKED, Design


@given(n_levels=st.integers(2, MOST_LEVELS), data=st.data())
def test_every_byte_counts_as_what_it_means(n_levels: int, data: st.DataObject) -> None:
    satisfied_from = data.draw(st.integers(0, n_levels - 1))
    design = Design("wide", ("1",), ("q",), ("A",), (0,), tuple(range(n_levels)), satisfied_from)
    codes = [0, *range(1, n_levels + 1), NO_OPINION, NOT_ASKED]
    answers = np.array(codes, dtype=np.uint8)[:, None]
    each_its_own_cell = np.arange(len(codes))
    counts = count_answers(design, answers, each_its_own_cell, len(codes), None)
    is_level = [1 <= code <= n_levels for code in codes]
    assert counts["n_valid"].tolist() == counts["sum_m"][:, 0].tolist() == is_level
    assert counts["sum_x"][:, 0].tolist() == [satisfied_from < code <= n_levels for code in codes]
    assert counts["n_blank"][:, 0].tolist() == [code == 0 for code in codes]
    assert counts["n_no_opinion"][:, 0].tolist() == [code == NO_OPINION for code in codes]
    assert counts["n_not_asked"][:, 0].tolist() == [code == NOT_ASKED for code in codes]
    assert np.array_equal(counts["level_counts"][1 : n_levels + 1, 0], np.eye(n_levels, dtype=np.int64))


def test_a_factor_may_have_all_criteria_a_byte_can_count() -> None:
    codes = tuple(map(str, range(255)))
    design = Design("long", ("1",), codes, ("A",), (0,) * 255, (1, 2), 1)
    counts = count_answers(design, np.full((1, 255), 2, dtype=np.uint8), np.zeros(1, dtype=np.int64), 1, None)
    assert (counts["sum_x"].item(), counts["sum_m"].item(), counts["sum_xx"].item()) == (255, 255, 255**2)
