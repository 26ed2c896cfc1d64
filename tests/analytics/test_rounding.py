"""Half-up in decimal, as the state prints it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import FigureError
from analytics.rounding import percent_half_up, share_to_percent


@pytest.mark.parametrize(
    ("satisfied", "answers", "printed"),
    [
        (17997, 20000, "89.99"),
        (17999, 20000, "90.00"),
        (18001, 20000, "90.01"),
        (0, 3, "0.00"),
        (3, 3, "100.00"),
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        # TP Đà Nẵng, first half of 2014: two published tables with the only counts that fit.
        (7588, 7725, "98.23"),
        (117, 7725, "1.51"),
        (20, 7725, "0.26"),
        (4550, 4669, "97.45"),
        (78, 4669, "1.67"),
        (41, 4669, "0.88"),
    ],
)
def test_percentages_print_as_published(satisfied: int, answers: int, printed: str) -> None:
    assert str(percent_half_up(satisfied, answers)) == printed


@given(x=st.integers(-(10**40), 10**40), n=st.integers(1, 10**40), places=st.integers(0, 6))
def test_the_rounded_value_is_the_nearest_and_ties_go_away_from_zero(x: int, n: int, places: int) -> None:
    exact, rounded = Fraction(100 * x, n), Fraction(percent_half_up(x, n, places))
    half = Fraction(1, 2 * 10**places)
    assert abs(rounded - exact) <= half
    if abs(rounded - exact) == half:
        assert abs(rounded) > abs(exact)


def test_a_tie_in_a_float_is_read_as_it_is_written() -> None:
    assert share_to_percent(0.89985) == Decimal("89.99")
    assert share_to_percent(0.85005) == Decimal("85.01")  # the double lies below the tie
    assert share_to_percent(np.float64(0.89985)) == Decimal("89.99")
    assert share_to_percent(Fraction(17997, 20000)) == Decimal("89.99")
    assert str(share_to_percent(0.865)) == "86.50"
    assert share_to_percent(1) == Decimal(100)


def test_what_has_no_percentage_is_refused() -> None:
    with pytest.raises(FigureError, match="0 answers"):
        percent_half_up(0, 0)
    with pytest.raises(FigureError, match="decimal places"):
        percent_half_up(1, 2, -1)
    for share in (float("nan"), float("inf")):
        with pytest.raises(FigureError, match="not a finite number"):
            share_to_percent(share)
