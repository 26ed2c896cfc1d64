"""The device reads codes by the same rule as the server, and tells a scanner from a hand."""

import random

import pytest
from playwright.sync_api import Page

from kiosk.codes import ALPHABET, group_code, new_code, normalise_code
from kiosk.errors import CodeMistyped
from tests.kiosk.desk import DEVICE_KEY
from tests.kiosk.test_script import address, chromium, page

__all__ = ["address", "chromium", "page"]  # fixtures


def read(text: str) -> str | None:
    try:
        return normalise_code(text)
    except CodeMistyped:
        return None


def test_script_and_server_read_the_same_codes(page: Page) -> None:
    source = random.Random(11)  # noqa: S311  # a fixed choice of inputs
    texts = ["", "0", "000000000000", " oooo-0000 0000 ", "0000–0000—0000", "ＯＯＯＯ00000000", "UUUUUUUUUUUU", "ılı000000000", "🙂" * 12]
    for _ in range(2_000):
        code = new_code(source.randbytes(7))
        broken = list(code)
        broken[source.randrange(12)] = source.choice(ALPHABET)
        spelled = code.lower().replace("0", source.choice("0oO")).replace("1", source.choice("1iIlL"))
        texts += [code, spelled, group_code(code), "".join(broken)]
    page.goto(f"/tablet/{DEVICE_KEY}")
    heard = page.evaluate("async (texts) => texts.map((await import('/kiosk/static/codes.js')).normaliseCode)", texts)
    assert heard == [read(text) for text in texts]


@pytest.mark.parametrize(
    ("said", "has_code"),
    [
        ("https://hailong.example.gov.vn/r/{}", True),
        ("HTTPS://HAILONG.EXAMPLE.GOV.VN/R/{}", True),
        ("https://a.vn/x/r/{}?lang=vi#a", True),
        ("{}", True),
        ("https://a.vn/p/xa-a", False),
        ("https://a.vn/r/", False),
        ("00020101021138{}", False),
    ],
)
def test_a_code_is_found_in_an_address_or_alone(page: Page, said: str, has_code: bool) -> None:
    code = new_code(bytes(range(7)))
    page.goto(f"/tablet/{DEVICE_KEY}")
    found = page.evaluate("async (text) => (await import('/kiosk/static/codes.js')).codeIn(text)", said.format(code))
    assert found == (code if has_code else None)


# Each key: [key, code, milliseconds since the key before]. Time passes in the page only as far as the keys say.
_TELL = """async (keys) => {
  const { Wedge } = await import('/kiosk/static/wedge.js');
  let now = 0;
  const waiting = new Map();
  let name = 0;
  const [clock, later, never] = [performance.now, window.setTimeout, window.clearTimeout];
  performance.now = () => now;
  window.setTimeout = (work, wait) => (waiting.set(++name, { work, at: now + wait }), name);
  window.clearTimeout = (which) => waiting.delete(which);
  const pass = (milliseconds) => {
    const end = now + milliseconds;
    for (;;) {
      const due = [...waiting].filter(([, each]) => each.at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      waiting.delete(due[0]);
      now = due[1].at;
      due[1].work();
    }
    now = end;
  };
  const hand = [], scanner = [];
  const wedge = new Wedge({ pass: (event) => hand.push(event.key), read: (text) => scanner.push(text) });
  for (const [key, code, gap] of keys) {
    pass(gap);
    const event = new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true });
    const apart = document.createElement('div'); // the page itself listens, too
    apart.addEventListener('keydown', (each) => wedge.hear(each));
    apart.dispatchEvent(event);
  }
  pass(1000);
  [performance.now, window.setTimeout, window.clearTimeout] = [clock, later, never];
  return [hand, scanner];
}"""


def code_of(letter: str) -> str:
    return (
        f"Digit{letter}" if letter.isdigit() else f"Key{letter}" if letter.isalpha() else {"/": "Slash", "-": "Minus"}.get(letter, letter)
    )


def burst(text: str, gap: int = 5, enter: bool = True) -> list[list[object]]:
    keys: list[list[object]] = [[letter, code_of(letter), gap] for letter in text]
    keys[0][2] = 1_000
    return [*keys, ["Enter", "Enter", gap]] if enter else keys


@pytest.mark.parametrize(
    ("keys", "by_hand", "scanned"),
    [
        pytest.param([["4", "Digit4", 0]], ["4"], [], id="one key is a hand's"),
        pytest.param(
            [["4", "Digit4", 0], ["5", "Numpad5", 200], ["Enter", "Enter", 200]], ["4", "5", "Enter"], [], id="keys at a hand's pace"
        ),
        pytest.param([["4", "Digit4", 0], ["4", "Digit4", 20]], ["4"], [], id="a keypad that bounces"),
        pytest.param([["-", "NumpadSubtract", 0], ["Backspace", "Backspace", 200]], ["-", "Backspace"], [], id="keypad signs"),
        pytest.param(burst("123412341234"), [], ["123412341234"], id="digits only"),
        pytest.param(burst("4F2K00000000"), [], ["4F2K00000000"], id="a code that begins with a digit"),
        pytest.param(burst("H//1/R/123412341234", gap=300), [], ["H//1/R/123412341234"], id="a slow scanner's address"),
        pytest.param(burst("123412341234", enter=False), [], [], id="a scanner without Enter"),
        pytest.param(
            [["ă", "Digit1", 0], ["â", "Digit2", 5], ["ê", "Digit3", 5], ["ô", "Digit4", 5], ["Enter", "Enter", 5]],
            [],
            ["1234"],
            id="a Vietnamese layout",
        ),
        pytest.param([*burst("123412341234"), ["4", "Digit4", 700]], ["4"], ["123412341234"], id="a hand after a scanner"),
    ],
)
def test_a_burst_is_a_scanners_and_its_digits_are_no_ratings(
    page: Page, keys: list[list[object]], by_hand: list[str], scanned: list[str]
) -> None:
    page.goto(f"/tablet/{DEVICE_KEY}")
    assert page.evaluate(_TELL, keys) == [by_hand, scanned]
