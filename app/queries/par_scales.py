"""Points of the administrative-reform index: the scale in force."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.errors import FigureError
from analytics.par_points import Bands, par_points
from app.models import ParScale

LINEAR: Final = "linear"


@dataclass(frozen=True, slots=True)
class PointScale:
    """How a share becomes points: in proportion to `most`, or by bands; `source` is the document that says so."""

    most: Fraction
    bands: Bands | None
    source: str | None

    def points(self, share: Fraction | None) -> Fraction | None:
        """The points of a share; None without one."""
        return par_points(share, self.most, self.bands)


def find_par_scale(session: Session, year: int | None) -> PointScale | None:
    """The scale of a year, else the one for every year; of no year asked the latest. None: no scale was set, or one of 0 points."""
    by_year = {row.year: row for row in session.scalars(select(ParScale))}
    wanted = max((known for known in by_year if known is not None), default=None) if year is None else year
    row = by_year.get(wanted) or by_year.get(None)
    return None if row is None else read_scale(row.points, row.bands, row.source or None)


def read_scale(points: str, bands: str, source: str | None) -> PointScale | None:
    """A scale from the texts it is stored as; None for 0 points, edges that do not rise, or a band above the most.

    >>> scale = read_scale("30", "0.8:15;0.9:30", None)
    >>> [int(scale.points(Fraction(percent, 100))) for percent in (79, 80, 89, 90, 100)]
    [0, 15, 15, 30, 30]
    >>> float(read_scale("30", "linear", None).points(Fraction("0.7810")))
    23.43
    """
    most = Fraction(points)
    if not most:
        return None
    if bands == LINEAR:
        return PointScale(most, None, source)
    pairs = [tuple(map(Fraction, part.split(":"))) for part in bands.split(";")]
    try:
        found = Bands(tuple(edge for edge, _ in pairs), (Fraction(0), *(value for _, value in pairs)))
    except FigureError:
        return None
    return PointScale(most, found, source) if all(value <= most for _, value in pairs) else None
