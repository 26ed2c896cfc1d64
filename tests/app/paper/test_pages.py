"""The paper pages through the client: who may, what they show, what they refuse."""

import re
from collections.abc import Callable
from io import BytesIO

import pypdfium2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.models import PaperBatch, Response
from app.runtime import Runtime
from app.services.paper_entries import save_entry
from app.services.people import Person, add_user
from tests.factories import COMMUNE, KIOSK, NEIGHBOUR
from tests.paper import ONE, OTHER, PASSWORD, SHEET

SignedIn = Callable[[Person], FlaskClient]


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def post(client: FlaskClient, path: str, **fields: str) -> tuple[int, str]:
    token = token_of(client.get("/paper").text)
    answer = client.post(path, data={"csrf_token": token, **fields})
    return answer.status_code, answer.text


def test_officer_at_the_desk_and_strangers_stay_out(signed_in: SignedIn, client: FlaskClient, two_people: Runtime, box: str) -> None:
    add_user(two_people, name="can-bo-quay", password=PASSWORD, role="officer", unit_key=COMMUNE)
    officer = signed_in(Person("can-bo-quay", "officer", "", COMMUNE))
    for path in ("/paper", f"/paper/boxes/{box}", f"/paper/boxes/{box}/entry", f"/paper/boxes/{box}/record.pdf", "/paper/template.csv"):
        assert officer.get(path).status_code == 403
        assert client.get(path).status_code == 302
    assert "Phiếu giấy" not in officer.get("/desk/invitations").text


def test_person_who_counts_comes_to_the_boxes_and_sees_neither_figures_nor_desk(signed_in: SignedIn) -> None:
    counter = signed_in(ONE)
    assert counter.get("/").headers["Location"] == "/paper"
    assert counter.get("/analytics").status_code == 403
    assert counter.get("/desk/invitations").status_code == 403
    page = counter.get("/paper").text
    assert "Tổng quan" not in page
    assert "Phiếu mời" not in page


def test_person_of_another_commune_finds_no_box_and_no_batch(
    signed_in: SignedIn, two_people: Runtime, box: str, serials: list[str]
) -> None:
    add_user(two_people, name="xa-khac", password=PASSWORD, role="counter", unit_key=NEIGHBOUR)
    other = signed_in(Person("xa-khac", "counter", "", NEIGHBOUR))
    assert other.get(f"/paper/boxes/{box}").status_code == 404
    assert other.get(f"/paper/batches/{serials[0][:6]}.pdf").status_code == 404
    assert other.get(f"/paper?unit={COMMUNE}").status_code == 403


def test_third_person_of_the_same_place_reads_the_record_and_types_nothing(signed_in: SignedIn, two_people: Runtime, box: str) -> None:
    add_user(two_people, name="lanh-dao", password=PASSWORD, role="unit_head", unit_key=COMMUNE)
    third = signed_in(Person("lanh-dao", "unit_head", "", COMMUNE))
    assert third.get(f"/paper/boxes/{box}/record.pdf").status_code == 200
    assert third.get(f"/paper/boxes/{box}/entry").status_code == 403


def test_batch_is_recorded_and_its_pdf_has_every_number_once(signed_in: SignedIn, two_people: Runtime) -> None:
    client = signed_in(ONE)
    status, _ = post(
        client,
        "/paper/batches",
        unit=COMMUNE,
        instrument=KIOSK,
        stage="result",
        field="",
        size="normal",
        language="vi",
        forms="3",
        box_place="",
    )
    assert status == 302
    with two_people.database.read() as session:
        batch = session.scalars(select(PaperBatch)).one()
    assert (batch.unit_key, batch.forms, batch.printed_by) == (COMMUNE, 3, ONE.name)
    answer = client.get(f"/paper/batches/{batch.prefix}.pdf")
    pdf = pypdfium2.PdfDocument(BytesIO(answer.data))
    assert len(pdf) == 6
    found = [re.findall(rf"{batch.prefix}-\d{{3}}-\d", page.get_textpage().get_text_range()) for page in pdf]
    assert [numbers[0][7:10] for numbers in found] == ["001", "001", "002", "002", "003", "003"]


@pytest.mark.parametrize(
    ("field", "value"), [("forms", "301"), ("forms", "0"), ("forms", "x"), ("stage", "?"), ("instrument", "?"), ("language", "?")]
)
def test_batch_that_cannot_be_is_not_recorded(signed_in: SignedIn, two_people: Runtime, field: str, value: str) -> None:
    fields = {"unit": COMMUNE, "instrument": KIOSK, "stage": "result", "field": "", "size": "normal", "language": "vi", "forms": "3"}
    status, _ = post(signed_in(ONE), "/paper/batches", **(fields | {field: value}))
    assert status in (400, 422)
    with two_people.database.read() as session:
        assert session.scalars(select(PaperBatch)).all() == []


def test_whole_way_of_a_sheet_without_scripts(signed_in: SignedIn, two_people: Runtime, serials: list[str]) -> None:
    one, other = signed_in(ONE), signed_in(OTHER)
    answer = one.post(
        "/paper/boxes",
        data={
            "csrf_token": token_of(one.get("/paper").text),
            "unit": COMMUNE,
            "first_on": "2025-09-01",
            "last_on": "2025-09-08",
            "sheets": "2",
            "second_person": OTHER.name,
        },
    )
    box = answer.headers["Location"]
    assert "Chờ nguoi-b xác nhận" in one.get(box).text
    assert post(other, f"{box}/confirm")[0] == 302
    typed = {f"cell.{name}": key for name, key in SHEET.items()}
    for client in (one, other):
        assert "cell.rating.1.1" in client.get(f"{box}/entry?number={serials[0]}").text
        assert post(client, f"{box}/entry", number=serials[0], **typed)[0] == 302
        assert "bản chụp" in client.get(f"{box}/entry?number={serials[0]}").text
    assert post(one, f"{box}/entry", number=serials[1], **typed)[0] == 302
    assert post(other, f"{box}/entry", number=serials[1], **(typed | {"cell.rating.1.1": "1"}))[0] == 302
    page = other.get(f"{box}/compare/{serials[1]}").text
    assert "nguoi-a: <b>5 – Rất hài lòng</b>" in page
    status, text = post(one, f"{box}/compare/{serials[1]}", **{"cell.rating.1.1": "9"})
    assert (status, "không đúng phím" in text) == (422, True)
    assert post(one, f"{box}/compare/{serials[1]}", **{"cell.rating.1.1": "1"})[0] == 302
    assert post(one, f"{box}/close", sheets="2", unnumbered="0")[0] == 302
    with two_people.database.read() as session:
        assert sorted(r.ratings["1.1"] for r in session.scalars(select(Response))) == [1, 5]
    record = pypdfium2.PdfDocument(BytesIO(one.get(f"{box}/record.pdf").data))
    words = " ".join(record[0].get_textpage().get_text_range().split())
    assert len(record) == 1
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in words
    assert "Tổng số phiếu được ghi nhận 2" in words.replace("\u00a0", " ")
    assert "nháp" not in words


def test_refused_sheet_comes_back_with_everything_typed(signed_in: SignedIn, box: str, serials: list[str]) -> None:
    status, page = post(signed_in(ONE), f"/paper/boxes/{box}/entry", number=serials[0], **{"cell.rating.1.1": "4", "cell.rating.1.2": "8"})
    assert status == 422
    assert "1.2" in page
    assert re.search(r'name="cell.rating.1.1" value="4"', page)


def test_second_person_sees_nothing_of_the_first_typing(signed_in: SignedIn, two_people: Runtime, box: str, serials: list[str]) -> None:
    save_entry(two_people, ONE, box, serials[0], SHEET | {"comment": "chỉ người thứ nhất biết"}, is_spoiled=False)
    other = signed_in(OTHER)
    for path in ("", "/entry", f"/entry?number={serials[0]}", f"/entry?number={serials[0]}&edit=1", f"/compare/{serials[0]}"):
        answer = other.get(f"/paper/boxes/{box}{path}")
        page = answer.text
        assert answer.status_code in (200, 422)
        assert "Hòm phiếu" in page
        assert "chỉ người thứ nhất biết" not in page
        assert not re.search(r'name="cell[^"]+" value="[^"]', page)
    assert "chỉ người thứ nhất biết" in signed_in(ONE).get(f"/paper/boxes/{box}/entry?number={serials[0]}&edit=1").text


def test_last_four_digits_are_enough_within_a_batch(signed_in: SignedIn, box: str, serials: list[str]) -> None:
    client = signed_in(ONE)
    assert "cell.rating.1.1" in client.get(f"/paper/boxes/{box}/entry?prefix={serials[0][:6]}&number={serials[1][6:]}").text
    assert "Số phiếu chưa đúng" in client.get(f"/paper/boxes/{box}/entry?number={serials[1][6:]}").text
