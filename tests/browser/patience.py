"""How the browser tests wait: long, for a state, never for seconds; and pages whose own clocks move only when a test moves them.

The machine that runs the tests may be busy with other things, so anything may take a minute between two lines of a test, and nothing
may be read once in a state that may still be arriving.
"""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, BrowserType, Error, Page, expect

from tests.machine import require_chromium

PATIENCE_SECONDS = 120
"""How long a test waits for what must come: far longer than any machine needs, far shorter than for ever."""

# A page's own clock: `performance.now`, by which it tells that nobody is there, how long a visit took and when to report again. It stands
# still, and `pass_time` moves it. The thanks stay until `end_thanks`, and the three seconds for which a slip's code waits for the server
# are as long as the server needs. Every other timer runs as it does for people.
_STANDING_CLOCK = """
(() => {
  const later = window.setTimeout.bind(window);
  const began = performance.now();
  const [THANKS, CODE, CAMERA, LONG] = [5000, 3000, 20000, 2 ** 31 - 1];
  window.skipped = 0;
  performance.now = () => began + window.skipped;
  window.setTimeout = (work, wait, ...rest) => {
    if (wait === THANKS) window.endThanks = work;
    return later(work, [THANKS, CODE, CAMERA].includes(wait) ? LONG : wait, ...rest);
  };
})();
"""

# Styles, fonts and pictures are there; what moves towards an end is put there. A picture that waits to be scrolled to may wait.
_SETTLED = """() => {
  if (document.readyState !== "complete") return false;
  for (const animation of document.getAnimations()) {
    if (animation.effect?.getComputedTiming().endTime < Infinity) animation.finish();
  }
  return [...document.querySelectorAll("link[rel~=stylesheet]")].every((link) => link.sheet !== null)
    && document.fonts.status === "loaded"
    && [...document.images].every((image) => image.complete || image.loading === "lazy");
}"""

_SENDING = "Đang gửi"


def start_chromium(kind: BrowserType, *more: str) -> Browser:
    """The system's Chromium, given as long to start as everything else."""
    arguments = ["--no-sandbox", "--disable-gpu", *more]
    return kind.launch(executable_path=require_chromium(), args=arguments, timeout=PATIENCE_SECONDS * 1000)


def be_patient() -> None:
    """`expect` waits as long as everything else; once for the whole run."""
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)


def prepare(context: BrowserContext, *, clock_runs: bool = False) -> BrowserContext:
    """Every context a test opens goes through here: patient, and unless `clock_runs` with its pages' clocks at rest."""
    context.set_default_timeout(PATIENCE_SECONDS * 1000)
    if not clock_runs:
        context.add_init_script(_STANDING_CLOCK)
    return context


def open_window(browser: Browser, **options: object) -> Page:
    """A page in a context of its own; `page.context.close()` ends both."""
    return prepare(browser.new_context(**options)).new_page()  # type: ignore[arg-type]  # passed on as given


def pass_time(page: Page, seconds: int) -> None:
    """Let nobody touch the screen for so long."""
    page.evaluate(f"() => {{ window.skipped += {seconds * 1000}; }}")


def end_thanks(page: Page) -> None:
    """Let the seconds of the thanks pass, at whose end a tablet goes back by itself."""
    page.evaluate("() => window.endThanks()")


def wait_until(is_so: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Look again until something is so; a page that is just being replaced counts as not yet."""
    end = time.monotonic() + seconds
    while not _holds(is_so):
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.05)


def _holds(is_so: Callable[[], object]) -> bool:
    try:
        return bool(is_so())
    except Error as error:
        if "context was destroyed" in str(error) or "navigating" in str(error):
            return False
        raise


def settle(page: Page) -> None:
    """Wait until a page looks as it will: measuring forces a layout, even one without styles."""
    page.wait_for_load_state("load")
    wait_until(lambda: page.evaluate(_SETTLED), "the page to look as it will")


def wait_for_script(page: Page) -> None:
    """Wait until the visit's script has taken over the start page; before that its button sends a form, as without scripts."""
    expect(page.locator("button.huge[type=button]")).to_be_visible()


def wait_for_next(page: Page, before: str) -> None:
    """Wait until another screen than the one with this title stands there, and not only the word that the sheet is being sent."""
    written = re.escape(before).replace("\u00a0", r"\s").replace(r"\ ", r"\s")
    expect(page.locator("h1")).not_to_have_text(re.compile(rf"^\s*({written}|{_SENDING}.*)\s*$"))
