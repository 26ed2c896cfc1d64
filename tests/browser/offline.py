"""A tablet, its server and its network as the tests break them: stopped, restarted, killed, answers lost on the way."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Error, Page, Route, expect
from sqlalchemy import func, select

from app.cli.serve import make_server
from app.models import Comment, DeviceState, Response
from app.runtime import Runtime
from tests.browser.patience import PATIENCE_SECONDS, pass_time, prepare, wait_for_next, wait_for_script, wait_until
from tests.loopback import LoopbackServer
from tests.machine import require_chromium
from tests.ports import held_port

SHORT = "khanh-hoa-2022@1.0"

# The breath after a tap is for people; the tests do without.
_HURRY = """
(() => {
  const later = window.setTimeout;
  window.setTimeout = (work, wait, ...rest) => later(work, wait === 250 ? 0 : wait, ...rest);
})();
"""


_IS_KEPT = "navigator.serviceWorker.getRegistration().then((kept) => kept?.active?.state === 'activated')"


def with_short_questionnaire(runtime: Runtime) -> Runtime:
    """The same installation asking a questionnaire of six criteria."""
    return replace(runtime, settings=runtime.settings.model_copy(update={"kiosk_instrument": SHORT}))


@dataclass
class Office:
    """A server that really stops: its listening socket and every open connection are closed."""

    runtime: Runtime
    port: int
    _server: LoopbackServer | None = None

    def start(self) -> None:
        """Serve, on the same port as before."""
        self._server = LoopbackServer(make_server(self.runtime, "127.0.0.1", self.port))

    def stop(self) -> None:
        """Cut everybody off."""
        assert self._server is not None
        self._server.stop()
        self._server = None

    @property
    def is_running(self) -> bool:
        """Whether it serves."""
        return self._server is not None

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def office(runtime: Runtime) -> Iterator[Office]:
    """An office that serves, and has stopped at the end."""
    with held_port() as port:
        opened = Office(runtime, port)
        opened.start()
        yield opened
        if opened.is_running:
            opened.stop()


@dataclass
class TabletBrowser:
    """A browser with a profile on disk, which can be killed and started again."""

    browser: Browser
    folder: Path
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)
    heard: list[str] = field(default_factory=list)
    before_scripts: str = ""

    def __post_init__(self) -> None:
        """Start it."""
        self.open()

    def open(self) -> None:
        """Start the browser on its profile."""
        self.context = self.browser.browser_type.launch_persistent_context(
            str(self.folder),
            executable_path=require_chromium(),
            args=["--no-sandbox", "--disable-gpu"],
            timeout=PATIENCE_SECONDS * 1000,
            viewport={"width": 1280, "height": 800},
            has_touch=True,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        prepare(self.context).add_init_script(_HURRY + self.before_scripts)
        self.page = self.context.pages[0] if self.context.pages else self.context.new_page()
        self.page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))
        self.page.on("console", lambda message: self.heard.append(message.text) if "Content Security Policy" in message.text else None)

    def kill(self) -> None:
        """SIGKILL to every process of this profile, then start again."""
        for process in self._processes():
            with suppress(ProcessLookupError):  # its parent's death may have ended it already
                os.kill(process, signal.SIGKILL)
        wait_until(lambda: not self._processes(), "every process of the browser to be gone")
        with suppress(Error):  # the driver may have noticed already that it is gone
            self.context.close()
        for lock in self.folder.glob("Singleton*"):
            lock.unlink()
        self.open()

    def _processes(self) -> list[int]:
        marker = f"--user-data-dir={self.folder}".encode()
        return [int(process.name) for process in Path("/proc").iterdir() if process.name.isdigit() and marker in _command_line(process)]

    def close(self) -> None:
        """End it."""
        self.context.close()

    def pass_time(self, seconds: int) -> None:
        """Let nobody touch the screen for so long."""
        pass_time(self.page, seconds)


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""  # ended while we looked


@contextmanager
def tablet_browser(browser: Browser, folder: Path, before_scripts: str = "") -> Iterator[TabletBrowser]:
    """A tablet's browser, closed at the end."""
    opened = TabletBrowser(browser, folder, before_scripts=before_scripts)
    yield opened
    opened.close()
    assert opened.heard == []


def open_tablet(page: Page, address: str, key: str) -> None:
    """Enrol, and wait until the page is kept and the key is in the box."""
    page.goto(f"{address}/tablet/{key}")
    wait_for_kept_page(page)
    wait_until(lambda: bool(read_fact(page, "device")), "the key in the box")


def wait_for_kept_page(page: Page) -> None:
    """Wait until the visit's script runs and the browser has kept the page, so that it opens without a server."""
    wait_for_script(page)
    wait_until(lambda: page.evaluate(_IS_KEPT), "the page to be kept")


def answer(page: Page, level: int, n_criteria: int | None = None) -> None:
    """From the idle screen through the questions; stops in front of a criterion after `n_criteria` of them, or at the last page."""
    wait_for_script(page)
    start = page.locator("h1").inner_text()
    page.locator("button.huge[type=button]").click()
    wait_for_next(page, start)
    done = 0
    for _ in range(60):
        if page.locator("#send").count():
            return
        before = page.locator("h1").inner_text()
        if page.locator(".card").count():
            if done == n_criteria:
                return
            expect(page.locator(".card input:checked"), "somebody else's answer is on the screen").to_have_count(0)
            page.locator(f".card:has(input[value='{level}'])").click()
            done += 1
        elif page.locator("#skip").count():
            page.locator("#skip").click()
        else:
            page.locator(".choice").first.click()
        wait_for_next(page, before)
    raise AssertionError("the questions did not come to an end")


def finish(page: Page, comment: str) -> None:
    """Write a comment, send, see the thanks, leave."""
    expect(page.locator("#comment"), "somebody else's words are on the screen").to_have_value("")
    page.locator("#comment").fill(comment)
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("Cảm ơn Ông/Bà")
    page.locator("#again").click()
    wait_for_script(page)


def lose_answers(page: Page) -> None:
    """The server stores what is sent, and its answer never comes back."""

    def lose(route: Route) -> None:
        with suppress(Error):  # the server may be stopped, too
            route.fetch()
        with suppress(Error):  # the page may have gone meanwhile
            route.abort()

    page.context.route("**/api/v1/responses", lose)


def find_answers(page: Page) -> None:
    """Answers come back again."""
    page.context.unroute("**/api/v1/responses")


def read_fact(page: Page, name: str) -> object:
    """A fact of the tablet's box, read as the browser's own tools would."""
    return page.evaluate(
        """(name) => new Promise((resolve) => {
            const request = indexedDB.open("sipas-tablet");
            request.onupgradeneeded = () => request.transaction.abort();
            request.onerror = () => resolve(null);
            request.onsuccess = () => {
                const read = request.result.transaction("facts").objectStore("facts").get(name);
                read.onsuccess = () => { request.result.close(); resolve(read.result ?? null); };
            };
        })""",
        name,
    )


def count_waiting(page: Page) -> int:
    """How many sheets wait in the box; -1 as long as the page has not made one."""
    waiting: int = page.evaluate(
        """() => new Promise((resolve) => {
            const request = indexedDB.open("sipas-tablet");
            request.onupgradeneeded = () => request.transaction.abort();
            request.onerror = () => resolve(-1);
            request.onsuccess = () => {
                const read = request.result.transaction("outbox").objectStore("outbox").count();
                read.onsuccess = () => { request.result.close(); resolve(read.result); };
            };
        })"""
    )
    return waiting


def wait_until_sent(page: Page) -> None:
    """The network is back: wait until the box is empty."""

    def is_empty() -> bool:
        poke(page)
        return count_waiting(page) == 0

    wait_until(is_empty, "the box to empty")


def poke(page: Page) -> None:
    """What the browser says when the network is back."""
    page.evaluate("window.dispatchEvent(new Event('online'))")


def stored_comments(runtime: Runtime) -> list[str]:
    """Every comment that arrived, sorted."""
    with runtime.database.read() as session:
        return sorted(text for text in session.scalars(select(Comment.text)) if text is not None)


def count_responses(runtime: Runtime) -> int:
    """How many responses arrived."""
    with runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(Response)) or 0


def device_state(runtime: Runtime) -> DeviceState | None:
    """The last heartbeat of the only tablet."""
    with runtime.database.read() as session:
        return session.scalar(select(DeviceState))
