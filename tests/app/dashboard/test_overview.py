"""The overview: the answer, unit × field against targets, the factors, and three different ways of having no answer."""

import json
from typing import Any

import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from analytics.errors import DesignError
from app.models import DossierCount, Response, Target, Unit, UnitSuccession
from app.runtime import Runtime
from app.services.figures import Figures
from tests.app.dashboard.conftest import SignIn, satisfied, send
from tests.app.dashboard.page import Element, get
from tests.factories import BRANCH, COMMUNE, NEIGHBOUR, PROVINCE, response


def heat(page: Element) -> dict[str, list[str]]:
    """Each row of the table by its name: the text of its cells."""
    (table,) = page.find("table", "heat")
    rows = [row for body in table.find("tbody") for row in body.find("tr")]
    return {row.find("th")[0].text: [cell.text for cell in row.find("td")] for row in rows}


def test_answer_stands_with_its_count_interval_and_verdict(analyst: FlaskClient) -> None:
    page = get(analyst, "/analytics")
    (answer,) = page.find("section", "answer")
    assert "77,78%" in answer.text
    assert "Chưa đạt 90%, thấp rõ rệt" in answer.text
    assert "Khoảng tin cậy 95%: 67," in answer.text
    assert "Cách tính: Gộp mọi lượt đánh giá" in answer.text
    assert "Có 82 phiếu trả lời, 81 hợp lệ" in page.text
    assert "số liệu từ 16/06/2025 đến 20/08/2025" in page.text


def test_target_cites_the_document_that_set_it(analyst: FlaskClient) -> None:
    page = get(analyst, "/analytics")
    assert "Kế hoạch năm 2023" in page.text, "visible, not only on hovering"
    assert any("theo Kế hoạch năm 2023" in e.attributes.get("title", "") for e in page.find("a", "heat-cell"))


def test_predecessor_counts_in_its_successor_and_nothing_is_lost(analyst: FlaskClient) -> None:
    rows = heat(get(analyst, "/analytics"))
    assert list(rows) == ["Xã A", "Xã B", "Tất cả"], "sorted by share, highest first"
    assert rows["Xã A"][0].startswith("95,56 45 ")
    assert rows["Xã B"][0].startswith("55,56 36 ")
    assert rows["Tất cả"][0].startswith("77,78 81 ")


def test_land_is_judged_by_its_own_target(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, *satisfied(34, 40, field="dat-dai", answered_at="2025-07-20T03:00:00Z"))
    page = get(enter(), "/analytics?field=dat-dai")
    (answer,) = page.find("section", "answer")
    assert "Đạt 80%, trong sai số" in answer.text


def test_predecessor_that_was_split_stands_apart_with_a_sentence(filled: Runtime, enter: SignIn) -> None:
    with filled.database.write() as session:
        session.add(Unit(key="xa-chia", name="Xã C cũ", level="commune", office_name="", contacts=""))
        session.flush()
        day = filled.today().replace(month=7, day=1)
        session.add_all(UnitSuccession(old_key="xa-chia", new_key=new, effective_on=day, share=None) for new in (COMMUNE, NEIGHBOUR))
    send(filled, *satisfied(4, 4, unit="xa-chia", answered_at="2025-06-20T03:00:00Z"))
    page = get(enter(unit_key=PROVINCE), "/analytics")
    rows = heat(page)
    assert rows["Xã C cũ chưa rõ chuyển về đơn vị nào"][0].startswith("100,00 4 ")
    assert "đứng riêng; tổng số phiếu vẫn đủ" in page.text
    assert rows["Tất cả"][0].startswith("78,82 85 ")


def test_desk_of_the_place_itself_is_a_row_without_a_link(filled: Runtime, enter: SignIn) -> None:
    send(filled, *satisfied(3, 3, unit=PROVINCE, answered_at="2025-07-20T03:00:00Z"))
    page = get(enter(), "/analytics")
    assert "Tỉnh A tại quầy của chính đơn vị" in heat(page)
    linked = [e.attributes["href"] for e in page.find("a", "heat-cell")]
    assert not any(f"unit={PROVINCE}" in address for address in linked), "that address would show the whole province"


def test_few_forms_are_shown_and_not_judged(analyst: FlaskClient) -> None:
    page = get(analyst, f"/analytics?unit={COMMUNE}&from=2025-06-15&to=2025-06-30")
    (answer,) = page.find("section", "answer")
    assert "100,00" in answer.text
    assert "Ít phiếu, chưa đủ căn cứ" in answer.text
    assert "Có 5 phiếu hợp lệ; từ 30 phiếu mới kết luận" in answer.text


def test_no_data_says_so_and_what_to_do(runtime: Runtime, enter: SignIn) -> None:
    page = get(enter(), "/analytics")
    assert "Chưa có số liệu" in page.text
    assert "Chưa có phiếu trả lời nào" in page.text
    assert page.find("table", "heat") == []


def test_filters_that_match_nothing_say_which_days_have_data(analyst: FlaskClient) -> None:
    page = get(analyst, "/analytics?period=2024")
    assert "Không có phiếu nào khớp điều kiện đã chọn" in page.text
    assert "16/06/2025" in page.text


def test_figures_that_cannot_be_computed_look_like_neither(analyst: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise DesignError("two versions of a series do not fit together")

    monkeypatch.setattr(Figures, "gather", fail)
    page = get(analyst, "/analytics", status=500)
    assert "Chưa tính được số liệu này" in page.text
    assert "Mã số" in page.text
    assert "versions" not in page.text


@pytest.mark.parametrize("query", ["period=2025-Q9", "from=mai", "unit=khong-co", "field=khong-co", "channel=fax", "instrument=khong-co"])
def test_filter_that_cannot_be_read_is_told_without_repeating_it(analyst: FlaskClient, query: str) -> None:
    page = get(analyst, f"/analytics?{query}", status=400)
    assert "Chưa đọc được điều kiện lọc" in page.text
    assert query.partition("=")[2] not in page.text


def test_sheets_without_a_rating_are_counted_and_in_no_figure(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, response(ratings={}))
    page = get(enter(), "/analytics")
    assert "Có 1 phiếu trả lời, 0 hợp lệ" in page.text
    assert "Chưa có số liệu" in page.text


def test_mean_methods_are_named_and_have_their_interval(analyst: FlaskClient) -> None:
    for method, name in (("criteria_mean", "Trung bình các tiêu chí"), ("factor_mean", "Trung bình các yếu tố")):
        page = get(analyst, f"/analytics?method={method}")
        (answer,) = page.find("section", "answer")
        assert f"Cách tính: {name}" in answer.text
        assert "Khoảng tin cậy 95%:" in answer.text


def test_person_sees_their_own_place_only(filled: Runtime, enter: SignIn) -> None:
    client = enter("unit_head", NEIGHBOUR)
    page = get(client, "/analytics")
    assert "55,56" in page.text
    assert "95,56" not in page.text
    assert "Xã A" not in page.text
    assert client.get(f"/analytics?unit={COMMUNE}").status_code == 403
    assert client.get(f"/analytics/cells.csv?unit={COMMUNE}").status_code == 403


def test_target_of_the_own_unit_goes_before_the_general_one(filled: Runtime, enter: SignIn) -> None:
    with filled.database.write() as session:
        session.add(Target(id="own", unit_key=COMMUNE, share="0.97", source="Nghị quyết của xã"))
    page = get(enter("unit_head", COMMUNE), "/analytics")
    (answer,) = page.find("section", "answer")
    assert "Chưa đạt 97%, trong sai số" in answer.text
    assert "Nghị quyết của xã" in page.text


def test_factors_have_a_valid_figure_and_the_same_numbers_as_text(analyst: FlaskClient) -> None:
    page = get(analyst, "/analytics")
    (figure,) = [e for e in page.find("script") if e.attributes.get("type") == "application/json"]
    drawn: dict[str, Any] = json.loads(str(figure.inside[0]))
    go.Figure(drawn)
    assert len(drawn["data"]) == 5
    (table,) = page.find("table", "factors")
    rows = table.find("tbody")[0].find("tr")
    assert len(rows) == 5
    assert "0 · 36 · 0 · 0 · 126" in rows[0].text, "two criteria, 18 dissatisfied sheets of 81"


def test_demonstration_label_is_absent_in_an_office(analyst: FlaskClient) -> None:
    assert get(analyst, "/analytics").find("p", "demonstration") == []


def test_unit_without_responses_is_counted_and_not_listed(analyst: FlaskClient) -> None:
    page = get(analyst, "/analytics")
    assert BRANCH not in str(heat(page))
    assert "1 đơn vị trực thuộc chưa có phiếu" in page.text


def test_empty_filters_and_defaults_vanish_from_the_address(analyst: FlaskClient) -> None:
    answer = analyst.get(f"/analytics?period=all&unit={COMMUNE}&field=&method=pooled&confidence=0.95")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/analytics?unit={COMMUNE}"


def test_chosen_days_and_named_period_do_not_fight(analyst: FlaskClient) -> None:
    named = analyst.get("/analytics?period=2025-Q3&from=2025-01-01&to=2025-02-01")
    assert named.headers["Location"] == "/analytics?period=2025-Q3"
    chosen = analyst.get("/analytics?period=days&from=2025-07-01&to=2025-07-31")
    assert chosen.headers["Location"] == "/analytics?from=2025-07-01&to=2025-07-31"
    page = get(analyst, "/analytics?from=2025-07-01&to=2025-07-31")
    assert "số liệu từ 01/07/2025 đến 31/07/2025" in page.text


def test_filters_follow_from_tab_to_tab(analyst: FlaskClient) -> None:
    page = get(analyst, f"/analytics?period=2025-Q3&unit={COMMUNE}")
    (tabs,) = page.find("nav", "subtabs")
    addresses = [link.attributes["href"] for link in tabs.find("a")]
    assert f"/analytics/criteria?period=2025-Q3&unit={COMMUNE}" in addresses


def test_period_list_follows_the_reporting_calendar(analyst: FlaskClient) -> None:
    page = get(analyst, "/analytics")
    options = {o.attributes["value"]: o.text for s in page.find("select") if s.attributes["name"] == "period" for o in s.find("option")}
    assert options["2025-Q3"] == "Quý III/2025 (15/6 – 14/9)"
    assert {"", "days", "2025", "2025-9M", "2025-H1", "2025-07"} <= set(options)
    assert "2025-11" not in options, "it lies wholly in the future"


def add_dossiers(runtime: Runtime, counts: dict[tuple[str, str], int]) -> None:
    with runtime.database.write() as session:
        for (unit, field), finished in counts.items():
            session.add(
                DossierCount(
                    id=f"{unit} {field}", unit_key=unit, field_code=field, mode="in_person", block="2025-08-1", finished=finished, late=0
                )
            )


def test_weighted_figure_stands_beside_the_official_one_where_dossiers_are_known(analyst: FlaskClient, runtime: Runtime) -> None:
    assert "Theo cơ cấu hồ sơ" not in get(analyst, "/analytics").text, "nobody has counted dossiers"
    with runtime.database.read() as session:
        places = session.execute(select(Response.unit_key, Response.field_code).distinct()).all()
    add_dossiers(runtime, {(unit, field): 1_000 if field == "dat-dai" else 500 for unit, field in places})
    (answer,) = get(analyst, "/analytics").find("section", "answer")
    assert "Theo cơ cấu hồ sơ (có trọng số): " in answer.text
    assert "77,78%" in answer.text
    assert "Hệ số thiết kế " in answer.text
    assert "câu trả lời độc lập" in answer.text
    assert "tính gộp" not in answer.text
    assert "hồ sơ đã giải quyết" in get(analyst, "/analytics").text


def test_units_with_dossiers_and_no_form_in_a_field_are_named_as_counted_together(analyst: FlaskClient, runtime: Runtime) -> None:
    with runtime.database.read() as session:
        places = session.execute(select(Response.unit_key, Response.field_code).distinct()).all()
    counts = dict.fromkeys([(str(unit), str(field)) for unit, field in places], 500)
    assert (COMMUNE, "dat-dai") not in counts
    add_dossiers(runtime, {**counts, (COMMUNE, "dat-dai"): 40})
    (answer,) = get(analyst, "/analytics").find("section", "answer")
    assert "1 đơn vị tính gộp các lĩnh vực" in answer.text
    assert "Xã A: Đất đai (40 hồ sơ)" in answer.text


def test_more_forms_than_dossiers_switch_the_weighting_off_with_a_sentence(analyst: FlaskClient, runtime: Runtime) -> None:
    with runtime.database.read() as session:
        places = session.execute(select(Response.unit_key, Response.field_code).distinct()).all()
    add_dossiers(runtime, dict.fromkeys(places, 1))
    (answer,) = get(analyst, "/analytics").find("section", "answer")
    assert "Chưa tính tỷ lệ theo cơ cấu hồ sơ: " in answer.text
    assert "nhưng chỉ có 1 hồ sơ" in answer.text
