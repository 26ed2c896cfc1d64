"""What stands in each square, and what a row of squares says. Certain or not at all: what could be read two ways is shown to a person.

Measured is ink that the printed page does not explain, as a share of a square's inside; the grey digit, the frame and words beside it
are known from the empty page. By the form's own instruction a square filled in is a choice taken back, so a filled square is never read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from kiosk.paper_geometry import PIXELS_PER_MM, FormPage, Spot
from kiosk.scans.placing import FoundSheet, LaidPage, Shade, lay_over, printed_shade

Doubt = Literal["faint", "filled", "outside", "several", "written"]
"""faint: too little ink to tell a mark from dirt or an eraser. filled: filled in or crossed out. outside: ink around the square.
several: more than one square of the row. written: words in a place a machine does not read."""
DOUBTS: Final[tuple[Doubt, ...]] = ("faint", "filled", "outside", "several", "written")

# Shares of the inside of a square of 5 mm, in ink as black as the print; a larger square is crossed by longer strokes, not by
# wider ones. A tick of a 0.3 mm ballpoint is 0.04, an X of 0.6 mm 0.25.
_EMPTY_SHARE: Final = 0.006
"""A thin pen shot out of focus leaves 0.018; an empty square on a noisy photograph up to 0.008, and is then asked about."""
_MARKED_SHARE: Final = 0.025
_FILLED_SHARE: Final = 0.38
_FILLED_SPREAD: Final = 0.8
_INKED_PART: Final = 0.1
_OUTSIDE_CLEAN_SHARE: Final = 0.012
_OUTSIDE_SHARE: Final = 0.10
_THROUGH_SHARE: Final = 0.012
_LEAST_TOLERANCE, _MOST_TOLERANCE = 0.07, 0.15
"""Shade that paper, JPEG and shadows may differ by without being ink: little on a clean scan, so that a light pencil is seen."""
_NOISE_WIDTHS: Final = 5.0
_BARE_SHADE: Final = 0.97
_USUAL_INNER_MM: Final = 4.1
_INSET_MM, _RING_FROM_MM, _RING_TO_MM, _SIDE_TO_MM = 0.45, 0.35, 1.9, 1.3
_LEAST_WRITING_MM2: Final = 1.5
_JPEG_QUALITY: Final = 70
_STRIP_MARGIN_MM, _SIDE_MARGIN_MM = 3.5, 7.0


@dataclass(frozen=True, slots=True)
class Ink:
    """Of one square: ink inside and around it, as shares of the two areas (that of a large square weighted by its side).

    `spread` is the share of its 5 × 5 parts that hold any; `through` the ink of a line that leaves it on two opposite sides, away from the
    corners, where no cross leaves it.
    """

    inside: float
    outside: float
    spread: float
    through: float = 0.0


@dataclass(frozen=True, slots=True)
class CellReading:
    """What a row of squares says: the key, None for blank. With a doubt the key means nothing and a person looks."""

    key: str | None
    doubt: Doubt | None = None

    @property
    def is_certain(self) -> bool:
        """Whether nobody needs to look."""
        return self.doubt is None


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """One page read: its number from 1, every cell of it, and the page laid straight."""

    page: int
    readings: Mapping[str, CellReading]
    shade: Shade


def read_page(sheet: FoundSheet, pages: Sequence[FormPage]) -> ScannedPage:
    """A found sheet, read as whichever page of its form it is. Raises ScanUnreadable: "corners", "print"."""
    laid = lay_over(sheet, pages)
    return ScannedPage(laid.number + 1, read_marks(laid, pages[laid.number]), laid.shade)


def read_marks(laid: LaidPage, page: FormPage) -> dict[str, CellReading]:
    """Every cell of a page by its name."""
    ink = _unexplained(laid.shade, printed_shade(page))
    readings: dict[str, CellReading] = {}
    for cell in page.cells:
        spots = [spot for spot in page.spots if spot.cell == cell]
        if spots[0].key:
            readings[cell] = read_row({spot.key: _measure(ink, spot) for spot in spots})
        else:
            readings[cell] = CellReading(None, "written" if _is_written(ink, spots[0]) else None)
    return readings


def read_row(row: Mapping[str, Ink]) -> CellReading:
    """One answer out of the squares of one question.

    >>> clean, cross = Ink(0.0, 0.0, 0.0), Ink(0.2, 0.03, 0.5)
    >>> read_row({"1": clean, "2": cross})
    CellReading(key='2', doubt=None)
    >>> read_row({"1": cross, "2": cross}).doubt, read_row({"1": clean, "2": clean}).key
    ('several', None)
    """
    marked = [key for key, ink in row.items() if ink.inside >= _MARKED_SHARE]
    if len(marked) > 1:
        return CellReading(None, "several")
    if any(ink.inside > _FILLED_SHARE or ink.spread > _FILLED_SPREAD or ink.through > _THROUGH_SHARE for ink in row.values()):
        return CellReading(None, "filled")
    if any(_EMPTY_SHARE < ink.inside < _MARKED_SHARE for ink in row.values()):
        return CellReading(None, "faint")
    if any(ink.outside > (_OUTSIDE_SHARE if key in marked else _OUTSIDE_CLEAN_SHARE) for key, ink in row.items()):
        return CellReading(None, "outside")
    return CellReading(marked[0] if marked else None)


def _unexplained(shade: Shade, printed: Shade) -> Shade:
    """Ink the printed page does not explain, 0 to 1; print may lie two pixels (0.25 mm) off its place."""
    import cv2

    explained = cv2.erode(printed, np.ones((5, 5), np.uint8))
    over = explained - cv2.blur(shade, (3, 3))
    bare = over[::3, ::3][explained[::3, ::3] > _BARE_SHADE]
    noise = 1.4826 * float(np.median(np.abs(bare - np.median(bare))))
    tolerance = min(max(_LEAST_TOLERANCE, _NOISE_WIDTHS * noise), _MOST_TOLERANCE)
    return np.asarray(np.clip(over - tolerance, 0, 1) / (1 - tolerance), dtype=np.float32)


def _measure(ink: Shade, spot: Spot) -> Ink:
    inside = _cut(ink, spot, -_INSET_MM)
    around, near = _cut(ink, spot, _RING_TO_MM), _cut(ink, spot, _RING_FROM_MM)
    ring_pixels = max(1, around.size - near.size)
    parts = [float(part.mean()) for band in np.array_split(inside, 5) for part in np.array_split(band, 5, axis=1)]
    return Ink(
        inside=float(inside.mean()) * (spot.right - spot.left - 2 * _INSET_MM) / _USUAL_INNER_MM,
        outside=max(0.0, float(around.sum() - near.sum())) / ring_pixels,
        spread=sum(part > _INKED_PART for part in parts) / len(parts),
        through=_through(ink, spot),
    )


def _through(ink: Shade, spot: Spot) -> float:
    """The weaker of two opposite sides: ink just outside the middle three fifths of a side."""
    fifth = (spot.right - spot.left) / 5
    beside = [
        replace(spot, left=spot.left - _SIDE_TO_MM, right=spot.left - _RING_FROM_MM, top=spot.top + fifth, bottom=spot.bottom - fifth),
        replace(spot, left=spot.right + _RING_FROM_MM, right=spot.right + _SIDE_TO_MM, top=spot.top + fifth, bottom=spot.bottom - fifth),
        replace(spot, left=spot.left + fifth, right=spot.right - fifth, top=spot.top - _SIDE_TO_MM, bottom=spot.top - _RING_FROM_MM),
        replace(spot, left=spot.left + fifth, right=spot.right - fifth, top=spot.bottom + _RING_FROM_MM, bottom=spot.bottom + _SIDE_TO_MM),
    ]
    left, right, above, below = (float(_cut(ink, side, 0.0).mean()) for side in beside)
    return max(min(left, right), min(above, below))


def _cut(ink: Shade, spot: Spot, margin: float) -> Shade:
    left, top, right, bottom = (
        round(value * PIXELS_PER_MM) for value in (spot.left - margin, spot.top - margin, spot.right + margin, spot.bottom + margin)
    )
    return ink[max(0, top) : bottom, max(0, left) : right]


def _is_written(ink: Shade, spot: Spot) -> bool:
    return float(_cut(ink, spot, 0.0).sum()) / PIXELS_PER_MM**2 > _LEAST_WRITING_MM2


def page_jpeg(shade: Shade) -> bytes:
    """A page laid straight, as a person looks at it."""
    import cv2

    _, packed = cv2.imencode(".jpg", (shade * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return packed.tobytes()


def crop_jpeg(page: bytes, spots: Sequence[Spot]) -> bytes:
    """The strip of one row of squares, or of a place to write in; each square bears its digit, so it needs no words beside it."""
    import cv2

    picture = np.asarray(cv2.imdecode(np.frombuffer(page, np.uint8), cv2.IMREAD_GRAYSCALE))
    top, bottom = min(spot.top for spot in spots) - _STRIP_MARGIN_MM, max(spot.bottom for spot in spots) + _STRIP_MARGIN_MM
    margin = _SIDE_MARGIN_MM if any(spot.key for spot in spots) else _STRIP_MARGIN_MM
    left, right = min(spot.left for spot in spots) - margin, max(spot.right for spot in spots) + margin
    strip = picture[
        round(max(0, top) * PIXELS_PER_MM) : round(bottom * PIXELS_PER_MM), round(left * PIXELS_PER_MM) : round(right * PIXELS_PER_MM)
    ]
    _, packed = cv2.imencode(".jpg", strip, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return packed.tobytes()
