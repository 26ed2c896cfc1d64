"""Two periods and two channels: the differences are those of the core, on common criteria, and never claimed from few forms."""

import csv
import io

import pytest
from flask.testing import FlaskClient

from analytics.change import compare_tallies, newcombe_interval
from analytics.index import compute_index
from app.runtime import Runtime
from app.selection import Selection
from app.services.figures import Figures
from tests.app.dashboard.conftest import SignIn, satisfied, send
from tests.app.dashboard.page import Element, get
from tests.factories import NEIGHBOUR, RESULT_CODES, response

THIS, LAST, YEAR_AGO = "2025-08-05T03:00:00Z", "2025-07-05T03:00:00Z", "2024-08-05T03:00:00Z"


@pytest.fixture
def three_periods(runtime: Runtime) -> Runtime:
    """Reporting months of August 2025 (50 of 60), July 2025 (30 of 60), August 2024 (48 of 60)."""
    for n, at in ((50, THIS), (30, LAST), (48, YEAR_AGO)):
        send(runtime, *satisfied(n, 60, answered_at=at))
    return runtime


def comparisons(page: Element) -> list[Element]:
    return page.find("div", "comparison")


def download(client: FlaskClient, name: str, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/analytics/trend/{name}.csv?{query}")
    assert answer.status_code == 200
    delimiter = "," if "machine" in query else ";"
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_chosen_period_is_held_against_last_year_and_the_one_before(three_periods: Runtime, enter: SignIn) -> None:
    page = get(enter(), "/analytics/trend?period=2025-08")
    year, previous = comparisons(page)
    assert "Tháng 8/2025 so với Tháng 8/2024" in year.text
    assert "Tháng 8/2025 so với Tháng 7/2025" in previous.text
    assert "+3,33" in year.text
    assert "chưa đủ căn cứ" in year.text
    assert "Tăng rõ rệt: +33,33 điểm phần trăm" in previous.text


def test_without_a_chosen_period_the_last_month_that_ended_is_compared(three_periods: Runtime, enter: SignIn) -> None:
    assert "Tháng 8/2025 so với Tháng 7/2025" in comparisons(get(enter(), "/analytics/trend"))[1].text


def test_a_named_period_takes_the_place_of_the_usual_two(three_periods: Runtime, enter: SignIn) -> None:
    (only,) = comparisons(get(enter(), "/analytics/trend?period=2025-08&than=2024-08"))
    assert "Tháng 8/2025 so với Tháng 8/2024" in only.text


def test_differences_are_those_of_the_core(three_periods: Runtime, enter: SignIn) -> None:
    rows = download(enter(), "comparison", "period=2025-08&than=2025-07&form=machine")
    figures = Figures(three_periods)
    sides = [figures.gather(figures.read_selection({"period": period})).tally.by() for period in ("2025-07", "2025-08")]
    report = compare_tallies(*sides)
    head = rows[0]
    assert (head["kind"], head["verdict"]) == ("index", "up")
    for name in ("difference", "low", "high", "p", "p_adjusted"):
        assert float(head[name]) == getattr(report.overall, name)
    assert len([row for row in rows if row["kind"] == "criterion"]) == 21
    # And the interval is Newcombe's from the two that the overview prints.
    ends = [compute_index(side).cells[0].overall for side in sides]
    one, two = ((e.share, e.low, e.high) for e in ends)
    assert newcombe_interval(one, two) == pytest.approx((report.overall.low, report.overall.high))  # type: ignore[arg-type]


def test_a_criterion_answered_in_one_period_alone_is_left_out_and_named(runtime: Runtime, enter: SignIn) -> None:
    without = [code for code in RESULT_CODES if code != "4.1"]
    send(runtime, *[response(ratings=dict.fromkeys(without, 5 if n else 2), answered_at=LAST) for n in range(40)])
    send(runtime, *[response(ratings=dict.fromkeys(RESULT_CODES, 5) | {"4.1": 1}, answered_at=THIS) for _ in range(40)])
    client = enter()
    page = get(client, "/analytics/trend?period=2025-08&than=2025-07")
    assert "Không tính tiêu chí 4.1" in page.text
    rows = download(client, "comparison", "period=2025-08&than=2025-07&form=machine")
    assert "4.1" not in {row["code"] for row in rows}
    assert float(rows[0]["later_share"]) == 1.0, "the new question does not pass for a fall"


def test_few_forms_are_compared_without_a_verdict(runtime: Runtime, enter: SignIn) -> None:
    send(runtime, *satisfied(5, 5, answered_at=THIS), *satisfied(0, 40, answered_at=LAST))
    told = comparisons(get(enter(), "/analytics/trend?period=2025-08&than=2025-07"))[0].text
    assert "ít phiếu, chưa kết luận" in told
    assert "rõ rệt" not in told


def test_a_period_without_forms_says_so(three_periods: Runtime, enter: SignIn) -> None:
    told = comparisons(get(enter(), "/analytics/trend?period=2025-08&than=2025-02"))[0].text
    assert "chưa có phiếu hợp lệ trong Tháng 2/2025" in told


def test_days_are_held_against_as_many_days_before(three_periods: Runtime, enter: SignIn) -> None:
    year, previous = comparisons(get(enter(), "/analytics/trend?from=2025-08-01&to=2025-08-31"))
    assert "01/08/2024 – 31/08/2024" in year.text
    assert "01/07/2025 – 31/07/2025" in previous.text


def test_channels_stand_side_by_side_and_the_desk_against_the_telephone(runtime: Runtime, enter: SignIn) -> None:
    send(
        runtime,
        *satisfied(58, 60, answered_at=THIS),
        *satisfied(30, 40, answered_at=THIS, channel="invitation"),
        *satisfied(10, 20, answered_at=THIS, channel="poster", unit=NEIGHBOUR),
        *satisfied(9, 10, answered_at=THIS, channel="paper"),
    )
    client = enter()
    page = get(client, "/analytics/trend")
    rows = [[row.find("th")[0].text, *(cell.text for cell in row.find("td"))] for row in page.find("table", "channels")[0].find("tr")[1:]]
    assert [row[:3] for row in rows] == [
        ["Máy tính bảng tại quầy", "60", "96,67"],
        ["Điện thoại của người dân", "60", "66,67"],
        ["Phiếu mời có mã", "40", "75,00"],
        ["QR chung tại bộ phận", "20", "50,00"],
        ["Phiếu giấy", "10", "90,00"],
    ]
    assert "cao hơn điện thoại rõ rệt: +30,00 điểm phần trăm" in page.text
    assert "Bỏ lọc kênh để so sánh" in get(client, "/analytics/trend?channel=kiosk").text
    gap = download(client, "comparison", "form=machine")[-1]
    assert (gap["kind"], gap["earlier_respondents"], gap["later_respondents"]) == ("channel_gap", "60", "60")


def test_channel_figures_are_the_overviews_of_that_channel(three_periods: Runtime, enter: SignIn) -> None:
    send(three_periods, *satisfied(3, 9, answered_at=THIS, channel="paper"))
    client = enter()
    figures = Figures(three_periods)
    for row in download(client, "channels", "form=machine"):
        tally = figures.gather(Selection(channel=row["channel"])).tally.by()
        assert float(row["share"]) == compute_index(tally).cells[0].overall.share


def test_files_hold_what_the_page_shows(three_periods: Runtime, enter: SignIn) -> None:
    client = enter()
    human, machine = download(client, "lines"), download(client, "lines", "form=machine")
    assert len(human) == len(machine)
    whole = [row for row in machine if row["kind"] == "index" and row["respondents"] != "0"]
    assert [(row["span"], float(row["share"])) for row in whole] == [("2024-08", 0.8), ("2025-07", 0.5), ("2025-08", 50 / 60)]
    assert {row["Loại"] for row in human} == {"Chỉ số chung", "Yếu tố", "Lĩnh vực"}
    assert next(row for row in human if row["Kỳ"] == "2025-08")["Tỷ lệ hài lòng (%)"] == "83,33"
    assert client.get("/analytics/trend/other.csv").status_code == 404


def test_a_file_of_what_cannot_be_read_is_refused_like_the_page(three_periods: Runtime, enter: SignIn) -> None:
    client = enter()
    for address in ("lines.csv?step=week", "comparison.csv?than=2025-13", "channels.csv?period=soon"):
        assert client.get(f"/analytics/trend/{address}").status_code == 400, address


def test_an_officer_at_the_desk_sees_no_file(three_periods: Runtime, enter: SignIn) -> None:
    assert enter("officer", NEIGHBOUR).get("/analytics/trend/lines.csv").status_code == 403
