"""The ranking of units: who is ranked among whom, between which ranks, and what stands apart."""

import csv
import io

import pytest
from flask.testing import FlaskClient

from app.models import ParScale, Unit
from app.runtime import Runtime
from tests.app.dashboard.conftest import SignIn, satisfied, send
from tests.app.dashboard.page import Element, get
from tests.factories import BRANCH, COMMUNE, NEIGHBOUR, OLD_COMMUNE, PROVINCE


def ranked(page: Element) -> list[tuple[str, str, str]]:
    """Rank, unit and range of ranks of every ranked row."""
    rows = []
    for table in page.find("table", "ranks"):
        if "unranked" not in table.attributes["class"].split():
            for row in table.find("tbody")[0].find("tr"):
                rows.append((row.find("td", "rank")[0].text, row.find("th")[0].text, row.find("span", "range-text")[0].text))
    return rows


def unranked(page: Element) -> list[str]:
    return [row.find("th")[0].text for table in page.find("table", "unranked") for row in table.find("tbody")[0].find("tr")]


def file_of(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/analytics/ranks.csv?form=machine{query}")
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def add_communes(runtime: Runtime, n: int) -> list[str]:
    keys = [f"them-{i:03d}" for i in range(n)]
    with runtime.database.write() as session:
        session.add_all(
            Unit(key=key, name=f"Phường Thêm {i}", level="commune", parent_key=PROVINCE, office_name="", contacts="")
            for i, key in enumerate(keys)
        )
    return keys


def test_units_are_ranked_by_share_with_their_range_and_few_stand_apart(filled: Runtime, enter: SignIn) -> None:
    send(filled, *satisfied(3, 3, unit=BRANCH, field="dat-dai"))
    page = get(enter(), "/analytics/ranks")
    assert ranked(page) == [("1", "Xã A", "1"), ("2", "Xã B", "2")], "three happy people do not make a first place"
    assert unranked(page) == ["Chi nhánh Văn phòng đăng ký đất đai"]
    rows = {row.find("th")[0].text: row.text for row in page.find("tbody")[0].find("tr")}
    assert "95,56" in rows["Xã A"], "the forms of its predecessor count in today's commune"
    assert "45" in rows["Xã A"]
    assert "không phải là hơn kém" in page.text


def test_equal_shares_share_a_rank_and_overlap(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, *satisfied(36, 40), *satisfied(36, 40, unit=NEIGHBOUR), *satisfied(10, 40, unit=BRANCH))
    page = get(enter(), "/analytics/ranks")
    assert ranked(page) == [
        ("1 cùng hạng", "Xã A", "1–2"),
        ("1 cùng hạng", "Xã B", "1–2"),
        ("3", "Chi nhánh Văn phòng đăng ký đất đai", "3"),
    ]


def test_one_level_within_the_place_can_be_chosen_and_the_rest_is_told(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, *satisfied(38, 40), *satisfied(20, 40, unit=NEIGHBOUR), *satisfied(40, 40, unit=BRANCH), *satisfied(2, 2, unit=PROVINCE))
    client = enter()
    page = get(client, "/analytics/ranks?level=commune")
    assert [name for _, name, _ in ranked(page)] == ["Xã A", "Xã B"]
    assert "42 phiếu hợp lệ không thuộc đơn vị nào trong bảng" in page.text
    assert ("level", "commune") in [(i.attributes.get("name"), i.attributes.get("value")) for i in page.find("input")], "filters keep it"
    assert [row["unit"] for row in file_of(client, "&level=commune")] == [COMMUNE, NEIGHBOUR]
    everybody = get(client, "/analytics/ranks")
    assert len(ranked(everybody)) == 3
    assert "2 phiếu hợp lệ không thuộc" in everybody.text, "the province's own desk is no unit below it"
    assert ranked(get(client, "/analytics/ranks?level=nowhere")) == ranked(everybody)


def test_ranking_follows_the_filters_and_the_method(runtime: Runtime, enter: SignIn) -> None:
    send(
        runtime,
        *satisfied(40, 40),
        *satisfied(5, 40, field="dat-dai"),
        *satisfied(30, 40, unit=NEIGHBOUR),
        *satisfied(30, 40, unit=NEIGHBOUR, field="dat-dai"),
    )
    client = enter()
    assert [name for _, name, _ in ranked(get(client, "/analytics/ranks"))] == ["Xã B", "Xã A"]
    assert [name for _, name, _ in ranked(get(client, "/analytics/ranks?field=ho-tich"))] == ["Xã A", "Xã B"]
    for method in ("factor_mean", "criteria_mean"):
        page = get(client, f"/analytics/ranks?field=ho-tich&method={method}")
        assert ranked(page) == [("1", "Xã A", "1"), ("2", "Xã B", "2")], "a mean of criteria has its error here"


def test_search_finds_a_unit_and_leaves_its_rank_as_it_is(filled: Runtime, enter: SignIn) -> None:
    client = enter()
    assert [row[:2] for row in ranked(get(client, "/analytics/ranks?q=xa+b"))] == [("2", "Xã B")]
    assert "Không có đơn vị nào trong bảng mang tên hoặc mã" in get(client, "/analytics/ranks?q=khong+co").text


def test_long_ranking_is_paged_and_its_file_is_whole(runtime: Runtime, enter: SignIn) -> None:
    keys = add_communes(runtime, 104)
    for key in keys:
        send(runtime, *satisfied(1, 2, unit=key))
    client = enter()
    first, second = get(client, "/analytics/ranks"), get(client, "/analytics/ranks?page=2")
    assert (len(unranked(first)), len(unranked(second))) == (100, 4)
    assert "Chưa đơn vị nào đủ 30 phiếu hợp lệ để xếp hạng" in first.text
    assert unranked(get(client, "/analytics/ranks?page=99")) == unranked(second), "beyond the end is the last page"
    assert len(file_of(client)) == 104


def test_file_for_programs_has_ranks_and_every_digit(analyst: FlaskClient) -> None:
    first, second = file_of(analyst)
    assert (first["unit"], first["rank"], first["rank_low"], first["rank_high"]) == (COMMUNE, "1", "1", "1")
    assert float(first["share"]) == 43 / 45
    assert (second["unit"], second["respondents"], second["par_points"]) == (NEIGHBOUR, "36", "")
    text = analyst.get("/analytics/ranks").text
    assert all(f"<code>{column}</code>" in text for column in first)


def set_scale(runtime: Runtime, points: str, bands: str, year: int | None = None) -> None:
    with runtime.database.write() as session:
        session.add(ParScale(id=f"{year}", year=year, points=points, bands=bands, source="QĐ 1"))


def points_on(page: Element) -> list[str]:
    return [cell.text for cell in page.find("td", "points")]


def test_points_of_the_par_index_are_shown_only_where_a_scale_is_set(filled: Runtime, enter: SignIn) -> None:
    client = enter()
    assert "CCHC" not in get(client, "/analytics/ranks").text.replace("par_points", "")
    set_scale(filled, "30", "linear")
    page = get(client, "/analytics/ranks")
    assert points_on(page) == ["28,67", "16,67"], "43 of 45 and 20 of 36, times 30"
    assert "tỷ lệ nhân với 30 điểm. Theo QĐ 1." in page.text
    assert float(file_of(client)[0]["par_points"]) == 43 / 45 * 30


def test_bands_of_the_year_go_before_the_scale_of_every_year(filled: Runtime, enter: SignIn) -> None:
    set_scale(filled, "30", "linear")
    set_scale(filled, "20", "0.5:12.5;0.9:20", 2025)
    page = get(enter(), "/analytics/ranks")
    assert points_on(page) == ["20,00", "12,50"]
    assert "dưới 50%: 0 điểm; từ 50%: 12,5 điểm; từ 90%: 20 điểm" in page.text


def test_place_without_units_below_says_so(analyst: FlaskClient) -> None:
    page = get(analyst, f"/analytics/ranks?unit={NEIGHBOUR}")
    assert "Không có đơn vị để xếp hạng" in page.text
    assert ranked(page) == []
    assert file_of(analyst, f"&unit={NEIGHBOUR}") == []


def test_period_without_forms_is_told_as_no_data(analyst: FlaskClient) -> None:
    assert "Chưa có số liệu" in get(analyst, "/analytics/ranks?period=2031").text


def test_ranking_is_bounded_by_the_persons_place(filled: Runtime, enter: SignIn) -> None:
    text = get(enter("unit_head", NEIGHBOUR), "/analytics/ranks").find("main")[0].text
    assert "Xã A" not in text
    assert "Tỉnh A" not in text


def test_former_unit_counts_in_todays_and_has_no_row(analyst: FlaskClient) -> None:
    assert OLD_COMMUNE not in [row["unit"] for row in file_of(analyst)]


@pytest.mark.parametrize("page", ["/analytics", "/analytics/criteria", "/analytics/ranks"])
def test_every_table_offers_a_file_to_publish(analyst: FlaskClient, page: str) -> None:
    (link,) = [a.attributes["href"] for a in get(analyst, page).find("a") if a.text == "CSV để công bố"]
    assert analyst.get(link).status_code == 200


def test_table_whose_small_cells_nobody_hides_has_no_file_to_publish(analyst: FlaskClient) -> None:
    assert analyst.get("/analytics/drivers.csv?form=public").status_code == 400
