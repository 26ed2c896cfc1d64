"""The filter bar with its groups, the table by group of respondents and the pages of exclusions, at three sizes."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import Device
from app.runtime import Runtime
from app.services.exclusions import Stretch, propose_exclusion, settle_exclusion
from app.services.intake import Sender, submit_responses
from survey_forms import read_submission
from tests.browser.conftest import SIZES
from tests.browser.test_screens import inspect
from tests.factories import COMMUNE, response
from tests.integrity import ANALYST, HEAD, PASSWORD, add_people, fill

OpenPage = Callable[..., Page]


@pytest.fixture
def exclusion(runtime: Runtime) -> str:
    """An office whose respondents said who they are; the id of an exclusion that waits, beside one in force."""
    fill(runtime)
    add_people(runtime)
    said = [{"sex": "female", "age": "over-60"}, {"sex": "male", "age": "25-34"}, {"sex": "female"}]
    sheets = [response(answered_at="2025-09-05T02:30:00Z", respondent=said[n % 3], kind="individual") for n in range(24)]
    assert len(submit_responses(runtime, [read_submission(sheet) for sheet in sheets], Sender()).acknowledged) == 24
    with runtime.database.read() as session:
        device_id = session.scalars(select(Device.id)).one()
    stretch = Stretch(device_id, None, None, date(2025, 9, 3), date(2025, 9, 3), 15, 16)
    in_force = propose_exclusion(runtime, HEAD, stretch, "Thiết bị chạy thử, phiếu do cán bộ bấm thử.")
    settle_exclusion(runtime, ANALYST, in_force, "confirmed", "Đã xem biên bản chạy thử.")
    return propose_exclusion(
        runtime, HEAD, Stretch(None, COMMUNE, "1", date(2025, 9, 1), date(2025, 9, 2)), "Tập huấn tại quầy hai ngày đầu tháng."
    )


def sign_in(page: Page, name: str) -> None:
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page.locator("h1").first).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_bar_groups_and_exclusions(exclusion: str, open_page: OpenPage, address: str, size: str) -> None:
    page = open_page("/sign-in?next=/analytics/criteria", size=size)
    sign_in(page, ANALYST.name)
    expect(page.locator(".group-table").first).to_be_visible()
    page.locator("details.more > summary").click()
    expect(page.get_by_label("Giới tính")).to_be_visible()
    found = inspect(page, "criteria, all conditions open")
    page.goto(f"{address}/analytics?sex=female&from_hour=9&to_hour=10")
    expect(page.locator(".known")).to_be_visible()
    found += inspect(page, "a sub-group")
    for path in ("exclusions", f"exclusions/{exclusion}"):
        page.goto(f"{address}/analytics/integrity/{path}")
        found += inspect(page, path)
    assert found == []


def test_a_condition_is_chosen_counted_named_and_cleared(exclusion: str, open_page: OpenPage) -> None:
    page = open_page("/sign-in?next=/analytics")
    sign_in(page, ANALYST.name)
    page.locator("details.more > summary").click()
    page.get_by_label("Giới tính").select_option("female")
    page.get_by_label("Từ giờ").select_option("9")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page.locator(".context")).to_contain_text("giới tính Nữ")
    expect(page).to_have_url(re.compile(r"/analytics\?from_hour=9&sex=female$"))
    expect(page.locator("details.more > summary")).to_have_text("Thêm điều kiện (2)")
    expect(page.locator(".second-figure")).to_have_text("16")
    page.get_by_role("link", name="Bỏ lọc").click()
    expect(page.locator("details.more > summary")).to_have_text("Thêm điều kiện")


def test_second_person_confirms_without_scripts(exclusion: str, open_page: OpenPage) -> None:
    page = open_page(f"/sign-in?next=/analytics/integrity/exclusions/{exclusion}", scripts=False)
    sign_in(page, ANALYST.name)
    page.get_by_label("Xác nhận: không tính").check()
    page.get_by_label("Lý do").fill("Đã xem giấy mời tập huấn.")
    page.get_by_role("button", name="Ghi", exact=True).click()
    expect(page.locator(".integrity-head .flag-state")).to_contain_text("Đang áp dụng")
