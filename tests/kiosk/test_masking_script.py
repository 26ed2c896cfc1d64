"""The device masks by the same rules as the door."""

from playwright.sync_api import Page

from tests.kiosk.desk import DEVICE_KEY
from tests.kiosk.test_script import address, chromium, page
from tests.masking_cases import CASES

__all__ = ["address", "chromium", "page"]  # fixtures

MASK_ALL = """async (texts) => {
  const { maskNumbers } = await import('/kiosk/static/masking.js');
  return texts.map(maskNumbers);
}"""


def test_script_and_door_mask_the_same(page: Page) -> None:
    page.goto(f"/tablet/{DEVICE_KEY}")
    assert page.evaluate(MASK_ALL, [written for written, _ in CASES]) == [kept for _, kept in CASES]
