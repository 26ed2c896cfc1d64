"""Points of the administrative-reform index (PAR) for a share: in proportion, or by bands."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from analytics.errors import FigureError


@dataclass(frozen=True, slots=True)
class Bands:
    """A scale cut into bands: `edges` rise strictly, `values` has one more, for what lies below, between and above.

    Every edge belongs to exactly one band, by `edge_goes`: "up" to the one that begins there (from 15 on), "down" to
    the one that ends there (up to and including 15). So nothing is dropped between them: a published scale that wrote
    "> 15" and "< 15" had no band for 15. Raises FigureError for edges that do not rise or a wrong number of values.

    >>> grades = Bands((Fraction(10), Fraction(15)), ("C", "B", "A"))
    >>> [grades.find(Fraction(points)) for points in ("9.99", "10", "14.99", "15", "20")]
    ['C', 'B', 'B', 'A', 'A']
    >>> Bands((Fraction(15),), ("B", "A"), edge_goes="down").find(Fraction(15))
    'B'
    """

    edges: tuple[Fraction, ...]
    values: tuple[Fraction | str, ...]
    edge_goes: Literal["up", "down"] = "up"

    def __post_init__(self) -> None:
        if any(left >= right for left, right in zip(self.edges, self.edges[1:], strict=False)):
            raise FigureError("The edges of bands rise from one to the next.")
        if len(self.values) != len(self.edges) + 1:
            raise FigureError(f"{len(self.edges)} edges make {len(self.edges) + 1} bands, not {len(self.values)}.")

    def find(self, value: Fraction) -> Fraction | str:
        """The value of the band that holds `value`, compared as fractions, never as rounded floats."""
        place = bisect_right(self.edges, value) if self.edge_goes == "up" else bisect_left(self.edges, value)
        return self.values[place]


def par_points(share: Fraction | None, most: Fraction, bands: Bands | None = None) -> Fraction | None:
    """The points that a share (0–1) earns out of `most`; None for a share that does not exist.

    Linear by default: share × most, exactly; rounding is the printer's. With `bands` over the share the points of its
    band, whose values must be numbers from 0 to `most`. Raises FigureError for a share outside 0–1 or such a value.

    >>> float(par_points(Fraction("0.7810"), Fraction(30)))
    23.43
    >>> steps = Bands((Fraction("0.8"), Fraction("0.9")), (Fraction(0), Fraction(15), Fraction(30)))
    >>> par_points(Fraction(9, 10), Fraction(30), steps), par_points(Fraction("0.7999"), Fraction(30), steps)
    (Fraction(30, 1), Fraction(0, 1))
    """
    if share is None:
        return None
    if not 0 <= share <= 1:
        raise FigureError(f"Points are given for a share between 0 and 1, not for {share}; divide a percentage by 100.")
    if bands is None:
        return share * most
    points = bands.find(share)
    if isinstance(points, str) or not 0 <= points <= most:
        raise FigureError(f"The bands of an index with {most} points give points from 0 to {most}.")
    return points
