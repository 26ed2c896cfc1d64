"""The page of trends: its months are the office's, its figures the overview's, and a new questionnaire is a new line."""

import json
from typing import Any

import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.models import Exclusion, ReportingCalendar, Response, Unit
from app.runtime import Runtime
from app.selection import Selection
from app.services.figures import Figures
from tests.app.dashboard.conftest import SignIn, satisfied, send
from tests.app.dashboard.page import Element, get
from tests.factories import COMMUNE, NEIGHBOUR, PROVINCE, response


def table(page: Element, of_class: str = "trend-table") -> list[list[str]]:
    """The rows of the first table of a class, the row's name first."""
    rows = page.find("table", of_class)[0].find("tbody")[0].find("tr")
    return [[row.find("th")[0].text, *(cell.text for cell in row.find("td"))] for row in rows]


def figure(page: Element) -> dict[str, Any]:
    (script,) = [e for e in page.find("script") if e.attributes.get("id") == "trend-figure"]
    drawn: dict[str, Any] = json.loads(str(script.inside[0]))
    return drawn


def answer_of(page: Element) -> str:
    return page.find("section", "answer")[0].text


@pytest.fixture
def several(runtime: Runtime) -> Runtime:
    """Five reporting months, April to August 2025: 40 forms each, fewer and fewer satisfied; land and civil status alike."""
    for month, n in ((4, 38), (5, 34), (6, 30), (7, 26), (8, 22)):
        send(
            runtime,
            *satisfied(n // 2, 20, answered_at=f"2025-{month:02d}-05T03:00:00Z"),
            *satisfied(n // 2, 20, answered_at=f"2025-{month:02d}-10T03:00:00Z", unit=NEIGHBOUR, field="dat-dai", channel="invitation"),
        )
    return runtime


def test_figures_of_a_month_are_the_overviews_of_that_month(several: Runtime, enter: SignIn) -> None:
    client = enter()
    rows = table(get(client, "/analytics/trend"))
    assert [row[0] for row in rows] == [f"Tháng {n}/2025" for n in (4, 5, 6, 7, 8)]
    assert [row[4] for row in rows] == ["95,00", "85,00", "75,00", "65,00", "55,00"]
    for row in rows:
        month = int(row[0].split()[1].split("/")[0])
        told = answer_of(get(client, f"/analytics?period=2025-{month:02d}"))
        assert row[4] in told
        assert row[5].replace(" ", "") in told.replace(" ", "").replace("%", "")
        assert row[6].split(" ", 1)[1] in told


@pytest.mark.parametrize("method", ["factor_mean", "criteria_mean"])
def test_figures_are_the_overviews_by_every_method(several: Runtime, enter: SignIn, method: str) -> None:
    send(several, *[response(ratings={"1.1": 2, "2.1": 5, "2.2": 5}, answered_at="2025-06-05T03:00:00Z") for _ in range(9)])
    client = enter()
    (june,) = [row for row in table(get(client, f"/analytics/trend?method={method}")) if row[0] == "Tháng 6/2025"]
    told = answer_of(get(client, f"/analytics?period=2025-06&method={method}"))
    assert june[4] in told
    assert (june[5] == "–") == (method == "criteria_mean")


def test_counting_by_time_or_channel_is_the_same_count(several: Runtime) -> None:
    figures = Figures(several)
    evidence = figures.gather(Selection(field="dat-dai"))
    for dimensions in (("block",), ("channel",), ("unit", "block"), ()):
        assert figures.count_by(evidence, *dimensions).by().equals(evidence.live.by())
    assert figures.count_by(evidence, "block").by("block").cells["block"].tolist() == [f"2025-0{n}-1" for n in range(4, 9)]


def test_confirmed_flags_are_left_out_of_every_line(several: Runtime, enter: SignIn) -> None:
    with several.database.write() as session:
        hour = session.scalar(select(func.min(Response.answered_hour)))
        session.add(Exclusion(id="1", unit_key=COMMUNE, first_hour=hour, last_hour=hour, reason="chấm hộ", state="confirmed"))
    client = enter()
    assert [int(row[3]) for row in table(get(client, "/analytics/trend"))] == [20, 40, 40, 40, 40]
    assert [int(row[3]) for row in table(get(client, "/analytics/trend?flags=with"))] == [40] * 5


def test_links_of_the_table_show_the_same_figure(several: Runtime, enter: SignIn) -> None:
    client = enter()
    page = get(client, "/analytics/trend?field=dat-dai")
    rows = page.find("table", "trend-table")[0].find("tbody")[0].find("tr")
    for row in rows:
        address = row.find("a")[0].attributes["href"]
        assert row.find("td")[3].text in answer_of(get(client, address)), address


@pytest.mark.parametrize(
    ("start_day", "names"), [(15, ["Tháng 7/2025", "Tháng 8/2025"]), (1, ["Tháng 7/2025"])], ids=["from the 15th", "from the 1st"]
)
def test_months_follow_the_offices_calendar(runtime: Runtime, enter: SignIn, start_day: int, names: list[str]) -> None:
    with runtime.database.write() as session:
        session.add(ReportingCalendar(valid_from_on=runtime.today().replace(year=2025, month=1, day=1), start_day=start_day))
    send(runtime, *satisfied(3, 4, answered_at="2025-07-10T03:00:00Z"), *satisfied(4, 4, answered_at="2025-07-20T03:00:00Z"))
    assert [row[0] for row in table(get(enter(), "/analytics/trend"))] == names


def test_half_months_and_quarters_hold_the_same_forms(several: Runtime, enter: SignIn) -> None:
    client = enter()
    counts = {step: [int(row[3]) for row in table(get(client, f"/analytics/trend{step}"))] for step in ("", "?step=quarter", "?step=half")}
    assert {sum(of) for of in counts.values()} == {200}
    assert counts["?step=quarter"] == [120, 80]
    halves = table(get(client, "/analytics/trend?step=half"))
    assert halves[0][0].replace("\xa0", " ") == "1 – 14/4/2025"
    assert [int(row[3]) for row in halves] == [40, 0, 40, 0, 40, 0, 40, 0, 40]


def test_days_that_cut_a_month_are_named_and_counted_alone(several: Runtime, enter: SignIn) -> None:
    client = enter()
    rows = table(get(client, "/analytics/trend?from=2025-05-06&to=2025-06-20"))
    assert [(row[1], row[2], row[3]) for row in rows] == [
        ("06/05/2025", "14/05/2025", "20"),
        ("15/05/2025", "14/06/2025", "40"),
        ("15/06/2025", "20/06/2025", "0"),
    ]


def test_a_clear_fall_is_said_and_no_trend_is_not_made_up(several: Runtime, enter: SignIn) -> None:
    client = enter()
    told = get(client, "/analytics/trend").find("section", "card")[0].text
    assert "Giảm rõ rệt" in told
    assert "p < 0,001" in told
    assert "Bình quân −10,00 điểm phần trăm mỗi tháng" in told


def test_a_steady_share_has_no_trend(runtime: Runtime, enter: SignIn) -> None:
    for month in (5, 6, 7, 8):
        send(runtime, *satisfied(30, 40, answered_at=f"2025-{month:02d}-05T03:00:00Z"))
    told = get(enter(), "/analytics/trend").find("section", "card")[0].text
    assert "Không thấy xu hướng" in told
    assert "p = 1,000" in told


def test_too_few_months_is_a_sentence_not_a_verdict(analyst: FlaskClient) -> None:
    told = get(analyst, "/analytics/trend?period=2025-08").find("section", "card")[0].text
    assert "Chưa xét được xu hướng" in told
    assert "cần ít nhất 3 tháng" in told


def test_without_responses_the_page_is_the_empty_one(runtime: Runtime, enter: SignIn) -> None:
    page = get(enter(), "/analytics/trend")
    assert "Chưa có phiếu trả lời nào" in page.text
    assert not page.find("table", "trend-table")


def test_forms_without_any_rating_leave_points_out(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, *[response(ratings={}, answered_at=f"2025-{n:02d}-05T03:00:00Z") for n in (6, 7, 8)])
    page = get(enter(), "/analytics/trend")
    assert [row[4] for row in table(page)] == ["–", "–", "–"]
    assert "Chưa xét được xu hướng" in page.text


@pytest.mark.parametrize("wrong", ["step=week", "split=person", "control=2", "than=2025-13", "step=half&than=x"])
def test_what_cannot_be_read_is_refused(analyst: FlaskClient, wrong: str) -> None:
    assert "Chưa đọc được điều kiện lọc" in get(analyst, f"/analytics/trend?{wrong}", 400).text


def test_a_unit_head_sees_own_unit_alone(several: Runtime, enter: SignIn) -> None:
    page = get(enter("unit_head", COMMUNE), "/analytics/trend?split=unit")
    assert [int(row[3]) for row in table(page)] == [20] * 5
    assert "Xã B" not in page.text


def test_the_chart_is_valid_and_its_target_dashed_with_its_name(several: Runtime, enter: SignIn) -> None:
    drawn = figure(get(enter(), "/analytics/trend"))
    go.Figure(drawn)
    assert drawn["layout"]["xaxis"]["ticktext"][0] == "4/2025<br>40"
    assert "chỉ tiêu 90%" in [note["text"] for note in drawn["layout"]["annotations"]]
    assert [trace["line"]["dash"] for trace in drawn["data"] if "dash" in trace.get("line", {})] == ["dash"]


def test_limits_appear_at_the_switch_and_a_month_beyond_them_has_shape_and_word(runtime: Runtime, enter: SignIn) -> None:
    for month, n in ((3, 38), (4, 38), (5, 39), (6, 38), (7, 39), (8, 12)):
        send(runtime, *satisfied(n, 40, answered_at=f"2025-{month:02d}-05T03:00:00Z"))
    client = enter()
    assert "Vượt giới hạn" not in get(client, "/analytics/trend").text
    page = get(client, "/analytics/trend?control=1")
    assert "Tháng 8/2025 (thấp hơn giới hạn)" in page.text.replace("\xa0", " ")
    drawn = figure(page)
    go.Figure(drawn)
    (marks,) = [trace for trace in drawn["data"] if trace["mode"] == "markers"]
    assert marks["marker"]["symbol"][-1] == "diamond"
    assert "thấp hơn giới hạn" in [note["text"] for note in drawn["layout"]["annotations"]]
    assert "ngoài giới hạn" in table(page)[-1][-1]


def test_a_new_questionnaire_breaks_the_line_and_both_are_named(several: Runtime, enter: SignIn) -> None:
    old = [
        response(instrument="phu-luong-2026@1.0", channel="import", ratings=dict.fromkeys(_codes(several, "phu-luong-2026@1.0"), 4))
        | {"answered_at": f"2025-{month:02d}-05T03:00:00Z"}
        for month in (1, 2)
        for _ in range(5)
    ]
    send(several, *old)
    client = enter()
    page = get(client, "/analytics/trend")
    drawn = figure(page)
    assert [shape["x0"] for shape in drawn["layout"]["shapes"]] == [2.5]
    titles = {several.instruments[name].title for name in ("phu-luong-2026@1.0", "kiosk-default@1.0")}
    assert titles <= {note["text"] for note in drawn["layout"]["annotations"]}
    assert [len(t.find("tbody")[0].find("tr")) for t in page.find("table", "trend-table")] == [8, 8]
    assert "Bình quân −10,00 điểm" in page.text, "the trend is of the newer series alone"
    chosen = get(client, "/analytics/trend?instrument=phu-luong-2026")
    assert [row[3] for row in table(chosen)] == ["5", "5"]
    assert not figure(chosen)["layout"]["shapes"]


def _codes(runtime: Runtime, instrument_id: str) -> tuple[str, ...]:
    return tuple(criterion.code for criterion in runtime.instruments[instrument_id].criteria)


def test_small_lines_stand_lowest_first_on_one_axis(several: Runtime, enter: SignIn) -> None:
    send(several, *satisfied(0, 10, answered_at="2025-08-05T03:00:00Z"))
    client = enter()
    page = get(client, "/analytics/trend")
    factors, fields = page.find("ul", "small-lines")
    assert len(factors.find("li")) == 5
    assert [e.text for e in fields.find("span", "small-name")] == ["Hộ tịch", "Đất đai"]
    ends = [e.text for e in fields.find("span", "small-end")]
    assert ends[:2] * 2 == ends
    units = get(client, "/analytics/trend?split=unit").find("ul", "small-lines")[1]
    assert [e.text for e in units.find("span", "small-name")] == ["Xã A", "Xã B"]
    (address,) = [e.attributes["href"] for e in units.find("a") if e.text == "Xã A"]
    assert f"unit={COMMUNE}" in address


def test_many_units_are_cut_and_the_others_found_by_name(runtime: Runtime, enter: SignIn) -> None:
    with runtime.database.write() as session:
        session.add_all(
            [Unit(key=f"x{n}", name=f"Phường {n}", level="commune", parent_key=PROVINCE, office_name="", contacts="") for n in range(30)]
        )
    for n in range(30):
        send(runtime, *satisfied(1 if n == 29 else 0, 1, unit=f"x{n}", answered_at="2025-08-05T03:00:00Z"))
    client = enter()
    page = get(client, "/analytics/trend?split=unit")
    assert len(page.find("ul", "small-lines")[1].find("li")) == 24
    assert "Hiện 24 trên 30" in page.text
    found = get(client, "/analytics/trend?split=unit&q=phuong 29").find("ul", "small-lines")[1]
    assert [e.text for e in found.find("span", "small-name")] == ["Phường 29"]
    assert "Không có nơi nào" in get(client, "/analytics/trend?split=unit&q=xyz").text


def test_choices_stay_when_a_filter_is_sent(several: Runtime, enter: SignIn) -> None:
    page = get(enter(), "/analytics/trend?step=quarter&control=1")
    hidden = {e.attributes["name"]: e.attributes["value"] for e in page.find("form", "filters")[0].find("input") if "value" in e.attributes}
    assert (hidden["step"], hidden["control"]) == ("quarter", "1")
