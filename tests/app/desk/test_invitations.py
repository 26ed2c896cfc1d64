"""The desk: one tap makes one invitation, within the person's place, and nothing ties its code to anybody."""

import re
from collections.abc import Callable

import pypdfium2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from zxingcpp import read_barcodes

from app.models import RatingCode
from app.runtime import Runtime
from app.services.people import Role, add_user, sign_in
from kiosk.codes import normalise_code
from tests.app.dashboard.page import get, read
from tests.factories import COMMUNE, NEIGHBOUR, OLD_COMMUNE, PROVINCE

PASSWORD = "mật khẩu đủ dài để thử"
Enter = Callable[..., FlaskClient]


@pytest.fixture
def enter(app: Flask, runtime: Runtime) -> Enter:
    app.config["WTF_CSRF_ENABLED"] = False

    def as_person(role: Role, unit_key: str | None) -> FlaskClient:
        add_user(runtime, name="can-bo-a", password=PASSWORD, role=role, unit_key=unit_key)
        token = sign_in(runtime, "can-bo-a", PASSWORD)
        assert token is not None
        client = app.test_client()
        client.set_cookie("sipas_session", token)
        return client

    return as_person


def make(client: FlaskClient, **choices: str) -> str:
    answer = client.post("/desk/invitations", data={"unit": COMMUNE, "field": "ho-tich", **choices})
    assert answer.status_code == 200, answer.text
    (code,) = re.findall(r'class="slip-code">([^<]+)<', answer.text)
    return str(code)


def test_officer_finds_their_own_desk_ready(enter: Enter) -> None:
    page = get(enter("officer", COMMUNE), "/desk/invitations")
    assert "Trung tâm Phục vụ hành chính công xã A" in page.text
    assert [button.text for button in page.find("fieldset", "field-buttons")[0].find("button")] == ["Hộ tịch", "Đất đai"]
    assert not [i for i in page.find("input") if i.attributes.get("type") in ("text", "search")], "nothing to type"


def test_officer_sees_no_tab_that_leads_to_figures(enter: Enter) -> None:
    client = enter("officer", COMMUNE)
    page = get(client, "/desk/invitations")
    assert [link.text for link in page.find("nav", "tabs")[0].find("a")] == ["Phiếu mời"]
    assert client.get("/").headers["Location"] == "/desk/invitations"


def test_one_post_makes_one_code_of_which_only_a_hash_is_kept(enter: Enter, runtime: Runtime) -> None:
    code = normalise_code(make(enter("officer", COMMUNE), counter="1", mode="online"))
    with runtime.database.read() as session:
        (row,) = session.scalars(select(RatingCode))
    assert (row.unit_key, row.field_code, row.counter_code, row.mode) == (COMMUNE, "ho-tich", "1", "online")
    assert code.encode() not in row.code_hash
    assert (row.filing_used_on, row.result_used_on) == (None, None)


def test_slip_shows_office_field_counter_code_and_qr(enter: Enter) -> None:
    answer = enter("officer", COMMUNE).post("/desk/invitations", data={"unit": COMMUNE, "field": "dat-dai", "counter": "1"})
    page = read(answer.text)
    (slip,) = page.find("article", "slip")
    for words in ("Trung tâm Phục vụ hành chính công xã A", "Đất đai", "Quầy 1", "Góp ý tại quầy"):
        assert words in slip.text
    assert slip.find("svg", "slip-qr")
    assert answer.headers["Cache-Control"] == "no-store"


def test_pdf_holds_a_qr_with_the_public_address_of_the_code(enter: Enter, runtime: Runtime) -> None:
    client = enter("officer", COMMUNE)
    code = normalise_code(make(client))
    answer = client.post("/desk/invitations/slip.pdf", data={"code": code})
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    picture = pypdfium2.PdfDocument(answer.data)[0].render(scale=3).to_pil()
    assert [found.text for found in read_barcodes(picture)] == [f"{runtime.settings.public_url}/r/{code}"]


def test_choices_of_the_last_slip_are_kept_for_the_next(enter: Enter) -> None:
    client = enter("officer", COMMUNE)
    answer = client.post("/desk/invitations", data={"unit": COMMUNE, "field": "ho-tich", "counter": "1", "mode": "postal"})
    (again,) = [a.attributes["href"] for a in read(answer.text).find("a") if a.text == "Làm phiếu khác"]
    page = get(client, again)
    checked = {i.attributes["name"]: i.attributes["value"] for i in page.find("input") if "checked" in i.attributes}
    assert checked == {"counter": "1", "mode": "postal", "paper": "slip"}


@pytest.mark.parametrize("unit", [NEIGHBOUR, PROVINCE])
def test_desk_outside_the_persons_place_is_refused(enter: Enter, runtime: Runtime, unit: str) -> None:
    client = enter("officer", COMMUNE)
    assert client.get(f"/desk/invitations?unit={unit}").status_code == 403
    assert client.post("/desk/invitations", data={"unit": unit, "field": "ho-tich"}).status_code == 403
    with runtime.database.read() as session:
        assert session.scalars(select(RatingCode)).all() == []


def test_pdf_of_another_desks_code_is_refused(enter: Enter, app: Flask, runtime: Runtime) -> None:
    code = make(enter("analyst", PROVINCE))
    add_user(runtime, name="can-bo-b", password=PASSWORD, role="officer", unit_key=NEIGHBOUR)
    other = app.test_client()
    other.set_cookie("sipas_session", sign_in(runtime, "can-bo-b", PASSWORD) or "")
    assert other.post("/desk/invitations/slip.pdf", data={"code": code}).status_code == 403


@pytest.mark.parametrize("choices", [{"field": "khong-co"}, {"counter": "9"}, {"mode": "fax"}, {"field": ""}])
def test_choice_that_was_not_offered_makes_no_code(enter: Enter, runtime: Runtime, choices: dict[str, str]) -> None:
    answer = enter("officer", COMMUNE).post("/desk/invitations", data={"unit": COMMUNE, "field": "ho-tich", **choices})
    assert answer.status_code == 400
    with runtime.database.read() as session:
        assert session.scalars(select(RatingCode)).all() == []


def test_unit_that_has_ended_has_no_desk(enter: Enter) -> None:
    client = enter("analyst", None)
    assert client.get(f"/desk/invitations?unit={OLD_COMMUNE}").status_code == 404
    assert OLD_COMMUNE not in client.get("/desk/invitations?q=xa+a").text


def test_province_chooses_among_desks_with_counters_or_searches(enter: Enter) -> None:
    client = enter("analyst", None)
    assert "Trung tâm Phục vụ hành chính công xã A" in get(client, "/desk/invitations").text, "the only desk with a counter"
    found = get(client, "/desk/invitations?q=xa+b")
    assert [a.text for a in found.find("ul", "desk-list")[0].find("a")] == ["Xã B"]


def test_unknown_code_has_no_pdf(enter: Enter) -> None:
    client = enter("officer", COMMUNE)
    assert client.post("/desk/invitations/slip.pdf", data={"code": "000000000000"}).status_code == 404
    assert client.post("/desk/invitations/slip.pdf", data={"code": "nope"}).status_code == 404
    assert client.post("/desk/invitations/slip.pdf", data={}).status_code == 400


def test_making_an_invitation_needs_the_forms_token(app: Flask, runtime: Runtime) -> None:
    add_user(runtime, name="can-bo-a", password=PASSWORD, role="officer", unit_key=COMMUNE)
    client = app.test_client()
    client.set_cookie("sipas_session", sign_in(runtime, "can-bo-a", PASSWORD) or "")
    assert client.post("/desk/invitations", data={"unit": COMMUNE, "field": "ho-tich"}).status_code == 400
