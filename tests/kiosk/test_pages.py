"""The pages without scripts, through the client: one rating from the first page to the one door, and everything that can go wrong."""

from dataclasses import replace

from flask import Flask
from flask.testing import FlaskClient

from kiosk.codes import group_code
from kiosk.openings import DEVICE_COOKIE
from kiosk.protocols import Outcome
from tests.kiosk.desk import DEVICE_KEY, EXPIRED, NOBODYS, OPEN, RESULT_ONLY, USED, DeskInMemory
from tests.kiosk.page import Page, press, read

JSON = {"Accept": "application/json"}


def answer_factors(client: FlaskClient, page: Page, level: int = 4, feedback: str = "yes") -> Page:
    """Press through every page up to the last with the same level everywhere."""
    for _ in range(20):
        if page.fields["page"] == "finish":
            return page
        if ("gave_feedback", feedback) in page.buttons:
            page = read(press(client, page, "gave_feedback", feedback))
        else:
            rated = {name.replace("-", "__", 1): str(level) for name in page.radios if name.startswith("rating-")}
            page = read(press(client, page, "go", "next", **rated))
    raise AssertionError("the pages did not come to an end")


def last_page_at_tablet(tablet: FlaskClient) -> Page:
    page = read(tablet.get("/tablet"))
    page = read(press(tablet, page, "go", "next"))
    page = read(press(tablet, page, "stage", "result"))
    page = read(press(tablet, page, "field", "dat-dai"))
    page = read(press(tablet, page, "kind", "organisation"))
    return answer_factors(tablet, page)


def last_page_by_code(phone: FlaskClient, code: str = OPEN) -> Page:
    page = read(press(phone, read(phone.get(f"/r/{code}")), "go", "next"))
    if ("stage", "result") in page.buttons:
        page = read(press(phone, page, "stage", "result"))
    page = read(press(phone, page, "kind", "individual"))
    return answer_factors(phone, page)


def test_a_rating_at_the_tablet_reaches_the_one_door(tablet: FlaskClient, desk: DeskInMemory) -> None:
    page = last_page_at_tablet(tablet)
    assert {"helped", "may_quote"} & page.fields.keys() == set(), "nothing is ticked beforehand"
    thanks = press(tablet, page, "go", "send", overall="5", comment="Phòng chờ thoáng.\r\nCảm ơn", helped="yes")
    assert read(thanks).heading == "Cảm ơn Ông/Bà"
    assert 'http-equiv="refresh" content="5;url=/tablet"' in thanks.get_data(as_text=True)
    ((submission, device),) = desk.arrivals
    assert device is not None
    assert (submission.channel, submission.stage, submission.field, submission.kind) == ("kiosk", "result", "dat-dai", "organisation")
    assert submission.ratings == dict.fromkeys((c.code for c in desk.instrument.criteria), 4)
    assert (submission.overall, submission.comment, submission.helped) == (5, "Phòng chờ thoáng.\nCảm ơn", True)


def test_nothing_is_preselected_and_blank_is_allowed(tablet: FlaskClient, desk: DeskInMemory) -> None:
    page = read(press(tablet, read(tablet.get("/tablet")), "go", "next"))
    for name, value in (("stage", "filing"), ("field", "ho-tich"), ("kind", "individual")):
        page = read(press(tablet, page, name, value))
    while page.fields["page"] != "finish":
        assert not any(name in page.fields for name in page.radios if name.startswith("rating-"))
        name, value = ("gave_feedback", "no") if ("gave_feedback", "no") in page.buttons else ("go", "next")
        page = read(press(tablet, page, name, value))
    assert press(tablet, page, "go", "send").status_code == 200
    ((submission, _),) = desk.arrivals
    assert submission.ratings == {}
    assert (submission.overall, submission.comment) == (None, None)
    assert submission.asked is not None
    assert len(submission.asked) == 14


def test_a_code_carries_field_counter_and_mode_and_is_not_in_the_next_address(phone: FlaskClient, desk: DeskInMemory) -> None:
    page = last_page_by_code(phone)
    thanks = press(phone, page, "go", "send")
    assert "refresh" not in thanks.get_data(as_text=True)
    ((submission, device),) = desk.arrivals
    assert device is None
    assert (submission.channel, submission.code, submission.field, submission.counter) == ("invitation", OPEN, "dat-dai", "q1")


def test_posting_the_last_page_twice_shows_thanks_twice_even_when_the_code_is_used_up(phone: FlaskClient, desk: DeskInMemory) -> None:
    page = last_page_by_code(phone)
    for _ in range(3):
        assert read(press(phone, page, "go", "send")).heading == "Cảm ơn Ông/Bà"
        desk.used_up.add(OPEN)
    assert len(desk.kept) == 1
    assert len({submission.model_dump_json() for submission, _ in desk.arrivals}) == 1


def test_a_second_sheet_on_a_used_code_is_told_so(phone: FlaskClient, desk: DeskInMemory) -> None:
    page = last_page_by_code(phone)
    desk.used_up.add(OPEN)
    answer = press(phone, page, "go", "send")
    assert (answer.status_code, read(answer).heading) == (410, "Mã này đã dùng")


def test_back_keeps_every_answer(tablet: FlaskClient) -> None:
    page = last_page_at_tablet(tablet)
    page = read(press(tablet, page, "go", "back", comment="Ghế chờ"))
    page = read(press(tablet, page, "go", "back"))
    assert page.radios["overall"] == ["1", "2", "3", "4", "5", "no_opinion"]
    page = read(press(tablet, page, "go", "back", overall="2"))
    assert page.fields["rating-5.1"] == "4"
    assert page.fields["comment"] == "Ghế chờ"
    page = answer_factors(tablet, page, level=3)
    assert page.fields["overall"] == "2"
    assert page.fields["comment"] == "Ghế chờ"
    assert page.fields["rating-5.1"] == "3"
    assert page.fields["rating-1.1"] == "4"


def test_switching_the_language_keeps_the_page_and_the_answers(tablet: FlaskClient) -> None:
    page = last_page_at_tablet(tablet)
    english = read(press(tablet, page, "to_lang", "en", overall="4", comment="Tốt"))
    assert english.lang == "en"
    assert english.heading == "Last page"
    assert english.fields["overall"] == "4"
    assert english.fields["comment"] == "Tốt"
    assert read(press(tablet, english, "to_lang", "xx")).lang == "vi"


def test_a_language_can_be_asked_for_in_the_address(tablet: FlaskClient, phone: FlaskClient) -> None:
    assert read(tablet.get("/tablet?lang=en")).lang == "en"
    assert read(phone.get(f"/r/{OPEN}?lang=en")).heading == "Please rate how this office served you"


def test_every_wrong_code_says_what_happened_and_what_to_do(phone: FlaskClient) -> None:
    for code, status, heading in (
        ("0000-0000-0001", 404, "Mã chưa đúng"),
        (NOBODYS, 404, "Không tìm thấy mã này"),
        (USED, 410, "Mã này đã dùng"),
        (EXPIRED, 410, "Mã này đã hết hạn"),
    ):
        answer = phone.get(f"/r/{code}")
        assert (answer.status_code, read(answer).heading) == (status, heading)
        assert "Ông/Bà" in answer.get_data(as_text=True)


def test_a_typed_code_opens_in_any_spelling_and_stays_out_of_the_address(phone: FlaskClient) -> None:
    page = read(phone.get("/r"))
    answer = phone.post("/r", data={**page.fields, "code": f" {group_code(RESULT_ONLY).lower()} "})
    assert (answer.status_code, read(answer).fields["code"]) == (200, RESULT_ONLY)
    wrong = phone.post("/r", data={**page.fields, "code": "mot hai ba"})
    assert (wrong.status_code, read(wrong).fields["code"]) == (404, "mot hai ba")
    assert phone.post("/r", data={**page.fields, "code": "  "}).status_code == 404


def test_an_unknown_browser_is_told_what_to_do(phone: FlaskClient) -> None:
    for answer, status in ((phone.get("/tablet"), 403), (phone.get("/tablet/wrong-key"), 404)):
        assert answer.status_code == status
        assert read(answer).heading == "Máy này chưa được đăng ký để đánh giá"
    assert phone.get("/rate").location == "/r"


def test_the_device_cookie_is_kept_from_scripts_and_other_sites(kiosk_app: Flask) -> None:
    client = kiosk_app.test_client()
    plain = client.get(f"/tablet/{DEVICE_KEY}").headers["Set-Cookie"]
    assert plain.startswith(f"{DEVICE_COOKIE}={DEVICE_KEY};")
    assert "HttpOnly" in plain
    assert "SameSite=Strict" in plain
    assert "Secure" not in plain
    assert "Secure" in client.get(f"/tablet/{DEVICE_KEY}", base_url="https://localhost").headers["Set-Cookie"]


def test_no_page_is_stored_by_a_browser_and_files_may_be(tablet: FlaskClient) -> None:
    assert tablet.get("/tablet").headers["Cache-Control"] == "no-store"
    with tablet.get("/kiosk/static/kiosk.css") as file:
        assert "no-store" not in file.headers.get("Cache-Control", "")


def test_a_post_without_its_token_shows_the_page_again_with_everything_on_it(tablet: FlaskClient, desk: DeskInMemory) -> None:
    page = last_page_at_tablet(tablet)
    page.fields["csrf_token"] = "long gone"
    held = press(tablet, page, "go", "send", overall="3", comment="Chờ lâu")
    again = read(held)
    assert held.status_code == 400
    assert "còn nguyên" in again.html.replace("\u00a0", " ")
    assert (again.fields["overall"], again.fields["comment"]) == ("3", "Chờ lâu")
    assert desk.arrivals == []
    assert read(press(tablet, again, "go", "send")).heading == "Cảm ơn Ông/Bà"


def test_the_script_gets_a_new_token_and_then_its_thanks(tablet: FlaskClient, desk: DeskInMemory) -> None:
    fields = {**last_page_at_tablet(tablet).fields, "go": "send", "csrf_token": "long gone"}
    refused = tablet.post("/rate", data=fields, headers=JSON)
    assert (refused.status_code, refused.json["status"]) == (400, "token_expired")  # type: ignore[index]  # JSON it is
    sent = tablet.post("/rate", data={**fields, "csrf_token": refused.json["csrf_token"]}, headers=JSON)  # type: ignore[index]
    assert (sent.status_code, sent.json["status"]) == (200, "acknowledged")  # type: ignore[index]
    assert len(desk.kept) == 1


def test_a_comment_that_is_too_long_comes_back_whole(tablet: FlaskClient, desk: DeskInMemory) -> None:
    held = press(tablet, last_page_at_tablet(tablet), "go", "send", comment="ờ" * 2001)
    assert held.status_code == 422
    assert read(held).fields["comment"] == "ờ" * 2001
    assert desk.arrivals == []


def test_a_refusal_keeps_the_answers_and_says_so(tablet: FlaskClient, desk: DeskInMemory) -> None:
    page = last_page_at_tablet(tablet)
    desk.answer = Outcome("rejected", "ratings.1.1: not a level")
    held = press(tablet, page, "go", "send", comment="Tốt")
    assert held.status_code == 422
    assert "còn nguyên" in read(held).html.replace("\u00a0", " ")
    assert "ratings" not in read(held).html.partition('role="alert"')[2].partition("</p>")[0]
    assert read(held).fields["comment"] == "Tốt"
    told = tablet.post("/rate", data={**page.fields, "go": "send"}, headers=JSON)
    assert (told.status_code, told.json["status"]) == (422, "rejected")  # type: ignore[index]


def test_a_quarantined_sheet_is_kept_and_thanked(tablet: FlaskClient, desk: DeskInMemory) -> None:
    desk.answer = Outcome("quarantined", "unknown field")
    assert read(press(tablet, last_page_at_tablet(tablet), "go", "send")).heading == "Cảm ơn Ông/Bà"


def test_tampered_posts_get_a_sentence_and_never_a_failure(tablet: FlaskClient, desk: DeskInMemory) -> None:
    page = last_page_at_tablet(tablet)
    for name, value in (
        ("id", "no uuid"),
        ("id", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
        ("stage", "later"),
        ("field", "nowhere"),
        ("rating-1.1", "9.5"),
        ("overall", "x"),
        ("asked", "9.9"),
    ):
        held = tablet.post("/rate", data={**page.fields, "go": "send", name: value})
        assert held.status_code == 422, name
        assert 'role="alert"' in held.get_data(as_text=True), name
    for name, value in (
        ("page", "factor:77"),
        ("page", ""),
        ("started_at", "yesterday"),
        ("unit", "\x00"),
        ("kind", "king"),
        ("lang", "../x"),
    ):
        assert tablet.post("/rate", data={**page.fields, "go": "next", name: value}).status_code == 200, name
    assert desk.kept == {}


def test_a_choice_that_was_jumped_over_is_asked_for(tablet: FlaskClient) -> None:
    page = read(press(tablet, read(tablet.get("/tablet")), "go", "next"))
    page.fields["page"] = "kind"
    held = press(tablet, page, "go", "next")
    assert (held.status_code, read(held).heading) == (422, "Hôm nay Ông/Bà đến để làm gì?")
    page.fields |= {"stage": "result", "page": "kind"}
    held = press(tablet, page, "go", "next")
    assert (held.status_code, read(held).heading) == (422, "Hồ sơ của Ông/Bà thuộc lĩnh vực nào?")


def test_the_demonstration_is_labelled_on_every_page(tablet: FlaskClient, desk: DeskInMemory) -> None:
    assert "DỮ LIỆU MINH HỌA" not in tablet.get("/tablet").get_data(as_text=True).partition("<main")[0].replace("\u00a0", " ")
    desk.desk = replace(desk.desk, demonstration=True)
    page = last_page_at_tablet(tablet)
    for html in (page.html, tablet.get("/tablet").get_data(as_text=True), press(tablet, page, "go", "send").get_data(as_text=True)):
        assert "DỮ LIỆU MINH HỌA" in html.replace("\u00a0", " ").partition("<main")[0]


def test_a_desk_without_fields_says_that_it_is_not_ready(tablet: FlaskClient, desk: DeskInMemory) -> None:
    desk.desk = replace(desk.desk, fields=())
    answer = tablet.get("/tablet")
    assert (answer.status_code, read(answer).heading) == (503, "Nơi này chưa sẵn sàng nhận đánh giá")


def test_the_page_carries_its_data_without_a_way_out_of_the_script_element(tablet: FlaskClient, desk: DeskInMemory) -> None:
    desk.desk = replace(desk.desk, office_name="</script><script>alert(1)</script>")
    html = tablet.get("/tablet").get_data(as_text=True)
    assert "<script>alert" not in html
    assert html.count("</script>") == 2
