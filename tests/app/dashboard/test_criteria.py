"""Factors and criteria: every number beside its picture, scores apart from shares, the overall question outside the index."""

import json

import plotly.graph_objects as go
from flask.testing import FlaskClient

from app.models import Floor
from app.runtime import Runtime
from tests.app.dashboard.conftest import SignIn, send
from tests.app.dashboard.page import Element, get
from tests.factories import RESULT_CODES, response


def row_of(page: Element, code: str) -> dict[str, str]:
    """The cells of one criterion by the name they carry."""
    for row in page.find("tr"):
        if any(e.text == code for e in row.find("span", "code")):
            return {cell.attributes["data-label"]: cell.text for cell in row.find("td")}
    raise AssertionError(f"no row of criterion {code}")


def test_blank_no_opinion_and_not_asked_are_told_apart(runtime: Runtime, enter: SignIn) -> None:
    send(
        runtime,
        response(ratings={"1.1": 5, "1.2": "no_opinion"}),
        response(ratings={"1.1": 4}),
        response(ratings={"1.1": 2}, asked=["1.1"]),
    )
    page = get(enter(), "/analytics/criteria")
    first, second = row_of(page, "1.1"), row_of(page, "1.2")
    assert (first["Tỷ lệ (%)"], first["Câu trả lời"], first["Theo mức"]) == ("66,67", "3", "0 · 1 · 0 · 1 · 1")
    assert (second["Tỷ lệ (%)"], second["Bỏ trống"], second["Không biết"], second["Không hỏi"]) == ("–", "1", "1", "1")
    assert (first["Điểm trung bình"], first["Điểm quy đổi"]) == ("3,67", "73,33")


def test_filing_stage_leaves_the_result_without_data(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, response(stage="filing", ratings={"1.1": 5}))
    page = get(enter(), "/analytics/criteria")
    assert row_of(page, "4.1")["Không hỏi"] == "1"
    assert "Chưa có số liệu" in row_of(page, "4.1")["So với 90%"]


def test_every_figure_is_valid_and_shares_one_axis(analyst: FlaskClient) -> None:
    page = get(analyst, "/analytics/criteria")
    figures = [json.loads(str(e.inside[0])) for e in page.find("script") if e.attributes.get("type") == "application/json"]
    assert len(figures) == 6, "five factors and the overall question"
    for figure in figures:
        go.Figure(figure)
    assert len({tuple(figure["layout"]["xaxis"]["range"]) for figure in figures}) == 1


def test_overall_question_stands_outside_the_index(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, *[response(overall=5) for _ in range(3)], response(overall=1))
    page = get(enter(), "/analytics/criteria")
    (apart,) = page.find("section", "apart")
    assert "ngoài chỉ số" in apart.text
    assert "75,00" in apart.text
    assert "100,00%" in page.find("section", "lead")[0].text


def test_floor_marks_the_criterion_below_it_and_cites_its_document(runtime: Runtime, enter: SignIn) -> None:
    with runtime.database.write() as session:
        session.add(Floor(id="floor", share="0.8", source="Kế hoạch của xã"))
    sheets = [response(ratings={**dict.fromkeys(RESULT_CODES, 5), "1.2": 5 if i < 31 else 2}) for i in range(40)]
    send(runtime, *sheets)
    page = get(enter(), "/analytics/criteria")
    assert "thấp hơn" in row_of(page, "1.2")["Mức tối thiểu 80%"]
    assert row_of(page, "1.1")["Mức tối thiểu 80%"] == "bảo đảm"
    assert "Kế hoạch của xã" in page.text


def test_page_without_responses_is_the_empty_one(runtime: Runtime, enter: SignIn) -> None:
    assert "Chưa có phiếu trả lời nào" in get(enter(), "/analytics/criteria").text


def test_reasons_are_counted_within_the_selection_and_beside_how_many_could_give_one(runtime: Runtime, enter: SignIn) -> None:
    cold = {"3.1": {"chips": ["cold"]}}
    send(
        runtime,
        response(ratings={"3.1": 1}, reasons={"3.1": {"chips": ["cold", "rude"], "text": "Quát mắng"}}),
        response(ratings={"3.1": 2}, reasons=cold),
        response(ratings={"3.1": 2}),
        response(ratings={"3.1": 1}, reasons=cold, field="dat-dai"),
        response(ratings={"3.1": 5}),
    )
    client = enter()
    page = get(client, "/analytics/criteria?field=ho-tich")
    (table,) = page.find("table", "reason-table")
    rows = [[cell.text for cell in row.find("td")] for row in table.find("tr")[1:]]
    assert rows == [["Thái độ lạnh nhạt", "2", "3"], ["Nói năng thiếu lịch sự", "1", "3"], ["Lý do khác, tự viết", "1", "3"]]
    assert not get(client, "/analytics/criteria?field=ho-tich&channel=paper").find("table", "reason-table")


def test_a_criterion_that_judges_somebody_else_than_its_factor_says_so(analyst: FlaskClient) -> None:
    page = get(analyst, "/analytics/criteria")
    told = [row.text for row in page.find("th") if "đánh giá đơn vị giải quyết" in row.text.replace("\u00a0", " ")]
    assert len(told) == 1
    assert told[0].startswith("2.4")
