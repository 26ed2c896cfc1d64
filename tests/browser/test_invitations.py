"""Invitations as people meet them: the officer who prints or sends them, the agent with several codes, the poster on the wall."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import RatingCode, Response
from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.people import add_user
from kiosk.codes import group_code
from tests.browser.citizen import begin, choose
from tests.browser.patience import wait_for_next
from tests.browser.test_screens import PASSWORD, inspect
from tests.factories import COMMUNE

OpenPage = Callable[..., Page]


@pytest.fixture
def officer(runtime: Runtime, open_page: OpenPage) -> Callable[[str], Page]:
    """Signs an officer of the commune's desk in and opens the page of invitations at one of the sizes."""
    add_user(runtime, name="can-bo-a", password=PASSWORD, role="officer", unit_key=COMMUNE)

    def open_desk(size: str) -> Page:
        page = open_page("/sign-in?next=/desk/invitations", size=size)
        page.locator("input[name=name]").fill("can-bo-a")
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main form button").click()
        expect(page.locator("h1")).to_have_text("Làm phiếu mời đánh giá")
        return page

    return open_desk


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_officer_makes_a_link_to_send(runtime: Runtime, officer: Callable[[str], Page], address: str, size: str) -> None:
    page = officer(size)
    found = inspect(page, "desk")
    page.locator("summary").click()
    found += inspect(page, "desk with its papers")
    page.locator("label", has_text="Liên kết để gửi SMS, Zalo").click()
    page.locator(".field-buttons button", has_text="Hộ tịch").click()
    expect(page.locator("h1")).to_have_text("Liên kết để gửi SMS, Zalo")
    found += inspect(page, "link")
    assert found == []
    message, link = page.locator("#message").input_value(), page.locator("#address").input_value()
    assert f": {link} (dùng đến hết ngày 09/11/2025)." in message
    assert link.startswith(runtime.settings.public_url + "/r/")
    with runtime.database.read() as session:
        assert session.scalars(select(RatingCode.handed_out)).all() == ["link"]
    page.get_by_role("link", name="Làm liên kết khác").click()
    expect(page.locator("input[name=paper][value=link]")).to_be_checked()
    expect(page.locator("#how-many")).to_be_visible()


def test_officer_prints_a_sheet_of_stickers_and_a_poster(runtime: Runtime, officer: Callable[[str], Page]) -> None:
    page = officer("desktop")
    page.locator("label", has_text="Quầy 1").click()
    page.locator("summary").click()
    page.locator("label", has_text="Tem tờ A4").click()
    page.locator("#how-many").fill("30")
    with page.expect_download() as coming:
        page.locator(".field-buttons button", has_text="Đất đai").click()
    document = pypdfium2.PdfDocument(BytesIO(Path(coming.value.path()).read_bytes()))
    read = {code.text for sheet in document for code in zxingcpp.read_barcodes(sheet.render(scale=3).to_pil())}
    assert len(read) == 30
    with runtime.database.read() as session:
        rows = session.scalars(select(RatingCode)).all()
        assert {(row.counter_code, row.field_code, row.handed_out) for row in rows} == {("1", "dat-dai", "paper")}
    with page.expect_download() as coming:
        page.locator(".posters a", has_text="Quầy 1").click()
    poster = pypdfium2.PdfDocument(BytesIO(Path(coming.value.path()).read_bytes()))[0]
    (shown,) = zxingcpp.read_barcodes(poster.render(scale=2).to_pil())
    assert shown.text == f"{runtime.settings.public_url}/p/{COMMUNE}/1"


def go_on_until(page: Page, wanted: str) -> None:
    """Answer what is asked with the first thing offered until an element is there; reasons for the low ratings are passed over."""
    for _ in range(40):
        if page.locator(wanted).count():
            return
        title = page.locator("h1").inner_text()
        page.locator("label.card, button.choice, #skip").first.click()
        wait_for_next(page, title)
    raise AssertionError(f"{wanted} never came")


def test_agent_with_several_codes_sends_one_sheet_and_a_wrong_code_is_named(runtime: Runtime, open_page: OpenPage) -> None:
    (first, *further), _ = issue_codes(runtime, unit_key=COMMUNE, field_code="ho-tich", how_many=4)
    page = open_page(f"/r/{first}", size="phone")
    begin(page)
    choose(page, "Nhận kết quả")
    choose(page, "Người được ủy quyền")
    go_on_until(page, "#codes")
    assert inspect(page, "codes") == []
    page.locator("#codes").fill("\n".join([*(group_code(code).lower() for code in further), "0000-0000-0000"]))
    page.locator("#next").click()
    page.locator("#send").click()
    expect(page.locator("[role=alert]")).to_have_text("Dòng 4: Không tìm thấy mã này.")
    page.locator("#back").click()
    expect(page.locator("#codes")).to_be_visible()
    page.locator("#codes").fill("\n".join(further))
    page.locator("#next").click()
    page.locator("#send").click()
    expect(page.locator("h1")).to_contain_text("Cảm ơn")
    with runtime.database.read() as session:
        (row,) = session.scalars(select(Response)).all()
        assert (row.kind, row.coded, row.channel) == ("authorised", True, "invitation")
        assert all(code.result_used_on for code in session.scalars(select(RatingCode)))


def test_poster_opens_its_desk_and_stays_in_the_address(runtime: Runtime, open_page: OpenPage, address: str) -> None:
    page = open_page(f"/p/{COMMUNE}/1", size="phone")
    assert inspect(page, "poster") == []
    begin(page)
    choose(page, "Nộp hồ sơ")
    choose(page, "Hộ tịch")
    choose(page, "Cá nhân")
    go_on_until(page, "#send")
    page.locator("#send").click()
    expect(page.locator("h1")).to_contain_text("Cảm ơn")
    expect(page).to_have_url(f"{address}/p/{COMMUNE}/1")
    expect(page.get_by_text("Nhập mã khác")).to_have_count(0)
    with runtime.database.read() as session:
        (row,) = session.scalars(select(Response)).all()
    assert (row.channel, row.coded, row.counter_code, row.device_id) == ("poster", False, "1", None)
