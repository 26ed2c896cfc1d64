"""Eyes and hands: text twice as large, the largest letters, high contrast, less motion, and a keypad instead of a finger.

Twice as large means half as many CSS pixels: a tablet of 640 × 400, a phone 320 wide (WCAG 2.2, 1.4.4 and 1.4.10).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.models import Response, ResponseReasons
from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.enrolment import declare_device, issue_enrolment_code, redeem_enrolment_code
from survey_forms import find_instrument
from tests.browser.citizen import begin, press_through_without_scripts
from tests.browser.conftest import Watch, serving
from tests.browser.offline import answer, finish, office, open_tablet, read_fact, tablet_browser
from tests.browser.patience import open_window, pass_time, prepare, settle, wait_for_next, wait_for_script, wait_until
from tests.browser.test_screens import inspect
from tests.factories import COMMUNE

SMALL = {"tablet at 200 %": (640, 400), "phone at 320 px": (320, 640)}
PIN = "246810"
Opener = Callable[..., Page]


def ask_in_rotation(runtime: Runtime) -> Runtime:
    """The same installation asking a handful of criteria."""
    return replace(runtime, settings=runtime.settings.model_copy(update={"asking": "rotating"}))


@pytest.fixture
def key(runtime: Runtime) -> str:
    """The key of a tablet with a staff PIN."""
    device = declare_device(runtime, unit_key=COMMUNE, label="Máy quầy 1", counter_code="1", pin=PIN)
    key = redeem_enrolment_code(runtime, issue_enrolment_code(runtime, device))
    assert isinstance(key, str)
    return key


@pytest.fixture
def open_small(browser: Browser, runtime: Runtime) -> Iterator[Opener]:
    """Opens a page in a viewport of so many CSS pixels; fails the test if the page misbehaved."""
    watch, contexts = Watch(), []
    with serving(runtime) as address:

        def open_one(path: str, size: tuple[int, int], **more: object) -> Page:
            viewport = {"width": size[0], "height": size[1]}
            context = browser.new_context(viewport=viewport, locale="vi-VN", **more)  # type: ignore[arg-type]  # passed on as given
            contexts.append(context)
            page = prepare(context).new_page()
            watch.follow(page, address)
            page.goto(address + path)
            return page

        yield open_one
        for context in contexts:
            context.close()
    assert watch.trouble == []


def look(page: Page, what: str) -> list[str]:
    """What `inspect` finds, and what stands beyond the right edge or is cut off."""
    settle(page)
    beyond = page.evaluate(
        """() => [...document.querySelectorAll("main *, footer *, header *, dialog *")]
            .filter((e) => e.checkVisibility() && !e.closest("svg") && e.getBoundingClientRect().right > innerWidth + 1)
            .map((e) => `${e.tagName}.${e.className} ${e.textContent.slice(0, 30)}`)"""
    )
    cut = page.evaluate(
        """() => [...document.querySelectorAll("button, .card-body, .chip-body, .option-body, h1, legend")]
            .filter((e) => e.checkVisibility() && !e.closest(".visually-hidden")
                && !e.classList.contains("visually-hidden") && e.scrollWidth > e.clientWidth + 1)
            .map((e) => `${e.tagName}.${e.className} ${e.textContent.slice(0, 30)}`)"""
    )
    return inspect(page, what) + [f"{what}: beyond the edge: {each}" for each in beyond] + [f"{what}: cut off: {each}" for each in cut]


def set_display(page: Page, *, largest: bool, contrast: bool) -> None:
    """Press the switches of the header."""
    if not page.locator("#larger").is_visible():
        page.locator(".display-switch").click()
    for _ in range(2 if largest else 0):
        page.locator("#larger").click()
    if contrast:
        page.locator("#contrast").click()
    if page.locator(".display-switch").is_visible():
        page.locator(".display-switch").click()


def walk(page: Page, seen: Callable[[str], None], worst: int = 2) -> None:
    """Through a whole visit at the start page: the first `worst` criteria rated lowest, every screen looked at on the way."""
    rated = 0
    kinds: set[str] = set()
    for _ in range(60):
        title = page.locator("h1").inner_text()
        kind = next((name for name in ("#send", ".card", ".reason", ".choice", "button.huge") if page.locator(name).count()), "the end")
        if kind != ".card" or kind not in kinds:
            seen(f"{kind} {title}")
        kinds.add(kind)
        if kind == "#send":
            page.locator("#comment").fill("Gọi tôi theo số 0912 345 678")
            seen("a masked comment")
            page.locator("#send").click()
            expect(page.locator("h1")).to_contain_text("Cảm ơn")
            seen("thanks")
            return
        if kind == ".card":
            page.locator(".card").nth(0 if rated < worst else 4).click()
            rated += 1
        elif kind == ".reason":
            page.locator(".chip").first.click()
            page.locator(".reason").first.locator(".chip").last.click()
            seen("own words")
            page.locator("#skip").click()
        elif page.locator("#skip").count():
            page.locator("#skip").click()
        else:
            page.locator(".choice, button.huge").first.click()
        wait_for_next(page, title)
    raise AssertionError("the visit did not come to its end")


@pytest.mark.parametrize("largest", [False, True], ids=["normal letters", "largest letters"])
@pytest.mark.parametrize("size", SMALL)
def test_every_screen_of_a_visit_fits_twice_as_large(open_small: Opener, key: str, size: str, largest: bool) -> None:
    page = open_small(f"/tablet/{key}", SMALL[size])
    begin(page)
    set_display(page, largest=largest, contrast=False)
    found: list[str] = []
    walk(page, lambda what: found.extend(look(page, what)))
    assert found == []


@pytest.mark.parametrize("size", [(1280, 800), (640, 400), (320, 640)], ids=str)
def test_every_screen_of_a_visit_in_high_contrast_and_largest_letters(open_small: Opener, key: str, size: tuple[int, int]) -> None:
    page = open_small(f"/tablet/{key}", size)
    begin(page)
    set_display(page, largest=True, contrast=True)
    found: list[str] = []
    walk(page, lambda what: found.extend(look(page, what)))
    assert found == []


@pytest.mark.parametrize("size", SMALL)
def test_staff_screen_and_the_idle_question_fit_twice_as_large(open_small: Opener, key: str, size: str) -> None:
    page = open_small(f"/tablet/{key}", SMALL[size])
    expect(page.locator("#staff")).to_be_visible()
    found = look(page, "start")
    wait_until(lambda: bool(read_fact(page, "staff_pin")), "the PIN of the heartbeat")
    page.locator("#staff").click()
    expect(page.locator("#pin")).to_be_visible()
    found += look(page, "PIN")
    page.locator("#pin").fill(PIN)
    page.locator("#pin").press("Enter")
    expect(page.locator("#staff-keys")).to_be_visible()
    found += look(page, "numbers")
    page.locator("#staff-close").click()
    begin(page)
    pass_time(page, 61)
    expect(page.locator("dialog h2")).to_be_visible()
    found += look(page, "idle")
    assert found == []


@pytest.mark.parametrize("size", SMALL)
def test_pages_without_scripts_fit_twice_as_large(open_small: Opener, runtime: Runtime, size: str) -> None:
    (code,), _ = issue_codes(runtime, unit_key=COMMUNE, field_code="ho-tich")
    page = open_small(f"/r/{code}", SMALL[size], java_script_enabled=False)
    found: list[str] = []
    press_through_without_scripts(page, ["Nhận kết quả", "Cá nhân", "Có"], level=1, seen=lambda _: found.extend(overflow(page)))
    assert found == []
    with runtime.database.read() as session:
        assert len(session.scalars(select(Response)).one().ratings) == 21


@pytest.mark.parametrize("size", [(1280, 800), *SMALL.values()], ids=str)
def test_every_page_without_scripts_passes_axe_at_the_desk_and_twice_as_large(open_small: Opener, key: str, size: tuple[int, int]) -> None:
    page = open_small("/tablet", size)  # no tablet yet: this page too
    found = look(page, "not enrolled")
    # axe is a script itself, so scripts are allowed and the product's own never arrive.
    page.route("**/kiosk/static/*.js", lambda route: route.abort("internetdisconnected"))
    page.goto(page.url + f"/{key}")
    titles: list[str] = []

    def see(title: str) -> None:
        titles.append(title)
        found.extend(look(page, title))

    press_through_without_scripts(page, ["Nộp hồ sơ", "Hộ tịch", "Cá nhân", "Có"], level=1, seen=see)
    assert found == []
    assert len(set(titles)) >= 10, "start, stage, field, kind, every factor, the overall question, reasons, about you, the end, thanks"


def overflow(page: Page) -> list[str]:
    """A page without scripts cannot be asked much, but its width can."""
    settle(page)
    width, inside = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    return [f"{page.locator('h1').inner_text()}: {width} px wide in {inside}"] if width > inside + 1 else []


@pytest.mark.parametrize("wish", ["reduce", "no-preference"])
def test_nothing_moves_for_whoever_asks_for_less_motion(open_small: Opener, key: str, wish: str) -> None:
    page = open_small(f"/tablet/{key}", (1280, 800), reduced_motion=wish)
    moving: set[str] = set()

    def watch_motion(_: str) -> None:
        moving.update(
            page.evaluate(
                """() => [...document.querySelectorAll("*")].flatMap((e) => {
                    const style = getComputedStyle(e);
                    const smooth = style.animationName !== "none" && !style.animationTimingFunction.startsWith("steps");
                    return style.transitionDuration.split(",").some((time) => parseFloat(time) > 0) || smooth ? [e.className] : [];
                })"""
            )
        )

    walk(page, watch_motion)
    assert (moving == set()) == (wish == "reduce")


def press_until_thanks(page: Page, keys: dict[str, str]) -> list[str]:
    """Press one key after another until the thanks, chosen by what the screen offers. Returns the titles met."""
    titles = []
    for _ in range(60):
        title = page.locator("h1").inner_text()
        titles.append(title.replace("\u00a0", " "))
        if "Cảm ơn" in titles[-1]:
            return titles
        page.keyboard.press(next(key for offered, key in keys.items() if page.locator(offered).count()))
        wait_for_next(page, title)
    raise AssertionError("the visit did not come to its end")


DIGITS = {"#send": "1", ".card": "2", ".reason": "0", "#skip": "0", ".choice": "1", "button.huge": "1"}
NUMPAD_WITHOUT_NUMLOCK = {"Numpad1": "End", "Numpad2": "ArrowDown", "Numpad0": "Insert"}


@pytest.mark.parametrize("asking", ["full", "rotating"])
def test_five_keys_back_and_dont_know_are_enough_for_a_whole_visit(browser: Browser, runtime: Runtime, key: str, asking: str) -> None:
    asked = ask_in_rotation(runtime) if asking == "rotating" else runtime
    with serving(asked) as address:
        page = open_window(browser, viewport={"width": 1280, "height": 800}, locale="vi-VN")
        page.goto(f"{address}/tablet/{key}")
        titles = press_until_thanks(page, DIGITS)
        assert "Điều gì chưa tốt?" in titles
        page.keyboard.press("1")
        wait_for_script(page)
        wait_until(lambda: len(stored(asked)) == 1, "the sheet at the server")
        page.context.close()
    ((asked_codes, ratings),) = stored(asked)
    assert set(ratings.values()) == {2}
    assert len(ratings) == (6 if asking == "rotating" else 16)
    assert asked_codes is not None


def stored(runtime: Runtime) -> list[tuple[list[str] | None, dict[str, int | str]]]:
    """What was asked and rated on each stored sheet."""
    with runtime.database.read() as session:
        return [(row.asked, row.ratings) for row in session.scalars(select(Response))]


def test_a_keypad_without_numlock_its_minus_and_a_key_held_down(open_small: Opener, key: str) -> None:
    page = open_small(f"/tablet/{key}", (1280, 800))
    press = """([code, key, repeat]) => document.activeElement.dispatchEvent(
        new KeyboardEvent("keydown", { code, key, repeat, bubbles: true, cancelable: true }))"""
    for code in ("Numpad1", "Numpad2", "Numpad1", "Numpad1"):
        title = page.locator("h1").inner_text()
        page.evaluate(press, [code, NUMPAD_WITHOUT_NUMLOCK[code], False])
        expect(page.locator("h1")).not_to_have_text(title)
    first = page.locator("h1").inner_text()
    page.evaluate(press, ["Numpad2", "ArrowDown", False])
    expect(page.locator("h1")).not_to_have_text(first)
    second = page.locator("h1").inner_text()
    page.evaluate(press, ["Numpad2", "ArrowDown", True])
    page.wait_for_timeout(400)
    expect(page.locator("h1")).to_have_text(second)
    page.keyboard.press("NumpadSubtract")
    expect(page.locator("h1")).to_have_text(first)
    expect(page.locator("input:checked")).to_have_value("2")
    page.keyboard.press("0")
    expect(page.locator("h1")).to_have_text(second)


def test_tab_space_and_enter_reach_every_reason_and_consent(open_small: Opener, runtime: Runtime, key: str) -> None:
    page = open_small(f"/tablet/{key}", (1280, 800))
    keys = {name: press for name, press in DIGITS.items() if name not in ("#send", ".reason", "#skip")}
    while not page.locator(".reason").count():
        title = page.locator("h1").inner_text()
        page.keyboard.press(next(press for offered, press in keys.items() if page.locator(offered).count()))
        wait_for_next(page, title)
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".chip input:checked")).to_have_count(2)
    while not page.locator("#send").count():
        title = page.locator("h1").inner_text()
        page.keyboard.press("0")
        expect(page.locator("h1")).not_to_have_text(title)
    for _ in range(2):
        page.keyboard.press("Tab")
        if page.locator("#comment").evaluate("(e) => e === document.activeElement"):
            page.keyboard.type("Ghe 1 va 2 hong")
    expect(page.locator("#may-quote")).to_be_focused()
    page.keyboard.press("Space")
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.locator("#send").evaluate("(e) => e === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Cảm ơn")
    wait_until(lambda: len(stored(runtime)) == 1, "the sheet at the server")
    with runtime.database.read() as session:
        kept = session.scalars(select(ResponseReasons)).one().reasons
        assert kept is not None
        assert kept["1.1"]["chips"] == [reason.code for reason in find_instrument("kiosk-default").criterion("1.1").reasons[:2]]


def test_turns_of_the_rotation_outlive_reload_and_killed_browser(runtime: Runtime, browser: Browser, tmp_path: Path, key: str) -> None:
    """Eight visits of six are one cycle of the sixteen criteria of a filing: the balance is exact if no turn was lost."""
    asking = ask_in_rotation(runtime)
    with office(asking) as server, tablet_browser(browser, tmp_path / "profile") as tablet:
        open_tablet(tablet.page, server.address, key)
        for number in range(8):
            if number in (2, 5):
                tablet.kill()
                tablet.page.goto(f"{server.address}/tablet")
            elif number in (1, 4):
                tablet.page.reload()
            answer(tablet.page, level=4)
            finish(tablet.page, "")
        kept = read_fact(tablet.page, "rotation")
        assert isinstance(kept, dict)
        assert list(kept) == ["seed", "turns"], "nothing of any answer"
        assert list(kept["turns"].values()) == [8]
        wait_until(lambda: len(stored(asking)) == 8, "every sheet at the server")
    asked = [code for codes, _ in stored(asking) for code in codes or ()]
    filing = [criterion.code for criterion in find_instrument("kiosk-default").criteria_at("filing") if criterion.asked_of == "everyone"]
    assert {code: asked.count(code) for code in filing} == dict.fromkeys(filing, 3), "eight visits of six are three times round sixteen"
