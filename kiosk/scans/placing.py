"""Where the sheet lies in a picture: its number from the QR, its corners from the four black squares, then laid over the printed page.

The QR tells which way up the sheet is and about how large a square must be; the four squares give the perspective; what is printed on the
page itself – frames and words, wherever nobody wrote – takes out the rest: a curved sheet, a lens, a printer that scales.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import ScanUnreadable, SerialMistyped
from kiosk.paper_geometry import MARKERS, PAGE_HEIGHT, PAGE_WIDTH, PIXELS_PER_MM, FormPage
from kiosk.paper_serial import normalise_serial
from kiosk.scans.pictures import Gray

Shade = NDArray[np.float32]
"""Picture of a page, `PIXELS_PER_MM`, 0 as black as its print to 1 bare paper."""
Points = NDArray[np.float64]

_WORKING_SIDE: Final = 2400
_QR_MODULES_MM: Final = 15 * 21 / 29
_MARKER_MM: Final = 5.0
_MOST_PER_CORNER: Final = 4
_FARTHEST_QR_MM: Final = 4.0
"""How far the QR may lie from its printed place once the squares are in theirs: a bent sheet moves it 2 mm, a wrong square 10 and more."""
_SEARCH_MM: Final = 2.5
_PATCH_MM: Final = 10.0
_LEAST_AGREEMENT: Final = 0.6
_COARSE: Final = 4  # pixels per mm of what is compared


@dataclass(frozen=True, slots=True)
class FoundSheet:
    """A sheet in a picture: its number, the QR's corners (clockwise from its upper left) and everything that may be a corner square."""

    picture: Gray
    serial: str
    qr: Points
    candidates: Points


@dataclass(frozen=True, slots=True)
class LaidPage:
    """A sheet laid over its page: which one (from 0), its shades in the page's own place, and how well print lies on print, 0 to 1."""

    number: int
    shade: Shade
    agreement: float


def find_sheet(picture: Gray) -> FoundSheet:
    """Look for the number and the corner squares. Raises ScanUnreadable: "number", "numbers", "corners"."""
    import cv2

    share = min(1.0, _WORKING_SIDE / max(picture.shape))
    small: Gray = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA) if share < 1 else picture  # type: ignore[assignment]
    serial, qr = _read_number(small, picture, share)
    candidates = _find_squares(small, qr)
    if len(candidates) < len(MARKERS):
        raise ScanUnreadable("corners")
    return FoundSheet(picture, serial, qr / share, candidates / share)


def _read_number(small: Gray, picture: Gray, share: float) -> tuple[str, Points]:
    # What was shot out of focus is read once it is sharpened; most pages are read at the first look.
    for image, scale in _looks(small, picture, share):
        found: dict[str, Points] = {}
        for text, corners in _read_codes(image):
            try:
                found[normalise_serial(text)] = corners * scale
            except SerialMistyped:
                continue
        if len(found) > 1:
            raise ScanUnreadable("numbers")
        if found:
            return next(iter(found.items()))
    raise ScanUnreadable("number")


def _looks(small: Gray, picture: Gray, share: float) -> Iterator[tuple[Gray, float]]:
    import cv2

    yield small, 1.0
    yield picture, share
    yield _sharpen(small), 1.0
    yield _sharpen(_as_gray(cv2.resize(small, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))), 0.5


def _as_gray(picture: object) -> Gray:
    """OpenCV promises an array of any numbers; of a grey picture it makes a grey picture."""
    return np.asarray(picture, dtype=np.uint8)


def _sharpen(image: Gray) -> Gray:
    import cv2

    return _as_gray(cv2.addWeighted(image, 2.5, cv2.GaussianBlur(image, (0, 0), 2), -1.5, 0))


def _read_codes(image: Gray) -> list[tuple[str, Points]]:
    import zxingcpp

    codes = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]), try_invert=False)
    places = [(code.text, code.position) for code in codes]
    return [
        (text, np.array([(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)], dtype=float))
        for text, at in places
    ]


def _find_squares(small: Gray, qr: Points) -> Points:
    """Centres of black squares about as large as the corner squares must be; a square a citizen filled in is one of them."""
    import cv2

    side = float(np.mean(np.linalg.norm(qr - np.roll(qr, -1, axis=0), axis=1))) * _MARKER_MM / _QR_MODULES_MM
    block = max(3, int(side * 4)) | 1
    dark = cv2.adaptiveThreshold(small, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, block, 20)
    contours, _ = cv2.findContours(dark, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    centres = []
    for contour in contours:
        area = cv2.contourArea(contour)
        if not 0.35 * side**2 < area < 2.6 * side**2:
            continue
        (_, (width, height), _) = cv2.minAreaRect(contour)
        if min(width, height) < 0.6 * max(width, height) or area < 0.78 * width * height:
            continue
        moments = cv2.moments(contour)
        x, y = moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]
        reach = max(1, int(min(width, height) * 0.25))
        core = dark[max(0, int(y) - reach) : int(y) + reach + 1, max(0, int(x) - reach) : int(x) + reach + 1]
        if core.mean() > 0.9 * 255:
            centres.append((x, y))
    return np.array(centres, dtype=float).reshape(-1, 2)


def lay_over(sheet: FoundSheet, pages: Sequence[FormPage]) -> LaidPage:
    """The sheet in the place of the page it is, whichever of the form's pages that may be.

    Raises ScanUnreadable: "corners" when no four squares put the QR in its place, "print" when what is printed is another page.
    """
    import cv2

    printed = [_printed(page.picture) for page in pages]
    matrix = _find_perspective(sheet, printed[0].qr)
    size = (int(PAGE_WIDTH * PIXELS_PER_MM), int(PAGE_HEIGHT * PIXELS_PER_MM))
    scaled = np.diag([PIXELS_PER_MM, PIXELS_PER_MM, 1.0]) @ matrix
    flat = _as_gray(cv2.warpPerspective(sheet.picture, scaled, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    shade = _even_out(flat)
    coarse = _coarsen(shade)
    best = max(
        ((number, *_compare(coarse, page)) for number, page in enumerate(printed)),
        key=lambda found: found[1],
    )
    number, agreement, anchors = best
    if agreement < _LEAST_AGREEMENT or len(anchors) < 12:
        raise ScanUnreadable("print")
    return LaidPage(number, _bend(shade, anchors), agreement)


@dataclass(frozen=True, slots=True)
class _Printed:
    """The empty page: its shades, the same coarsely, where its QR is (mm), and patches by their upper left corners (coarse pixels)."""

    shade: Shade
    coarse: Shade
    qr: Points
    patches: tuple[tuple[int, int], ...]


@lru_cache(maxsize=128)
def _printed(png: bytes) -> _Printed:
    import cv2

    size = (int(PAGE_WIDTH * PIXELS_PER_MM), int(PAGE_HEIGHT * PIXELS_PER_MM))
    gray = _as_gray(
        cv2.resize(np.asarray(cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)), size, interpolation=cv2.INTER_AREA)
    )
    shade = np.asarray(gray / np.float32(255), dtype=np.float32)
    coarse = _coarsen(shade)
    (_, qr), *_ = _read_codes(gray)
    side, step = int(_PATCH_MM * _COARSE), int(_PATCH_MM * _COARSE * 0.8)
    # Below the head, whose number differs from form to form, and above the foot.
    top, bottom = 26 * _COARSE, int((PAGE_HEIGHT - 14) * _COARSE) - side
    patches = tuple(
        (x, y)
        for y in range(top, bottom, step)
        for x in range(13 * _COARSE, int((PAGE_WIDTH - 13) * _COARSE) - side, step)
        if coarse[y : y + side, x : x + side].std() > 0.12
    )
    return _Printed(shade, coarse, qr / PIXELS_PER_MM, patches)


def _coarsen(shade: Shade) -> Shade:
    import cv2

    share = _COARSE / PIXELS_PER_MM
    return np.asarray(cv2.resize(shade, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), dtype=np.float32)


def printed_shade(page: FormPage) -> Shade:
    """The empty page as it is printed, 0 black to 1 paper."""
    return _printed(page.picture).shade


def _find_perspective(sheet: FoundSheet, qr_place: Points) -> Points:
    """The matrix from the picture to millimetres of the page, by the four squares that put the QR best in its place."""
    import cv2

    # Along the QR's own sides "left" and "up" mean what they mean on the sheet, whichever way it was laid.
    right, down = sheet.qr[1] - sheet.qr[0], sheet.qr[3] - sheet.qr[0]
    across, along = sheet.candidates @ (right / np.linalg.norm(right)), sheet.candidates @ (down / np.linalg.norm(down))
    towards = (-across - along, across - along, across + along, along - across)
    nearest = [sheet.candidates[np.argsort(-order)[:_MOST_PER_CORNER]] for order in towards]
    target = np.array(MARKERS, dtype=np.float32)
    best: tuple[float, NDArray[np.floating]] | None = None
    for corners in product(*nearest):
        four = np.array(corners, dtype=np.float32)
        if len({tuple(corner) for corner in four.tolist()}) < len(four) or not cv2.isContourConvex(four):
            continue
        matrix = cv2.getPerspectiveTransform(four, target).astype(float)
        found = np.asarray(cv2.perspectiveTransform(sheet.qr.reshape(1, -1, 2), matrix))[0]
        error = float(np.abs(found - qr_place).max())
        if best is None or error < best[0]:
            best = error, matrix
    if best is None or best[0] > _FARTHEST_QR_MM:
        raise ScanUnreadable("corners")
    return np.asarray(best[1], dtype=np.float64)


def _even_out(flat: Gray) -> Shade:
    """Shades relative to the bare paper around them and to the black of the four squares: a shadow, a dull lamp, a weak printer go out."""
    import cv2

    small = cv2.resize(flat, None, fx=1 / PIXELS_PER_MM, fy=1 / PIXELS_PER_MM, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8), borderType=cv2.BORDER_REPLICATE)
    paper = cv2.GaussianBlur(paper, (0, 0), 3)
    light = flat.astype(np.float32) / np.maximum(cv2.resize(paper, flat.shape[::-1], interpolation=cv2.INTER_LINEAR), 1)
    half = int(1.5 * PIXELS_PER_MM)
    blacks = []
    for x, y in MARKERS:
        column, row = int(x * PIXELS_PER_MM), int(y * PIXELS_PER_MM)
        blacks.append(float(np.median(light[row - half : row + half, column - half : column + half])))
    black = min(float(np.median(blacks)), 0.7)
    return np.clip((light - black) / (1 - black), 0, 1).astype(np.float32)


def _compare(coarse: Shade, page: _Printed) -> tuple[float, Points]:
    """How well the patches of a page are found near their place, and where: rows of x, y, dx, dy (mm) of those found for certain."""
    import cv2

    side, reach = int(_PATCH_MM * _COARSE), int(_SEARCH_MM * _COARSE)
    rows, scores = [], []
    for x, y in page.patches:
        window = coarse[y - reach : y + side + reach, x - reach : x + side + reach]
        likeness = cv2.matchTemplate(window, page.coarse[y : y + side, x : x + side], cv2.TM_CCOEFF_NORMED)
        _, score, _, (column, row) = cv2.minMaxLoc(likeness)
        scores.append(score)
        if score > 0.6 and 0 < column < 2 * reach and 0 < row < 2 * reach:
            dx = column + _vertex(*likeness[row, column - 1 : column + 2]) - reach
            dy = row + _vertex(*likeness[row - 1 : row + 2, column]) - reach
            rows.append(((x + side / 2) / _COARSE, (y + side / 2) / _COARSE, dx / _COARSE, dy / _COARSE))
    return (float(np.median(scores)) if scores else 0.0), np.array(rows, dtype=float).reshape(-1, 4)


def _vertex(before: float, at: float, after: float) -> float:
    """Where between three neighbours the top of their parabola is, -0.5 to 0.5."""
    bend = before - 2 * at + after
    return 0.0 if bend >= 0 else float(np.clip((before - after) / (2 * bend), -0.5, 0.5))


def _bend(shade: Shade, anchors: Points) -> Shade:
    """The page moved by a cubic surface through what the anchors found; those that disagree with the rest are left out."""
    import cv2

    x, y, moves = anchors[:, 0] / PAGE_WIDTH * 2 - 1, anchors[:, 1] / PAGE_HEIGHT * 2 - 1, anchors[:, 2:]
    terms = _terms(x, y, cubic=len(anchors) >= 40)
    weight = np.ones(len(anchors))
    surface: Points = np.zeros((terms.shape[1], 2))
    for _ in range(8):
        surface = np.asarray(np.linalg.lstsq(terms * weight[:, None], moves * weight[:, None], rcond=None)[0], dtype=np.float64)
        miss = np.linalg.norm(terms @ surface - moves, axis=1)
        weight = 1 / np.maximum(1, miss / 0.15) ** 2
    # The surface is smooth: worked out every 4 mm and stretched.
    columns, rows = np.linspace(-1, 1, 54), np.linspace(-1, 1, 75)
    grid_x, grid_y = np.meshgrid(columns, rows)
    field = (_terms(grid_x.ravel(), grid_y.ravel(), cubic=len(anchors) >= 40) @ surface).reshape(75, 54, 2) * PIXELS_PER_MM
    height, width = shade.shape
    across = np.linspace(0, 53, width, dtype=np.float32)
    along = np.linspace(0, 74, height, dtype=np.float32)
    place_x, place_y = np.meshgrid(across, along)
    moved = cv2.remap(field.astype(np.float32), place_x, place_y, cv2.INTER_LINEAR)
    pixel_x, pixel_y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return cv2.remap(shade, pixel_x + moved[..., 0], pixel_y + moved[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(
        np.float32
    )


def _terms(x: Points, y: Points, *, cubic: bool) -> Points:
    terms = [np.ones_like(x), x, y, x * x, x * y, y * y]
    if cubic:
        terms += [x**3, x * x * y, x * y * y, y**3]
    return np.stack(terms, axis=1)
