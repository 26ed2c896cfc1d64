"""What drives the overall answer: the page, its file and `sipas drivers` on the exported responses say the same; three states beside."""

import csv
import io
import json
import random
from pathlib import Path

import plotly.graph_objects as go
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from app.cli import cli
from app.models import Exclusion
from app.runtime import Runtime
from tests.app.dashboard.conftest import SignIn, satisfied, send
from tests.app.dashboard.page import Element, get
from tests.clock import Clock
from tests.conftest import SECRET
from tests.factories import COMMUNE, NEIGHBOUR, PROVINCE, RESULT_CODES, response


def draw(n: int, seed: int, **changes: object) -> list[dict[str, object]]:
    """Sheets whose answers hang together, with blanks and no opinions; the overall answer follows the third factor most."""
    dice = random.Random(seed)  # noqa: S311  # sheets, not secrets
    sheets = []
    for _ in range(n):
        mood = dice.gauss(0, 1)
        ratings: dict[str, object] = {code: min(5, max(1, round(3.8 + mood + dice.gauss(0, 0.9)))) for code in RESULT_CODES}
        desk = sum(int(str(ratings[code])) for code in RESULT_CODES if code.startswith("3.")) / 7
        overall = min(5, max(1, round(desk + dice.gauss(0, 0.5))))
        for code in RESULT_CODES:
            if dice.random() < 0.06:
                ratings[code] = "no_opinion"
            elif dice.random() < 0.05:
                del ratings[code]
        sheets.append(response(ratings=ratings, overall=overall, answered_at="2025-09-05T03:00:00Z", **changes))
    return sheets


def download(client: FlaskClient, address: str) -> dict[tuple[str, str], dict[str, str]]:
    """The rows of the file for programs by kind and code; thresholds by their words."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    rows = csv.DictReader(io.StringIO(answer.data.decode(), newline=""))
    return {(row["kind"], row["code"] or row["text"]): row for row in rows}


def cell(row: dict[str, str], name: str) -> float | None:
    return float(row[name]) if row[name] else None


@pytest.fixture
def drivers_of_the_export(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> object:
    """`sipas export`, then `sipas drivers` on the file."""

    def run(runtime: Runtime) -> dict[str, object]:
        monkeypatch.setenv("SIPAS_DATA_DIR", str(runtime.settings.data_dir))
        monkeypatch.setenv("SIPAS_DATABASE_URL", runtime.settings.database_url or "")
        monkeypatch.setenv("SIPAS_SECRET_KEY", SECRET)
        file = str(tmp_path / "responses.csv")
        assert CliRunner().invoke(cli, ["export", file]).exit_code == 0
        printed = CliRunner().invoke(cli, ["drivers", file, "--instrument", "kiosk-default", "--json"])
        assert printed.exit_code == 0, printed.output
        found: dict[str, object] = json.loads(printed.stdout)
        return found

    return run


def test_page_and_command_line_find_the_same_drivers(runtime: Runtime, enter: SignIn, clock: Clock, drivers_of_the_export) -> None:  # type: ignore[no-untyped-def]
    send(runtime, *draw(150, seed=1))
    clock.move(hours=2)
    send(runtime, *draw(60, seed=2, unit=NEIGHBOUR))
    assert ("factor", "1") in download(enter(), "/analytics/drivers.csv?form=machine"), "counted once, so that what follows is added"
    clock.move(hours=30)
    send(runtime, *draw(40, seed=3))  # these stand in no part yet
    expected = drivers_of_the_export(runtime)
    found = download(enter("administrator"), "/analytics/drivers.csv?form=machine")  # a day later nobody is signed in any more
    model = found["model", "R²"]
    assert (model["sheets"], model["complete"]) == (str(expected["n_sheets"]), str(expected["n"]))
    assert cell(model, "importance") == pytest.approx(expected["r2"], abs=1e-9)
    for code in "12345":
        row, slope = found["factor", code], expected["ordered_logit"]["coefficients"][code]
        assert cell(row, "importance") == pytest.approx(expected["shapley"][code], abs=1e-9)
        assert cell(row, "contribution") == pytest.approx(expected["shapley_r2"][code], abs=1e-9)
        assert cell(row, "share") == pytest.approx(expected["performance"][code], abs=1e-9)
        assert cell(row, "coefficient") == pytest.approx(slope["estimate"], abs=1e-9)
        assert cell(row, "coefficient_se") == pytest.approx(slope["se"], abs=1e-9)
        assert cell(row, "alpha_pairwise") == pytest.approx(expected["alpha"][code]["pairwise"], abs=1e-9)
        assert cell(row, "alpha_listwise") == pytest.approx(expected["alpha"][code]["listwise"], abs=1e-9)
        assert row["alpha_sheets"] == str(expected["alpha"][code]["n_listwise"])
        low, high = cell(row, "importance_low"), cell(row, "importance_high")
        assert low is not None
        assert high is not None
        assert low < expected["shapley"][code] < high
    thresholds = [cell(row, "coefficient") for (kind, _), row in found.items() if kind == "threshold"]
    assert thresholds == pytest.approx(expected["ordered_logit"]["thresholds"], abs=1e-9)


def test_confirmed_exclusions_are_in_no_driver_and_no_reason(runtime: Runtime, enter: SignIn, clock: Clock) -> None:
    cold = {"3.1": {"chips": ["cold"]}}
    send(runtime, *draw(80, seed=4), response(ratings={"3.1": 1}, reasons=cold))
    clean = download(enter(), "/analytics/drivers.csv?form=machine")
    gamed = [*satisfied(50, 50, unit=NEIGHBOUR), response(ratings={"3.1": 1}, reasons=cold, unit=NEIGHBOUR)]
    send(runtime, *[{**sheet, "overall": 1} for sheet in gamed])
    with runtime.database.write() as session:
        session.add(Exclusion(id="1", unit_key=NEIGHBOUR, reason="thử máy", state="confirmed"))
    for role, hours in (("administrator", 0), ("unit_head", 3)):  # first in the open hour, then in a part
        clock.move(hours=hours)
        client = enter(role, PROVINCE)
        assert download(client, "/analytics/drivers.csv?form=machine") == clean
        assert clean["criterion", "3.1"]["reasons"] == "Thái độ lạnh nhạt (1)"
    counted = download(client, "/analytics/drivers.csv?form=machine&flags=with")
    assert counted["model", "R²"]["sheets"] == "132"
    assert counted["criterion", "3.1"]["reasons"] == "Thái độ lạnh nhạt (2)"
    (table,) = get(client, "/analytics/criteria").find("table", "reason-table")
    assert [each.text for each in table.find("td")][1:] == ["1", clean_low(client)]


def clean_low(client: FlaskClient) -> str:
    """Answers below the middle to criterion 3.1, as the page of criteria counts its levels."""
    for row in get(client, "/analytics/criteria").find("tr"):
        if any(each.text == "3.1" for each in row.find("span", "code")):
            lowest, low = next(each for each in row.find("td", "bar")).text.split(" · ")[:2]
            return str(int(lowest) + int(low))
    raise AssertionError("no row of criterion 3.1")


def rows_of(page: Element, of_class: str) -> list[list[str]]:
    (table,) = page.find("table", of_class)
    return [[each.text for each in row.find("th") + row.find("td")] for row in table.find("tbody")[0].find("tr")]


def test_factors_stand_by_importance_and_criteria_by_share_lowest_first(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, *draw(200, seed=5))
    client = enter()
    page = get(client, "/analytics/drivers")
    shares = [float(row[2].split()[0].replace(",", ".")) for row in rows_of(page, "driver-bars")]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100, abs=0.03)
    assert rows_of(page, "driver-bars")[0][0].startswith("3.")
    for table in page.find("table", "mend-table"):
        own = [float(row.find("strong")[0].text.replace(",", ".")) for row in table.find("tbody")[0].find("tr")]
        assert own == sorted(own)
    assert "chưa phải là nguyên nhân" in page.text
    assert "200 phiếu" in page.text
    for figure in [json.loads(str(e.inside[0])) for e in page.find("script") if e.attributes.get("type") == "application/json"]:
        go.Figure(figure)


def test_method_of_the_index_does_not_move_the_quadrants(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, *draw(120, seed=6))
    client = enter()
    pooled, mean = (download(client, f"/analytics/drivers.csv?form=machine{more}") for more in ("", "&method=criteria_mean"))
    for code in "12345":
        names = ("advice", "share", "low", "high")
        assert [pooled["factor", code][name] for name in names] == [mean["factor", code][name] for name in names]


def test_advice_within_the_error_says_so(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, *draw(60, seed=11))
    client = enter()
    found = download(client, "/analytics/drivers.csv?form=machine")
    factors = [found["factor", code] for code in "12345"]
    cuts = {name: sum(float(row[name]) for row in factors) / 5 for name in ("importance", "share")}
    for row in factors:
        ends = (("importance", "importance_low", "importance_high"), ("share", "low", "high"))
        crosses = [float(row[low]) < cuts[name] < float(row[high]) for name, low, high in ends]
        assert row["within_error"] == str(int(any(crosses)))
    told = [tag.text for tag in get(client, "/analytics/drivers").find("span", "tag")]
    assert sum("trong sai số" in words for words in told) == sum(row["within_error"] == "1" for row in factors) > 0


def test_few_sheets_are_shown_and_not_advised_from(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, *draw(20, seed=7))
    page = get(enter(), "/analytics/drivers")
    assert "Ít phiếu, chưa nên dùng để chọn việc" in page.text
    assert not page.find("p", "answer-sentence")
    assert len(page.find("table", "driver-bars")) == 1


@pytest.mark.parametrize(
    ("sheets", "words"),
    [
        ([response(ratings={"1.1": 5}, overall=5)], "không đủ phiếu trả lời cả câu hỏi chung và các yếu tố"),
        ([response(overall=4) for _ in range(40)], "mọi phiếu trả lời câu hỏi chung như nhau"),
        ([response(overall=level) for level in (2, 5) * 20], "câu trả lời chung không thay đổi theo yếu tố nào"),
    ],
)
def test_why_nothing_can_be_told_is_said_and_the_criteria_stay(
    runtime: Runtime, enter: SignIn, sheets: list[dict[str, object]], words: str
) -> None:
    send(runtime, *sheets)
    client = enter()
    page = get(client, "/analytics/drivers")
    assert "Chưa đủ căn cứ để tính mức tác động" in page.text
    assert words in page.text
    assert not page.find("table", "driver-bars")
    assert page.find("table", "mend-table")
    assert download(client, "/analytics/drivers.csv?form=machine")["factor", "1"]["importance"] == ""


def test_a_questionnaire_without_the_overall_question_says_that_it_asks_none(runtime: Runtime, enter: SignIn) -> None:
    (version,) = (name for name in runtime.instruments if name.startswith("an-my-2023@"))
    send(runtime, *[response(instrument=version) for _ in range(40)])
    page = get(enter(), "/analytics/drivers?instrument=an-my-2023")
    assert "Phiếu khảo sát này không có câu hỏi chung" in page.text
    assert "Chưa đủ căn cứ" not in page.text
    assert page.find("table", "mend-table")


def test_page_without_responses_is_the_empty_one(runtime: Runtime, enter: SignIn) -> None:
    page = get(enter(), "/analytics/drivers")
    assert "Chưa có phiếu trả lời nào" in page.text
    assert "Chưa đủ căn cứ" not in page.text


def test_a_unit_head_sees_the_drivers_of_the_own_unit_only(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, *draw(40, seed=8), *draw(25, seed=9, unit=NEIGHBOUR))
    own = enter("unit_head", COMMUNE)
    assert download(own, "/analytics/drivers.csv?form=machine")["model", "R²"]["sheets"] == "40"
    assert own.get(f"/analytics/drivers?unit={NEIGHBOUR}").status_code == 403


def test_human_file_is_in_percent_with_commas(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, *draw(60, seed=10))
    answer = enter().get("/analytics/drivers.csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    shares = [float(row["Tỷ trọng tác động (%)"].replace(",", ".")) for row in rows if row["Loại"] == "Yếu tố"]
    assert sum(shares) == pytest.approx(100, abs=0.03)
