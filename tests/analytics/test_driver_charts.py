"""Figures of the drivers: valid for plotly, drawn from the numbers given and nothing else."""

import json

import plotly.graph_objects as go

from analytics.driver_charts import Axis, Point, ShareBar, quadrant_plot, share_bars

AXIS = Axis(0.8, 1.0, ((0.8, "80"), (0.9, "90")), "Tỷ lệ hài lòng (%)")
NAMES = ("một", "hai", "ba", "bốn")


def test_bars_begin_at_zero_and_lines_end_where_the_interval_does() -> None:
    figure = share_bars([ShareBar(0.3, 0.2, 0.45, "a"), ShareBar(0.1, None, None, "b")], end=0.5)
    go.Figure(figure)
    assert json.loads(json.dumps(figure)) == figure
    (trace,) = figure["data"]
    assert "base" not in trace
    assert [x + up for x, up in zip(trace["x"], trace["error_x"]["array"], strict=True)] == [0.45, 0.1]
    assert figure["layout"]["xaxis"]["range"] == [0, 0.5]
    assert len(figure["layout"]["shapes"]) == 2


def test_plane_has_its_points_where_they_are_and_is_cut_where_it_is_told() -> None:
    points = [Point("1", "Tiếp cận", 0.9, 0.3, True, "a"), Point("2", "Thủ tục", 0.85, 0.2, False, "b")]
    figure = quadrant_plot(points, AXIS, Axis(0.1, 0.4, ((0.2, "20"),), "Tác động"), (0.875, 0.25), NAMES)
    go.Figure(figure)
    (trace,) = figure["data"]
    assert (trace["x"], trace["y"], trace["text"]) == ([0.9, 0.85], [0.3, 0.2], ["1", "2"])
    first, second = figure["layout"]["shapes"]
    assert (first["x0"], first["x1"], second["y0"], second["y1"]) == (0.875, 0.875, 0.25, 0.25)
    corners = {each["text"]: (each["x"], each["y"]) for each in figure["layout"]["annotations"]}
    assert corners == {"một": (0, 1), "hai": (1, 1), "ba": (0, 0), "bốn": (1, 0)}


def test_no_factor_gives_an_empty_figure_and_an_empty_plane() -> None:
    go.Figure(share_bars([]))
    go.Figure(quadrant_plot([], AXIS, AXIS, (0.9, 0.9), NAMES))
