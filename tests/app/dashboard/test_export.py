"""The CSV of what is shown: one file for people, one for programs, the same figures in both."""

import csv
import io

import pytest
from flask.testing import FlaskClient

from app.models import Field, Installation
from app.runtime import Runtime
from tests.app.dashboard.conftest import SignIn, satisfied, send
from tests.factories import COMMUNE, NEIGHBOUR, PROVINCE


def download(client: FlaskClient, address: str) -> tuple[list[dict[str, str]], bytes, str]:
    """The rows, the bytes and the file's name."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"].startswith("text/csv")
    delimiter = "," if "machine" in address else ";"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=delimiter))
    return rows, answer.data, answer.headers["Content-Disposition"].partition("filename=")[2].strip('"')


def test_human_file_opens_in_a_vietnamese_spreadsheet(analyst: FlaskClient) -> None:
    rows, data, name = download(analyst, "/analytics/cells.csv")
    assert data.startswith(b"\xef\xbb\xbf")
    total = next(row for row in rows if row["Đơn vị"] == "Tất cả đơn vị" and row["Lĩnh vực"] == "Tất cả lĩnh vực")
    assert total["Tỷ lệ hài lòng (%)"] == "77,78"
    assert total["Chỉ tiêu (%)"] == "90,00"
    assert total["Kết luận"] == "Chưa đạt, thấp rõ rệt"
    assert total["Cách tính"] == "Gộp mọi lượt đánh giá"
    assert (total["Số liệu từ ngày"], total["Số liệu đến ngày"]) == ("16/06/2025", "20/08/2025")
    assert name == "sipas-don-vi-linh-vuc-20250616-20250820.csv"
    assert name.isascii()


def test_machine_file_has_points_full_precision_and_english_keys(analyst: FlaskClient) -> None:
    rows, data, name = download(analyst, "/analytics/cells.csv?form=machine")
    assert not data.startswith(b"\xef\xbb\xbf")
    commune = next(row for row in rows if row["unit"] == COMMUNE and row["field"] == "")
    assert float(commune["share"]) == 43 / 45
    assert (commune["respondents"], commune["satisfied"], commune["answers"]) == ("45", "903", "945")
    assert (commune["target"], commune["method"], commune["confidence"]) == ("0.9", "pooled", "0.95")
    assert commune["verdict"] == "met_within"
    assert (commune["first_on"], commune["note"]) == ("2025-06-16", "")
    assert float(commune["low"]) < 43 / 45 < float(commune["high"])
    assert name.endswith("-may.csv")


def test_file_holds_what_the_filters_leave(analyst: FlaskClient) -> None:
    rows, _, _ = download(analyst, "/analytics/cells.csv?field=dat-dai&form=machine")
    assert {(row["unit"], row["field"]) for row in rows} == {(NEIGHBOUR, "dat-dai")}
    assert rows[0]["target"] == "0.8"


def test_criteria_file_tells_kinds_apart_and_counts_every_level(analyst: FlaskClient) -> None:
    rows, _, _ = download(analyst, "/analytics/criteria.csv?form=machine")
    kinds = [row["kind"] for row in rows]
    assert [kinds.count(kind) for kind in ("index", "factor", "criterion", "overall_question")] == [1, 5, 21, 1]
    first = next(row for row in rows if row["kind"] == "criterion")
    assert [first[f"level_{n}"] for n in range(1, 6)] == ["0", "18", "0", "0", "63"]
    assert (first["blank"], first["not_asked"], float(first["mean_score"])) == ("1", "0", (18 * 2 + 63 * 5) / 81)


def test_every_file_of_a_demonstration_is_labelled(runtime: Runtime, enter: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    with runtime.database.write() as session:
        session.get_one(Installation, 1).kind = "demonstration"
    send(runtime, *satisfied(2, 2))
    from app.factory import create_app

    signed_in = enter()
    client = create_app(runtime).test_client()
    cookie = signed_in.get_cookie("sipas_session")
    assert cookie is not None
    client.set_cookie("sipas_session", cookie.value)
    for address, column in (("/analytics/cells.csv", "Ghi chú"), ("/analytics/criteria.csv?form=machine", "note")):
        rows, _, name = download(client, address)
        assert {row[column] for row in rows} == {"DỮ LIỆU MINH HỌA"}
        assert "minh-hoa" in name
    assert "DỮ LIỆU MINH HỌA" in client.get("/analytics").text


def test_name_that_would_run_as_a_formula_is_defused(runtime: Runtime, enter: SignIn) -> None:
    with runtime.database.write() as session:
        session.add(Field(code="cong-thuc", name="=HYPERLINK(1)", position=9))
    send(runtime, *satisfied(1, 1, field="cong-thuc"))
    rows, _, _ = download(enter(), "/analytics/cells.csv?form=machine")
    assert {row["field_name"] for row in rows if row["field"]} == {"'=HYPERLINK(1)"}


def test_columns_of_the_machine_file_are_explained_on_the_page(analyst: FlaskClient) -> None:
    for page, file in (("/analytics", "/analytics/cells.csv"), ("/analytics/criteria", "/analytics/criteria.csv")):
        rows, _, _ = download(analyst, f"{file}?form=machine&unit={PROVINCE}")
        text = analyst.get(page).text
        assert all(f"<code>{column}</code>" in text for column in rows[0])


def test_file_without_a_response_has_only_its_header(runtime: Runtime, enter: SignIn) -> None:
    rows, data, name = download(enter(), "/analytics/cells.csv")
    assert rows == []
    assert data.decode("utf-8-sig").startswith("Khóa đơn vị;Đơn vị;")
    assert name == "sipas-don-vi-linh-vuc-chua-co-so-lieu.csv"
