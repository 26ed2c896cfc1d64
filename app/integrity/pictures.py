"""The evidence as two small drawings, in numbers a template puts into SVG: the day's hours, and the other units on a line."""

from dataclasses import dataclass

from app.integrity.reading import FlagView
from app.vietnamese import decimal_comma, percent, points, whole


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour: left edge and width in percent of the drawing, height and the usual's height in pixels from the base."""

    x: float
    width: float
    height: float
    usual_height: float
    label: str
    count: str
    usual: str
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class PeerLine:
    """The other units and the one in question on one axis; places in percent of its length."""

    peers: tuple[float, ...]
    own: float
    usual: float
    low_text: str
    high_text: str
    own_text: str
    usual_text: str


HEIGHT = 120
"""Pixels of the tallest bar."""


def draw_hours(view: FlagView) -> tuple[Bar, ...]:
    """The hours of the flagged device's day; empty for a flag about a unit."""
    if not view.hours:
        return ()
    most = max(1.0, *(max(point.sheets, point.usual) for point in view.hours))
    step = 100 / len(view.hours)
    flagged = (view.first_hour + 7) % 24
    return tuple(
        Bar(
            x=number * step + step * 0.15,
            width=step * 0.7,
            height=HEIGHT * point.sheets / most,
            usual_height=HEIGHT * point.usual / most,
            label=f"{point.hour_of_day}",
            count=whole(point.sheets),
            usual=decimal_comma(point.usual, 1),
            is_flagged=point.hour_of_day == flagged,
        )
        for number, point in enumerate(view.hours)
    )


def draw_peers(view: FlagView) -> PeerLine | None:
    """The unit among the others; None where it was not held against them."""
    if not view.peers:
        return None
    is_gap = view.kind == "desk_phone_gap"
    own = (view.share or 0.0) - (view.usual or 0.0) if is_gap else view.share or 0.0
    usual = (view.expected if is_gap else view.usual) or 0.0
    low, high = min(*view.peers, own), max(*view.peers, own)
    room = max(high - low, 0.01) * 0.08
    low, high = low - room, high + room
    low, high = (low, high) if is_gap else (max(low, 0.0), min(high, 1.0))
    tell = points if is_gap else percent

    def place(value: float) -> float:
        return 100 * (value - low) / (high - low)

    return PeerLine(tuple(map(place, view.peers)), place(own), place(usual), tell(low), tell(high), tell(own), tell(usual))
