"""A slip read at the tablet, by a scanner or by the camera: what it carries is not asked, its code is spent once."""

from pathlib import Path

import numpy as np
import pytest
import qrcode
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from app.models import RatingCode, Response
from app.runtime import Runtime
from app.services.codes import issue_codes
from tests.browser.citizen import choose, rate_by_touch
from tests.browser.offline import count_waiting, office, open_tablet, tablet_browser, wait_until_sent, with_short_questionnaire
from tests.browser.patience import open_window, start_chromium, wait_for_next, wait_until
from tests.factories import COMMUNE, NEIGHBOUR

# A hand-held scanner is a keyboard: all keys within one turn of the page, as close together as it types.
_SCAN = """(text) => {
  for (const key of [...text, "Enter"]) {
    const code = /[0-9]/.test(key) ? `Digit${key}` : /[a-z]/i.test(key) ? `Key${key.toUpperCase()}` : { "/": "Slash", ":": "Semicolon", ".": "Period", "-": "Minus" }[key] ?? key;
    (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true }));
  }
}"""  # noqa: E501


@pytest.fixture
def short(runtime: Runtime) -> Runtime:
    """The installation, asking few questions."""
    return with_short_questionnaire(runtime)


def issue(runtime: Runtime, **changes: object) -> str:
    codes, _ = issue_codes(runtime, **{"unit_key": COMMUNE, "field_code": "dat-dai", "counter_code": "1", "mode": "postal", **changes})  # type: ignore[arg-type]
    return codes[0]


def rate_to_the_end(page: Page) -> None:
    """From the first question left open to the thanks."""
    rate_by_touch(page, 4)
    page.locator("#send").click()
    expect(page.locator("h1")).to_have_text("Cảm ơn Ông/Bà")


def the_only_response(runtime: Runtime) -> tuple[str, str | None, str | None, bool]:
    with runtime.database.read() as session:
        row = session.scalars(select(Response)).one()
        return row.field_code, row.counter_code, row.mode, row.coded


def n_spent(runtime: Runtime) -> int:
    with runtime.database.read() as session:
        used = RatingCode.result_used_on.is_not(None) | RatingCode.filing_used_on.is_not(None)
        return len(session.scalars(select(RatingCode).where(used)).all())


@pytest.mark.parametrize("spelling", ["{}", "https://hailong.example.gov.vn/r/{}"])
def test_a_scanner_fills_in_field_and_counter_and_the_code_is_spent(
    short: Runtime, browser: Browser, tmp_path: Path, device_key: str, spelling: str
) -> None:
    code = issue(short)
    with office(short) as server, tablet_browser(browser, tmp_path / "profile") as tablet:
        open_tablet(tablet.page, server.address, device_key)
        tablet.page.evaluate(_SCAN, spelling.format(code))
        expect(tablet.page.locator("#scanned")).to_have_text("Đã đọc mã. Lĩnh vực được điền sẵn.")
        expect(tablet.page.locator(".place")).to_contain_text("Đất đai")
        choose(tablet.page, "Nhận kết quả")
        expect(tablet.page.locator("h1")).to_have_text("Ông/Bà trả lời với tư cách nào?")
        rate_to_the_end(tablet.page)
        wait_until(lambda: count_waiting(tablet.page) == 0, "the box to empty")
        tablet.page.locator("#again").click()
        expect(tablet.page.locator("#scanned")).to_have_count(0)
        expect(tablet.page.locator(".place")).not_to_contain_text("Đất đai")
    assert the_only_response(short) == ("dat-dai", "1", "postal", True)
    assert n_spent(short) == 1


def test_without_a_network_the_code_goes_with_the_sheet_and_corrects_the_field(
    short: Runtime, browser: Browser, tmp_path: Path, device_key: str
) -> None:
    code = issue(short)
    with office(short) as server, tablet_browser(browser, tmp_path / "profile") as tablet:
        open_tablet(tablet.page, server.address, device_key)
        server.stop()
        tablet.page.goto(f"{server.address}/tablet")
        tablet.page.evaluate(_SCAN, code)
        expect(tablet.page.locator("#scanned")).to_have_text("Đã đọc mã. Mã được gửi cùng phiếu.")
        choose(tablet.page, "Nhận kết quả")
        choose(tablet.page, "Hộ tịch")
        rate_to_the_end(tablet.page)
        assert count_waiting(tablet.page) == 1
        server.start()
        wait_until_sent(tablet.page)
    assert the_only_response(short) == ("dat-dai", "1", "postal", True)
    assert n_spent(short) == 1


def test_a_code_that_opens_nothing_is_said_and_stops_nobody(short: Runtime, browser: Browser, tmp_path: Path, device_key: str) -> None:
    elsewhere = issue(short, unit_key=NEIGHBOUR, counter_code=None)
    with office(short) as server, tablet_browser(browser, tmp_path / "profile") as tablet:
        open_tablet(tablet.page, server.address, device_key)
        for text, said in (
            ("00020101021138540010", "không phải mã đánh giá"),
            ("000000000000", "không phải mã đánh giá"),
            (elsewhere, "thuộc nơi khác"),
        ):
            tablet.page.evaluate(_SCAN, text)
            expect(tablet.page.locator("#scanned")).to_contain_text(said)
            expect(tablet.page.locator("button.huge")).to_be_visible()
        tablet.page.locator("button.huge[type=button]").click()
        rate_to_the_end(tablet.page)
        wait_until(lambda: count_waiting(tablet.page) == 0, "the box to empty")
    assert the_only_response(short)[3] is False


def test_a_scanner_during_the_questions_rates_nothing(short: Runtime, browser: Browser, tmp_path: Path, device_key: str) -> None:
    with office(short) as server, tablet_browser(browser, tmp_path / "profile") as tablet:
        page = tablet.page
        open_tablet(page, server.address, device_key)
        page.locator("button.huge[type=button]").click()
        while not page.locator(".card").count():
            title = page.locator("h1").inner_text()
            page.locator(".choice").first.click()
            wait_for_next(page, title)
        title = page.locator("h1").inner_text()
        for text in ("123412341234", "4512", issue(short)):
            page.evaluate(_SCAN, text)
        page.wait_for_timeout(900)  # longer than a hand's key would be held back
        expect(page.locator("h1")).to_have_text(title)
        expect(page.locator(".card input:checked")).to_have_count(0)
        page.keyboard.press("4")
        expect(page.locator("h1")).not_to_have_text(title)


def test_the_camera_is_offered_only_where_this_browser_can_read_codes(
    browser: Browser, tmp_path: Path, short: Runtime, device_key: str
) -> None:
    with office(short) as server, tablet_browser(browser, tmp_path / "profile") as tablet:
        open_tablet(tablet.page, server.address, device_key)
        can = tablet.page.evaluate("import('/kiosk/static/scanner.js').then(({ canScan }) => canScan())")
        expect(tablet.page.locator("#scan")).to_have_count(1 if can else 0)


# Chromium on a desktop Linux has no decoder of its own. Here the same door is answered by zxing, which reads what the camera really shows.
_DECODER = """
window.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
  async detect(video) {
    const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    const pen = canvas.getContext("2d");
    pen.drawImage(video, 0, 0);
    window.lastStream = video.srcObject;
    const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
    const grey = Array.from({ length: data.length / 4 }, (_, place) => data[4 * place]);
    const text = await window.decode(canvas.width, canvas.height, grey);
    return text === null ? [] : [{ rawValue: text }];
  }
};
"""


_TRACKS = "window.lastStream.getTracks().map((track) => track.readyState)"


def write_camera(path: Path, text: str | None) -> None:
    """A camera's film of a slip, 320 × 240, uncompressed: a QR in the middle, or a grey wall."""
    picture = Image.new("L", (320, 240), 200)
    if text is not None:
        code = qrcode.QRCode(border=4, box_size=5)
        code.add_data(text)
        image = code.make_image().get_image().convert("L")
        assert image.height <= 240
        picture.paste(image, ((320 - image.width) // 2, (240 - image.height) // 2))
    frame = b"FRAME\n" + picture.tobytes() + bytes([128]) * (2 * 160 * 120)
    path.write_bytes(b"YUV4MPEG2 W320 H240 F10:1 Ip A1:1 C420jpeg\n" + frame * 10)


def decode(width: int, height: int, grey: list[int]) -> str | None:
    found = zxingcpp.read_barcodes(np.array(grey, dtype=np.uint8).reshape(height, width))
    return found[0].text if found else None


@pytest.fixture
def with_camera(browser: Browser, tmp_path: Path, short: Runtime, device_key: str):  # type: ignore[no-untyped-def]
    """Opens the tablet's page in a browser whose camera shows a film."""
    film = tmp_path / "camera.y4m"

    def open_with(text: str | None, address: str) -> Page:
        write_camera(film, text)
        chromium = start_chromium(
            browser.browser_type,
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        )
        opened.append(chromium)
        page = open_window(chromium, viewport={"width": 1280, "height": 800}, has_touch=True)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda message: trouble.append(message.text) if "Policy" in message.text else None)
        page.add_init_script(_DECODER)
        page.expose_function("decode", decode)
        page.goto(f"{address}/tablet/{device_key}")
        return page

    opened: list[Browser] = []
    trouble: list[str] = []
    yield open_with
    for chromium in opened:
        chromium.close()
    assert trouble == []


def test_the_camera_reads_a_slip_and_stops(short: Runtime, with_camera) -> None:  # type: ignore[no-untyped-def]
    with office(short) as server:
        page = with_camera(f"{server.address}/r/{issue(short)}", server.address)
        page.locator("#scan").click()
        expect(page.locator("#scanned")).to_have_text("Đã đọc mã. Lĩnh vực được điền sẵn.")
        expect(page.locator(".place")).to_contain_text("Đất đai")
        expect(page.locator("dialog.scan")).to_have_count(0)
        wait_until(lambda: page.evaluate(_TRACKS) == ["ended"], "the camera to end")


def test_cancel_closes_the_camera_at_once(short: Runtime, with_camera) -> None:  # type: ignore[no-untyped-def]
    with office(short) as server:
        page = with_camera(None, server.address)
        page.locator("#scan").click()
        expect(page.locator("dialog.scan p")).to_contain_text("Giữ phiếu yên")
        wait_until(lambda: page.evaluate("window.lastStream !== undefined"), "the first look through the camera")
        page.locator("#scan-cancel").click()
        expect(page.locator("dialog.scan")).to_have_count(0)
        expect(page.locator("button.huge")).to_be_visible()
        wait_until(lambda: page.evaluate(_TRACKS) == ["ended"], "the camera to end")
