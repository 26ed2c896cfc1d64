"""Scans and photographs to test with: printed forms, marks drawn on them as people draw, then the paper's way through a machine.

Everything is drawn from one random generator; nothing here knows the thresholds of the reader.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray

from kiosk.paper_form import PaperForm, PrintSize, paper_forms_pdf
from kiosk.paper_geometry import FormPage, Spot, form_pages
from survey_forms import load_languages, load_shipped

Gray = NDArray[np.uint8]

KINDS: Final[tuple[str, ...]] = (
    "cross",
    "tick",
    "slash",
    "thin",
    "large",
    "blank",
    "filled",
    "circle",
    "erased",
    "struck",
    "two",
    "withdrawn",
    "lined",
)
"""cross, tick, slash: an ordinary pen. thin: a 0.25 mm pen. large: a cross over the edge. filled: a square filled in. circle: drawn around
the square. erased: a pencilled cross rubbed out, another made. struck: a cross scribbled over, another made. two: two crosses.
withdrawn: a cross scribbled over, none made instead. lined: a cross struck through by one line, none made instead."""
USUAL: Final = (0.38, 0.2, 0.05, 0.05, 0.04, 0.14, 0.03, 0.02, 0.02, 0.03, 0.02, 0.01, 0.01)
"""How often each is met in the simulated box of forms."""


@lru_cache(maxsize=16)
def pages_of(instrument: str, size: PrintSize = "normal", language: str = "vi") -> tuple[FormPage, ...]:
    """The geometry of a form."""
    return form_pages(make_form(instrument, size), load_languages()[language])


def make_form(instrument: str, size: PrintSize = "normal") -> PaperForm:
    """A form of a shipped questionnaire."""
    return PaperForm("Trung tâm Phục vụ hành chính công xã Một", "Đất đai", "", "result", load_shipped()[instrument], size, False)


@lru_cache(maxsize=16)
def printed(instrument: str, size: PrintSize, serial: str, dpi: int, language: str = "vi") -> tuple[Gray, ...]:
    """The pages of one form as a printer lays them on paper."""
    return printed_pdf(paper_forms_pdf(make_form(instrument, size), [serial], load_languages()[language]), dpi)


def printed_pdf(pdf: bytes, dpi: int, wanted: Sequence[int] | None = None) -> tuple[Gray, ...]:
    """Some or all pages of a PDF, counted from 0."""
    document = pypdfium2.PdfDocument(BytesIO(pdf))
    pages = [document[number] for number in (range(len(document)) if wanted is None else wanted)]
    return tuple(page.render(scale=dpi / 72, grayscale=True).to_numpy().reshape(page_size(page, dpi)).copy() for page in pages)


def page_size(page: pypdfium2.PdfPage, dpi: int) -> tuple[int, int]:
    """Height and width in pixels."""
    width, height = page.get_size()
    return int(np.ceil(height * dpi / 72)), int(np.ceil(width * dpi / 72))


@dataclass
class Hand:
    """Somebody with a pen, drawing on one page of so many pixels per millimetre."""

    picture: Gray
    per_mm: float
    random: np.random.Generator

    def stroke(self, points: Sequence[tuple[float, float]], width_mm: float, ink: float) -> None:
        """A line through points (mm), with a tremor; `ink` 0 black to 1 invisible."""
        steps = np.concatenate([np.linspace(a, b, 12) for a, b in pairwise(points)]) if len(points) > 1 else points
        shaky = np.asarray(steps) + np.cumsum(self.random.normal(0, 0.018, (len(steps), 2)), axis=0)
        mask = np.zeros_like(self.picture)
        line = np.round(shaky * self.per_mm * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(mask, [line], False, 255, max(1, round(width_mm * self.per_mm)), cv2.LINE_AA, shift=4)
        share = mask.astype(np.float32) / 255 * (1 - ink)
        np.copyto(self.picture, (self.picture * (1 - share)).astype(np.uint8))

    def draw(self, kind: str, spot: Spot, *, width: float | None = None, ink: float | None = None) -> None:
        """One mark in or around a square."""
        r = self.random
        width = r.uniform(0.4, 0.8) if width is None else width
        ink = r.uniform(0.1, 0.45) if ink is None else ink
        side = spot.right - spot.left
        x, y = (spot.left + spot.right) / 2 + r.normal(0, 0.06) * side, (spot.top + spot.bottom) / 2 + r.normal(0, 0.06) * side
        half = side * (r.uniform(0.62, 0.8) if kind == "large" else r.uniform(0.28, 0.48))

        def j() -> float:  # a wobble of its own for every end of every stroke
            return float(r.normal(0, 0.05) * side)

        if kind in ("cross", "large"):
            self.stroke([(x - half + j(), y - half + j()), (x + half + j(), y + half + j())], width, ink)
            self.stroke([(x + half + j(), y - half + j()), (x - half + j(), y + half + j())], width, ink)
        elif kind == "tick":
            self.stroke([(x - half + j(), y + j()), (x - half * 0.3 + j(), y + half + j()), (x + half + j(), y - half + j())], width, ink)
        elif kind == "slash":
            self.stroke([(x + half + j(), y - half + j()), (x - half + j(), y + half + j())], width, ink)
        elif kind == "filled":
            for row in np.linspace(-0.45, 0.45, 9):
                self.stroke([(x - side * 0.48, y + row * side), (x + side * 0.48, y + row * side + j())], max(width, 0.6) * side / 5, ink)
        elif kind == "circle":
            angle = np.linspace(0, 2 * np.pi, 28)
            radius = side * r.uniform(0.65, 0.85)
            self.stroke([(x + radius * np.cos(a), y + radius * np.sin(a)) for a in angle], width, ink)
        elif kind == "scribble":
            zigzag = [(x + (-1) ** i * side * r.uniform(0.4, 0.65), y + (i / 6 - 0.5) * side * 0.9) for i in range(7)]
            self.stroke(zigzag, width, ink)
        elif kind == "line":
            reach = side * r.uniform(0.7, 1.0)
            self.stroke([(x - reach + j(), y + 2 * j()), (x + reach + j(), y + 2 * j())], width, ink)
        else:
            raise ValueError(kind)

    def answer(self, kind: str, spots: Sequence[Spot]) -> str | None:
        """Answer one row of squares the given way; the key that is meant, None for none or none that can be told."""
        r = self.random
        meant = spots[int(r.integers(len(spots)))]
        other = spots[int(r.integers(len(spots)))]
        while len(spots) > 1 and other is meant:
            other = spots[int(r.integers(len(spots)))]
        if kind == "blank":
            return None
        if kind == "thin":
            self.draw(str(r.choice(["cross", "tick"])), meant, width=r.uniform(0.2, 0.3), ink=r.uniform(0.3, 0.6))
            return meant.key
        if kind == "two" and len(spots) > 1:
            self.draw("cross", meant)
            self.draw(str(r.choice(["cross", "tick"])), other)
            return None
        if kind in ("withdrawn", "lined"):
            width, ink = r.uniform(0.3, 0.8), r.uniform(0.1, 0.45)
            self.draw(str(r.choice(["cross", "tick"])), meant, width=width, ink=ink)
            self.draw("scribble" if kind == "withdrawn" else "line", meant, width=width, ink=ink)
            return None
        if kind == "erased" and len(spots) > 1:
            self.draw("cross", other, ink=r.uniform(0.86, 0.96))
        if kind == "struck" and len(spots) > 1:
            width, ink = r.uniform(0.4, 0.8), r.uniform(0.1, 0.45)
            self.draw("cross", other, width=width, ink=ink)
            self.draw("scribble", other, width=width, ink=ink)
        self.draw(kind if kind in ("cross", "tick", "slash", "large", "filled", "circle") else "cross", meant)
        return meant.key


def fill_in(
    picture: Gray, page: FormPage, dpi: int, random: np.random.Generator, kinds: Sequence[str]
) -> dict[str, tuple[str, str | None]]:
    """Answer every row of a page; by cell, the kind of mark and the key that is meant. A row of one square is left blank or ticked."""
    hand = Hand(picture, dpi / 25.4, random)
    done = {}
    for kind, cell in zip(kinds, (c for c in page.cells if next(s for s in page.spots if s.cell == c).key), strict=False):
        spots = [spot for spot in page.spots if spot.cell == cell]
        used = kind if len(spots) > 1 or kind not in ("two", "erased", "struck") else "cross"
        done[cell] = (used, hand.answer(used, spots))
    return done


def scan(picture: Gray, random: np.random.Generator, *, turn: int | None = None) -> Gray:
    """Through a flat scanner: a little turned and shifted, noise, one of the four ways round, JPEG."""
    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), random.uniform(-3, 3), random.uniform(0.965, 0.995))
    matrix[:, 2] += random.normal(0, 0.004, 2) * width
    turned = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_AREA, borderValue=int(random.integers(225, 256)))
    soft = cv2.GaussianBlur(turned, (0, 0), random.uniform(0.4, 0.9))
    black, white = random.uniform(0, 45), random.uniform(215, 255)
    noisy = black + soft.astype(np.float32) / 255 * (white - black) + random.normal(0, random.uniform(1, 7), picture.shape)
    quarter = int(random.integers(4)) if turn is None else turn
    return through_jpeg(np.rot90(np.clip(noisy, 0, 255).astype(np.uint8), quarter), int(random.integers(55, 95)))


def photograph(picture: Gray, random: np.random.Generator, *, longest: int = 2000) -> Gray:
    """With a telephone: tilted up to 20°, a bent sheet, uneven light with a shadow's edge, blur, brought down from 12 megapixels."""
    height, width = picture.shape
    bend = random.uniform(-0.006, 0.006) * width
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    bent = cv2.remap(picture, x, y + np.float32(bend) * np.sin(np.pi * x / width).astype(np.float32), cv2.INTER_LINEAR, borderValue=235)
    view = _tilt(width, height, random)
    tall, wide = 4000, 3000
    table = int(random.integers(40, 170))
    shot = cv2.warpPerspective(bent, view, (wide, tall), flags=cv2.INTER_AREA, borderValue=table).astype(np.float32)
    gx, gy = np.meshgrid(np.linspace(-1, 1, wide, dtype=np.float32), np.linspace(-1, 1, tall, dtype=np.float32))
    angle = random.uniform(0, 2 * np.pi)
    slope = gx * np.float32(np.cos(angle)) + gy * np.float32(np.sin(angle))
    light = 0.8 + random.uniform(0.05, 0.16) * slope
    edge = 1 / (1 + np.exp(-(slope - np.float32(random.uniform(-0.5, 0.8))) * np.float32(random.uniform(8, 30))))
    light *= 1 - np.float32(random.uniform(0, 0.4)) * edge
    lit = cv2.GaussianBlur(shot * light, (0, 0), random.uniform(0.8, 2.4))
    share = longest / tall
    small = cv2.resize(lit, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    noisy = small + random.normal(0, random.uniform(1, 6), small.shape)
    return through_jpeg(np.rot90(np.clip(noisy, 0, 255).astype(np.uint8), int(random.integers(4))), int(random.integers(70, 95)))


def _tilt(width: int, height: int, random: np.random.Generator) -> NDArray[np.float64]:
    """A pinhole camera over a sheet, tilted up to 20° from above in any direction and turned up to 8°."""
    tilt, towards, spin = np.radians(random.uniform(0, 20)), random.uniform(0, 2 * np.pi), np.radians(random.uniform(-8, 8))
    axis = np.array([np.cos(towards), np.sin(towards), 0.0]) * tilt
    turn = cv2.Rodrigues(axis)[0] @ cv2.Rodrigues(np.array([0, 0, spin]))[0]
    scale = 2.0 / height
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=float)
    in_space = np.column_stack([(corners - (width / 2, height / 2)) * scale, np.zeros(4)]) @ turn.T
    distance = random.uniform(3.2, 3.8)
    seen = in_space[:, :2] / (in_space[:, 2:] + distance)
    largest = np.abs(seen / (3000 / 4000, 1)).max()
    target = seen / largest * 2000 * random.uniform(0.9, 0.99) + (1500, 2000)
    return np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), target.astype(np.float32)), dtype=float)


def through_jpeg(picture: Gray, quality: int) -> Gray:
    """Packed as JPEG and opened again."""
    _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)


def share_wrong(truth: Mapping[str, tuple[str, str | None]], read: Mapping[str, str | None]) -> list[str]:
    """Cells read for certain, and read otherwise than meant."""
    return [cell for cell, key in read.items() if cell in truth and truth[cell][1] != key]
