"""Ad-hoc filters: who answered, where, at which hours – counted, named, cleared, and domains where they name a sub-group."""

import csv
import io

import pytest
from flask.testing import FlaskClient

from app.dashboard.groups import batch_characteristics
from app.models import Counter, DossierCount, Procedure
from app.runtime import Runtime
from app.selection import Selection
from app.services.figures import Figures
from app.services.intake import Sender, submit_responses
from app.services.keys import add_device
from survey_forms import read_submission
from tests.app.dashboard.conftest import SignIn
from tests.app.dashboard.page import get
from tests.clock import Clock
from tests.factories import COMMUNE, NEIGHBOUR, RESULT_CODES, response

MORNING, NOON, EVENING = "2025-09-04T00:30:00Z", "2025-09-04T05:10:00Z", "2025-09-04T11:59:00Z"  # 7:30, 12:10, 18:59 in Việt Nam


def fill(runtime: Runtime) -> str:
    """Twelve sheets at a tablet of the commune, four of no tablet at the neighbour; the id of the tablet."""
    device_id, _ = add_device(runtime, unit_key=COMMUNE, label="Máy quầy 1", counter_code="1")
    with runtime.database.write() as session:
        session.add(Procedure(code="2.000815", name="Chứng thực bản sao", field_code="ho-tich"))
        session.add(Counter(unit_key=NEIGHBOUR, code="9", name="Quầy lưu động"))
    low = {"ratings": dict.fromkeys(RESULT_CODES, 2)}
    women = {"respondent": {"sex": "female", "age": "over-60"}, "kind": "individual"}
    own = [
        *[response(answered_at=MORNING, counter="1", took="<30", **women) for _ in range(3)],
        *[response(answered_at=NOON, counter="1", took="60-119", respondent={"sex": "male"}, kind="individual", **low) for _ in range(4)],
        *[response(answered_at=EVENING, counter="1", took="60-119", kind="organisation", procedure="2.000815") for _ in range(5)],
    ]
    away = [response(answered_at=NOON, unit=NEIGHBOUR, channel="poster", mode="postal", helped=True) for _ in range(4)]
    for sheets, sender in ((own, Sender(device_id, COMMUNE)), (away, Sender())):
        assert len(submit_responses(runtime, [read_submission(sheet) for sheet in sheets], sender).acknowledged) == len(sheets)
    return device_id


def count(runtime: Runtime, **args: str) -> int:
    figures = Figures(runtime)
    return int(figures.gather(figures.read_selection(args)).live.by().n_returned[0])


COUNTED: list[tuple[dict[str, str], int, int]] = [
    ({"sex": "female"}, 3, 3),
    ({"sex": "female", "age": "18-24"}, 0, 0),
    ({"sex": "male", "took": "60-119"}, 4, 4),
    ({"kind": "organisation"}, 5, 5),
    ({"helped": "yes"}, 4, 0),
    ({"helped": "no"}, 12, 12),
    ({"mode": "postal"}, 4, 0),
    ({"counter": "1"}, 12, 12),
    ({"procedure": "2.000815"}, 5, 5),
    ({"from_hour": "7", "to_hour": "8"}, 3, 3),
    ({"from_hour": "8", "to_hour": "18"}, 8, 4),
    ({"from_hour": "18"}, 5, 5),
    ({"to_hour": "12"}, 3, 3),
    ({"to_hour": "12", "from": "2025-09-05"}, 0, 0),
    ({"from_hour": "12", "to_hour": "13", "sex": "male", "unit": COMMUNE}, 4, 4),
]


def test_each_filter_counts_what_it_names_in_open_hours_and_in_the_store(any_runtime: Runtime, clock: Clock) -> None:
    device = {"device": fill(any_runtime)}
    for _ in ("open hours", "parts of closed hours"):
        found = [(args, count(any_runtime, **args), count(any_runtime, **args, **device)) for args, _, _ in COUNTED]
        assert found == COUNTED
        clock.move(hours=2)


def test_a_subgroup_has_the_error_of_the_whole_sample_through_the_api(runtime: Runtime, client: FlaskClient, figures_key: str) -> None:
    fill(runtime)
    mixed = [response(ratings={"1.1": 5, "1.2": 1 + n % 5}, respondent={"sex": "female"}) for n in range(4)]
    submit_responses(runtime, [read_submission(sheet) for sheet in mixed], Sender())

    def ask(query: str) -> dict[str, object]:
        answer = client.get(f"/api/v1/index?{query}", headers={"Authorization": f"Bearer {figures_key}"})
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        return dict(answer.json["cells"][0])

    women = ask("sex=female")
    overall = women["overall"]
    assert isinstance(overall, dict)
    # By hand: three sheets of 21 satisfied of 21, four of two answers with 1, 1, 1, 2 satisfied; twenty people sampled.
    x, m = [21, 21, 21, 1, 1, 1, 2], [21, 21, 21, 2, 2, 2, 2]
    share = sum(x) / sum(m)
    squares = sum((a - share * b) ** 2 for a, b in zip(x, m, strict=True))
    assert (women["respondents"], overall["share"]) == (7, pytest.approx(share))
    assert overall["se"] == pytest.approx((20 / 19 * squares) ** 0.5 / sum(m), rel=1e-12)
    assert women["weighted"] is None


def test_by_unit_only_units_of_the_subgroup_are_listed(runtime: Runtime, client: FlaskClient, figures_key: str) -> None:
    fill(runtime)
    answer = client.get("/api/v1/index?sex=female&by=unit", headers={"Authorization": f"Bearer {figures_key}"})
    assert answer.json is not None
    assert [(cell["unit"], cell["respondents"]) for cell in answer.json["cells"]] == [(None, 3), (COMMUNE, 3)]


@pytest.mark.parametrize(
    "query", ["sex=F", "helped=1", "kind=person", "mode=fax", "took=5", "from_hour=24", "to_hour=0", "from_hour=9&to_hour=9"]
)
def test_what_cannot_be_read_names_the_parameter(runtime: Runtime, client: FlaskClient, figures_key: str, query: str) -> None:
    answer = client.get(f"/api/v1/index?{query}", headers={"Authorization": f"Bearer {figures_key}"})
    assert answer.status_code == 400
    assert answer.json is not None
    assert query.partition("=")[0] in answer.json["error"]


@pytest.mark.parametrize("query", ["sex=female", "procedure=2.000815", "from_hour=7", "helped=yes", "mode=in_person"])
def test_without_dossiers_of_just_these_nothing_is_weighted(runtime: Runtime, client: FlaskClient, figures_key: str, query: str) -> None:
    fill(runtime)
    with runtime.database.write() as session:
        for unit in (COMMUNE, NEIGHBOUR):
            dossiers = DossierCount(id=unit, unit_key=unit, field_code="ho-tich", mode="in_person", block="2025-09-1", finished=99, late=0)
            session.add(dossiers)

    def weighted(query: str) -> object:
        answer = client.get(f"/api/v1/index?{query}", headers={"Authorization": f"Bearer {figures_key}"})
        assert answer.json is not None
        return answer.json["cells"][0]["weighted"]

    assert weighted("") is not None
    assert weighted(query) is None


def test_bar_names_every_choice_and_the_line_below_says_how_many_forms_speak(runtime: Runtime, enter: SignIn) -> None:
    device_id = fill(runtime)
    page = get(enter(), f"/analytics?sex=female&from_hour=7&to_hour=12&device={device_id}")
    (line,) = page.find("div", "context")
    assert "giới tính Nữ" in line.text
    assert "từ 7 giờ" in line.text
    assert "đến 12 giờ" in line.text
    assert "Máy quầy 1" in line.text
    assert "Bỏ lọc" in line.text
    (summary,) = page.find("summary", "pill")
    assert summary.text == "Thêm điều kiện (4)"
    assert [legend.text for legend in page.find("legend")] == ["Thời gian", "Người trả lời", "Nơi và cách tiếp nhận", "Cách tính"]
    wide = get(enter(role="administrator"), "/analytics?sex=female")
    assert "7 trong 16 phiếu trả lời câu hỏi “Giới tính”" in wide.text
    assert "Nhóm này là một phần của 16 phiếu hợp lệ" in wide.text


def test_address_of_a_view_keeps_the_questions_and_drops_what_nobody_asks(runtime: Runtime, enter: SignIn) -> None:
    fill(runtime)
    client = enter()
    assert client.get("/analytics?sex=female").status_code == 200
    answer = client.get("/analytics?sex=female&shoe=42")
    assert answer.headers["Location"] == "/analytics?sex=female"
    page = get(client, "/analytics?sex=female")
    assert any("/analytics/criteria?sex=female" in link.attributes.get("href", "") for link in page.find("a")), "tabs carry it along"


def test_table_of_groups_has_share_interval_and_number_and_marks_few(runtime: Runtime, enter: SignIn) -> None:
    fill(runtime)
    client = enter()
    page = get(client, "/analytics/criteria")
    tables = {table.find("caption")[0].text: table for table in page.find("table", "group-table")}
    assert list(tables) == [
        "Giới tính 7 trong 16 phiếu hợp lệ có trả lời",
        "Tuổi 3 trong 16 phiếu hợp lệ có trả lời",
        "Người trả lời là 12 trong 16 phiếu hợp lệ có trả lời",
    ]
    rows = [[cell.text for cell in (*row.find("th"), *row.find("td"))] for row in next(iter(tables.values())).find("tr")[1:]]
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("Nam", "0,00", "4 ít phiếu"),
        ("Nữ", "100,00", "3 ít phiếu"),
        ("Không trả lời", "100,00", "9 ít phiếu"),
    ]
    assert "Giới tính 7 trong" not in get(client, "/analytics/criteria?sex=female").text, "what is fixed is no group any more"


def test_file_of_groups_holds_what_the_page_shows(runtime: Runtime, enter: SignIn) -> None:
    fill(runtime)
    client = enter()
    answer = client.get("/analytics/groups.csv?form=machine&unit=" + COMMUNE)
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    women = next(row for row in rows if (row["characteristic"], row["answer"]) == ("sex", "female"))
    assert (women["respondents"], women["share"], women["few"]) == ("3", "1.0", "1")
    direct = client.get("/analytics/criteria.csv?form=machine&sex=female&unit=" + COMMUNE)
    index = next(csv.DictReader(io.StringIO(direct.text, newline="")))
    assert (index["se"], index["low"], index["high"]) == (women["se"], women["low"], women["high"]), "the filter gives the table's interval"
    human = client.get("/analytics/groups.csv").data.decode("utf-8-sig")
    assert human.splitlines()[0].startswith("Mã đặc điểm;Đặc điểm;Mã nhóm;Nhóm;")


def test_group_of_a_person_in_one_place_counts_that_place_only(runtime: Runtime, enter: SignIn) -> None:
    fill(runtime)
    page = get(enter(unit_key=NEIGHBOUR), "/analytics/criteria")
    assert not page.find("table", "group-table"), "nobody there said who they are"
    offered = {option.attributes["value"] for option in page.find("option")}
    assert "9" in offered
    assert "1" not in {o.attributes["value"] for s in page.find("select") if s.attributes["name"] == "counter" for o in s.find("option")}


def test_reasons_follow_the_filters_on_both_databases(any_runtime: Runtime) -> None:
    from app.queries.reasons import count_reasons

    cold = {"ratings": {"3.1": 1}, "reasons": {"3.1": {"chips": ["cold"]}}}
    sheets = [
        response(answered_at=MORNING, respondent={"sex": "female"}, helped=True, **cold),
        response(answered_at=NOON, respondent={"sex": "male"}, **cold),
        response(answered_at=NOON, kind="organisation", **cold),
    ]
    submit_responses(any_runtime, [read_submission(sheet) for sheet in sheets], Sender())

    def n(**selection: object) -> int:
        with any_runtime.database.read() as session:
            chosen = Selection(**selection)  # type: ignore[arg-type]
            return count_reasons(session, chosen, ["kiosk-default@1.0"], [COMMUNE])["3.1", "cold"]

    assert (n(), n(respondent=(("sex", "male"),)), n(kind="organisation"), n(helped="yes"), n(from_hour=7, to_hour=8)) == (3, 1, 1, 1, 1)


def test_characteristics_are_counted_together_until_their_cells_are_too_many() -> None:
    assert list(batch_characteristics({"sex": 3, "age": 6, "kind": 4})) == [("sex", "age", "kind")]
    many = {f"q{n}": 10 for n in range(5)}
    assert list(batch_characteristics(many)) == [("q0", "q1", "q2"), ("q3", "q4")]
    assert list(batch_characteristics({})) == []


def test_units_without_anybody_of_the_subgroup_have_no_row_and_no_figure(runtime: Runtime, enter: SignIn) -> None:
    fill(runtime)
    client = enter()
    (heat,) = get(client, "/analytics?sex=female").find("table", "heat")
    assert "Xã A" in heat.text
    assert "Xã B" not in heat.text
    (row,) = [row for row in get(client, "/analytics/units?sex=female").find("tr") if "Xã B" in row.text]
    assert "0 phiếu" not in row.text


def test_file_says_which_filters_it_was_made_with(runtime: Runtime, enter: SignIn) -> None:
    fill(runtime)
    client = enter()
    rows = list(csv.DictReader(io.StringIO(client.get("/analytics/cells.csv?form=machine&sex=female&to_hour=12").text, newline="")))
    assert {row["filters"] for row in rows} == {"to_hour=12&sex=female"}
    rows = list(csv.DictReader(io.StringIO(client.get("/analytics/cells.csv?form=machine").text, newline="")))
    assert {row["filters"] for row in rows} == {""}
