"""Typing paper sheets in a real browser: by keyboard alone, quickly, blind, and looked at in every size."""

import re
import time
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import PaperEntry, Response
from app.runtime import Runtime
from app.services.paper_entries import note_copy, save_entry
from app.services.people import Person, add_user
from tests.app.paper.test_scans import as_file, draw_sheet
from tests.browser.conftest import SIZES
from tests.browser.patience import wait_until
from tests.browser.test_screens import inspect
from tests.factories import COMMUNE, RESULT_CODES
from tests.paper import ONE, OTHER, PASSWORD, SHEET, open_confirmed, print_forms
from tests.scans import Gray

OpenPage = Callable[..., Page]


@pytest.fixture
def counted(runtime: Runtime) -> Runtime:
    """Two people off the desk."""
    for person in (ONE, OTHER):
        add_user(runtime, name=person.name, password=PASSWORD, role="counter", unit_key=COMMUNE)
    return runtime


def enter(open_page: OpenPage, person: Person, path: str, **options: object) -> Page:
    """Sign in and come to a page."""
    page = open_page(f"/sign-in?next={path}", **options)
    page.locator("input[name=name]").fill(person.name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page).not_to_have_url(re.compile("/sign-in"))
    return page


def typed_answers(runtime: Runtime, serial: str) -> list[Mapping[str, str]]:
    with runtime.database.read() as session:
        return [entry.answers for entry in session.scalars(select(PaperEntry).where(PaperEntry.serial == serial))]


def test_sheet_is_typed_by_keyboard_alone_and_the_page_never_holds_the_hand_up(counted: Runtime, open_page: OpenPage) -> None:
    serials, box = print_forms(counted), open_confirmed(counted)
    page = enter(open_page, ONE, f"/paper/boxes/{box}/entry", size="desktop")
    expect(page.locator("[data-number]")).to_be_focused()
    page.keyboard.type(serials[0])
    page.keyboard.press("Enter")
    expect(page.locator('[name="cell.kind"]')).to_be_focused()
    keys = "1" + "".join("54321"[i % 5] for i in range(17)) + "1" + "5432" + "4" + "25"
    started = time.perf_counter()
    page.keyboard.type(keys)  # kind, 17 criteria, feedback, 4 criteria, overall, sex, age
    page.keyboard.press("Enter")  # nobody helped
    expect(page.locator("textarea")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã lưu phiếu")
    print(f"\nsheet of {len(keys)} keys typed and saved in {time.perf_counter() - started:.2f} s")
    expect(page.locator("[data-number]")).to_be_focused()
    (answers,) = typed_answers(counted, serials[0])
    levels = [answers[f"rating.{code}"] for code in RESULT_CODES]
    assert "".join(levels) == "".join("54321"[i % 5] for i in range(17)) + "5432"
    assert {name: answers.get(name) for name in ("kind", "feedback", "overall", "question.sex", "question.age", "helped")} == {
        "kind": "1",
        "feedback": "1",
        "overall": "4",
        "question.sex": "2",
        "question.age": "5",
        "helped": None,
    }
    page.keyboard.type(serials[1][6:])  # the same batch: four digits
    page.keyboard.press("Enter")
    expect(page.locator("h2")).to_contain_text(serials[1][:6])


def test_blank_back_and_wrong_keys(counted: Runtime, open_page: OpenPage) -> None:
    serials, box = print_forms(counted), open_confirmed(counted)
    page = enter(open_page, ONE, f"/paper/boxes/{box}/entry?number={serials[0]}", size="desktop")
    kind, first, second, third = (page.locator(f'[name="cell.{name}"]') for name in ("kind", "rating.1.1", "rating.1.2", "rating.2.1"))
    expect(kind).to_be_focused()
    page.keyboard.press(" ")
    expect(first).to_be_focused()
    page.keyboard.press("7")
    expect(first).to_be_focused()
    expect(first).to_have_attribute("aria-invalid", "true")
    expect(first).to_have_value("")
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(third).to_be_focused()
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    expect(first).to_be_focused()
    page.keyboard.press("0")
    expect(first).to_have_value("0")
    expect(second).to_be_focused()


def test_second_person_types_blind_and_both_settle_by_keyboard(counted: Runtime, open_page: OpenPage) -> None:
    (serial, *_), box = print_forms(counted), open_confirmed(counted, 1)
    save_entry(counted, ONE, box, serial, SHEET | {"comment": "chỉ người thứ nhất biết"}, is_spoiled=False)
    page = enter(open_page, OTHER, f"/paper/boxes/{box}/entry?number={serial}", size="desktop")
    expect(page.locator("[data-cell]").first).to_be_focused()
    filled = page.locator("[data-cell]").evaluate_all("cells => cells.map(cell => cell.value).join('')")
    assert filled == ""
    assert "chỉ người thứ nhất biết" not in page.content()
    page.keyboard.type("1" + "5" * 17 + "1" + "5553" + "4")
    for _ in range(3):
        page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Đã lưu phiếu")
    page.get_by_role("link", name="Hòm phiếu kỳ").click()
    page.get_by_role("link", name="Đối chiếu 1 phiếu").click()
    expect(page.locator(".comparison .cell")).to_have_count(1)
    expect(page.locator('[name="cell.rating.5.4"]')).to_be_focused()
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Nhập phiếu")).to_be_visible()
    with counted.database.read() as session:
        (stored,) = session.scalars(select(Response))
    assert (stored.ratings["5.4"], stored.ratings["1.1"], stored.channel) == (3, 5, "paper")
    assert typed_answers(counted, serial) == []


def test_sheet_is_typed_without_scripts(counted: Runtime, open_page: OpenPage) -> None:
    (serial, *_), box = print_forms(counted), open_confirmed(counted)
    page = enter(open_page, ONE, f"/paper/boxes/{box}/entry", size="desktop", scripts=False)
    page.locator("input[name=number]").fill(serial)
    page.get_by_role("button", name="Tiếp").click()
    for code in RESULT_CODES:
        page.locator(f'[name="cell.rating.{code}"]').fill("4")
    page.get_by_role("button", name="Lưu phiếu").click()
    expect(page.get_by_role("status")).to_contain_text("Đã lưu phiếu")
    assert len(typed_answers(counted, serial)[0]) == len(RESULT_CODES)


@pytest.mark.parametrize("size", SIZES)
def test_paper_pages_in_every_size(counted: Runtime, open_page: OpenPage, address: str, size: str) -> None:
    serials, box = print_forms(counted, field_code=None), open_confirmed(counted, 4)
    sheet = SHEET | {"field": "1"}
    save_entry(counted, ONE, box, serials[0], sheet, is_spoiled=False)
    save_entry(counted, OTHER, box, serials[0], sheet | {"rating.3.1": "1", "field": "2"}, is_spoiled=False)
    save_entry(counted, ONE, box, serials[1], sheet, is_spoiled=False)
    note_copy(counted, ONE, box, serials[1])
    page = enter(open_page, ONE, "/paper", size=size)
    found = inspect(page, "home")
    page.locator("summary").first.click()
    found += inspect(page, "home, opening a box")
    pages = {
        "box": "",
        "number": "/entry",
        "mistyped": "/entry?number=1",
        "sheet": f"/entry?number={serials[2]}",
        "met": f"/entry?number={serials[1]}",
        "compare": f"/compare/{serials[0]}",
    }
    for what, path in pages.items():
        page.goto(f"{address}/paper/boxes/{box}{path}")
        found += inspect(page, what)
    assert found == []


def send_scans(page: Page, path: str, *pictures: Gray) -> None:
    """Choose files on the scan page, as a person does, and send them."""
    files = [{"name": f"quet-{i}.png", "mimeType": "image/png", "buffer": as_file([picture], "png")} for i, picture in enumerate(pictures)]
    page.goto(path)
    page.locator("input[type=file]").set_input_files(files)  # type: ignore[arg-type]  # a list of dicts is what it takes
    page.get_by_role("button", name="Gửi và đọc").click()
    expect(page.get_by_role("heading", name=re.compile("^Đã nhận"))).to_be_visible()


def test_uncertain_marks_of_a_scan_are_settled_by_keyboard_alone(counted: Runtime, open_page: OpenPage, address: str) -> None:
    (serial, *_), box = print_forms(counted, forms=1), open_confirmed(counted)
    page = enter(open_page, ONE, f"/paper/boxes/{box}/scan", size="desktop")
    odd = {"rating.1.1": "filled", "rating.2.1": "scribble", "overall": "filled"}
    send_scans(page, f"{address}/paper/boxes/{box}/scan", *draw_sheet(counted, serial, SHEET, odd=odd))
    page.get_by_role("link", name="Xem lần lượt").focus()
    page.keyboard.press("Enter")
    expect(page.locator('[name="cell.rating.1.1"]')).to_be_focused()
    expect(page.locator(".strip")).to_have_count(len(odd))
    are_wide = "strips => strips.every(strip => strip.complete && strip.naturalWidth > 500)"
    wait_until(lambda: page.locator(".strip").evaluate_all(are_wide), "every strip to be loaded in full width")
    page.keyboard.press("5")
    page.keyboard.press("0")
    page.keyboard.press("Enter")  # the overall question left blank; it is the last, so this also saves
    expect(page.get_by_role("status").first).to_contain_text("Không còn phiếu nào cần xem")
    (answers,) = typed_answers(counted, serial)
    assert answers == {name: key for name, key in SHEET.items() if name != "overall"} | {"rating.2.1": "0"}


@pytest.mark.parametrize("size", SIZES)
def test_scan_pages_in_every_size(counted: Runtime, open_page: OpenPage, address: str, size: str) -> None:
    (serial, other), box = print_forms(counted, field_code=None, forms=2), open_confirmed(counted)
    page = enter(open_page, ONE, f"/paper/boxes/{box}/scan", size=size)
    found = inspect(page, "scan")
    sheet = draw_sheet(counted, serial, SHEET, odd={"rating.1.1": "filled", "rating.2.2": "scribble"})
    half = draw_sheet(counted, other, SHEET)[:1]
    send_scans(page, f"{address}/paper/boxes/{box}/scan", *sheet, *half, np.full((800, 600), 255, np.uint8))
    expect(page.get_by_role("heading", name="Đã nhận 4 trang")).to_be_visible()
    found += inspect(page, "scans read")
    page.goto(f"{address}/paper/boxes/{box}/scan/{serial}")
    found += inspect(page, "uncertain marks")
    page.locator("summary").click()
    found += inspect(page, "what was certain")
    assert found == []
