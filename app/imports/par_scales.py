"""How many points of the administrative-reform index a share earns: one scale for a year, with the document that set it."""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Final

from pydantic import BeforeValidator, Field
from sqlalchemy import select

from analytics.errors import TargetError
from analytics.targets import parse_share
from app.imports.cells import Text, Year
from app.imports.derived_ids import derive_id
from app.imports.plan import Changes, Context, Kind
from app.imports.rows import Row
from app.models import ParScale
from app.queries.par_scales import LINEAR, read_scale

_POINTS: Final = re.compile(r"[0-9]{1,4}([.,][0-9]{1,4})?", re.ASCII)


def _read_points(text: str) -> str:
    if _POINTS.fullmatch(text) is None:
        raise ValueError("no number of points")
    return f"{Decimal(text.replace(',', '.')).normalize():f}"


def _read_bands(text: str) -> str:
    if text.lower() == LINEAR:
        return LINEAR
    bands = []
    for part in text.split(";"):
        share, _, points = part.partition(":")
        try:
            edge = parse_share(share)
        except TargetError:
            raise ValueError("no share") from None
        decimal = Decimal(edge.numerator) / Decimal(edge.denominator)
        if Fraction(decimal) != edge:
            raise ValueError("more digits than a document prints")
        bands.append(f"{decimal.normalize():f}:{_read_points(points.strip())}")
    return ";".join(bands)


Points = Annotated[str, BeforeValidator(_read_points), Field(description="a number of points, as 30 or 12.5")]
BandList = Annotated[
    str,
    BeforeValidator(_read_bands),
    Field(description="linear, or rising bands as 80%:15; 90%:30 – from 80 % on 15 points, from 90 % on 30, below the first band none"),
]


class ParScaleRow(Row):
    """A scale. An empty year: it holds for every year without one of its own; 0 points: no points are shown."""

    year: Year | None = None
    points: Points = Field(description="the most a unit can earn with its satisfaction figure; 0: none are shown")
    bands: BandList = LINEAR
    source: Text = Field(default="", description="the document that set it, as it is cited")


def plan_par_scales(context: Context, rows: Sequence[ParScaleRow]) -> Changes:
    """Scales by year; the same year in another file is the same scale, set anew."""
    known = {row.year: row for row in context.session.scalars(select(ParScale))}
    changes = Changes()
    for row in rows:
        stored = known.get(row.year)
        said = {"points": row.points} | {name: getattr(row, name) for name in ("bands", "source") if row.says(name)}
        otherwise = {"id": derive_id("par", row.year), "year": row.year, "bands": LINEAR, "source": ""}
        # What an empty cell leaves as it is counts too: the stored bands must fit under the new most.
        bands = row.bands if row.says("bands") or stored is None else stored.bands
        if read_scale(row.points, bands, None) is None and Fraction(row.points):
            context.complain(row.number, "bands", "shares rise from band to band, and no band gives more than `points`")
        changes.note(row.number, ParScale, stored, said, otherwise=otherwise)
    context.refuse_repetitions(((row.number, row.year) for row in rows), "year")
    return changes


PAR_SCALES = Kind("par-scales", "Points of the PAR index that a share earns, by year.", ParScaleRow, plan_par_scales)
