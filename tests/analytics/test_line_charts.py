"""Lines over time: valid for plotly, never joined over a gap or from one questionnaire to the next, drawn from what is given."""

import json

import plotly.graph_objects as go
import pytest

from analytics.charts import Figure
from analytics.errors import FigureError
from analytics.line_charts import BAND, LinePoint, Step, Stretch, share_lines

PERIODS = ("1/2025<br>40", "2/2025<br>0", "3/2025<br>50", "4/2025<br>60")


def point(place: int, share: float = 0.9, **changes: object) -> LinePoint:
    values = {"low": share - 0.05, "high": share + 0.05, "is_few": False, "is_out": False, "hover": "lời", **changes}
    return LinePoint(place=place, share=share, **values)  # type: ignore[arg-type]


def lines(figure: Figure) -> list[Figure]:
    return [trace for trace in figure["data"] if trace["mode"] == "lines" and trace["line"].get("color") == "#0B5C66"]


def bands(figure: Figure) -> list[Figure]:
    return [trace for trace in figure["data"] if trace.get("fillcolor") == BAND]


def test_figure_passes_plotlys_own_schema_and_is_plain_json() -> None:
    figure = share_lines(
        PERIODS,
        [Stretch((point(0), point(2, is_few=True), point(3, is_out=True, note="thấp hơn")), "Phiếu A")],
        targets=[Step(0, 3, 0.9, "chỉ tiêu 90%")],
        limits=[Step(0, 0, 0.8, ""), Step(0, 0, 1.0, "giới hạn trên")],
        centres=[Step(0, 3, 0.91, "trung bình")],
        extent=(0.7, 1.0),
    )
    go.Figure(figure)
    assert json.loads(json.dumps(figure)) == figure
    go.Figure(share_lines((), ()))


def test_a_period_without_a_point_breaks_line_and_band() -> None:
    figure = share_lines(PERIODS, [Stretch((point(0), point(2), point(3)), "")])
    (line,) = lines(figure)
    assert line["x"] == [0, None, 2, 3]
    assert not line["connectgaps"]
    alone, joined = bands(figure)
    assert max(alone["x"]) < 1 < min(joined["x"])


def test_two_questionnaires_are_two_lines_with_their_names_and_a_mark_between() -> None:
    figure = share_lines(PERIODS, [Stretch((point(0), point(1)), "Phiếu A"), Stretch((point(2), point(3)), "Phiếu B")])
    assert [line["x"] for line in lines(figure)] == [[0, 1], [2, 3]]
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == [1.5]
    assert {"Phiếu A", "Phiếu B"} <= {note["text"] for note in figure["layout"]["annotations"]}


def test_a_point_without_an_interval_has_no_band() -> None:
    assert bands(share_lines(PERIODS, [Stretch((point(0, low=None, high=None), point(1, low=None, high=None)), "")])) == []


def test_a_point_beyond_its_limits_has_another_shape_and_a_word() -> None:
    figure = share_lines(PERIODS, [Stretch((point(0), point(1, is_out=True, note="thấp hơn giới hạn")), "")])
    (marks,) = [trace for trace in figure["data"] if trace["mode"] == "markers"]
    assert marks["marker"]["symbol"] == ["circle", "diamond"]
    assert "thấp hơn giới hạn" in {note["text"] for note in figure["layout"]["annotations"]}


def test_words_at_one_end_are_moved_apart() -> None:
    ends = [Step(0, 3, 0.9, "chỉ tiêu 90%"), Step(0, 3, 0.901, "trung bình 90,10%"), Step(0, 3, 0.99, "xa")]
    figure = share_lines(PERIODS, [], targets=ends, extent=(0.8, 1.0))
    y = {note["text"]: note["y"] for note in figure["layout"]["annotations"]}
    assert y["chỉ tiêu 90%"] == 0.9
    assert y["trung bình 90,10%"] - y["chỉ tiêu 90%"] > 0.01
    assert y["xa"] == 0.99


def test_a_point_outside_the_periods_is_refused() -> None:
    with pytest.raises(FigureError, match="4 periods"):
        share_lines(PERIODS, [Stretch((point(4),), "")])
