"""Shares over time as plotly figures: a line with its interval, its target, its limits. Draws what it is given, computes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from analytics.charts import INK, PAPER, Figure
from analytics.errors import FigureError

LINE: Final = "#0B5C66"
BAND: Final = "rgba(127, 184, 174, 0.32)"
MUTED: Final = "#52606D"
GRID: Final = "#EEEBE3"
OUT: Final = "#A63A24"
_HEADING: Final = 17  # pixels for the words over a line
_BELOW: Final = 52  # pixels for two lines under the axis
_AIR: Final = 0.6  # of a period, at both ends
_NOTE: Final = 15  # pixels between a point and its words
_EDGE: Final = 0.12  # of the axis: closer to its lower end there is no room below a point
_PAD: Final = 0.02  # of the axis, at both ends: a line at 100 % is drawn whole
_LABEL_ROOM: Final = 0.062  # of the axis: the height of a label in a figure of some 260 pixels


@dataclass(frozen=True, slots=True)
class LinePoint:
    """One period of a line. `place` counts periods from 0; share and ends are 0–1, ends None where none is drawn.

    `is_few` is drawn hollow, `is_out` as a diamond with `note` beside it; `hover` is what is read when it is touched.
    """

    place: int
    share: float
    low: float | None
    high: float | None
    is_few: bool
    is_out: bool
    hover: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A level that holds over the periods first … last (both included), with the words beside its right end ("": none)."""

    first: int
    last: int
    share: float
    words: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """One line: its points in order, and the words where it begins ("": none). Lines are never joined."""

    points: tuple[LinePoint, ...]
    words: str


def share_lines(
    periods: Sequence[str],
    stretches: Sequence[Stretch],
    *,
    targets: Sequence[Step] = (),
    limits: Sequence[Step] = (),
    centres: Sequence[Step] = (),
    extent: tuple[float, float] = (0.0, 1.0),
) -> Figure:
    """Lines over `periods` (the words under the axis, `<br>` between lines), targets dashed, control limits dotted.

    Within a stretch neighbouring periods are joined and share one band; a period without a point leaves a gap. `extent` are the
    ends of the axis of shares. No stretch: the empty frame. Raises FigureError for a point outside the periods.
    """
    n = len(periods)
    if any(not 0 <= point.place < n for stretch in stretches for point in stretch.points):
        raise FigureError(f"This figure has {n} periods; every point lies in one of them.")
    traces: list[Figure] = []
    notes: list[Figure] = []
    named = 0
    for stretch in stretches:
        traces += [_band(run) for run in _runs(stretch.points) if any(p.low is not None for p in run)]
        traces.append(_line(stretch))
        traces.append(_markers(stretch))
        notes += [_note(p.place, p.share, p.note, OUT, yshift=_aside(p, extent), anchor="center") for p in stretch.points if p.note]
        if stretch.words and stretch.points:
            notes.append(_heading(stretch.points[0].place, stretch.words, row=named % 2))
            named += 1
    ends: list[tuple[Step, str]] = []
    for steps, dash, colour in ((targets, "dash", INK), (limits, "dot", MUTED), (centres, "solid", MUTED)):
        if steps:
            traces.append(_levels(steps, dash, colour))
            ends += [(step, colour) for step in steps if step.words]
    notes += _end_notes(ends, extent)
    breaks = [stretch.points[0].place - 0.5 for stretch in stretches[1:] if stretch.points]
    return {"data": traces, "layout": _layout(periods, extent, notes, [_break(x) for x in breaks], top=26 + min(named, 2) * _HEADING)}


def _runs(points: Sequence[LinePoint]) -> Iterator[list[LinePoint]]:
    """Neighbouring periods with an interval, one list per run."""
    drawn = [p for p in points if p.low is not None and p.high is not None]
    for _, run in groupby(enumerate(drawn), key=lambda pair: pair[1].place - pair[0]):
        yield [point for _, point in run]


def _band(run: Sequence[LinePoint]) -> Figure:
    """The intervals of a run as one band; of a single period as a bar as wide as a third of it."""
    around = [(float(p.place), p.low, p.high) for p in run]
    if len(run) == 1:
        place, low, high = around[0]
        xs, ys = [place - 0.16, place + 0.16, place + 0.16, place - 0.16], [low, low, high, high]
    else:
        xs = [place for place, _, _ in around] + [place for place, _, _ in reversed(around)]
        ys = [low for _, low, _ in around] + [high for _, _, high in reversed(around)]
    return _trace(x=xs, y=ys, mode="lines", line={"width": 0}, fill="toself", fillcolor=BAND, hoverinfo="skip")


def _line(stretch: Stretch) -> Figure:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for point in stretch.points:
        if xs and xs[-1] != point.place - 1:
            xs.append(None)
            ys.append(None)
        xs.append(point.place)
        ys.append(point.share)
    return _trace(x=xs, y=ys, mode="lines", line={"color": LINE, "width": 2.25}, connectgaps=False, hoverinfo="skip")


def _markers(stretch: Stretch) -> Figure:
    points = stretch.points
    return _trace(
        x=[p.place for p in points],
        y=[p.share for p in points],
        mode="markers",
        marker={
            "size": [12 if p.is_out else 8 for p in points],
            "symbol": ["diamond" if p.is_out else "circle" for p in points],
            # A hollow mark is filled with the card's colour, so that the line does not show through it.
            "color": [PAPER if p.is_few else OUT if p.is_out else LINE for p in points],
            "line": {"color": [OUT if p.is_out else LINE for p in points], "width": 1.75},
            "opacity": 1,
        },
        hovertext=[p.hover for p in points],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _levels(steps: Sequence[Step], dash: str, colour: str) -> Figure:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for step in steps:
        xs += [step.first - 0.5, step.last + 0.5, None]
        ys += [step.share, step.share, None]
    line = {"color": colour, "width": 1.5 if dash == "dash" else 1.1, "dash": dash}
    return _trace(x=xs, y=ys, mode="lines", line=line, connectgaps=False, hoverinfo="skip")


def _aside(point: LinePoint, extent: tuple[float, float]) -> int:
    """Pixels from a point to its words: away from the middle of the figure, where the line is, unless the edge is too near."""
    low, high = extent
    part = (point.share - low) / (high - low)
    return -_NOTE if _EDGE < part < 0.5 else _NOTE


def _end_notes(ends: Sequence[tuple[Step, str]], extent: tuple[float, float]) -> list[Figure]:
    """The words beside the levels' right ends, moved apart upwards where those of one end would lie on each other."""
    room = (extent[1] - extent[0]) * _LABEL_ROOM
    notes = []
    for last in sorted({step.last for step, _ in ends}):
        floor = float("-inf")
        for step, colour in sorted((end for end in ends if end[0].last == last), key=lambda end: end[0].share):
            y = max(step.share, floor)
            floor = y + room
            notes.append(_note(last + 0.5, y, step.words, colour, xshift=5, anchor="left"))
    return notes


def _trace(**drawn: Any) -> Figure:
    return {"type": "scatter", "cliponaxis": False, "showlegend": False, **drawn}


def _note(x: float, y: float, words: str, colour: str, *, xshift: int = 0, yshift: int = 0, anchor: str) -> Figure:
    return {
        "x": x, "y": y, "text": words, "showarrow": False, "xanchor": anchor, "yanchor": "middle", "align": "left",
        "xshift": xshift, "yshift": yshift, "font": {"size": 12, "color": colour},
    }  # fmt: skip


def _heading(place: int, words: str, row: int) -> Figure:
    """The words over the beginning of a line, at the top of the figure; those of neighbouring lines stand in different rows."""
    return {
        "x": place - 0.4, "y": 1, "yref": "paper", "text": words, "showarrow": False, "xanchor": "left", "yanchor": "bottom",
        "yshift": 6 + (1 - row) * _HEADING,
        "align": "left", "font": {"size": 12, "color": INK},
    }  # fmt: skip


def _break(x: float) -> Figure:
    line = {"color": MUTED, "width": 1, "dash": "dot"}
    return {"type": "line", "xref": "x", "yref": "paper", "x0": x, "x1": x, "y0": 0, "y1": 1, "line": line}


def _layout(periods: Sequence[str], extent: tuple[float, float], notes: Sequence[Figure], shapes: Sequence[Figure], *, top: int) -> Figure:
    pad = (extent[1] - extent[0]) * _PAD
    still = {"fixedrange": True, "zeroline": False, "showline": False, "ticks": ""}
    return {
        "showlegend": False,
        "autosize": True,
        "margin": {"l": 40, "r": 108, "t": top, "b": _BELOW, "pad": 0},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "inherit", "color": INK, "size": 12},
        "hoverlabel": {"bgcolor": INK, "bordercolor": INK, "font": {"color": PAPER, "size": 13}, "align": "left"},
        "hovermode": "closest",
        "dragmode": False,
        "xaxis": {
            **still, "range": [-_AIR, len(periods) - 1 + _AIR], "showgrid": False, "tickmode": "array",
            "tickvals": list(range(len(periods))), "ticktext": list(periods), "tickangle": 0, "automargin": False,
            "tickfont": {"size": 11},
        },
        "yaxis": {
            **still, "range": [extent[0] - pad, extent[1] + pad], "tickformat": ".0%", "gridcolor": GRID, "nticks": 7,
            "automargin": False,
        },
        "annotations": list(notes),
        "shapes": list(shapes),
    }  # fmt: skip
