"""Pages of flags at three sizes, with hours and with peers; without scripts they work as they stand."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from app.models import IntegrityFlag
from app.runtime import Runtime
from app.services.integrity import explain
from tests.browser.conftest import SIZES
from tests.browser.test_screens import inspect
from tests.factories import COMMUNE
from tests.integrity import ANALYST, EXPLANATION, HEAD, PASSWORD, REASON, add_people, fill, find_pack

OpenPage = Callable[..., Page]
PEERS = [0.01, 0.02, 0.02, 0.03, 0.03, 0.04, 0.05]


@pytest.fixture
def pack(runtime: Runtime) -> str:
    """The flag of a pack, explained; beside it one that is held against peers and one against telephones."""
    fill(runtime)
    add_people(runtime)
    found = find_pack(runtime)
    explain(runtime, HEAD, found, EXPLANATION)
    numbers = {"count": 60, "of": 140, "expected": 0.02, "share": 0.9286, "usual": 0.75, "hours": [], "peers": PEERS}
    with runtime.database.write() as session:
        for flag_id, kind, usual in (("codes", "helped_codes", 0.03), ("gap", "desk_phone_gap", 0.75)):
            session.add(
                IntegrityFlag(
                    id=flag_id,
                    kind=kind,
                    unit_key=COMMUNE,
                    block="2025-08-2",
                    first_hour=487_577,
                    last_hour=487_960,
                    evidence=numbers | {"usual": usual},
                    p_value=1e-9,
                    adjusted_p=2e-8,
                    found_on=runtime.today(),
                )
            )
    return found


def sign_in(page: Page, name: str) -> None:
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    expect(page).not_to_have_url(re.compile("/sign-in"))


@pytest.mark.parametrize("size", SIZES)
def test_pages_of_flags(pack: str, open_page: OpenPage, address: str, size: str) -> None:
    page = open_page("/sign-in?next=/analytics/integrity", size=size)
    sign_in(page, ANALYST.name)
    found = inspect(page, "list")
    for path in (pack, "codes", "gap"):
        page.goto(f"{address}/analytics/integrity/{path}")
        found += inspect(page, path)
    assert found == []


@pytest.mark.parametrize("size", SIZES)
def test_unit_heads_pages(pack: str, open_page: OpenPage, address: str, size: str) -> None:
    page = open_page("/sign-in?next=/analytics/integrity/codes", size=size)
    sign_in(page, HEAD.name)
    found = inspect(page, "explaining")
    page.goto(f"{address}/analytics/integrity?state=dismissed")
    assert found + inspect(page, "nothing found") == []


def test_decision_without_scripts(pack: str, open_page: OpenPage) -> None:
    page = open_page(f"/sign-in?next=/analytics/integrity/{pack}", scripts=False)
    sign_in(page, ANALYST.name)
    page.get_by_label("Xác nhận: không tính 15 phiếu").check()
    page.get_by_label("Lý do").fill(REASON)
    page.get_by_role("button", name="Ghi kết luận").click()
    expect(page.locator(".integrity-head .flag-state")).to_contain_text("Đã xác nhận")
    expect(page.locator(".steps")).to_contain_text(REASON)
