"""The pages of flags: who sees them, what stands on them, what can be sent – without scripts."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.runtime import Runtime
from app.services.integrity import decide, explain
from app.services.people import Person, add_user, sign_in
from tests.app.dashboard.page import get
from tests.factories import COMMUNE
from tests.integrity import ANALYST, EXPLANATION, HEAD, N_PACK, NEIGHBOUR_HEAD, OWN_ANALYST, PASSWORD, REASON, add_people, fill, find_pack

LIST = "/analytics/integrity"
Enter = Callable[[Person], FlaskClient]


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


@pytest.fixture
def enter(app: Flask, office: Runtime) -> Enter:
    """A client of somebody signed in."""

    def as_person(person: Person) -> FlaskClient:
        token = sign_in(office, person.name, PASSWORD)
        assert token is not None
        client = app.test_client()
        client.set_cookie("sipas_session", token)
        return client

    return as_person


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


def test_typed_text_is_text(enter: Enter, pack: str, office: Runtime) -> None:
    explain(office, HEAD, pack, "<script>alert(1)</script> giải trình")
    assert "<script>alert(1)" not in enter(ANALYST).get(f"{LIST}/{pack}").text


def test_overview_without_confirmed_flags_speaks_of_none(enter: Enter, pack: str, office: Runtime) -> None:
    assert "dấu hiệu bất thường đã xác nhận" not in get(enter(ANALYST), "/analytics").text
    explain(office, HEAD, pack, EXPLANATION)
    decide(office, ANALYST, pack, "confirmed", REASON)
    assert "dấu hiệu bất thường đã xác nhận" not in get(enter(ANALYST), "/analytics?period=2025-07").text
