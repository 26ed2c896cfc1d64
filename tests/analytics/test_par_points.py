"""PAR points: published sums come out, and no edge falls between two bands."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import FigureError
from analytics.par_points import Bands, par_points
from analytics.rounding import percent_half_up

fractions = st.fractions(0, 1, max_denominator=1000)


def test_the_published_points_of_a_district_come_out() -> None:
    # Tuy Phước 2022: 78,10 % of 30 points, beside 46,78 and 5,82: 76,03 altogether.
    points = par_points(Fraction("0.7810"), Fraction(30))
    assert points == Fraction("23.43")
    assert Fraction("46.78") + Fraction("5.82") + points == Fraction("76.03")
    assert str(percent_half_up(points.numerator, points.denominator * 30)) == "78.10"


@settings(deadline=None)
@given(share=fractions, most=st.integers(1, 100))
def test_linear_points_lie_between_nothing_and_all(share: Fraction, most: int) -> None:
    points = par_points(share, Fraction(most))
    assert points is not None
    assert 0 <= points <= most


@settings(deadline=None)
@given(edges=st.sets(fractions, min_size=1, max_size=6), side=st.sampled_from(["up", "down"]))
def test_every_edge_belongs_to_exactly_one_band(edges: set[Fraction], side: str) -> None:
    rising = tuple(sorted(edges))
    bands = Bands(rising, tuple(str(number) for number in range(len(rising) + 1)), edge_goes="up" if side == "up" else "down")
    tiny = Fraction(1, 10**9)
    for place, edge in enumerate(rising):
        below, at, above = (bands.find(value) for value in (edge - tiny, edge, edge + tiny))
        assert (below, above) == (str(place), str(place + 1))
        assert at == (above if side == "up" else below)


def test_exactly_fifteen_is_excellent_where_excellence_begins_at_fifteen() -> None:
    grades = Bands((Fraction(10), Fraction(15)), ("Đạt", "Tốt", "Xuất sắc"))
    assert grades.find(Fraction(15)) == "Xuất sắc"


def test_no_share_has_no_points() -> None:
    assert par_points(None, Fraction(30)) is None


@pytest.mark.parametrize(
    ("edges", "values"),
    [((Fraction(1), Fraction(1)), ("a", "b", "c")), ((Fraction(2), Fraction(1)), ("a", "b", "c")), ((Fraction(1),), ("a",))],
)
def test_bands_that_contradict_themselves_are_refused(edges: tuple[Fraction, ...], values: tuple[str, ...]) -> None:
    with pytest.raises(FigureError, match=r"rise|edges make"):
        Bands(edges, values)


def test_a_percentage_taken_for_a_share_and_points_beyond_the_most_are_refused() -> None:
    with pytest.raises(FigureError, match="divide a percentage by 100"):
        par_points(Fraction("78.1"), Fraction(30))
    for wrong in (Fraction(31), "A"):
        with pytest.raises(FigureError, match="from 0 to 30"):
            par_points(Fraction(1), Fraction(30), Bands((Fraction(1, 2),), (Fraction(0), wrong)))
