"""How fast a desk's tablet feels: a CPU slowed four times, a slow 3G line, times out of the browser's own performance entries.

The line is that of WebPageTest's "3G Slow": 400 kbit/s and 400 ms for a round trip. Nothing becomes visible before one round trip for the
page and one for its scripts, and the bytes have to pass: that floor is printed beside the measured time. The slow hand looks at each
screen for 1,8 seconds from the moment it stands there, then taps.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median

from playwright.sync_api import BrowserContext, CDPSession, Page, expect, sync_playwright

from app.runtime import Runtime
from app.services.keys import add_device
from kiosk.wording import WORDS
from survey_forms import find_instrument
from tests.benchmarks.measure import Row
from tests.benchmarks.office import open_office
from tests.browser.offline import office
from tests.factories import COMMUNE, KIOSK
from tests.machine import require_chromium

CPU_SLOWDOWN = 4
ROUND_TRIP_MS, BYTES_PER_SECOND = 400, 400_000 / 8
LOOK_MS = 1_800
N_VISITS = 5

# Marks what people see. `interactive`: the script has taken the page over and its start button reacts. `painted`: a new question stands
# on the screen. The time of a tap until its held card is painted is the browser's own Event Timing.
_WATCH = """
const afterPaint = (name) => requestAnimationFrame(() => setTimeout(() => performance.mark(name)));
window.taps = [];
const keep = (e) => window.taps.push({ name: e.name, start: e.startTime, took: e.duration });
new PerformanceObserver((list) => list.getEntries().forEach(keep))
  .observe({ type: "event", durationThreshold: 16, buffered: true });
let question = null, interactive = false;
new MutationObserver(() => {
  const start = document.querySelector("button.huge[type=button]");
  if (start && !interactive) { interactive = true; afterPaint("interactive"); }
  const title = document.querySelector("h1")?.textContent;
  if (title !== question) { question = title; afterPaint("painted"); }
}).observe(document, { childList: true, subtree: true });
"""


@contextmanager
def slow_tablet(folder: Path) -> Iterator[tuple[BrowserContext, Page, CDPSession]]:
    """A tablet's browser on a profile of its own, its processor slowed."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            str(folder),
            executable_path=require_chromium(),
            args=["--no-sandbox", "--disable-gpu"],
            viewport={"width": 1280, "height": 800},
            has_touch=True,
            locale="vi-VN",
        )
        context.add_init_script(_WATCH)
        page = context.pages[0]
        page.set_default_timeout(60_000)
        session = context.new_cdp_session(page)
        session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
        yield context, page, session
        context.close()


def _set_line(session: CDPSession, *, is_slow: bool) -> None:
    session.send("Network.enable")
    slow = {"latency": ROUND_TRIP_MS, "downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
    session.send("Network.emulateNetworkConditions", {"offline": False, **(slow if is_slow else _FREE)})


_FREE = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


def _mark(page: Page, name: str) -> float:
    """When a mark was set first, in milliseconds since the navigation began; waits for it."""
    for _ in range(600):
        found = page.evaluate("(name) => performance.getEntriesByName(name)[0]?.startTime ?? null", name)
        if found is not None:
            return float(found)
        page.wait_for_timeout(50)
    raise AssertionError(f"the page never set {name}")


def _measure_start(runtime: Runtime, folder: Path) -> list[Row]:
    key = add_device(runtime, unit_key=COMMUNE, label="Máy đo", counter_code="1")[1]
    first, offline, sizes, paint, question, files = [], [], [], [], [], []
    with office(runtime) as server:
        for visit in range(N_VISITS):
            with slow_tablet(folder / f"start-{visit}") as (context, page, session):
                context.request.get(f"{server.address}/tablet/{key}", max_redirects=0)  # the cookie; nothing of the page is loaded
                _set_line(session, is_slow=True)
                page.goto(f"{server.address}/tablet")
                first.append(_mark(page, "interactive"))
                page.locator("button.huge").tap()
                expect(page.locator(".choice").first).to_be_visible()
                question.append(page.evaluate("performance.getEntriesByName('painted').at(-1).startTime"))
                files.append(page.evaluate(_LOADED_FILES, first[-1]))
                sizes.append(page.evaluate(_LOADED_BYTES, first[-1]))
                paint.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
                _set_line(session, is_slow=False)
                page.evaluate("navigator.serviceWorker.ready.then(() => null)")
                server.stop()
                page.goto(f"{server.address}/tablet")
                offline.append(_mark(page, "interactive"))
                server.start()
    floor = 2 * ROUND_TRIP_MS + median(sizes) / BYTES_PER_SECOND * 1000
    return [
        Row(N_VISITS, "start button stands, as a form", "first visit, slow line", f"{median(paint):.0f} ms", "at most 2000 ms"),
        Row(N_VISITS, "start button reacts", "first visit, slow line", f"{median(first):.0f} ms", f"at most 2000 ms; floor {floor:.0f} ms"),
        Row(N_VISITS, "files until then", "first visit, slow line", f"{median(files):.0f}", "6 connections: at most 8 beside the page"),
        Row(N_VISITS, "first question, tapped at once", "first visit, slow line", f"{median(question):.0f} ms", "-"),
        Row(N_VISITS, "start button reacts", "without a server", f"{median(offline):.0f} ms", "at most 1000 ms"),
    ]


_LOADED_BYTES = """(until) => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .filter((e) => e.responseEnd <= until).reduce((sum, e) => sum + e.transferSize, 0)"""


_LOADED_FILES = "(until) => performance.getEntriesByType('resource').filter((e) => e.responseEnd <= until).length"


_BUTTONS = ("button.huge", ".card:has(input[value='4'])", "#send", "#skip", ".choice")
_FEEDBACK = find_instrument(KIOSK).feedback_question


def _rate_slowly(page: Page) -> tuple[float, list[float], list[float], int]:
    """One visit by the slow hand: seconds from the first tap to the thanks, taps to held card, taps to next question, criteria."""
    held, following, n_criteria = [], [], 0
    page.evaluate("performance.clearMarks()")
    began = time.perf_counter()
    while True:
        title = page.locator("h1").inner_text().replace("\u00a0", " ")
        page.wait_for_timeout(LOOK_MS)
        is_card = page.locator(".card").count() > 0
        page.evaluate("() => { window.taps.length = 0; performance.clearMarks('painted'); }")
        button = next(selector for selector in _BUTTONS if page.locator(selector).count())
        if title == _FEEDBACK:
            button = ".choice"  # yes: then all 21 criteria are asked
        wanted = page.locator(button)
        (wanted.last if title == WORDS["stage_question"] else wanted.first).tap()  # the result is handed over: every criterion
        painted = _mark(page, "painted")
        taps = page.evaluate("window.taps.filter((tap) => ['pointerup', 'click'].includes(tap.name))")
        began_tap = min((tap["start"] for tap in taps), default=None)
        if is_card:
            n_criteria += 1
            held.append(max((tap["took"] for tap in taps), default=16.0))  # faster than 16 ms is not reported
            if began_tap is not None:
                following.append(painted - began_tap)
        if button == "#send":
            return time.perf_counter() - began, held, following, n_criteria


def _measure_visit(runtime: Runtime, folder: Path, asking: str) -> list[Row]:
    runtime = replace(runtime, settings=runtime.settings.model_copy(update={"asking": asking}))
    key = add_device(runtime, unit_key=COMMUNE, label=f"Máy đo {asking}", counter_code="1")[1]
    with office(runtime) as server, slow_tablet(folder / asking) as (_, page, _session):
        page.goto(f"{server.address}/tablet/{key}")
        _mark(page, "interactive")
        seconds, held, following, n_criteria = _rate_slowly(page)
    return [
        Row(n_criteria, "tap to held card", asking, f"{median(held):.0f} ms", f"at most 100 ms; slowest {max(held):.0f} ms"),
        Row(n_criteria, "tap to next question", asking, f"{median(following):.0f} ms", f"at most 400 ms; slowest {max(following):.0f} ms"),
        Row(n_criteria, "whole visit, slow hand", asking, f"{seconds:.1f} s", f"at most {90 if asking == 'full' else 30} s"),
    ]


def run() -> list[Row]:
    """Measure start and visit."""
    with open_office() as (runtime, folder):
        return [*_measure_start(runtime, folder), *_measure_visit(runtime, folder, "full"), *_measure_visit(runtime, folder, "rotating")]
