"""A citizen in front of a screen: what the tests do with hands."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.patience import wait_for_next, wait_for_script


def choose(page: Page, words: str) -> None:
    """Press the large button with these words, and wait for what it leads to."""
    button = page.locator("button.choice", has_text=words).first
    expect(button).to_be_visible()
    title = page.locator("h1").inner_text()
    button.click()
    wait_for_next(page, title)


def begin(page: Page) -> None:
    """Press start, once the script reacts to it, and wait for what it leads to."""
    wait_for_script(page)
    title = page.locator("h1").inner_text()
    page.locator("button.huge[type=button]").click()
    wait_for_next(page, title)


def rate_by_touch(page: Page, levels: dict[str, int] | int, most: int = 40) -> int:
    """Answer every question until the last page with a level (one for all, or by the question's number, from 1).

    Returns how many criteria were answered; the feedback question is answered with yes, questions about the person skipped.
    """
    answered = 0
    for _ in range(most):
        # The answer before is still seen for a breath; what is pressed meanwhile would belong to a screen that goes.
        expect(page.locator(".held")).to_have_count(0)
        if page.locator("#send").count():
            return answered
        title = page.locator("h1").inner_text()
        if page.locator("input[type=radio][name=level]").count():
            answered += 1
            level = levels if isinstance(levels, int) else levels.get(str(answered), 4)
            page.locator(f"label.card:has(input[value='{level}'])").click()
        elif page.locator("#skip").count():
            page.locator("#skip").click()
        else:
            page.locator("button.choice").first.click()
        wait_for_next(page, title)
    raise AssertionError("the questions did not come to an end")


def send(page: Page) -> None:
    """Send, and see the thanks."""
    page.locator("#send").click()
    expect(page.locator("h1")).to_contain_text("Cảm ơn")


def press_through_without_scripts(
    page: Page, choices: list[str], level: int, most: int = 20, seen: Callable[[str], None] = lambda _: None
) -> None:
    """Answer every plain page with one level, large buttons by their words, and press on until the thanks; each page is `seen` first."""
    expect(page.locator("h1").first).to_be_visible()
    for _ in range(most):
        seen(page.locator("h1").first.inner_text())
        if "Cảm ơn" in page.locator("h1").first.inner_text().replace("\u00a0", " "):
            return
        for group in page.locator("fieldset").all():
            answer = group.locator(f"label:has(input[type=radio][value='{level}'])")
            if answer.count():
                answer.first.click()
        if page.locator("button.choice").count():
            words = next(words for words in choices if page.locator("button.choice", has_text=words).count())
            button = page.locator("button.choice", has_text=words).first
        else:
            button = page.locator("button[name=go]:not([value=back])").last
        with page.expect_navigation():  # each press brings a page, and the one that stands there must not be pressed twice
            button.click()
    raise AssertionError("the pages did not come to an end")
