"""The page of what drives the overall answer at three sizes: drawn, read by axe, nothing off the side."""

import random
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.runtime import Runtime
from app.services.intake import Sender, submit_responses
from survey_forms import read_submission
from tests.browser.conftest import SIZES
from tests.browser.test_screens import filled as filled  # the fixture, with its analyst
from tests.browser.test_screens import inspect, sign_in
from tests.factories import RESULT_CODES, response

OpenPage = Callable[..., Page]


@pytest.fixture
def varied(filled: Runtime) -> Runtime:
    """Sixty sheets whose answers differ, so that importance can be told."""
    dice = random.Random(1)  # noqa: S311  # sheets, not secrets
    sheets = []
    for _ in range(60):
        mood = dice.gauss(0, 1)
        ratings = {code: min(5, max(1, round(3.6 + mood + dice.gauss(0, 0.9)))) for code in RESULT_CODES}
        overall = min(5, max(1, round(3.6 + mood + dice.gauss(0, 0.6))))
        sheets.append(response(ratings=ratings, overall=overall, answered_at="2025-08-20T03:00:00Z"))
    assert len(submit_responses(filled, [read_submission(sheet) for sheet in sheets], Sender()).acknowledged) == 60
    return filled


@pytest.mark.parametrize("size", SIZES)
def test_drivers_are_drawn_and_nothing_is_in_the_way(varied: Runtime, open_page: OpenPage, address: str, size: str) -> None:
    page = open_page("/sign-in?next=/analytics", size=size)
    sign_in(page)
    page.goto(address + "/analytics/drivers")
    expect(page.locator(".plane .main-svg").first).to_be_visible()
    expect(page.locator(".plane .points path.point")).to_have_count(5)
    expect(page.locator(".driver-bars + .chart .bars .point")).to_have_count(5)
    expect(page.locator(".mend .chart .main-svg").first).to_be_attached()
    assert not inspect(page, "drivers")


def test_states_without_importance_are_designed_pages_too(filled: Runtime, open_page: OpenPage, address: str) -> None:
    page = open_page("/sign-in?next=/analytics", size="phone")
    sign_in(page)
    page.goto(address + "/analytics/drivers")
    expect(page.get_by_text("Chưa đủ căn cứ để tính mức tác động")).to_be_visible()
    found = inspect(page, "too few")
    page.goto(address + "/analytics/drivers?period=2031")
    expect(page.get_by_role("heading", name="Chưa có số liệu")).to_be_visible()
    assert not found + inspect(page, "empty")
