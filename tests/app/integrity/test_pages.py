"""The pages of flags: who sees them, what stands on them, what can be sent – without scripts."""

import re

import pytest
from flask.testing import FlaskClient

from app.models import IntegrityFlag
from app.queries.integrity import list_flags, list_steps
from app.runtime import Runtime
from app.services.integrity import decide, explain, state_of
from app.services.people import Person, add_user
from tests.app.dashboard.page import get
from tests.app.integrity.conftest import Enter
from tests.factories import COMMUNE
from tests.integrity import ANALYST, EXPLANATION, HEAD, N_PACK, NEIGHBOUR_HEAD, OWN_ANALYST, PASSWORD, REASON, add_people, fill, find_pack

LIST = "/analytics/integrity"


@pytest.fixture
def office(runtime: Runtime) -> Runtime:
    """The office with its pack and its people."""
    fill(runtime)
    add_people(runtime)
    return runtime


@pytest.fixture
def pack(office: Runtime) -> str:
    """The flag of the pack."""
    return find_pack(office)


def send(client: FlaskClient, path: str, **fields: str) -> tuple[int, str]:
    """Post a form with the token of the page of the flag."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(LIST).text)
    assert found is not None
    answer = client.post(path, data={"csrf_token": found[1], **fields})
    return answer.status_code, answer.text


def test_list_says_what_where_when_and_until_when(enter: Enter, pack: str) -> None:
    page = get(enter(ANALYST), LIST)
    rows = [row.text for row in page.find("tbody")[0].find("tr")]
    assert len(rows) == 3
    assert all("Xã A" in row and "15 giờ đến 16 giờ, 03/09/2025" in row and "hạn giải trình 17/09/2025" in row for row in rows)
    assert any(f"máy quầy 1 nhận {N_PACK + 1} phiếu" in row for row in rows)


def test_list_before_any_run_says_that_nothing_was_found(enter: Enter) -> None:
    assert "Chưa có dấu hiệu nào" in get(enter(ANALYST), LIST).text


def test_list_is_filtered_by_state_and_unit(enter: Enter, pack: str, office: Runtime) -> None:
    explain(office, HEAD, pack, EXPLANATION)
    client = enter(ANALYST)
    assert len(get(client, f"{LIST}?state=explained").find("tbody")[0].find("tr")) == 1
    assert len(get(client, f"{LIST}?state=open&unit={COMMUNE}").find("tbody")[0].find("tr")) == 2
    assert "Không có dấu hiệu nào khớp" in get(client, f"{LIST}?state=dismissed").text
    assert client.get(f"{LIST}?state=gone").status_code == 400


def test_who_may(enter: Enter, pack: str, client: FlaskClient, office: Runtime) -> None:
    assert client.get(LIST).status_code == 302
    assert "Chưa có dấu hiệu nào" in enter(NEIGHBOUR_HEAD).get(LIST).text, "another unit's flags are not even counted"
    assert enter(NEIGHBOUR_HEAD).get(f"{LIST}/{pack}").status_code == 404
    assert enter(ANALYST).get(f"{LIST}/nothing").status_code == 404
    assert send(enter(ANALYST), f"{LIST}/{pack}/explanation", reason=EXPLANATION)[0] == 403
    assert send(enter(HEAD), f"{LIST}/{pack}/decision", decision="dismissed", reason=REASON)[0] == 403
    add_user(office, name="can-bo-quay", password=PASSWORD, role="officer", unit_key=COMMUNE)
    assert enter(Person("can-bo-quay", "officer", "", COMMUNE)).get(LIST).status_code == 403


def test_whole_way_from_flag_to_figure(enter: Enter, pack: str) -> None:
    head, analyst = enter(HEAD), enter(ANALYST)
    assert "Giải trình của đơn vị" in get(head, f"{LIST}/{pack}").text
    assert "còn thời hạn giải trình" in get(analyst, f"{LIST}/{pack}").text
    assert send(head, f"{LIST}/{pack}/explanation", reason=EXPLANATION)[0] == 302
    page = get(analyst, f"{LIST}/{pack}")
    assert EXPLANATION in page.text
    assert f"không tính {N_PACK + 1} phiếu" in page.text
    assert send(analyst, f"{LIST}/{pack}/decision", decision="confirmed", reason=REASON)[0] == 302
    assert "Đã xác nhận" in get(head, f"{LIST}/{pack}").text
    overview = get(analyst, "/analytics").text
    assert f"Không tính {N_PACK + 1} phiếu thuộc dấu hiệu bất thường đã xác nhận. Nếu tính cả" in overview
    assert f"Tính cả {N_PACK + 1} phiếu thuộc dấu hiệu" in get(analyst, "/analytics?flags=with").text


def test_refusal_keeps_what_was_typed(enter: Enter, pack: str) -> None:
    status, page = send(enter(HEAD), f"{LIST}/{pack}/explanation", reason="quá ngắn")
    assert status == 422
    assert ">quá ngắn</textarea>" in page
    status, page = send(enter(ANALYST), f"{LIST}/{pack}/decision", decision="perhaps", reason=REASON)
    assert (status, "Mời chọn một trong hai kết luận" in page) == (422, True)


def test_analyst_of_the_unit_itself_reads_why_somebody_else_decides(enter: Enter, pack: str, office: Runtime) -> None:
    explain(office, HEAD, pack, EXPLANATION)
    page = get(enter(OWN_ANALYST), f"{LIST}/{pack}").text
    assert "việc này do cấp trên làm" in page
    assert "Ghi kết luận" not in page


def send_several(client: FlaskClient, path: str, **fields: object) -> tuple[int, str]:
    """Post the form of the list, several flags under one name."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(LIST).text)
    assert found is not None
    answer = client.post(path, data={"csrf_token": found[1], **fields})
    return answer.status_code, answer.text


def states_of(office: Runtime) -> dict[str, str]:
    """Every flag's state by its kind."""
    with office.database.read() as session:
        steps = list_steps(session, [flag.id for flag in list_flags(session)])
        return {flag.kind: state_of(steps.get(flag.id, [])) for flag in list_flags(session)}


def test_one_explanation_and_one_decision_for_several_flags_of_one_tablet(enter: Enter, pack: str, office: Runtime) -> None:
    head, analyst = enter(HEAD), enter(ANALYST)
    with office.database.read() as session:
        ids = [flag.id for flag in list_flags(session)]
    assert len(ids) == 3
    boxes = [box for box in get(head, LIST).find("input") if box.attributes.get("type") == "checkbox"]
    assert {box.attributes["value"] for box in boxes} == set(ids)
    assert "Ghi kết luận" not in get(analyst, LIST).text, "nothing to decide before the unit spoke"
    assert send_several(head, f"{LIST}/explanations", flag=ids, reason=EXPLANATION)[0] == 302
    assert set(states_of(office).values()) == {"explained"}
    status, _ = send_several(analyst, f"{LIST}/decisions?kind=burst", flag=ids[:2], decision="confirmed", reason=REASON)
    assert status == 302
    assert sorted(states_of(office).values()) == ["confirmed", "confirmed", "explained"]
    assert f"Không tính {N_PACK + 1} phiếu" in get(analyst, "/analytics").text, "two flags on the same responses leave them out once"


def test_several_flags_are_written_all_or_none(enter: Enter, pack: str, office: Runtime) -> None:
    numbers = {"count": 60, "of": 140, "expected": 0.02, "share": 0.9, "usual": 0.8, "hours": [], "peers": []}
    with office.database.write() as session:
        session.add(
            IntegrityFlag(
                id="codes", kind="helped_codes", unit_key=COMMUNE, block="2025-08-2", first_hour=487_577, last_hour=487_960,
                evidence=numbers, p_value=1e-9, adjusted_p=1e-8, found_on=office.today(),
            )
        )  # fmt: skip
    head = enter(HEAD)
    status, page = send_several(head, f"{LIST}/explanations", flag=[pack, "codes"], reason=EXPLANATION)
    assert (status, "cùng một máy hoặc cùng một loại" in page) == (422, True)
    assert page.count(" checked") == 2, "what was ticked stays ticked"
    assert f">{EXPLANATION}</textarea>" in page
    assert set(states_of(office).values()) == {"open"}
    assert send_several(head, f"{LIST}/explanations", reason=EXPLANATION)[0] == 422
    assert send_several(head, f"{LIST}/explanations", flag=[pack, "nothing"], reason=EXPLANATION)[0] == 404
    assert set(states_of(office).values()) == {"open"}
    assert send_several(head, f"{LIST}/decisions", flag=[pack], decision="dismissed", reason=REASON)[0] == 403
    explain(office, HEAD, pack, EXPLANATION)
    status, page = send_several(enter(ANALYST), f"{LIST}/decisions", flag=[pack], reason=REASON)
    assert (status, "Mời chọn một trong hai kết luận" in page) == (422, True)


def test_list_is_paged_and_filtered_by_kind(enter: Enter, pack: str, office: Runtime) -> None:
    numbers: dict[str, object] = {"count": 5, "of": None, "expected": None, "share": None, "usual": None, "hours": [], "peers": []}
    with office.database.write() as session:
        session.add_all(
            IntegrityFlag(
                id=f"outside-{n}", kind="outside_hours", unit_key=COMMUNE, block="2025-08-2", first_hour=480_000 + n, last_hour=480_000 + n,
                evidence=numbers, p_value=None, adjusted_p=None, found_on=office.today(),
            )
            for n in range(60)
        )  # fmt: skip
    client = enter(ANALYST)
    first, second = get(client, LIST), get(client, f"{LIST}?page=2")
    assert [len(page.find("tbody")[0].find("tr")) for page in (first, second)] == [50, 13]
    assert "Trang 1 trong 2, 63 dấu hiệu" in first.text
    assert len(get(client, f"{LIST}?kind=burst").find("tbody")[0].find("tr")) == 1
    assert "Chờ giải trình (60)" in get(client, f"{LIST}?kind=outside_hours").text
    assert any("kind=outside_hours&page=2" in link.attributes["href"] for link in get(client, f"{LIST}?kind=outside_hours").find("a"))
    assert client.get(f"{LIST}?kind=bursts").status_code == 400


def test_typed_text_is_text(enter: Enter, pack: str, office: Runtime) -> None:
    explain(office, HEAD, pack, "<script>alert(1)</script> giải trình")
    assert "<script>alert(1)" not in enter(ANALYST).get(f"{LIST}/{pack}").text


def test_overview_without_confirmed_flags_speaks_of_none(enter: Enter, pack: str, office: Runtime) -> None:
    assert "dấu hiệu bất thường đã xác nhận" not in get(enter(ANALYST), "/analytics").text
    explain(office, HEAD, pack, EXPLANATION)
    decide(office, ANALYST, pack, "confirmed", REASON)
    assert "dấu hiệu bất thường đã xác nhận" not in get(enter(ANALYST), "/analytics?period=2025-07").text
