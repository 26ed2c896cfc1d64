"""Plotly figures as plain dicts: draw, never compute. Shares and words come in; positions and colours go out.

A figure is JSON for plotly.js, without plotly's Python library: importing that takes most of a second, and nothing of it is needed
to draw. The tests hold every figure against plotly's own schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from analytics.errors import FigureError

RAMP: Final = ("#A63A24", "#E0906F", "#D9D5CB", "#7FB8AE", "#176B62")
"""Five levels, bad to good: diverging, told apart by colour-blind readers and in grey print."""
INK: Final = "#17212B"
PAPER: Final = "#FFFFFF"
_BAR_WIDTH: Final = 0.62
_AIR: Final = 0.02  # of the axis, at both ends

Figure = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LevelBar:
    """One horizontal bar. Per level from bad to good: its share 0–1, the words shown when touched, the text standing on it ("": none).

    A bar nobody answered has shares of 0 and draws nothing.
    """

    shares: tuple[float, ...]
    hovers: tuple[str, ...]
    texts: tuple[str, ...]


def level_colours(n_levels: int) -> tuple[str, ...]:
    """A colour for each level, bad to good: the ramp itself for five, points along it for other scales.

    >>> level_colours(5) == RAMP, level_colours(2), level_colours(3)
    (True, ('#A63A24', '#176B62'), ('#A63A24', '#D9D5CB', '#176B62'))
    """
    if n_levels < 2:
        raise FigureError(f"A scale has two or more levels, not {n_levels}.")
    stops = [place * (len(RAMP) - 1) / (n_levels - 1) for place in range(n_levels)]
    return tuple(_between(RAMP[int(stop)], RAMP[min(int(stop) + 1, len(RAMP) - 1)], stop % 1) for stop in stops)


def _between(first: str, second: str, part: float) -> str:
    channels = (round(int(first[at : at + 2], 16) * (1 - part) + int(second[at : at + 2], 16) * part) for at in (1, 3, 5))
    return "#" + "".join(f"{channel:02X}" for channel in channels)


def _text_colour(n_levels: int, level: int) -> str:
    """White on the two ends, ink on everything between: the middle tones carry no white text."""
    return PAPER if level in (0, n_levels - 1) else INK


def _start(shares: Sequence[float], satisfied_from: int) -> float:
    """Where a bar begins so that the middle of its neutral level, or the border to the satisfied levels, lies at zero."""
    n_levels = len(shares)
    has_neutral = n_levels % 2 == 1 and satisfied_from == n_levels // 2 + 1
    below = sum(shares[: satisfied_from - 1]) + shares[satisfied_from - 1] / 2 if has_neutral else sum(shares[:satisfied_from])
    return -below


def diverging_extent(bars: Sequence[LevelBar], satisfied_from: int) -> tuple[float, float]:
    """The ends of the axis that several figures share, so that equal lengths mean equal shares; (-0.5, 0.5) without bars.

    >>> diverging_extent([LevelBar((0.2, 0.8), ("", ""), ("", ""))], satisfied_from=1)
    (-0.2, 0.8)
    """
    starts = [_start(bar.shares, satisfied_from) for bar in bars if sum(bar.shares) > 0]
    ends = [_start(bar.shares, satisfied_from) + sum(bar.shares) for bar in bars if sum(bar.shares) > 0]
    return (min(starts), max(ends)) if starts else (-0.5, 0.5)


def diverging_bars(
    bars: Sequence[LevelBar],
    *,
    level_names: Sequence[str],
    satisfied_from: int,
    extent: tuple[float, float] | None = None,
) -> Figure:
    """Stacked bars over the levels of a scale, one below the other in the order given, all lined up on the neutral level.

    `satisfied_from` is the position of the lowest satisfied level. With an odd scale whose middle lies just below it, that middle
    level ("Bình thường") is centred on the vertical line; otherwise the line separates dissatisfied from satisfied. `extent`
    fixes the axis when several figures are compared. No bar: an empty figure. Raises FigureError when a bar has another number
    of levels than there are names.

    The page sets the vertical positions to its table's rows; as given, row i lies at y = i, the first on top.
    """
    n_levels = len(level_names)
    for bar in bars:
        if not len(bar.shares) == len(bar.hovers) == len(bar.texts) == n_levels:
            raise FigureError(f"A bar of this figure has {n_levels} levels; shares, hovers and texts need as many.")
    low, high = diverging_extent(bars, satisfied_from) if extent is None else extent
    air = (high - low) * _AIR
    colours = level_colours(n_levels)
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "name": level_names[level],
            "y": list(range(len(bars))),
            "x": [bar.shares[level] for bar in bars],
            "base": [_start(bar.shares, satisfied_from) + sum(bar.shares[:level]) for bar in bars],
            "width": _BAR_WIDTH,
            "marker": {"color": colours[level], "line": {"color": PAPER, "width": 1}},
            "text": [bar.texts[level] for bar in bars],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "constraintext": "none",
            "textfont": {"size": 11.5, "color": _text_colour(n_levels, level)},
            "hovertext": [bar.hovers[level] for bar in bars],
            "hovertemplate": "%{hovertext}<extra></extra>",
        }
        for level in range(n_levels)
    ]
    return {"data": traces, "layout": _layout(len(bars), low - air, high + air)}


def _layout(n_bars: int, low: float, high: float) -> Figure:
    bare = {"visible": False, "fixedrange": True}
    return {
        "barmode": "overlay",  # every piece says where it begins
        "bargap": 0,
        "showlegend": False,
        "autosize": True,
        "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "inherit", "color": INK},
        "hoverlabel": {"bgcolor": INK, "bordercolor": INK, "font": {"color": PAPER, "size": 13}, "align": "left"},
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": {**bare, "range": [low, high]},
        "yaxis": {**bare, "range": [n_bars - 0.5, -0.5]},
        # One piece of the line per bar, so that a page may draw it beside its bars only.
        "shapes": [
            {
                "type": "line",
                "xref": "x",
                "yref": "y",
                "x0": 0,
                "x1": 0,
                "y0": row - 0.5,
                "y1": row + 0.5,
                "layer": "above",
                "line": {"color": INK, "width": 1.25},
            }
            for row in range(n_bars)
        ],
    }
