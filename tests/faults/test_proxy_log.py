"""The log of the shipped proxy configuration names no visit; a hall behind one address gets through it."""

import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode
from uuid import uuid4

import orjson
import pytest

from app.cli.serve import make_server
from app.errors import BadInputError
from app.proxy.rendering import Place, render_nginx
from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.keys import add_api_key
from kiosk.codes import new_code
from tests.factories import COMMUNE, response
from tests.kiosk.page import Page
from tests.loopback import LoopbackServer
from tests.nginx import Proxy, running_nginx

_SECONDS = 120


@pytest.fixture
def behind_proxy(runtime: Runtime) -> Runtime:
    """The installation as it is set behind the proxy."""
    return replace(runtime, settings=runtime.settings.model_copy(update={"trusted_proxies": 1}))


@pytest.fixture
def server(behind_proxy: Runtime) -> Iterator[LoopbackServer]:
    """`sipas serve`, as a program would run it."""
    server = LoopbackServer(make_server(behind_proxy, "127.0.0.1", 0))
    yield server
    server.stop()


@pytest.fixture
def proxy(server: LoopbackServer) -> Iterator[Proxy]:
    """The real nginx in front of it."""
    with running_nginx(f"127.0.0.1:{server.port}") as proxy:
        yield proxy


def ask(url: str, data: bytes | None = None, **headers: str) -> tuple[int, str]:
    """One request as a browser makes it, with a query, a referrer and a name of its own."""
    agent = {"User-Agent": "a-browser-of-its-own", "Referer": "https://zalo.me/from-here"}
    request = urllib.request.Request(  # noqa: S310  # our own loopback
        url, data, headers={**agent, **{name.replace("_", "-"): text for name, text in headers.items()}}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def send_raw(proxy: Proxy, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=_SECONDS) as connection:
        connection.sendall(request)
        return connection.recv(4096)


def test_no_visit_leaves_a_line_and_staff_leave_one_without_details(
    proxy: Proxy, server: LoopbackServer, runtime: Runtime, capfd: pytest.CaptureFixture[str]
) -> None:
    codes, _ = issue_codes(runtime, unit_key=COMMUNE, field_code="ho-tich", how_many=6)
    key = add_api_key(runtime, label="Phần mềm", may=("submit responses",))
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor())
    ids = [str(uuid4()) for _ in codes]
    for code, sheet_id in zip(codes, ids, strict=True):
        with opener.open(f"{proxy.address}/r/{code}?lang=vi&from=zalo") as page:
            fields = Page(page.read().decode()).fields
        sheet = {**fields, "go": "send", "page": "finish", "id": sheet_id, "stage": "result", "rating-1.1": "4", "asked": "1.1"}
        sheet |= {"kind": "individual", "answered_at": runtime.clock().isoformat(), "code": code, "comment": "một câu riêng tư"}
        posted, accept = urlencode(sheet).encode(), {"Accept": "application/json"}
        request = urllib.request.Request(f"{proxy.address}/rate", posted, headers=accept)  # noqa: S310  # our own loopback
        with opener.open(request) as answer:
            assert orjson.loads(answer.read())["status"] == "acknowledged"
    batch = orjson.dumps({"responses": [response()]})
    assert ask(f"{proxy.address}/api/v1/responses", batch, Authorization=f"Bearer {key}", Content_Type="application/json")[0] == 200
    assert ask(f"{proxy.address}/p/{COMMUNE}")[0] == 200
    assert ask(f"{proxy.address}/tablet/a-wrong-key")[0] == 404
    # Everything that makes nginx itself speak up: what it cannot read, what is too large, what is broken off, a dead server behind it.
    assert b" 400 " in send_raw(proxy, f"GET /r/{codes[0]} HTTP/1.1\r\nHost: bad host {codes[0]}\r\n\r\n".encode())
    assert b" 400 " in send_raw(proxy, f"GET /r/{codes[0]} HTTQ/1.1\r\n\r\n".encode())
    assert b" 414 " in send_raw(proxy, f"GET /r/{codes[0]}{'x' * 40_000} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    # Only the head: who goes on sending what nobody reads may find the line cut before the answer is read.
    assert b" 413 " in send_raw(proxy, b"POST /rate HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n")
    with socket.create_connection(("127.0.0.1", proxy.port)) as gone:
        gone.sendall(f"POST /rate HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\ncode={codes[1]}".encode() + b"y" * 50_000)
    assert ask(f"{proxy.address}/sign-in?next=/analytics")[0] == 200
    assert ask(f"{proxy.address}/paper/boxes/7/compare/ABC-123?saved=ABC-123")[0] == 200, "redirected to the page of sign-in"
    server.stop()
    for code in codes:
        assert ask(f"{proxy.address}/r/{code}")[0] == 502

    assert capfd.readouterr() == ("", ""), "our own log has nothing to say about visits that went well"
    written = proxy.read_logs()
    everything = "\n".join(written.values())
    for secret in (*codes, *ids, COMMUNE, "/r/", "/rate", "/tablet", "/p/", "a-wrong-key", "zalo", "browser", "riêng tư", "ABC", "?"):
        assert secret not in everything, f"{secret} in {everything}"
    lines = [line for text in written.values() for line in text.splitlines()]
    line = re.compile(r"\S+ 127\.0\.0\.1 GET (/sign-in|/paper) (200|302) \d+ [\d.]+")
    assert [text for text in lines if not line.fullmatch(text)] == []
    assert len(lines) == 3, "sign-in, paper, and the sign-in it led to"


def test_log_with_a_usual_format_would_have_told(server: LoopbackServer) -> None:
    """The test above can fail: the same nginx with its log left on names every code."""

    def loud(place: Place) -> str:
        return re.sub(r"access_log (off|[^;]*sipas_part);", f"access_log {place.logs}/sipas-access.log;", render_nginx(place))

    with running_nginx(f"127.0.0.1:{server.port}", loud) as proxy:
        ask(f"{proxy.address}/r/ABCD-EFGH")
        assert any("ABCD-EFGH" in text for text in proxy.read_logs().values())


def test_hall_of_people_behind_one_address_gets_through(proxy: Proxy) -> None:
    statuses = [ask(f"{proxy.address}/p/{COMMUNE}")[0] for _ in range(300)]
    assert set(statuses) == {200}


@pytest.mark.usefixtures("still_minute")
def test_visitors_stay_apart_behind_the_proxy(server: LoopbackServer) -> None:
    guess = f"{server.address}/r/{new_code(bytes(7))}"
    statuses = [ask(guess, X_Forwarded_For="203.0.113.9")[0] for _ in range(130)]
    assert 429 in statuses
    assert ask(guess, X_Forwarded_For="203.0.113.10")[0] == 404, "what the proxy says of a visitor is believed"


@pytest.mark.usefixtures("still_minute")
def test_nobody_can_invent_an_address_through_the_proxy(proxy: Proxy) -> None:
    guess = f"{proxy.address}/r/{new_code(bytes(7))}"
    statuses = [ask(guess, X_Forwarded_For=f"203.0.113.{n}", Forwarded=f"for=203.0.113.{n}")[0] for n in range(130)]
    assert 429 in statuses


@pytest.mark.usefixtures("still_minute")
def test_a_proxy_is_not_believed_where_none_is_declared(runtime: Runtime) -> None:
    server = LoopbackServer(make_server(runtime, "127.0.0.1", 0))
    guess = f"{server.address}/r/{new_code(bytes(7))}"
    try:
        statuses = [ask(guess, X_Forwarded_For=f"203.0.113.{n}")[0] for n in range(130)]
    finally:
        server.stop()
    assert 429 in statuses


@pytest.mark.parametrize("host", ["a;b", "a b", "x{", "a\nb", ""])
def test_name_that_would_end_a_directive_is_refused(host: str) -> None:
    with pytest.raises(BadInputError):
        render_nginx(Place(host))


def test_half_a_certificate_is_refused_and_a_whole_one_redirects_without_a_line() -> None:
    with pytest.raises(BadInputError):
        render_nginx(Place("a", certificate="/etc/a.pem"))
    text = render_nginx(Place("danhgia.example.vn", certificate="/etc/a.pem", key="/etc/a.key"))
    redirect = text.partition("return 301")[0].rpartition("server {")[2]
    assert "access_log off;" in redirect
    assert "@" not in re.sub(r"@1\.0", "", text)
