"""A first visit on a slow line: what is fetched before the start button works, and what happens to a hand that is faster than the line."""

import re
import threading
from importlib.resources import files

from playwright.sync_api import Page, Route, expect

from kiosk.shell import BEHIND, KEPT, LATER, MODULES, STYLES
from tests.kiosk.desk import DEVICE_KEY
from tests.kiosk.test_script import address, chromium, page

__all__ = ["address", "chromium", "page"]

STATIC = files("kiosk") / "static"
AT_ONCE = 8
"""Six connections take six files at once; the two smallest ride behind the first that are done."""


def imported(names: tuple[str, ...]) -> set[str]:
    """These scripts and every script they cannot run without."""
    found, left = set(names), list(names)
    while left:
        text = (STATIC / left.pop()).read_text(encoding="utf-8")
        new = set(re.findall(r'^import .* from "\./([\w-]+\.js)"', text, flags=re.MULTILINE)) - found
        found |= new
        left += new
    return found


def test_start_button_waits_for_what_is_fetched_first_and_for_nothing_else() -> None:
    assert imported(("rate.js",)) == set(MODULES)
    assert len(STYLES) + len(MODULES) <= AT_ONCE


def test_first_question_waits_for_what_is_fetched_behind_and_for_nothing_else() -> None:
    named = re.search(r"const REST = \[(.*)\]", (STATIC / "rate.js").read_text(encoding="utf-8"))
    assert named is not None
    rest = tuple(f"{name}.js" for name in re.findall(r'"(\w+)"', named[1]))
    assert imported(rest) - set(MODULES) == set(BEHIND)


def test_every_script_is_kept_for_the_day_without_a_network() -> None:
    scripts = {file.name for file in STATIC.iterdir() if file.name.endswith(".js")} - {"sw.js"}
    assert set(MODULES) | set(BEHIND) | set(LATER) == scripts
    assert scripts <= set(KEPT)


def test_tap_before_the_rest_has_come_is_taken_and_the_first_question_follows(page: Page) -> None:
    come = threading.Event()
    held: list[Route] = []
    page.route("**/static/wedge.js", lambda route: route.continue_() if come.is_set() else held.append(route))
    page.goto(f"/tablet/{DEVICE_KEY}")
    start = page.locator("button.huge[type=button]")
    start.click()
    expect(start).to_have_class(re.compile(r"\bheld\b"))
    page.keyboard.press("2")
    come.set()
    for route in held:
        route.continue_()
    expect(page.locator(".choice").first).to_be_visible()
    page.wait_for_timeout(400)  # longer than a key waits for the scanner it might belong to
    expect(page.locator(".choice").first).to_be_visible()
    expect(page.locator(".choice.chosen, .choice.held")).to_have_count(0)
    expect(page.locator("#back")).to_be_visible()
    page.locator("#back").click()
    expect(start).to_be_visible()  # it was the first question: the key has answered nothing


def test_key_before_the_rest_has_come_begins_as_it_would_afterwards(page: Page) -> None:
    come = threading.Event()
    held: list[Route] = []
    page.route("**/static/wedge.js", lambda route: route.continue_() if come.is_set() else held.append(route))
    page.goto(f"/tablet/{DEVICE_KEY}")
    expect(page.locator("button.huge[type=button]")).to_be_visible()
    page.keyboard.press("1")
    come.set()
    for route in held:
        route.continue_()
    expect(page.locator(".choice").first).to_be_visible()


def test_line_that_breaks_off_behind_the_start_costs_one_tap(page: Page) -> None:
    reloads: list[str] = []

    def reload(route: Route) -> None:
        reloads.append(route.request.url)
        route.continue_()

    page.route("**/tablet", reload)  # the first opening is a redirection, which is not routed
    page.route("**/static/wedge.js", lambda route: route.continue_() if reloads else route.abort("internetdisconnected"))
    page.goto(f"/tablet/{DEVICE_KEY}")
    with page.expect_navigation():
        page.locator("button.huge[type=button]").click()
    page.locator("button.huge[type=button]").click()
    expect(page.locator(".choice").first).to_be_visible()
    assert len(reloads) == 1
