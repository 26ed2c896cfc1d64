"""Figures: valid for plotly, lined up on the neutral level, drawn from the numbers given and nothing else."""

import json
from itertools import pairwise

import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.charts import RAMP, LevelBar, diverging_bars, diverging_extent, level_colours
from analytics.errors import FigureError

NAMES = ("Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng")


def bar(*shares: float) -> LevelBar:
    return LevelBar(shares, tuple(f"{share}" for share in shares), tuple("" for _ in shares))


def pieces(figure: dict[str, list[dict[str, list[float]]]], row: int) -> list[tuple[float, float]]:
    """Begin and end of every piece of one bar."""
    return [(trace["base"][row], trace["base"][row] + trace["x"][row]) for trace in figure["data"]]


def test_figure_passes_plotlys_own_schema_and_is_plain_json() -> None:
    figure = diverging_bars([bar(0.1, 0.1, 0.2, 0.3, 0.3), bar(0, 0, 0, 0, 0)], level_names=NAMES, satisfied_from=3)
    go.Figure(figure)
    assert json.loads(json.dumps(figure)) == figure


def test_middle_of_the_neutral_level_lies_at_zero() -> None:
    figure = diverging_bars([bar(0.1, 0.1, 0.2, 0.3, 0.3)], level_names=NAMES, satisfied_from=3)
    begin, end = pieces(figure, 0)[2]
    assert begin == pytest.approx(-0.1)
    assert end == pytest.approx(0.1)


def test_without_a_neutral_level_the_line_separates_dissatisfied_from_satisfied() -> None:
    figure = diverging_bars([bar(0.25, 0.25, 0.25, 0.25)], level_names=NAMES[:4], satisfied_from=2)
    assert pieces(figure, 0)[1][1] == pytest.approx(0)
    assert pieces(figure, 0)[2][0] == pytest.approx(0)


def test_middle_level_that_counts_as_satisfied_is_not_neutral() -> None:
    figure = diverging_bars([bar(0.2, 0.3, 0.5)], level_names=NAMES[:3], satisfied_from=1)
    assert pieces(figure, 0)[1][0] == pytest.approx(0)


@given(st.lists(st.lists(st.integers(0, 50), min_size=5, max_size=5), min_size=1, max_size=6))
def test_pieces_follow_one_another_and_are_as_long_as_their_shares(counts: list[list[int]]) -> None:
    bars = [bar(*(n / (sum(row) or 1) for n in row)) for row in counts]
    figure = diverging_bars(bars, level_names=NAMES, satisfied_from=3)
    low, high = figure["layout"]["xaxis"]["range"]
    for row, given_bar in enumerate(bars):
        ends = pieces(figure, row)
        assert [end - begin for begin, end in ends] == pytest.approx(list(given_bar.shares))
        assert all(before[1] == pytest.approx(after[0]) for before, after in pairwise(ends))
        if sum(given_bar.shares):
            assert low <= ends[0][0]
            assert ends[-1][1] <= high


def test_ramp_is_that_of_the_design_and_stretches_to_other_scales() -> None:
    assert level_colours(5) == RAMP == ("#A63A24", "#E0906F", "#D9D5CB", "#7FB8AE", "#176B62")
    assert len(set(level_colours(11))) == 11
    with pytest.raises(FigureError, match="two or more"):
        level_colours(1)


def test_white_text_stands_on_the_two_ends_only() -> None:
    figure = diverging_bars([bar(0.2, 0.2, 0.2, 0.2, 0.2)], level_names=NAMES, satisfied_from=3)
    assert [trace["textfont"]["color"] for trace in figure["data"]] == ["#FFFFFF", "#17212B", "#17212B", "#17212B", "#FFFFFF"]


def test_common_extent_makes_equal_lengths_mean_equal_shares() -> None:
    wide, narrow = bar(0.5, 0.2, 0.1, 0.1, 0.1), bar(0, 0, 0, 0.5, 0.5)
    extent = diverging_extent([wide, narrow], 3)
    first = diverging_bars([wide], level_names=NAMES, satisfied_from=3, extent=extent)
    second = diverging_bars([narrow], level_names=NAMES, satisfied_from=3, extent=extent)
    assert first["layout"]["xaxis"]["range"] == second["layout"]["xaxis"]["range"]


def test_bar_with_another_number_of_levels_is_refused() -> None:
    with pytest.raises(FigureError, match="5 levels"):
        diverging_bars([bar(0.5, 0.5)], level_names=NAMES, satisfied_from=3)


def test_no_bar_is_an_empty_figure() -> None:
    figure = diverging_bars([], level_names=NAMES, satisfied_from=3)
    assert figure["layout"]["shapes"] == []
    go.Figure(figure)
