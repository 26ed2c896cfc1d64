"""The page of trends at three sizes, under the strict policy, by keyboard and without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.runtime import Runtime
from app.services.people import add_user
from tests.app.dashboard.conftest import satisfied, send
from tests.browser.conftest import SIZES
from tests.browser.test_screens import PASSWORD, inspect, sign_in
from tests.factories import NEIGHBOUR, PROVINCE, response

OpenPage = Callable[..., Page]
PATIENCE = 60_000
"""Milliseconds that nothing waits for unless the machine is busy."""
ADDRESSES = (
    "/analytics/trend",
    "/analytics/trend?step=half&control=1&split=unit",
    "/analytics/trend?period=2025-08&than=2024-08",
    "/analytics/trend?split=unit&q=khong+co",
    "/analytics/trend?period=2031",
    "/analytics/trend?method=criteria_mean&channel=kiosk",
)


@pytest.fixture
def several(runtime: Runtime) -> Runtime:
    """An old questionnaire in January and February 2025, then six months of the present one; the last month far below the others."""
    codes = [criterion.code for criterion in runtime.instruments["phu-luong-2026@1.0"].criteria]
    for month in (1, 2):
        old = {"instrument": "phu-luong-2026@1.0", "channel": "import", "ratings": dict.fromkeys(codes, 4)}
        send(runtime, *[response(**old, answered_at=f"2025-{month:02d}-05T03:00:00Z") for _ in range(31)])
    for month, n in ((3, 37), (4, 38), (5, 36), (6, 37), (7, 38), (8, 2)):
        send(
            runtime,
            *satisfied(n, 40, answered_at=f"2025-{month:02d}-05T03:00:00Z"),
            *satisfied(6, 8, answered_at=f"2025-{month:02d}-20T03:00:00Z", unit=NEIGHBOUR, field="dat-dai", channel="invitation"),
        )
    add_user(runtime, name="chuyen-vien", password=PASSWORD, role="analyst", unit_key=PROVINCE, title="Sở Nội vụ · Chuyên viên")
    return runtime


def is_drawn(page: Page) -> None:
    """The figure stands there with its points; a busy machine may take its time over the large script."""
    page.wait_for_load_state("load", timeout=PATIENCE)
    expect(page.locator(".plot .main-svg").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".plot .points path").first).to_be_attached(timeout=PATIENCE)


def enter(page: Page) -> None:
    """Sign in and let the first page finish: leaving it half loaded would cut the script's download."""
    sign_in(page)
    is_drawn(page)


@pytest.mark.parametrize("size", SIZES)
def test_page_of_trends(several: Runtime, open_page: OpenPage, address: str, size: str) -> None:
    page = open_page("/sign-in?next=/analytics/trend", size=size)
    enter(page)
    found = []
    for path in ADDRESSES:
        page.goto(address + path)
        if "2031" not in path:
            is_drawn(page)
        found += inspect(page, path)
    assert found == []


def test_the_switch_and_the_choice_work_by_keyboard_and_the_line_is_redrawn(several: Runtime, open_page: OpenPage) -> None:
    page = open_page("/sign-in?next=/analytics/trend", size="desktop")
    enter(page)
    switch = page.get_by_role("switch", name="Biểu đồ kiểm soát")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("switch", name="Biểu đồ kiểm soát")).to_have_attribute("aria-checked", "true", timeout=PATIENCE)
    is_drawn(page)
    expect(page.locator(".plot")).to_contain_text("giới hạn trên")
    expect(page.locator(".limits")).to_contain_text("giới hạn kiểm soát")
    page.get_by_role("link", name="Quý", exact=True).click()
    expect(page.get_by_role("link", name="Quý", exact=True)).to_have_attribute("aria-current", "true", timeout=PATIENCE)
    expect(page.get_by_role("switch", name="Biểu đồ kiểm soát")).to_have_attribute("aria-checked", "true")
    is_drawn(page)


def test_each_questionnaire_is_named_where_its_line_begins(several: Runtime, open_page: OpenPage) -> None:
    page = open_page("/sign-in?next=/analytics/trend", size="desktop")
    enter(page)
    expect(page.locator(".plot .annotation", has_text="Phiếu ")).to_have_count(2)
    # Two lines of the accent colour: nothing joins the old questionnaire to the new one.
    expect(page.locator(".plot .scatterlayer .js-line[style*='rgb(11, 92, 102)']")).to_have_count(2)


def test_without_scripts_the_tables_are_a_click_away(several: Runtime, open_page: OpenPage) -> None:
    page = open_page("/sign-in?next=/analytics/trend", size="tablet", scripts=False)
    sign_in(page)
    expect(page.locator(".plot")).to_be_hidden()
    expect(page.locator(".trend-table").first).to_be_hidden()
    page.get_by_text("Bảng số liệu theo tháng").click()
    expect(page.locator(".trend-table").last.get_by_role("row", name="Tháng 8/2025")).to_be_visible()
    expect(page.locator(".small-lines li").first).to_be_visible()
