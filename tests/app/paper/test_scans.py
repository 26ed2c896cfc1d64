"""Scanned sheets through the client: what is entered, what a person is asked, what is refused, and what is forgotten."""

import re
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any

import cv2
import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.models import PaperBatch, PaperEntry, PaperScan, PaperSheet, Response
from app.paper import scan_pages
from app.runtime import Runtime
from app.services.paper_batches import batch_pdf, measure_forms
from app.services.paper_entries import save_entry
from app.services.people import Person, add_user
from kiosk.scans import REASONS
from tests.app.paper.test_pages import token_of
from tests.factories import COMMUNE, NEIGHBOUR
from tests.paper import ONE, OTHER, PASSWORD, SHEET, print_forms
from tests.scans import Gray, Hand, printed_pdf, scan

SignedIn = Callable[[Person], FlaskClient]
DPI = 200


def draw_sheet(runtime: Runtime, serial: str, answers: Mapping[str, str], *, odd: Mapping[str, str] | None = None) -> list[Gray]:
    """The scanned pages of one form with these answers crossed; `odd` names other kinds of mark by cell."""
    random = np.random.default_rng(7)
    with runtime.database.read() as session:
        pages = measure_forms(runtime, session, session.get_one(PaperBatch, serial[:6]))
    number = int(serial[6:9])
    wanted = range((number - 1) * len(pages), number * len(pages))
    pictures = printed_pdf(batch_pdf(runtime, Person(ONE.name, "counter", "", None), serial[:6]), DPI, wanted)
    scans = []
    for page, picture in zip(pages, pictures, strict=True):
        hand = Hand(picture.copy(), DPI / 25.4, random)
        for spot in page.spots:
            if spot.key and answers.get(spot.cell) == spot.key:
                hand.draw((odd or {}).get(spot.cell, "cross"), spot, width=0.5, ink=0.2)
        scans.append(scan(hand.picture, random))
    return scans


def as_file(pictures: list[Gray], kind: str = "pdf") -> bytes:
    """Pages as one file of the given kind."""
    images, packed = [Image.fromarray(picture) for picture in pictures], BytesIO()
    images[0].save(packed, kind, **({"save_all": True, "append_images": images[1:]} if kind in ("pdf", "tiff") else {}))
    return packed.getvalue()


def send(client: FlaskClient, box: str, *files: bytes) -> tuple[int, str]:
    token = token_of(client.get(f"/paper/boxes/{box}/scan").text)
    named = [("files", f"trang-{i}.pdf", content) for i, content in enumerate(files)]
    answer = client.post(f"/paper/boxes/{box}/scan", **multipart(token, named))
    return answer.status_code, " ".join(answer.text.split())


def multipart(token: str, named: list[tuple[str, str, bytes]]) -> dict[str, Any]:
    """A body made here: the test client would put a large one into a temporary file that nobody closes."""
    edge = b"--ranh-gioi"
    parts = [edge + b'\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode()]
    for field, name, content in named:
        head = f'\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode()
        parts.append(edge + head + content)
    return {"data": b"\r\n".join([*parts, edge + b"--\r\n"]), "content_type": "multipart/form-data; boundary=ranh-gioi"}


def post(client: FlaskClient, path: str, **fields: str) -> tuple[int, str]:
    token = token_of(client.get("/paper").text)
    answer = client.post(path, data={"csrf_token": token, **fields})
    return answer.status_code, answer.text


def entries(runtime: Runtime) -> list[PaperEntry]:
    with runtime.database.read() as session:
        return list(session.scalars(select(PaperEntry)))


def n_pictures(runtime: Runtime) -> int:
    with runtime.database.read() as session:
        return len(session.scalars(select(PaperScan).options(undefer(PaperScan.picture))).all())


@pytest.mark.parametrize("kind", ["pdf", "tiff"])
def test_certain_sheet_is_the_first_typing_and_the_second_persons_typing_stores_it(
    signed_in: SignedIn, two_people: Runtime, box: str, serials: list[str], kind: str
) -> None:
    status, page = send(signed_in(ONE), box, as_file(draw_sheet(two_people, serials[0], SHEET), kind))
    assert status == 200
    assert "Đọc xong, đã lưu." in page
    (entry,) = entries(two_people)
    assert (entry.entered_by, entry.is_scanned, entry.answers) == (ONE.name, True, SHEET)
    assert n_pictures(two_people) == 0
    assert save_entry(two_people, OTHER, box, serials[0], SHEET, is_spoiled=False)[1] == "agreed"
    with two_people.database.read() as session:
        assert session.scalars(select(PaperSheet)).one().is_scanned
        assert session.scalars(select(Response)).one().ratings == dict.fromkeys(session.scalars(select(Response)).one().ratings, 5)
    assert "Có một lần nhập đọc từ bản quét" in signed_in(ONE).get(f"/paper/boxes/{box}").text


def test_uncertain_mark_is_shown_with_its_picture_and_never_guessed(
    signed_in: SignedIn, two_people: Runtime, box: str, serials: list[str]
) -> None:
    client = signed_in(ONE)
    marks = draw_sheet(two_people, serials[0], SHEET, odd={"rating.2.1": "filled", "rating.1.1": "scribble"})
    _, page = send(client, box, as_file(marks))
    assert "Cần xem." in page
    assert entries(two_people) == []
    page = client.get(f"/paper/boxes/{box}/scan/{serials[0]}").text
    assert re.findall(r'name="cell\.([^"]+)"', page) == ["rating.1.1", "rating.2.1"]
    assert not re.search(r'name="cell[^"]+" value="[^"]', page)
    for path in re.findall(r'src="(/paper/[^"]+\.jpg[^"]*)"', page):
        picture = client.get(path.replace("&amp;", "&"))
        assert picture.mimetype == "image/jpeg"
        shown = cv2.imdecode(np.frombuffer(picture.data, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert shown is not None
        assert shown.min() < 90, "the strip shows ink"
    status, page = post(client, f"/paper/boxes/{box}/scan/{serials[0]}", **{"cell.rating.2.1": "8"})
    assert (status, "không đúng phím" in page) == (422, True)
    assert post(client, f"/paper/boxes/{box}/scan/{serials[0]}", **{"cell.rating.2.1": "4", "cell.rating.3.1": "1"})[0] == 302
    (entry,) = entries(two_people)
    assert entry.answers == {name: key for name, key in SHEET.items() if name != "rating.1.1"} | {"rating.2.1": "4"}, (
        "what was read for certain is not open to the form that is posted"
    )
    assert n_pictures(two_people) == 0


def test_sheet_waits_for_its_other_page(signed_in: SignedIn, two_people: Runtime, box: str, serials: list[str]) -> None:
    client = signed_in(ONE)
    front, back = draw_sheet(two_people, serials[0], SHEET)
    assert "Còn thiếu trang 1" in send(client, box, as_file([back], "png"))[1]
    assert "thiếu trang 1" in client.get(f"/paper/boxes/{box}/scan").text
    assert post(client, f"/paper/boxes/{box}/scan/{serials[0]}")[0] == 422
    assert "Trang này đã quét rồi" in send(client, box, as_file([back], "jpeg"))[1]
    assert "Đọc xong" in send(client, box, as_file([front], "jpeg"))[1]
    assert entries(two_people)[0].answers == SHEET


def test_two_machine_readings_never_make_a_response(signed_in: SignedIn, two_people: Runtime, box: str, serials: list[str]) -> None:
    pages = draw_sheet(two_people, serials[0], SHEET)
    send(signed_in(ONE), box, as_file(pages))
    _, page = send(signed_in(OTHER), box, as_file(pages))
    assert "phải do người đọc từ tờ giấy" in page
    assert [entry.entered_by for entry in entries(two_people)] == [ONE.name]


def test_second_person_sees_neither_reading_nor_picture(signed_in: SignedIn, two_people: Runtime, box: str, serials: list[str]) -> None:
    send(signed_in(ONE), box, as_file(draw_sheet(two_people, serials[0], SHEET, odd={"overall": "filled"})))
    other, base = signed_in(OTHER), f"/paper/boxes/{box}/scan"
    assert serials[0][:6] not in other.get(base).text
    for path in (f"{base}/{serials[0]}", f"{base}/{serials[0]}/1.jpg", f"{base}/{serials[0]}/1.jpg?cell=overall"):
        assert other.get(path).status_code == 404
    assert post(other, f"{base}/{serials[0]}/forget")[0] == 302
    assert n_pictures(two_people) == 2


def test_photocopy_is_noticed(signed_in: SignedIn, two_people: Runtime, box: str, serials: list[str]) -> None:
    client, pages = signed_in(ONE), draw_sheet(two_people, serials[0], SHEET)
    send(client, box, as_file(pages))
    _, page = send(client, box, as_file(pages))
    assert page.count("Số phiếu đã gặp.") == 2
    assert len(entries(two_people)) == 1


def test_form_of_another_unit_is_refused(signed_in: SignedIn, two_people: Runtime, box: str) -> None:
    (foreign,) = print_forms(two_people, forms=1, unit_key=NEIGHBOUR)
    _, page = send(signed_in(ONE), box, as_file(draw_sheet(two_people, foreign, SHEET)))
    assert page.count("Phiếu này in cho đơn vị khác") == 2
    assert n_pictures(two_people) == 0


def test_open_field_is_always_asked(signed_in: SignedIn, two_people: Runtime, box: str) -> None:
    (serial,) = print_forms(two_people, forms=1, field_code=None)
    client = signed_in(ONE)
    assert "Cần xem." in send(client, box, as_file(draw_sheet(two_people, serial, SHEET)))[1]
    page = client.get(f"/paper/boxes/{box}/scan/{serial}").text
    assert re.findall(r'name="cell\.([^"]+)"', page) == ["field"]
    assert post(client, f"/paper/boxes/{box}/scan/{serial}")[0] == 422
    assert post(client, f"/paper/boxes/{box}/scan/{serial}", **{"cell.field": "1"})[0] == 302
    assert entries(two_people)[0].answers == SHEET | {"field": "1"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"GIF89a....", "Không phải tệp PDF"),
        (b"%PDF-1.7 broken", "Tệp hỏng"),
        (b"\x89PNG\r\n\x1a\n broken", "Tệp hỏng"),
        (as_file([np.full((2339, 1654), 255, np.uint8)], "png"), "Không đọc được mã QR"),
    ],
)
def test_unreadable_file_is_told_with_what_to_do(signed_in: SignedIn, box: str, content: bytes, said: str) -> None:
    status, page = send(signed_in(ONE), box, content)
    assert status == 200
    assert said in page
    assert "Không đọc được." in page


def test_page_without_a_corner_is_told(signed_in: SignedIn, two_people: Runtime, box: str, serials: list[str]) -> None:
    with two_people.database.read() as session:
        assert session.get(PaperBatch, serials[0][:6]) is not None
    page = printed_pdf(batch_pdf(two_people, ONE, serials[0][:6]), DPI, [0])[0].copy()
    page[-150:, :150] = 255
    _, told = send(signed_in(ONE), box, as_file([page], "png"))
    assert "bốn ô vuông đen" in told


def test_forgotten_scan_and_closed_box_leave_no_picture(signed_in: SignedIn, two_people: Runtime, box: str, serials: list[str]) -> None:
    client = signed_in(ONE)
    send(client, box, as_file(draw_sheet(two_people, serials[0], SHEET)[:1]))
    assert n_pictures(two_people) == 1
    assert post(client, f"/paper/boxes/{box}/scan/{serials[0]}/forget")[0] == 302
    assert n_pictures(two_people) == 0
    send(client, box, as_file(draw_sheet(two_people, serials[1], SHEET)[:1]))
    assert post(client, f"/paper/boxes/{box}/close", sheets="0", unnumbered="0")[0] == 302
    assert n_pictures(two_people) == 0


def test_typing_a_sheet_by_hand_forgets_its_scan(signed_in: SignedIn, two_people: Runtime, box: str, serials: list[str]) -> None:
    send(signed_in(ONE), box, as_file(draw_sheet(two_people, serials[0], SHEET)[:1]))
    save_entry(two_people, ONE, box, serials[0], SHEET, is_spoiled=False)
    assert n_pictures(two_people) == 0
    assert not entries(two_people)[0].is_scanned


def test_strangers_and_third_people_send_nothing(signed_in: SignedIn, client: FlaskClient, two_people: Runtime, box: str) -> None:
    add_user(two_people, name="lanh-dao", password=PASSWORD, role="unit_head", unit_key=COMMUNE)
    third = signed_in(Person("lanh-dao", "unit_head", "", COMMUNE))
    assert third.get(f"/paper/boxes/{box}/scan").status_code == 403
    token = token_of(third.get("/paper").text)
    assert third.post(f"/paper/boxes/{box}/scan", **multipart(token, [("files", "a.pdf", b"%PDF-")])).status_code == 403
    body = multipart("", [("files", "a.pdf", b"%PDF-" + bytes(3_000_000))])
    assert client.post(f"/paper/boxes/{box}/scan", **body).status_code == 401


def test_files_larger_than_other_pages_take_are_read_here_alone(signed_in: SignedIn, box: str) -> None:
    client = signed_in(ONE)
    status, page = send(client, box, b"%PDF-" + bytes(3_000_000))
    assert (status, "Tệp hỏng" in page) == (200, True)
    token = token_of(client.get("/paper").text)
    assert client.post(f"/paper/boxes/{box}/confirm", data={"csrf_token": token, "x": "y" * 3_000_000}).status_code == 413


def test_without_the_extra_the_page_says_what_to_install(signed_in: SignedIn, box: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiosk.scans._LIBRARIES", ("sipas_no_such_library",))
    client = signed_in(ONE)
    page = client.get(f"/paper/boxes/{box}/scan").text
    assert "sipas[omr]" in page
    assert "data-scan" not in page
    token = token_of(page if "csrf_token" in page else client.get("/paper").text)
    assert "sipas[omr]" in client.post(f"/paper/boxes/{box}/scan", data={"csrf_token": token}).text
    assert client.get(f"/paper/boxes/{box}/entry").status_code == 200


def test_every_reason_and_doubt_has_words() -> None:
    assert set(scan_pages.REASONS) == set(REASONS)
