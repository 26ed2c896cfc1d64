"""The device draws by the same rule as the server."""

import random
from collections import Counter

from playwright.sync_api import Page, expect

from survey_forms.loader import load_shipped
from survey_forms.rotation import SEED_BYTES, draw_rotation
from survey_forms.vocabulary import STAGES
from tests.kiosk.desk import DEVICE_KEY, OPEN, DeskInMemory
from tests.kiosk.test_script import address, chromium, page, step

__all__ = ["address", "chromium", "page"]  # fixtures

DRAW_ALL = """async (cases) => {
  const { drawRotation } = await import('/kiosk/static/rotation.js');
  const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16));
  return cases.map((each) => drawRotation(each.codes, { ...each, seed: bytes(each.seed) }));
}"""


def test_script_and_server_draw_the_same_from_the_same(page: Page) -> None:
    source = random.Random(7)  # noqa: S311  # a fixed choice of inputs
    shipped = load_shipped()
    cases, expected = [], []
    for number in range(3_000):
        instrument, stage = shipped[source.choice(sorted(shipped))], source.choice(STAGES)
        seed = source.choice([bytes(SEED_BYTES), b"\xff" * SEED_BYTES, source.randbytes(SEED_BYTES)])
        label = source.choice(["xa-a|ho-tich|result", "", "xã Tuy Phước|đất đai|filing", f"đơn vị {number} 🙂"])
        turn, most = source.choice([0, 1, 6, 7, 8, number, 2**31, 2**40 + number]), source.choice([1, 2, 5, 6, 6, 6, 10, 30])
        codes = [criterion.code for criterion in instrument.criteria_at(stage)]
        cases.append({"codes": codes, "seed": seed.hex(), "label": label, "turn": turn, "mostAsked": most})
        expected.append(list(draw_rotation(instrument, stage, seed=seed, label=label, turn=turn, most_asked=most)))
    page.goto(f"/tablet/{DEVICE_KEY}")
    assert page.evaluate(DRAW_ALL, cases) == expected


def answer_everything(page: Page) -> None:
    """From the start page to the thanks, tapping the first thing offered; the first dossier's field, result stage, individual."""
    step(page, "button.huge[type=button]")
    for _ in range(40):
        if page.locator("#send").count():
            page.locator("#send").click()
            expect(page.locator("h1")).to_contain_text("Cảm ơn")
            return
        is_stage = "để làm gì" in page.locator("h1").inner_text().replace("\u00a0", " ")
        step(page, "#skip" if page.locator("#skip").count() else ".card, .choice", 1 if is_stage else 0)
    raise AssertionError("the visit did not come to its end")


def test_tablet_in_rotation_asks_six_at_most_and_balances_its_sheets(page: Page, desk: DeskInMemory) -> None:
    desk.how_much = "rotating"
    page.goto(f"/tablet/{DEVICE_KEY}")
    for _ in range(2):
        answer_everything(page)
        page.locator("#again").click()
    sheets = [submission for submission, _ in desk.arrivals]
    assert len(sheets) == 2
    counted: Counter[str] = Counter()
    for sheet in sheets:
        assert sheet.asked is not None
        assert len(sheet.asked) == 6
        assert set(sheet.ratings) == set(sheet.asked)
        counted.update(sheet.asked)
    assert max(counted.values()) == 1, "two visits of six among twenty-one criteria: none was asked twice"


def test_phone_in_rotation_draws_from_the_servers_seed(page: Page, desk: DeskInMemory) -> None:
    desk.how_much = "rotating"
    page.goto(f"/r/{OPEN}")
    answer_everything(page)
    ((sheet, _),) = desk.arrivals
    assert sheet.asked is not None
    assert len(sheet.asked) == 6
