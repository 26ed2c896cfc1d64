"""Figures of the drivers: shares as bars with their intervals, and importance against performance. Draw, never compute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analytics.charts import INK, PAPER, Figure

ACCENT: Final = "#0B5C66"
SOFT: Final = "#7FB8AE"
_MUTED: Final = "#52606D"
_BAR_WIDTH: Final = 0.62


@dataclass(frozen=True, slots=True)
class ShareBar:
    """One bar from zero: its share 0–1, the ends of its interval (None: without one), the words shown when touched."""

    share: float
    low: float | None
    high: float | None
    hover: str


@dataclass(frozen=True, slots=True)
class Point:
    """One factor in the plane: its number or code, its name, the two shares, whether it stands out, the words when touched."""

    code: str
    name: str
    performance: float
    importance: float
    stands_out: bool
    hover: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Ends of an axis, its ticks (place and text) and its title."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    title: str


def share_bars(bars: Sequence[ShareBar], end: float = 1.0) -> Figure:
    """Bars from zero to `end`, one below the other in the order given, each with its interval as a line. No bar: an empty figure.

    The page sets the vertical positions to its table's rows; as given, row i lies at y = i, the first on top.
    """
    above = [bar.high - bar.share if bar.high is not None else 0.0 for bar in bars]
    below = [bar.share - bar.low if bar.low is not None else 0.0 for bar in bars]
    trace: Figure = {
        "type": "bar",
        "orientation": "h",
        "y": list(range(len(bars))),
        "x": [bar.share for bar in bars],
        "width": _BAR_WIDTH,
        "marker": {"color": SOFT},
        "error_x": {
            "type": "data", "symmetric": False, "array": above, "arrayminus": below, "color": INK, "thickness": 1.5, "width": 4,
        },
        "hovertext": [bar.hover for bar in bars],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }  # fmt: skip
    bare = {"visible": False, "fixedrange": True}
    layout = _layout() | {
        "bargap": 0,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
        "xaxis": {**bare, "range": [0, end]},
        "yaxis": {**bare, "range": [len(bars) - 0.5, -0.5]},
        "shapes": [
            {
                "type": "line", "xref": "x", "yref": "y", "x0": 0, "x1": 0, "y0": row - 0.5, "y1": row + 0.5, "layer": "above",
                "line": {"color": INK, "width": 1.25},
            }
            for row in range(len(bars))
        ],
    }  # fmt: skip
    return {"data": [trace], "layout": layout}


def quadrant_plot(points: Sequence[Point], across: Axis, up: Axis, cuts: tuple[float, float], names: tuple[str, str, str, str]) -> Figure:
    """Performance to the right, importance upwards, cut at `cuts` (performance, importance) by dashed lines.

    `names` stand in the corners: top left, top right, bottom left, bottom right. No point: the empty plane.
    """
    trace: Figure = {
        "type": "scatter",
        "mode": "markers+text",
        "x": [point.performance for point in points],
        "y": [point.importance for point in points],
        "text": [point.code for point in points],
        "textposition": "middle center",
        "textfont": {"size": 13, "color": [PAPER if point.stands_out else INK for point in points]},
        "marker": {
            "size": 28,
            "color": [ACCENT if point.stands_out else PAPER for point in points],
            "line": {"color": ACCENT, "width": 2},
        },
        "hovertext": [point.hover for point in points],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
    }
    line = {"type": "line", "layer": "below", "line": {"color": _MUTED, "width": 1.25, "dash": "dash"}}
    corners = zip(names, ((0, 1), (1, 1), (0, 0), (1, 0)), strict=True)
    layout = _layout() | {
        "margin": {"l": 56, "r": 8, "t": 8, "b": 48, "pad": 0},
        "xaxis": _axis(across),
        "yaxis": _axis(up),
        "shapes": [
            {**line, "xref": "x", "yref": "paper", "x0": cuts[0], "x1": cuts[0], "y0": 0, "y1": 1},
            {**line, "xref": "paper", "yref": "y", "x0": 0, "x1": 1, "y0": cuts[1], "y1": cuts[1]},
        ],
        "annotations": [
            {
                "text": name, "xref": "paper", "yref": "paper", "x": x, "y": y, "showarrow": False,
                "xanchor": "right" if x else "left", "yanchor": "top" if y else "bottom",
                "xshift": -8 if x else 8, "yshift": -6 if y else 6,
                "font": {"size": 13, "color": ACCENT if (x, y) == (0, 1) else _MUTED},
                "bgcolor": PAPER,  # a narrow quadrant's words reach across the line: they interrupt it, it does not strike them out
            }
            for name, (x, y) in corners
        ],
    }  # fmt: skip
    return {"data": [trace], "layout": layout}


def _axis(axis: Axis) -> Figure:
    return {
        "range": [axis.low, axis.high],
        "fixedrange": True,
        "tickvals": [place for place, _ in axis.ticks],
        "ticktext": [text for _, text in axis.ticks],
        "tickfont": {"size": 12, "color": _MUTED},
        "title": {"text": axis.title, "font": {"size": 13, "color": _MUTED}, "standoff": 8},
        "showgrid": False,
        "zeroline": False,
        "showline": True,
        "mirror": True,
        "linecolor": "#E2DED4",
    }


def _layout() -> Figure:
    return {
        "showlegend": False,
        "autosize": True,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "inherit", "color": INK},
        "hoverlabel": {"bgcolor": INK, "bordercolor": INK, "font": {"color": PAPER, "size": 13}, "align": "left"},
        "hovermode": "closest",
        "dragmode": False,
    }
