"""Pages of exclusions made by hand: the form, the second person, the withdrawal, and what the figures then say."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.models import Device
from app.runtime import Runtime
from app.services.integrity import decide, explain
from app.services.people import Person, add_user
from tests.app.dashboard.page import get
from tests.app.integrity.conftest import Enter
from tests.factories import COMMUNE, PROVINCE
from tests.integrity import ANALYST, EXPLANATION, HEAD, N_PACK, NEIGHBOUR_HEAD, PASSWORD, REASON, add_people, fill, find_pack

LIST = "/analytics/integrity/exclusions"
TRIAL = "Thiết bị chạy thử, phiếu do cán bộ bấm thử."
SECOND = Person("chuyen-vien-hai", "analyst", "", PROVINCE)


@pytest.fixture
def office(runtime: Runtime) -> Runtime:
    """The office with its pack and its people."""
    fill(runtime)
    add_people(runtime)
    add_user(runtime, name=SECOND.name, password=PASSWORD, role="analyst", unit_key=PROVINCE)
    return runtime


def send(client: FlaskClient, path: str, **fields: str) -> tuple[int, str, str]:
    """Post a form with the token of the list's page: status, text, where it leads."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(LIST).text)
    assert found is not None
    answer = client.post(path, data={"csrf_token": found[1], **fields})
    return answer.status_code, answer.text, answer.headers.get("Location", "")


def trial(office: Runtime, **changes: str) -> dict[str, str]:
    """The form, filled in for the hour of the pack."""
    with office.database.read() as session:
        device_id = session.scalars(select(Device.id)).one()
    hours = {"first_on": "2025-09-03", "last_on": "2025-09-03", "from_hour": "15", "to_hour": "16"}
    return {"place": f"device:{device_id}", **hours, "reason": TRIAL, **changes}


def test_whole_way_from_proposal_to_figure_and_back(enter: Enter, office: Runtime) -> None:
    head, analyst = enter(HEAD), enter(ANALYST)
    assert "Chưa loại trừ phiếu nào" in get(analyst, LIST).text
    status, _, place = send(head, LIST, **trial(office))
    assert status == 302
    page = get(head, place)
    assert "15 giờ đến 16 giờ, 03/09/2025" in page.text
    assert f"{N_PACK + 1} phiếu sẽ không tính vào số liệu nếu được xác nhận" in page.text
    assert "do người đứng đầu" not in page.text
    assert "Xác nhận: không tính" not in page.text, "who proposed it has no such choice"
    assert f"Xác nhận: không tính {N_PACK + 1} phiếu" in get(analyst, place).text
    assert send(analyst, f"{place}/step", step="confirmed", reason="Đã xem biên bản chạy thử.")[0] == 302
    listed = [row.text for row in get(analyst, LIST).find("tbody")[0].find("tr")]
    assert len(listed) == 1
    assert all(word in listed[0] for word in (TRIAL, "Máy quầy 1", "Xã A", f" {N_PACK + 1} ", "Đang áp dụng", ANALYST.name, "10/09/2025"))
    overview = get(analyst, "/analytics")
    assert f"Không tính {N_PACK + 1} phiếu loại trừ có lý do. Nếu tính cả" in overview.text
    assert any(link.attributes.get("href") == LIST for link in overview.find("a"))
    assert send(enter(SECOND), f"{place}/step", step="withdrawn", reason="Biên bản ghi nhầm ngày.")[0] == 302
    assert "loại trừ có lý do. Nếu" not in get(analyst, "/analytics").text
    assert TRIAL in get(analyst, f"{LIST}?state=withdrawn").text, "it stays on record"


def test_flags_and_exclusions_are_told_together(enter: Enter, office: Runtime) -> None:
    pack = find_pack(office)
    explain(office, HEAD, pack, EXPLANATION)
    decide(office, ANALYST, pack, "confirmed", REASON)
    analyst = enter(ANALYST)
    _, _, place = send(enter(HEAD), LIST, **trial(office, from_hour="8", to_hour="9"))
    send(analyst, f"{place}/step", step="confirmed", reason="Đã xem biên bản chạy thử.")
    assert f"Không tính {N_PACK + 2} phiếu thuộc dấu hiệu bất thường đã xác nhận hoặc loại trừ có lý do." in get(analyst, "/analytics").text
    links = [link.attributes["href"] for link in get(analyst, LIST).find("tbody")[0].find("a")]
    assert f"/analytics/integrity/{pack}" in links


def test_refusal_keeps_what_was_typed(enter: Enter, office: Runtime) -> None:
    head = enter(HEAD)
    for changes in ({"place": ""}, {"first_on": "3/9"}, {"last_on": "2025-09-02"}, {"from_hour": "16"}, {"reason": "thử"}):
        status, page, _ = send(head, LIST, **trial(office, **changes))
        assert (status, "Chưa ghi được" in page) == (422, True)
        assert f">{changes.get('reason', TRIAL)}</textarea>" in page
    status, _, place = send(head, LIST, **trial(office))
    assert send(enter(ANALYST), f"{place}/step", step="perhaps", reason=REASON)[0] == 422
    status, page, _ = send(enter(ANALYST), f"{place}/step", step="confirmed", reason="ngắn")
    assert (status, ">ngắn</textarea>" in page) == (422, True)


def test_who_may(enter: Enter, office: Runtime, client: FlaskClient) -> None:
    _, _, place = send(enter(HEAD), LIST, **trial(office))
    assert client.get(LIST).status_code == 302
    assert TRIAL not in enter(NEIGHBOUR_HEAD).get(LIST).text
    assert enter(NEIGHBOUR_HEAD).get(place).status_code == 404
    add_user(office, name="can-bo-quay", password=PASSWORD, role="officer", unit_key=COMMUNE)
    add_user(office, name="quan-tri", password=PASSWORD, role="administrator")
    assert enter(Person("can-bo-quay", "officer", "", COMMUNE)).get(LIST).status_code == 403
    administrator = enter(Person("quan-tri", "administrator", "", None))
    page = get(administrator, LIST)
    assert TRIAL in page.text
    assert "Gửi đề nghị" not in page.text
    assert administrator.post(LIST, data=trial(office)).status_code == 403, "roles are looked at before the token"


def test_form_offers_tablets_and_counters_of_ones_own_place(enter: Enter, office: Runtime) -> None:
    offered = {option.text for option in get(enter(HEAD), LIST).find("option")}
    assert {"Máy quầy 1", "Quầy 1, mọi phiếu"} <= offered
    assert "Máy quầy 1" not in {option.text for option in get(enter(NEIGHBOUR_HEAD), LIST).find("option")}
    status, _, place = send(enter(HEAD), LIST, **trial(office, place=f"counter:1:{COMMUNE}", from_hour="", to_hour=""))
    assert status == 302
    assert "Quầy 1" in get(enter(ANALYST), place).text


def test_typed_text_is_text(enter: Enter, office: Runtime) -> None:
    _, _, place = send(enter(HEAD), LIST, **trial(office, reason="<script>alert(1)</script> chạy thử"))
    for path in (LIST, place):
        assert "<script>alert(1)" not in enter(ANALYST).get(path).text
