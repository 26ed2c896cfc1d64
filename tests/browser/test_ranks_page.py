"""The ranking in a real browser: no fault at any size, strips where the ranks lie, a head that stays while one reads down."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.models import ParScale, Unit
from app.runtime import Runtime
from app.services.intake import Sender, submit_responses
from app.services.people import add_user
from survey_forms import read_submission
from tests.browser.conftest import SIZES
from tests.browser.test_screens import PASSWORD, inspect, sign_in
from tests.factories import BRANCH, COMMUNE, NEIGHBOUR, PROVINCE, RESULT_CODES, response

OpenPage = Callable[..., Page]


@pytest.fixture
def office(runtime: Runtime) -> Runtime:
    """Two communes far apart, a branch with few forms, thirty wards with two each."""
    wards = [f"phuong-{number:02d}" for number in range(30)]
    with runtime.database.write() as session:
        session.add_all(
            Unit(key=key, name=f"Phường {key[-2:]}", level="commune", parent_key=PROVINCE, office_name="", contacts="") for key in wards
        )
        session.add(ParScale(id="1", year=None, points="30", bands="0.8:15;0.9:30", source="Quyết định của UBND tỉnh"))
    many = [
        response(unit=unit, ratings=dict.fromkeys(RESULT_CODES, 5 if number % every else 2))
        for unit, every in ((COMMUNE, 20), (NEIGHBOUR, 3))
        for number in range(40)
    ]
    few = [response(unit=unit) for unit in (BRANCH, *wards, *wards)]
    assert len(submit_responses(runtime, [read_submission(item) for item in many + few], Sender()).acknowledged) == 141
    add_user(runtime, name="chuyen-vien", password=PASSWORD, role="analyst", unit_key=PROVINCE, title="Sở Nội vụ · Chuyên viên")
    return runtime


@pytest.mark.parametrize("size", SIZES)
def test_ranking_has_no_fault_at_any_size(office: Runtime, open_page: OpenPage, address: str, size: str) -> None:
    page = open_page("/sign-in?next=/analytics/ranks", size=size)
    sign_in(page)
    found = []
    for path in ("/analytics/ranks", "/analytics/ranks?level=commune&q=phuong", f"/analytics/ranks?unit={COMMUNE}"):
        page.goto(address + path)
        expect(page.locator("h1")).to_be_visible()
        found += inspect(page, path)
    assert found == []


def test_strips_lie_where_the_ranks_are_and_the_head_stays(office: Runtime, open_page: OpenPage) -> None:
    page = open_page("/sign-in?next=/analytics/ranks", size="desktop")
    sign_in(page)
    strips = page.locator(".rank-strip")
    expect(strips).to_have_count(2)
    expect(strips.first).to_have_attribute("aria-label", "Hạng 1, khoảng hạng 1 trong 2 đơn vị")
    middles = strips.evaluate_all(
        "all => all.map(strip => { const box = strip.getBoundingClientRect(), dot = strip.querySelector('circle').getBoundingClientRect();"
        " return (dot.x + dot.width / 2 - box.x) / box.width })"
    )
    assert middles == pytest.approx([0.25, 0.75], abs=0.01)
    head = page.locator(".unranked thead th").first
    page.locator(".unranked tbody tr").nth(25).scroll_into_view_if_needed()
    page.wait_for_function("window.scrollY > 0")
    expect(head).to_be_in_viewport()


def test_ranking_works_without_scripts(office: Runtime, open_page: OpenPage) -> None:
    page = open_page("/sign-in?next=/analytics/ranks", size="phone", scripts=False)
    sign_in(page)
    page.get_by_role("link", name="Mọi xã, phường").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Xếp hạng: xã, phường")
    page.get_by_label("Tên hoặc mã").fill("phuong 07")
    page.get_by_role("button", name="Tìm").click()
    expect(page.locator(".unranked tbody tr")).to_have_count(1)
