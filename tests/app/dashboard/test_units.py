"""The tree of units: browsed, searched, bounded; codes with their validity, predecessors with their day."""

from datetime import date

from flask.testing import FlaskClient

from app.models import Unit, UnitCode
from app.runtime import Runtime
from tests.app.dashboard.conftest import SignIn
from tests.app.dashboard.page import Element, get
from tests.factories import COMMUNE, NEIGHBOUR, OLD_COMMUNE, PROVINCE


def names(page: Element) -> list[str]:
    table = page.find("table", "units")
    return [row.find("th")[0].text for row in table[0].find("tbody")[0].find("tr")] if table else []


def add_communes(runtime: Runtime, n: int) -> None:
    with runtime.database.write() as session:
        session.add_all(
            Unit(key=f"them-{i}", name=f"Phường Thêm {i}", level="commune", parent_key=PROVINCE, office_name="", contacts="")
            for i in range(n)
        )


def test_children_of_the_only_top_come_first_with_their_figures(analyst: FlaskClient) -> None:
    page = get(analyst, "/analytics/units")
    assert [name.partition(" đơn vị")[0] for name in names(page)] == ["Chi nhánh Văn phòng đăng ký đất đai", "Xã A", "Xã B"]
    rows = {row.find("th")[0].text: row.text for row in page.find("tbody")[0].find("tr")}
    assert "45 95,56" in rows["Xã A"]
    assert "Xã A cũ từ 01/07/2025" in rows["Xã A"]
    assert "Chưa có số liệu" in rows["Chi nhánh Văn phòng đăng ký đất đai"]


def test_code_carries_its_validity(filled: Runtime, enter: SignIn) -> None:
    with filled.database.write() as session:
        session.add(UnitCode(unit_key=OLD_COMMUNE, code="21952", valid_from_on=None, valid_to_on=date(2025, 6, 30)))
        session.add(UnitCode(unit_key=COMMUNE, code="21952", valid_from_on=date(2025, 7, 1), valid_to_on=None))
    page = get(enter(), "/analytics/units?q=21952")
    text = page.text
    assert names(page)[0] == "Xã A Tỉnh A", "what exists comes before what ended"
    assert "21952 từ 01/07/2025" in text
    assert "21952 đến 30/06/2025" in text
    assert "nay thuộc Xã A" in text


def test_search_needs_no_accents_and_finds_parts_of_words_in_order(filled: Runtime, enter: SignIn) -> None:
    add_communes(filled, 3)
    client = enter()
    assert names(get(client, "/analytics/units?q=phuong+them+1")) == ["Phường Thêm 1 Tỉnh A"]
    assert len(names(get(client, "/analytics/units?q=Phường"))) == 3
    nothing = get(client, "/analytics/units?q=khong+co+dau")
    assert "Không có đơn vị nào mang tên hoặc mã này" in nothing.text


def test_long_list_is_paged(filled: Runtime, enter: SignIn) -> None:
    add_communes(filled, 60)
    client = enter()
    first, second = get(client, "/analytics/units"), get(client, "/analytics/units?page=2")
    assert (len(names(first)), len(names(second))) == (50, 13)
    assert "1–50 trong 63 đơn vị trực thuộc" in first.text
    assert not set(names(first)) & set(names(second))
    assert names(get(client, "/analytics/units?page=99")) == names(second), "beyond the end is the last page"


def test_tree_is_bounded_by_the_persons_place(filled: Runtime, enter: SignIn) -> None:
    client = enter("unit_head", NEIGHBOUR)
    assert "Xã A" not in get(client, "/analytics/units?q=xa").text
    assert "Tỉnh A" not in get(client, f"/analytics/units?under={PROVINCE}").find("main")[0].text


def test_figures_follow_the_filters_and_the_search_keeps_them(analyst: FlaskClient) -> None:
    page = get(analyst, "/analytics/units?field=dat-dai")
    rows = {row.find("th")[0].text: row.text for row in page.find("tbody")[0].find("tr")}
    assert "Chưa có số liệu" in rows["Xã A"]
    assert "36 55,56" in rows["Xã B"]
    (search,) = page.find("form", "search")
    assert ("field", "dat-dai") in [(i.attributes.get("name"), i.attributes.get("value")) for i in search.find("input")]
    links = [a.attributes["href"] for a in page.find("a") if a.text == "Xem số liệu"]
    assert f"/analytics?field=dat-dai&unit={NEIGHBOUR}" in links
