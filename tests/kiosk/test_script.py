"""The script in a real Chromium: it asks the same criteria as the pages without scripts, and never loses or mixes answers."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright

from kiosk.page_data import visit_data
from kiosk.visit import asked_codes, visit_at_device
from survey_forms.loader import load_shipped
from survey_forms.translation import load_languages
from survey_forms.vocabulary import STAGES
from tests.browser.patience import be_patient, prepare, start_chromium, wait_for_next
from tests.kiosk.desk import DEVICE_KEY, OPEN, DeskInMemory
from tests.loopback import serve_wsgi

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; img-src 'self' data:; base-uri 'none'"
)


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The browser the other tests share, if they do: playwright allows one at a time in a process. Else one of our own."""
    try:
        shared: Browser = request.getfixturevalue("browser")
    except pytest.FixtureLookupError:
        be_patient()
        with sync_playwright() as playwright:
            own = start_chromium(playwright.chromium)
            yield own
            own.close()
    else:
        yield shared


@pytest.fixture
def address(kiosk_app: Flask) -> Iterator[str]:
    """The kiosk alone on a port of the loopback, under the product's content policy."""

    @kiosk_app.after_request
    def add_policy(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    server = serve_wsgi(kiosk_app)
    yield server.address
    server.stop()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A fresh tablet; the test fails if the page said anything on its console that is not about the network."""
    context = chromium.new_context(base_url=address, viewport={"width": 1280, "height": 800}, has_touch=True, locale="vi-VN")
    page = prepare(context).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert [text for text in said if "ERR_INTERNET_DISCONNECTED" not in text and "status of 4" not in text] == []


@pytest.fixture
def short(desk: DeskInMemory) -> None:
    """Nine criteria instead of twenty-one, where the length does not matter."""
    desk.instrument = load_shipped()["phu-luong-2026@1.0"]


def step(page: Page, selector: str, place: int = 0) -> None:
    """Tap and wait until the next question stands there."""
    before = page.locator("h1").inner_text()
    page.locator(selector).nth(place).click()
    wait_for_next(page, before)


def go_to_first_criterion(page: Page, path: str = f"/tablet/{DEVICE_KEY}") -> None:
    page.goto(path)
    step(page, "button.huge[type=button]")
    while page.locator(".choice").count():
        step(page, ".choice", 0)


def go_to_the_end(page: Page, place: int = 3) -> None:
    while not page.locator("#send").count():
        step(
            page,
            ".card" if page.locator(".card").count() else "#skip" if page.locator("#skip").count() else ".choice",
            place if page.locator(".card").count() else 0,
        )


def test_the_script_asks_exactly_what_the_pages_ask(page: Page, desk: DeskInMemory) -> None:
    page.goto("/r")
    device = desk.find_device(DEVICE_KEY)
    assert device is not None
    for instrument in load_shipped().values():
        data = json.loads(json.dumps(visit_data(visit_at_device(device, instrument), load_languages(), "vi", desk.now(), {})))
        everything = [criterion.code for criterion in instrument.criteria]
        for stage, gave_feedback, drawn in itertools.product(STAGES, (None, True, False), (None, everything[::2], everything[-3:])):
            asked = page.evaluate(
                """async ([data, stage, gaveFeedback, drawn]) => {
                    const flow = await import("/kiosk/static/flow.js");
                    return flow.askedCodes(data, { ...flow.emptyAnswers(data), stage, gaveFeedback, drawn });
                }""",
                [data, stage, gave_feedback, drawn],
            )
            expected = asked_codes(instrument, stage, gave_feedback, tuple(drawn) if drawn is not None else None)
            assert asked == list(expected), (instrument.id, stage, gave_feedback, drawn)


def test_a_whole_rating_by_touch_arrives_as_it_was_given(page: Page, desk: DeskInMemory) -> None:
    go_to_first_criterion(page)
    step(page, ".card", 0)
    step(page, "#no-opinion")
    page.locator("#back").click()
    expect(page.locator("#no-opinion")).to_have_attribute("aria-pressed", "true")
    step(page, ".card", 1)
    go_to_the_end(page)
    page.locator("textarea").fill("Phòng chờ thoáng")
    page.get_by_text("Có người giúp tôi trả lời").click()
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("Cảm ơn Ông/Bà")
    ((submission, device),) = desk.arrivals
    assert device is not None
    assert (submission.channel, submission.stage, submission.kind, submission.took) == ("kiosk", "filing", "individual", "<30")
    assert (submission.ratings["1.1"], submission.ratings["1.2"], submission.ratings["2.1"], submission.overall) == (1, 2, 4, 4)
    assert submission.asked is not None
    assert len(submission.asked) == len(submission.ratings) == 16
    assert (submission.comment, submission.helped, submission.repeats_previous) == ("Phòng chờ thoáng", True, None)


@pytest.mark.usefixtures("short")
def test_the_next_person_starts_clean_and_the_same_answers_are_noticed(page: Page, desk: DeskInMemory) -> None:
    go_to_first_criterion(page)
    page.locator("#contrast").click()
    for place, again in ((3, True), (3, True), (2, False)):
        go_to_the_end(page, place)
        page.locator("#send").click()
        page.locator("#again").click()
        expect(page.locator("html")).not_to_have_attribute("data-contrast", "high")
        if again or place == 3:
            step(page, "button.huge[type=button]")
            while page.locator(".choice").count():
                expect(page.locator(".choice.chosen")).to_have_count(0)
                step(page, ".choice", 0)
            expect(page.locator("input:checked")).to_have_count(0)
    assert [submission.repeats_previous for submission, _ in desk.arrivals] == [None, True, False]
    assert len({submission.id for submission, _ in desk.arrivals}) == 3


@pytest.mark.usefixtures("short")
def test_without_network_the_answers_stay_and_are_sent_once(page: Page, desk: DeskInMemory) -> None:
    go_to_first_criterion(page)
    go_to_the_end(page)
    page.locator("textarea").fill("Mất mạng")
    page.context.set_offline(True)
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("Chưa gửi được phiếu")
    page.locator("#back").click()
    expect(page.locator("textarea")).to_have_value("Mất mạng")
    page.locator("#send").click()
    expect(page.locator("#retry")).to_be_visible()
    page.context.set_offline(False)
    page.locator("#retry").click()
    expect(page.locator("h1")).to_have_text("Cảm ơn Ông/Bà")
    assert [submission.comment for submission in desk.kept.values()] == ["Mất mạng"]


@pytest.mark.usefixtures("short")
def test_a_lost_session_costs_nothing(page: Page, desk: DeskInMemory) -> None:
    go_to_first_criterion(page)
    go_to_the_end(page)
    page.context.clear_cookies(name="session")
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("Cảm ơn Ông/Bà")
    assert len(desk.kept) == 1


def test_the_keyboard_alone_is_enough(page: Page, desk: DeskInMemory) -> None:
    page.goto(f"/tablet/{DEVICE_KEY}")
    for key in ("Enter", "2", "1", "3", "5", "0"):
        before = page.locator("h1").inner_text()
        page.keyboard.press(key)
        expect(page.locator("h1")).not_to_have_text(before)
    third = page.locator("h1").inner_text()
    page.keyboard.press("Escape")
    expect(page.locator("#no-opinion")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Backspace")
    expect(page.locator("input:checked")).to_have_value("5")
    page.locator("input:checked").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("input:checked")).to_have_value("4")
    page.keyboard.press("Enter")
    expect(page.locator("#no-opinion")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("0")
    expect(page.locator("h1")).to_have_text(third)


def test_switching_the_language_keeps_the_answers(page: Page, desk: DeskInMemory) -> None:
    go_to_first_criterion(page)
    step(page, ".card", 4)
    page.locator("#back").click()
    page.locator("#lang-en").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("input:checked")).to_have_value("5")
    expect(page.locator("#back")).to_have_text("Back")


def test_a_code_leaves_the_address_and_the_phones_own_back_goes_one_question_back(page: Page, desk: DeskInMemory, address: str) -> None:
    go_to_first_criterion(page, f"/r/{OPEN}")
    expect(page).to_have_url(f"{address}/r")
    first = page.locator("h1").inner_text()
    step(page, ".card", 2)
    page.go_back()
    expect(page.locator("h1")).to_have_text(first)
    expect(page.locator("input:checked")).to_have_value("3")
    go_to_the_end(page)
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("Cảm ơn Ông/Bà")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Cảm ơn Ông/Bà")
    assert [submission.channel for submission, _ in desk.arrivals] == ["invitation"]


def test_nobody_there_for_a_minute_is_asked_and_then_wiped(page: Page) -> None:
    page.clock.install(time=0)
    page.goto(f"/tablet/{DEVICE_KEY}")
    page.clock.pause_at(86_400)  # from here on the page's time passes only where it is made to
    page.locator("button.huge[type=button]").click()
    page.clock.run_for(61_000)
    expect(page.locator("dialog h2")).to_have_text("Ông/Bà còn trả lời tiếp không?")
    page.locator("dialog button").click()
    expect(page.locator("dialog")).not_to_be_visible()
    page.clock.run_for(59_000)
    expect(page.locator("dialog")).not_to_be_visible()
    page.clock.run_for(22_000)
    expect(page.locator("button.huge")).to_be_visible()


def test_a_double_tap_answers_one_question(page: Page, desk: DeskInMemory) -> None:
    go_to_first_criterion(page)
    page.locator(".card").nth(3).dblclick()
    expect(page.locator(".eyebrow")).to_contain_text("Câu 2 trên 16")
    expect(page.locator("input:checked")).to_have_count(0)
