"""Where every square of a form stands on its pages: told by the same typst document that prints it, so that the two cannot drift apart."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any, Final

import typst

from kiosk.fonts import dejavu_folder
from kiosk.paper_form import PaperForm, describe_form
from kiosk.paper_serial import group_serial, make_serial
from kiosk.qr import qr_svg
from survey_forms import Language

PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
"""A4, millimetres; every position counts from the upper left corner of the page."""
MARKERS: Final = ((9.5, 9.5), (200.5, 9.5), (200.5, 287.5), (9.5, 287.5))
"""Centres of the four corner squares of 5 mm, clockwise from the upper left."""
PIXELS_PER_MM: Final = 8
"""Of the printed picture, and of every page laid over it: 203 dpi, four pixels to the finest pen."""

_EXAMPLE = make_serial("100000", 1)
_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Spot:
    """One rectangle of a page: a square to tick, or – `key` empty – a place to write in. Millimetres from the upper left corner."""

    cell: str
    key: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class FormPage:
    """One page: its spots in reading order, and the empty page as it is printed, as a PNG of `PIXELS_PER_MM`."""

    spots: tuple[Spot, ...]
    picture: bytes

    @property
    def cells(self) -> tuple[str, ...]:
        """Names of what is asked on this page, each once."""
        return tuple(dict.fromkeys(spot.cell for spot in self.spots))


def form_pages(form: PaperForm, language: Language) -> tuple[FormPage, ...]:
    """Every page of a form, in order; the same for each number of its batch. Raises what printing raises.

    >>> from survey_forms import load_languages, load_shipped
    >>> form = PaperForm("Một cửa", "Đất đai", "", "result", load_shipped()["phu-luong-2026@1.0"], "normal", demonstration=False)
    >>> page = form_pages(form, load_languages()["vi"])[0]
    >>> [(spot.key, round(spot.right - spot.left, 1)) for spot in page.spots if spot.cell == "kind"]
    [('1', 5.0), ('2', 5.0), ('3', 5.0)]
    """
    data = describe_form(form, language) | {
        "forms": [{"serial": group_serial(_EXAMPLE), "qr": qr_svg(_EXAMPLE)}],
        "is_measured": True,
    }
    return _measure(json.dumps(data, ensure_ascii=False))


@lru_cache(maxsize=64)
def _measure(data: str) -> tuple[FormPage, ...]:
    """Some 150 ms a form; a box of scans comes from a handful of batches."""
    with as_file(files("kiosk") / "paper_form.typ") as source:
        options: dict[str, Any] = {
            "font_paths": [str(dejavu_folder())],
            "ignore_system_fonts": True,
            "sys_inputs": {"form": data},
        }
        pictures = typst.compile(str(source), format="png", ppi=PIXELS_PER_MM * 25.4, **options)
        told: list[Mapping[str, Any]] = json.loads(typst.query(str(source), "<spot>", field="value", **options))
    pages: list[list[Spot]] = [[] for _ in (pictures if isinstance(pictures, list) else [pictures])]
    for start, end in zip(told[::2], told[1::2], strict=True):
        (left, top), (right, bottom) = _place(start), _place(end)
        pages[start["at"]["page"] - 1].append(Spot(start["cell"], start["key"], left, top, right, bottom))
    return tuple(
        FormPage(tuple(spots), picture)
        for spots, picture in zip(pages, pictures if isinstance(pictures, list) else [pictures], strict=True)
    )


def _place(told: Mapping[str, Any]) -> tuple[float, float]:
    """Typst tells lengths in points, as text: "42.52pt"."""
    at = told["at"]
    return float(at["x"].removesuffix("pt")) / _MM, float(at["y"].removesuffix("pt")) / _MM
