"""A third language out of the office's folder, in a real browser: offered, legible, honest about its gaps, read from its own recordings."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from app.cli.serve import make_server
from app.runtime import Runtime, open_runtime
from tests.browser.patience import open_window, wait_until
from tests.loopback import LoopbackServer
from tests.own_language import CODE, LETTERS, NAME, TEXTS, write_language
from tests.recordings import record

# The picture of a letter in the page's own font; a letter no font has is drawn as the same box as any other such.
_DRAW = """(letter) => {
  const canvas = new OffscreenCanvas(120, 120);
  const pen = canvas.getContext("2d");
  pen.font = `64px ${getComputedStyle(document.body).fontFamily}`;
  pen.fillText(letter, 20, 80);
  return [...pen.getImageData(0, 0, 120, 120).data].filter((_, place) => place % 4 === 3).join("");
}"""
_HAS_NO_FONT = "\U0010fffd"


def test_a_language_of_the_office_is_offered_shown_and_read(runtime: Runtime, browser: Browser, device_key: str) -> None:
    folder: Path = runtime.settings.data_dir
    write_language(folder)
    record(folder, CODE, "screens/invite")
    record(folder, "vi", "screens/invite_more")
    served = open_runtime(runtime.settings)
    server = LoopbackServer(make_server(served, "127.0.0.1", 0))
    page = open_window(browser, viewport={"width": 1280, "height": 800})
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
    try:
        page.goto(f"{server.address}/tablet/{device_key}")
        page.get_by_role("button", name=NAME, exact=True).click()
        expect(page.locator("html")).to_have_attribute("lang", CODE)
        expect(page.locator("button.huge")).to_have_text(TEXTS["Bắt đầu"])
        expect(page.locator("h1"), "what is translated is in the page's language").not_to_have_attribute("lang", re.compile("."))
        expect(page.locator("p.lead")).to_have_attribute("lang", "vi")
        expect(page.locator(".place strong")).to_have_attribute("lang", "vi")
        tofu = page.evaluate(_DRAW, _HAS_NO_FONT)
        pictures = [page.evaluate(_DRAW, letter) for letter in (*LETTERS, "ơ")]
        assert tofu not in pictures
        assert "1" in pictures[0]
        assert len(set(pictures)) == len(pictures), "each letter looks like itself, ơ̆ not like ơ"
        assert page.evaluate(_DRAW, "ơ" + _HAS_NO_FONT) != pictures[LETTERS.index("ơ\u0306")]
        # Its invitation is its own recording; the sentence that stays Vietnamese is read from the Vietnamese ones.
        expect(page.locator("#reader")).to_be_attached()
        page.evaluate("document.getElementById('reader').addEventListener('ended', () => { window.ended = (window.ended ?? 0) + 1; })")
        page.get_by_role("button", name=TEXTS["Đọc to"], exact=True).click()
        wait_until(lambda: page.evaluate("window.ended ?? 0") == 2, "both recordings to end")
        page.locator("button.huge[type=button]").click()
        expect(page.locator("#back")).to_contain_text(TEXTS["Quay lại"])
        expect(page.locator("h1")).to_have_attribute("lang", "vi")
    finally:
        page.context.close()
        server.stop()
        served.database.dispose()
    assert trouble == []
