"""The file to publish: nobody who reads it can work out a figure of fewer than five people."""

import csv
import io
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from app.dashboard.publishable import HiddenParts, hide_answers
from app.runtime import Runtime
from tests.app.dashboard.conftest import SignIn, satisfied, send
from tests.factories import BRANCH, NEIGHBOUR, PROVINCE, RESULT_CODES, response

HIDDEN = "…"


def read_public(client: FlaskClient, address: str) -> tuple[list[dict[str, str]], str]:
    """The rows of the file to publish, and the note that ends it."""
    answer = client.get(f"{address}{'&' if '?' in address else '?'}form=public")
    assert answer.status_code == 200, answer.text
    assert "cong-bo" in answer.headers["Content-Disposition"]
    *lines, note = answer.data.decode("utf-8-sig").splitlines()
    return list(csv.DictReader(io.StringIO("\n".join(lines)), delimiter=";")), note


@pytest.fixture
def office(runtime: Runtime) -> Runtime:
    """Three units with some forms each, and one cell of three: the neighbour's on land."""
    send(
        runtime,
        *satisfied(38, 40),
        *satisfied(30, 33, field="dat-dai"),
        *satisfied(31, 35, unit=NEIGHBOUR),
        *satisfied(1, 3, unit=NEIGHBOUR, field="dat-dai"),
        *satisfied(6, 8, unit=BRANCH, field="dat-dai"),
    )
    return runtime


def test_small_cell_is_hidden_with_others_so_that_no_total_gives_it_away(office: Runtime, enter: SignIn) -> None:
    client = enter()
    rows, note = read_public(client, "/analytics/cells.csv")
    assert note.startswith(f"{HIDDEN}: không công bố")
    cells = {(row["Đơn vị"], row["Lĩnh vực"]): row for row in rows}
    assert cells["Xã B", "Đất đai"]["Tỷ lệ hài lòng (%)"] == HIDDEN
    figures = ("Số phiếu hợp lệ", "Số câu trả lời", "Số câu hài lòng", "Cận dưới (%)", "Kết luận")
    for row in rows:
        is_hidden = row["Tỷ lệ hài lòng (%)"] == HIDDEN
        assert all((row[name] == HIDDEN) == is_hidden for name in figures), "a figure is hidden whole, its counts too"
        assert row["Chỉ tiêu (%)"] != HIDDEN, "what was asked of the unit is no answer of anybody"
    by_unit: dict[str, list[str]] = {}
    by_field: dict[str, list[str]] = {}
    for (unit, field), row in cells.items():
        by_unit.setdefault(unit, []).append(row["Số phiếu hợp lệ"])
        by_field.setdefault(field, []).append(row["Số phiếu hợp lệ"])
    lines = [line for line in (*by_unit.values(), *by_field.values()) if len(line) > 2]
    assert len(lines) > 3
    for line in lines:
        assert line.count(HIDDEN) != 1, "one hidden number in a line of numbers is the total minus the others"
    assert HIDDEN not in client.get("/analytics/cells.csv").text, "inside the office every cell is exact"


def test_rows_of_a_file_to_publish_do_not_stand_in_the_order_of_their_shares(office: Runtime, enter: SignIn) -> None:
    rows, _ = read_public(enter(), "/analytics/cells.csv")
    assert list(dict.fromkeys(row["Đơn vị"] for row in rows)) == ["Chi nhánh Văn phòng đăng ký đất đai", "Xã A", "Xã B", "Tất cả đơn vị"]


@pytest.mark.parametrize("query", [f"?unit={NEIGHBOUR}&field=dat-dai", f"?unit={NEIGHBOUR}&field=dat-dai&method=factor_mean"])
def test_view_of_three_people_publishes_no_figure_at_all(office: Runtime, enter: SignIn, query: str) -> None:
    client = enter()
    for address in ("/analytics/cells.csv", "/analytics/criteria.csv", "/analytics/ranks.csv"):
        rows, _ = read_public(client, address + query)
        assert all(row["Tỷ lệ hài lòng (%)"] == HIDDEN for row in rows)
        assert all(row["Số phiếu hợp lệ"] == HIDDEN for row in rows)


def test_one_field_alone_hides_a_second_unit_beside_the_small_one(office: Runtime, enter: SignIn) -> None:
    rows, _ = read_public(enter(), "/analytics/cells.csv?field=dat-dai")
    hidden = {row["Đơn vị"] for row in rows if row["Số phiếu hợp lệ"] == HIDDEN}
    assert hidden == {"Xã B", "Chi nhánh Văn phòng đăng ký đất đai"}


def test_hidden_unit_of_the_ranking_has_no_rank_and_no_place_in_the_order(office: Runtime, enter: SignIn) -> None:
    rows, _ = read_public(enter(), "/analytics/ranks.csv?field=dat-dai")
    assert [(row["Đơn vị"], row["Hạng"], row["Số phiếu hợp lệ"]) for row in rows] == [
        ("Xã A", "1", "33"),
        ("Chi nhánh Văn phòng đăng ký đất đai", HIDDEN, HIDDEN),
        ("Xã B", HIDDEN, HIDDEN),
    ]


def test_criterion_of_few_answers_is_hidden_with_its_levels_and_blanks(runtime: Runtime, enter: SignIn) -> None:
    rare = RESULT_CODES[-1]
    common = [code for code in RESULT_CODES if code != rare]
    send(runtime, *[response(ratings=dict.fromkeys(common, 4)) for _ in range(20)], *satisfied(2, 3))
    rows, _ = read_public(enter(), f"/analytics/criteria.csv?unit={PROVINCE}")
    by_code = {row["Mã"]: row for row in rows}
    assert {by_code[rare][name] for name in ("Tỷ lệ hài lòng (%)", "Rất hài lòng", "Bỏ trống", "Điểm trung bình")} == {HIDDEN}
    factor = rare.partition(".")[0]
    siblings = [row["Số câu trả lời"] for code, row in by_code.items() if code.startswith(f"{factor}.")]
    assert siblings.count(HIDDEN) > 1
    assert by_code["1.1"]["Số câu trả lời"] == "23"
    assert all(row["Số phiếu hợp lệ"] in ("23", HIDDEN) for row in rows)


@pytest.fixture
def office_of_women(runtime: Runtime) -> Runtime:
    """By unit and field, women of everybody: 30 of 33, 20 of 45, 12 of 30; the neighbour's land: 7 of 40, the branch's: 40 of 40."""
    for unit, field, women, others in (
        ("xa-a", "ho-tich", 30, 3),
        ("xa-a", "dat-dai", 20, 25),
        (NEIGHBOUR, "ho-tich", 12, 18),
        (NEIGHBOUR, "dat-dai", 7, 33),
        (BRANCH, "dat-dai", 40, 0),
    ):
        where = {"unit": unit, "field": field}
        send(runtime, *satisfied(women // 2, women, respondent={"sex": "female"}, **where), *satisfied(others, others, **where))
    return runtime


def read_numbers(rows: list[dict[str, str]]) -> dict[tuple[str, str], int | None]:
    """Respondents by unit and field; None where hidden."""
    return {(r["Đơn vị"], r["Lĩnh vực"]): None if r["Số phiếu hợp lệ"] == HIDDEN else int(r["Số phiếu hợp lệ"]) for r in rows}


def test_published_subgroup_needs_ten_and_leaves_no_few_people_beside_the_file_of_everybody(
    office_of_women: Runtime, enter: SignIn
) -> None:
    client = enter()
    rows, note = read_public(client, "/analytics/cells.csv?sex=female")
    assert "dưới 10 phiếu" in note
    assert "dưới 5 phiếu" not in note
    everybody, plain_note = read_public(client, "/analytics/cells.csv")
    assert "dưới 5 phiếu" in plain_note
    women, all_ = read_numbers(rows), read_numbers(everybody)
    assert women["Xã B", "Đất đai"] is None, "seven women are fewer than ten"
    assert women["Xã A", "Hộ tịch"] is None, "thirty women of thirty-three people are three others"
    for place, n in women.items():
        total = all_[place]
        assert n is None or n >= 10
        assert n is None or total is None or total == n or total - n >= 10, place
    # Whoever knows every published number finds no hidden one: each hidden number has a hidden one beside it both ways.
    for side in (0, 1):
        for line in {place[side] for place in women}:
            hidden = [place for place, n in women.items() if place[side] == line and n is None]
            assert len(hidden) != 1, hidden


@pytest.mark.parametrize("query", ["counter=1", "from_hour=8", "channel=kiosk"])
def test_filters_by_place_and_time_are_no_personal_characteristic(office: Runtime, enter: SignIn, query: str) -> None:
    _, note = read_public(enter(), f"/analytics/cells.csv?{query}")
    assert "dưới 5 phiếu" in note


def test_ranking_and_criteria_of_a_subgroup_hide_alike(office_of_women: Runtime, enter: SignIn) -> None:
    client = enter()
    rows, note = read_public(client, "/analytics/ranks.csv?sex=female&field=ho-tich")
    assert "dưới 10 phiếu" in note
    assert {row["Đơn vị"]: row["Số phiếu hợp lệ"] for row in rows} == {"Xã A": HIDDEN, "Xã B": HIDDEN}
    for query, is_hidden in (("unit=xa-a&field=ho-tich", True), ("unit=xa-b&field=dat-dai", True), ("unit=xa-a&field=dat-dai", False)):
        rows, _ = read_public(client, f"/analytics/criteria.csv?sex=female&{query}")
        assert {row["Số phiếu hợp lệ"] == HIDDEN for row in rows if row["Số câu trả lời"] != "0"} == {is_hidden}, query


@pytest.mark.parametrize("name", ["groups", "drivers", "trend/lines", "trend/comparison", "trend/channels"])
def test_file_that_hides_nothing_is_not_made_for_publishing(office: Runtime, enter: SignIn, name: str) -> None:
    assert enter().get(f"/analytics/{name}.csv?form=public").status_code == 400


def most(wanted: Sequence[int], counts: list[int], blocks: list[list[int]], hidden: HiddenParts) -> float:
    """The most that the sum of some criteria can be for one who knows the published counts and that none is negative."""
    n = len(counts)
    bounds = [(0, None) if f"{place}" in hidden.criteria else (count, count) for place, count in enumerate(counts)]
    known = [own for factor, own in enumerate(blocks) if f"f{factor}" not in hidden.factors]
    known += [] if hidden.index else [list(range(n))]
    equations = [[float(place in own) for place in range(n)] for own in known]
    right = [float(sum(counts[place] for place in own)) for own in known]
    target = np.array([-float(place in wanted) for place in range(n)])
    given = {"A_eq": np.array(equations), "b_eq": right} if equations else {}
    found = linprog(target, bounds=bounds, method="highs", **given)
    return float("inf") if found.status == 3 else -float(found.fun)


answers = st.sampled_from([0, 1, 2, 3, 4, 5, 7, 30, 200])


@given(st.lists(st.lists(answers, min_size=1, max_size=4), min_size=1, max_size=4))
def test_no_criterion_and_no_factor_of_few_people_can_be_worked_out(table: list[list[int]]) -> None:
    counts = [count for own in table for count in own]
    starts = np.cumsum([0, *map(len, table)]).tolist()
    blocks = [list(range(start, end)) for start, end in pairwise(starts)]
    criteria = [(f"f{factor}", f"{place}", counts[place]) for factor, own in enumerate(blocks) for place in own]
    hidden = hide_answers(criteria, max(counts))
    for place, count in enumerate(counts):
        if 0 < count < 5:
            assert most([place], counts, blocks, hidden) >= 5, (table, hidden, place)
    for factor, own in enumerate(blocks):
        if 0 < max(counts[place] for place in own) < 5:
            assert f"f{factor}" in hidden.factors
            assert most(own, counts, blocks, hidden) > sum(counts[place] for place in own), (table, hidden, factor)
