"""Every screen at three sizes: nothing runs off the side, axe finds nothing, no English is left, no other host is asked."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.intake import Sender, submit_responses
from app.services.keys import add_device
from app.services.people import add_user
from survey_forms import read_submission
from tests.browser.citizen import begin, choose, rate_by_touch
from tests.browser.conftest import SIZES
from tests.browser.patience import settle
from tests.factories import COMMUNE, NEIGHBOUR, PROVINCE, RESULT_CODES, response

OpenPage = Callable[..., Page]
PASSWORD = "một mật khẩu đủ dài"
ENGLISH = re.compile(r"\b(Submit|Cancel|Loading|Error|Not Found|Sign in|Password|Next|Back|Save|Delete|Search|Download|No data|Unknown)\b")
STAFF_PAGES = ("/analytics", "/analytics/criteria", "/analytics/units", "/desk/invitations")


def inspect(page: Page, what: str) -> list[str]:
    """What an eye would trip over, once the page looks as it will."""
    settle(page)
    found = []
    width, inside = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    if width > inside + 1:
        found.append(f"{what}: {width} px wide in {inside}")
    if page.get_attribute("html", "lang") == "vi":
        found += [f"{what}: English left: {word}" for word in set(ENGLISH.findall(page.inner_text("body")))]
    violations = Axe().run(page).response["violations"]
    return found + [f"{what}: axe {v['id']}: {v['nodes'][0]['target']}" for v in violations]


@pytest.fixture
def filled(runtime: Runtime) -> Runtime:
    """A cell with enough responses, one with few, one unit with none."""
    many = [
        response(
            answered_at="2025-08-20T03:00:00Z",
            ratings=dict.fromkeys(RESULT_CODES, 5 if i % 9 else 2),
            reasons={} if i % 9 else {"1.1": {"chips": ["seats", "signs"]}, "3.1": {"chips": ["cold"], "text": "Không chào hỏi"}},
        )
        for i in range(40)
    ]
    few = [response(answered_at="2025-08-20T03:00:00Z", field="dat-dai", unit=NEIGHBOUR) for _ in range(3)]
    assert len(submit_responses(runtime, [read_submission(r) for r in many + few], Sender()).acknowledged) == 43
    add_user(runtime, name="chuyen-vien", password=PASSWORD, role="analyst", unit_key=PROVINCE, title="Sở Nội vụ · Chuyên viên")
    return runtime


def sign_in(page: Page) -> None:
    page.locator("input[name=name]").fill("chuyen-vien")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page).not_to_have_url(re.compile("/sign-in"))


@pytest.mark.parametrize("size", SIZES)
def test_staff_pages_with_figures(filled: Runtime, open_page: OpenPage, address: str, size: str) -> None:
    page = open_page("/sign-in?next=/analytics", size=size)
    found = inspect(page, "sign-in")
    sign_in(page)
    for path in (*STAFF_PAGES, f"/analytics?unit={COMMUNE}&field=ho-tich", "/analytics?period=2031", "/analytics?method=criteria_mean"):
        page.goto(address + path)
        found += inspect(page, path)
    assert found == []


@pytest.mark.parametrize("size", SIZES)
def test_administrators_pages_of_tablets(runtime: Runtime, open_page: OpenPage, address: str, size: str) -> None:
    add_user(runtime, name="chuyen-vien", password=PASSWORD, role="administrator", title="Trung tâm xã A · Quản trị")
    page = open_page("/sign-in?next=/admin/devices", size=size)
    sign_in(page)
    found = inspect(page, "no tablets")
    page.goto(f"{address}/admin/devices/new?unit={COMMUNE}")
    found += inspect(page, "a new tablet")
    page.locator("input[name=label]").fill("Máy quầy 1")
    page.locator("input[name=pin]").fill("246810")
    page.get_by_role("button", name="Lấy mã đăng ký").click()
    expect(page.locator("#enrolment-code")).to_be_visible()
    found += inspect(page, "its code")
    page.get_by_role("link", name="Xem máy này").click()
    page.locator("summary", has_text="Thu hồi").click()
    found += inspect(page, "one tablet")
    page.goto(f"{address}/admin/devices")
    found += inspect(page, "tablets")
    page.goto(f"{address}/tablet/enrol")
    found += inspect(page, "enrolment")
    assert found == []


def test_charts_are_drawn_by_the_packaged_script_under_the_strict_policy(filled: Runtime, open_page: OpenPage) -> None:
    page = open_page("/sign-in?next=/analytics", size="desktop")
    sign_in(page)
    expect(page.locator(".js-plotly-plot svg.main-svg").first).to_be_visible()
    page.goto(page.url.replace("/analytics", "/analytics/criteria"))
    expect(page.locator(".js-plotly-plot svg.main-svg").first).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_tablet_and_phone_screens(runtime: Runtime, open_page: OpenPage, size: str) -> None:
    key = add_device(runtime, unit_key=COMMUNE, label="Máy quầy 1")[1]
    page = open_page(f"/tablet/{key}", size=size)
    found = inspect(page, "start")
    begin(page)
    found += inspect(page, "stage")
    choose(page, "Nhận kết quả")
    found += inspect(page, "field")
    choose(page, "Hộ tịch")
    found += inspect(page, "kind")
    choose(page, "Cá nhân")
    expect(page.locator("label.card").first).to_be_visible()
    found += inspect(page, "criterion")
    rate_by_touch(page, 5)
    found += inspect(page, "finish")
    page.locator("#send").click()
    expect(page.locator("h1")).to_contain_text("Cảm ơn")
    found += inspect(page, "thanks")
    assert found == []


@pytest.mark.parametrize("size", SIZES)
def test_invitation_pages_without_scripts_and_when_a_code_is_refused(runtime: Runtime, open_page: OpenPage, size: str) -> None:
    (code,), _ = issue_codes(runtime, unit_key=COMMUNE, field_code="ho-tich")
    found = []
    for path in (f"/r/{code}", "/r", "/r/000000000000", "/r/000000000001", "/tablet", "/nowhere"):
        page = open_page(path, size=size)
        found += inspect(page, path.replace(code, "CODE"))
    assert found == []


def test_questions_can_be_answered_by_keyboard_alone(runtime: Runtime, open_page: OpenPage) -> None:
    key = add_device(runtime, unit_key=COMMUNE, label="Máy quầy 1")[1]
    page = open_page(f"/tablet/{key}", size="desktop")
    begin(page)
    choose(page, "Nhận kết quả")
    choose(page, "Hộ tịch")
    choose(page, "Cá nhân")
    expect(page.locator("label.card").first).to_be_visible()
    first = page.locator("h1").inner_text()
    page.keyboard.press("5")
    expect(page.locator("h1")).not_to_have_text(first)
    second = page.locator("h1").inner_text()
    page.keyboard.press("0")
    expect(page.locator("h1")).not_to_have_text(second)
    page.keyboard.press("Backspace")
    expect(page.locator("h1")).to_have_text(second)
    page.keyboard.press("Backspace")
    expect(page.locator("h1")).to_have_text(first)
    expect(page.locator("input[value='5']")).to_be_checked()


def test_language_can_change_without_losing_an_answer(runtime: Runtime, open_page: OpenPage) -> None:
    key = add_device(runtime, unit_key=COMMUNE, label="Máy quầy 1")[1]
    page = open_page(f"/tablet/{key}")
    begin(page)
    choose(page, "Nhận kết quả")
    choose(page, "Hộ tịch")
    choose(page, "Cá nhân")
    expect(page.locator("label.card").first).to_be_visible()
    title = page.locator("h1").inner_text()
    page.locator("label.card:has(input[value='2'])").click()
    expect(page.locator("h1")).not_to_have_text(title)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.locator("#back").click()
    expect(page.locator("input[value='2']")).to_be_checked()
