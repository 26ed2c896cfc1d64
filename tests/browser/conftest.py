"""A real server on the loopback and a real Chromium; every page opened is watched for what must not happen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from app.cli.serve import make_server
from app.runtime import Runtime
from tests.browser.patience import prepare
from tests.loopback import LoopbackServer

# Chromium reports every refused or failed request; tests that provoke one look at what the page said instead.
_EXPECTED = ("status of 4", "ERR_INTERNET_DISCONNECTED", "ERR_CONNECTION_REFUSED")

SIZES = {"tablet": (1280, 800), "phone": (360, 740), "desktop": (1440, 900)}


@dataclass
class Watch:
    """What a page did that it must not: console errors (policy violations among them), script errors, requests elsewhere."""

    trouble: list[str] = field(default_factory=list)

    def follow(self, page: Page, address: str) -> None:
        """Listen to a page."""

        def hear(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and not any(text in message.text for text in _EXPECTED):
                self.trouble.append(f"console: {message.text}")

        def see(request: Request) -> None:
            parts = urlsplit(request.url)
            if parts.scheme.startswith("http") and parts.netloc != urlsplit(address).netloc:
                self.trouble.append(f"request to another host: {request.url}")

        page.on("console", hear)
        page.on("pageerror", lambda error: self.trouble.append(f"script: {error}"))
        page.on("request", see)


@contextmanager
def serving(runtime: Runtime) -> Iterator[str]:
    """Serve an installation on a free port of the loopback."""
    server = LoopbackServer(make_server(runtime, "127.0.0.1", 0))
    try:
        yield server.address
    finally:
        server.stop()


@pytest.fixture
def address(runtime: Runtime) -> Iterator[str]:
    """The address of a server on this test's installation."""
    with serving(runtime) as address:
        yield address


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Opens a page at one of the three sizes, with or without scripts; fails the test if the page misbehaved."""
    watch = Watch()
    contexts: list[BrowserContext] = []

    def open_one(path: str, size: str = "tablet", scripts: bool = True) -> Page:
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            has_touch=size != "desktop",
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
        )
        contexts.append(context)
        page = prepare(context).new_page()
        watch.follow(page, address)
        page.goto(path if path.startswith("http") else address + path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert watch.trouble == []
