"""Where the squares of a form stand: as printed, for every questionnaire, and every one of them named as it is typed."""

import cv2
import numpy as np
import pytest

from kiosk.paper_form import COMMENT, PRINT_SIZES, PrintSize
from kiosk.paper_geometry import PIXELS_PER_MM
from survey_forms import load_shipped
from tests.scans import make_form, pages_of, printed

SHIPPED = load_shipped()


@pytest.mark.parametrize("size", PRINT_SIZES)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_square_is_framed_in_print_where_the_geometry_says(name: str, size: PrintSize) -> None:
    for page in pages_of(name, size):
        picture = np.asarray(cv2.imdecode(np.frombuffer(page.picture, np.uint8), cv2.IMREAD_GRAYSCALE))
        for spot in page.spots:
            if not spot.key:
                continue
            left, top, right, bottom = (round(v * PIXELS_PER_MM) for v in (spot.left, spot.top, spot.right, spot.bottom))
            for frame in (picture[top:bottom, left - 1 : left + 2], picture[top - 1 : top + 2, left:right]):
                assert np.median(frame.min(axis=int(frame.shape[1] > frame.shape[0]) ^ 1)) < 90, spot


@pytest.mark.parametrize("size", PRINT_SIZES)
@pytest.mark.parametrize("name", SHIPPED)
def test_every_criterion_has_one_square_for_each_key(name: str, size: PrintSize) -> None:
    spots = [spot for page in pages_of(name, size) for spot in page.spots]
    for criterion in SHIPPED[name].criteria_at("result"):
        keys = [spot.key for spot in spots if spot.cell == f"rating.{criterion.code}"]
        assert keys == [*map(str, range(1, len(keys))), "0"]
        assert len(keys) == len(SHIPPED[name].scale.levels) + 1
    assert sum(spot.cell == COMMENT for spot in spots) == 1
    assert len({(spot.cell, spot.key) for spot in spots}) == len(spots)


def test_measuring_leaves_the_print_as_it_was() -> None:
    form = make_form("phu-luong-2026@1.0")
    (page,), (paper,) = pages_of(form.instrument.id), printed(form.instrument.id, "normal", "1000000014", 203)
    measured = np.asarray(cv2.imdecode(np.frombuffer(page.picture, np.uint8), cv2.IMREAD_GRAYSCALE))
    paper = np.asarray(cv2.resize(paper, measured.shape[::-1], interpolation=cv2.INTER_AREA))
    body = slice(30 * PIXELS_PER_MM, 280 * PIXELS_PER_MM)
    assert np.corrcoef(measured[body].ravel()[::7], paper[body].ravel()[::7])[0, 1] > 0.8
