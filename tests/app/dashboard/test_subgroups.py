"""A sub-group of the respondents on every page: the figures of the API, no line without a person, no filter lost on the way."""

import json
import random
import re

import pytest
from flask.testing import FlaskClient

from app.models import Counter, Exclusion
from app.runtime import Runtime
from app.services.intake import Sender, submit_responses
from app.services.keys import add_api_key, add_device
from survey_forms import read_submission
from tests.app.dashboard.conftest import SignIn, send
from tests.app.dashboard.page import get
from tests.app.dashboard.test_export import download
from tests.clock import Clock
from tests.factories import COMMUNE, NEIGHBOUR, PROVINCE, RESULT_CODES, response

PAGES = ("", "/criteria", "/units", "/ranks", "/trend", "/trend?step=half&split=unit", "/trend?step=quarter&control=1", "/drivers")
FILES = ("cells", "criteria", "ranks", "groups", "trend/lines", "trend/comparison", "trend/channels", "drivers")
HIDING = ("cells", "criteria", "ranks")
FILTERS = (
    "sex=male&age=over-60",
    "kind=organisation&from_hour=8&to_hour=10",
    "took=<30&mode=postal",
    "counter=1&helped=yes",
    "device=DEVICE&method=factor_mean",
    "procedure=nobody",
    "from=2025-06-03&to=2025-08-20&sex=female&flags=with",
    "method=criteria_mean&sex=female",
)
NUMBERS = ("respondents", "answers", "satisfied", "share", "se", "low", "high")


@pytest.fixture
def office(runtime: Runtime, clock: Clock) -> Runtime:
    """Sheets of five months at two communes, closed and open; the neighbour's land matters and its poster have men alone."""
    dice = random.Random(11)  # noqa: S311  # sheets, not secrets
    device, _ = add_device(runtime, unit_key=COMMUNE, label="Máy quầy 1", counter_code="1")
    with runtime.database.write() as session:
        session.add(Counter(unit_key=NEIGHBOUR, code="9", name="Quầy lưu động"))
        session.add(Exclusion(id="hand-1", unit_key=NEIGHBOUR, counter_code="9", reason="tập huấn", state="confirmed"))

    def sheet(month: int, sex: str, **changes: object) -> dict[str, object]:
        ratings = {code: dice.choice([2, 3, 4, 4, 5, "no_opinion"]) for code in RESULT_CODES if dice.random() < 0.9}
        who = {"sex": sex, **({"age": dice.choice(["18-24", "over-60"])} if dice.random() < 0.5 else {})}
        at = f"2025-{month:02d}-{dice.choice(['02', '09', '18', '27'])}T0{dice.randrange(1, 9)}:00:00Z"
        traits = {
            "kind": dice.choice(["individual", "organisation"]),
            "helped": dice.random() < 0.3,
            "took": dice.choice(["<30", "60-119"]),
        }
        return response(ratings=ratings, respondent=who, overall=dice.randint(2, 5), answered_at=at, **traits, **changes)

    for month in (4, 5, 6, 7, 8):
        # Of women there are none in April and none at the neighbour's land desk.
        sexes = ["male"] if month == 4 else ["male", "female", "female"]
        own = [sheet(month, dice.choice(sexes), counter="1") for _ in range(18)]
        receipt = submit_responses(runtime, [read_submission(one) for one in own], Sender(device, COMMUNE))
        assert len(receipt.acknowledged) == len(own)
        send(runtime, *[sheet(month, dice.choice(sexes), unit=NEIGHBOUR, channel="invitation", counter="9") for _ in range(6)])
        send(runtime, *[sheet(month, dice.choice(sexes), unit=NEIGHBOUR, channel="invitation") for _ in range(9)])
        send(runtime, *[sheet(month, "male", unit=NEIGHBOUR, field="dat-dai", channel="poster", mode="postal") for _ in range(4)])
        if month == 7:
            clock.move(hours=2)
    return runtime


def device_of(client: FlaskClient) -> str:
    """The tablet's id, as the list of the filters has it."""
    found = re.search(r'<select name="device">(.*?)</select>', client.get("/analytics").text, re.S)
    assert found is not None
    return str(next(value for value in re.findall(r'value="([^"]*)"', found[1]) if value))


def join(address: str, query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{query}"


@pytest.mark.parametrize("query", FILTERS)
def test_every_page_and_file_stands_under_every_filter(office: Runtime, enter: SignIn, query: str) -> None:
    client = enter()
    query = query.replace("DEVICE", device_of(client))
    chosen = dict(pair.split("=") for pair in query.split("&"))
    for page in PAGES:
        shown = get(client, join(f"/analytics{page}", query))
        (context,) = shown.find("div", "context")
        assert "Bỏ lọc" in context.text, page
        data = [json.loads(str(e.inside[0])) for e in shown.find("script") if e.attributes.get("type") == "application/json"]
        assert "NaN" not in json.dumps(data)
        assert not re.search(r"\b(nan|None|inf)\b", shown.text), page
        links = [e.attributes["href"] for e in shown.find("nav", "subtabs")[0].find("a")]
        links += [e.attributes["href"] for part in shown.find("p", "downloads") for e in part.find("a")]
        assert len(links) >= 6
        lost = [(name, link) for link in links for name in chosen if f"{name}=" not in link]
        assert not lost, page
    for name in FILES:
        for form in ("human", "machine", "public"):
            sent = client.get(join(f"/analytics/{name}.csv?form={form}", query))
            assert sent.status_code == (400 if form == "public" and name not in HIDING else 200), (name, form)
            assert not re.search(r"\b(nan|None|inf)\b", sent.data.decode("utf-8-sig")), (name, form)


@pytest.mark.parametrize("query", ["sex=female", "sex=female&age=over-60", "sex=female&field=dat-dai", "took=<30&sex=female"])
def test_no_line_and_no_row_stands_for_people_outside_the_group(office: Runtime, enter: SignIn, query: str) -> None:
    client = enter()
    for name in ("cells", "ranks", "groups", "trend/lines?step=half", "trend/lines?split=unit", "trend/channels"):
        path, _, more = name.partition("?")
        rows, _, _ = download(client, f"/analytics/{path}.csv?form=machine&{query}&{more}")
        assert all(int(row["respondents"]) > 0 for row in rows), name
    if "field" not in query:
        rows, _, _ = download(client, f"/analytics/trend/channels.csv?form=machine&{query}")
        assert {row["channel"] for row in rows} == {"kiosk", "invitation"}, "of women nobody used the poster"
        rows, _, _ = download(client, f"/analytics/trend/lines.csv?form=machine&{query}")
        assert "dat-dai" not in {row["code"] for row in rows}
        (lines,) = get(client, f"/analytics/trend?{query}").find("table", "trend-table")
        assert "Tháng 4/2025" not in lines.text.replace("\xa0", " "), "of women nobody answered in April"


@pytest.mark.parametrize("query", ["sex=female", "sex=male", "method=factor_mean&sex=female", "sex=female&from=2025-05-20&to=2025-07-10"])
@pytest.mark.parametrize("step", ["month", "half", "quarter"])
def test_point_of_a_subgroup_is_the_overview_of_those_days_interval_included(office: Runtime, enter: SignIn, query: str, step: str) -> None:
    client = enter()
    rows, _, _ = download(client, f"/analytics/trend/lines.csv?form=machine&step={step}&{query}")
    points = [row for row in rows if row["kind"] == "index"]
    assert points
    filters = "&".join(pair for pair in query.split("&") if not pair.startswith(("from", "to")))
    for point in points:
        days = f"from={point['span_first_on']}&to={point['span_last_on']}"
        shown, _, _ = download(client, f"/analytics/criteria.csv?form=machine&{days}&{filters}")
        index = next(row for row in shown if row["kind"] == "index")
        assert [point[name] for name in (*NUMBERS, "verdict")] == [index[name] for name in (*NUMBERS, "verdict")], point["span"]
        factors = {row["code"]: row for row in rows if row["kind"] == "factor" and row["span"] == point["span"]}
        for row in shown:
            if row["kind"] == "factor":
                assert [factors[row["code"]][name] for name in NUMBERS] == [row[name] for name in NUMBERS]


@pytest.mark.parametrize(
    "query",
    [
        "method=criteria_mean&sex=female",
        "method=criteria_mean&sex=male&age=over-60&flags=with",
        "method=factor_mean&kind=organisation&period=2025-07",
        "sex=female&from=2025-05-20&to=2025-07-10&from_hour=8&to_hour=12",
        "took=<30&helped=yes&counter=1",
        "counter=1&method=criteria_mean",
    ],
)
def test_pages_and_api_print_the_same_figures_under_the_same_filters(office: Runtime, enter: SignIn, query: str) -> None:
    client = enter()
    key = add_api_key(office, label="Tổng hợp", may=("read figures",), unit_key=PROVINCE)

    def ask(by: str) -> list[dict[str, object]]:
        answer = client.get(f"/api/v1/index?{query}&by={by}", headers={"Authorization": f"Bearer {key}"})
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        return list(answer.json["cells"])

    def numbers(row: dict[str, str]) -> list[float | None]:
        return [float(row[name]) if row[name] else None for name in NUMBERS]

    def expected(cell: dict[str, object]) -> list[object]:
        overall = cell["overall"]
        assert isinstance(overall, dict)
        return [cell["respondents"], *(overall[name] for name in NUMBERS[1:])]

    (whole,) = ask("")
    rows, _, _ = download(client, f"/analytics/criteria.csv?form=machine&{query}")
    assert numbers(next(row for row in rows if row["kind"] == "index")) == expected(whole)
    assert whole["respondents"]
    cells, _, _ = download(client, f"/analytics/cells.csv?form=machine&{query}")
    for by in ("unit", "unit,field"):
        has_field = by == "unit,field"
        mine = [row for row in cells if row["unit"] and bool(row["field"]) == has_field]
        found = {(row["unit"], row["field"] or None): numbers(row) for row in mine}
        assert found == {(cell["unit"], cell["field"]): expected(cell) for cell in ask(by)[1:]}
    ranks, _, _ = download(client, f"/analytics/ranks.csv?form=machine&{query}")
    assert {row["unit"]: numbers(row) for row in ranks} == {cell["unit"]: expected(cell) for cell in ask("unit")[1:]}
