"""The pages without scripts where the desk asks in rotation, by poster, and with several codes on one sheet."""

from collections import Counter

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kiosk.codes import group_code
from survey_forms.submission import Submission
from tests.kiosk.desk import DESK, EXPIRED, NOBODYS, OPEN, RESULT_ONLY, USED, DeskInMemory
from tests.kiosk.page import Page, press, read


def answer_to_the_end(client: FlaskClient, answer: TestResponse, kind: str = "individual", codes: str = "") -> tuple[Page, list[str]]:
    """Go through a visit and stop at the last page; the ratings asked on the way are returned."""
    page = read(answer)
    asked: list[str] = []
    for _ in range(20):
        names = {name for name, _ in page.buttons}
        if ("go", "send") in page.buttons:
            return page, asked
        ratings = {name: "4" for name in page.radios if name.startswith("rating-")}
        asked += [name.removeprefix("rating-") for name in ratings]
        if "stage" in names:
            page = read(press(client, page, "stage", "result"))
        elif "field" in names:
            page = read(press(client, page, "field", "dat-dai"))
        elif "kind" in names:
            page = read(press(client, page, "kind", kind))
        elif "gave_feedback" in names:
            page = read(press(client, page, "gave_feedback", "yes"))
        else:
            filled = {"codes": codes} if "codes" in page.fields else {}
            page = read(client.post("/rate", data={**page.fields, **ratings, **filled, "go": "next"}))
    raise AssertionError("the visit did not come to its end")


def last(desk: DeskInMemory) -> Submission:
    return desk.arrivals[-1][0]


def test_seven_visits_ask_every_criterion_twice(tablet: FlaskClient, desk: DeskInMemory) -> None:
    desk.how_much = "rotating"
    counted: Counter[str] = Counter()
    for _ in range(7):
        page, asked = answer_to_the_end(tablet, tablet.get("/tablet"))
        press(tablet, page, "go", "send", overall="5")
        assert last(desk).asked == tuple(asked)
        assert len(asked) == 6
        counted.update(asked)
    assert len(counted) == 21
    assert set(counted.values()) == {2}


def test_going_back_keeps_the_draw_and_a_new_stage_draws_anew(tablet: FlaskClient, desk: DeskInMemory) -> None:
    desk.how_much = "rotating"
    page, _ = answer_to_the_end(tablet, tablet.get("/tablet"))
    drawn = page.fields["drawn"]
    back = read(press(tablet, page, "go", "back"))
    assert back.fields["drawn"] == drawn
    again = read(press(tablet, read(tablet.post("/rate", data={**page.fields, "page": "stage", "stage": "filing"})), "field", "ho-tich"))
    filing = {criterion.code for criterion in desk.instrument.criteria_at("filing")}
    assert set(again.fields["drawn"].split()) <= filing


def test_a_draw_that_could_not_be_is_not_believed(tablet: FlaskClient, desk: DeskInMemory) -> None:
    desk.how_much = "rotating"
    page, _ = answer_to_the_end(tablet, tablet.get("/tablet"))
    for forged in ("1.1", "1.1 1.1 1.1 1.1 1.1 1.1", "1.1 1.2 2.1 2.2 2.3 9.9", "1.1 1.2 2.1 2.2 2.3 2.4 3.1"):
        shown = read(tablet.post("/rate", data={**page.fields, "drawn": forged, "go": "back"}))
        assert shown.fields["drawn"] != forged


def test_the_poster_asks_stage_and_field_and_is_its_own_channel(phone: FlaskClient, desk: DeskInMemory) -> None:
    page, asked = answer_to_the_end(phone, phone.get(f"/p/{DESK.unit}/q1"))
    assert len(asked) == 21
    answer = press(phone, page, "go", "send", overall="5")
    assert "Cảm ơn" in read(answer).heading
    sheet = last(desk)
    assert (sheet.channel, sheet.code, sheet.counter, sheet.unit) == ("poster", None, "q1", DESK.unit)
    assert "Nhập mã khác" not in answer.get_data(as_text=True)


def test_a_poster_of_a_counter_that_has_gone_still_opens_its_desk(phone: FlaskClient, desk: DeskInMemory) -> None:
    page, _ = answer_to_the_end(phone, phone.get(f"/p/{DESK.unit}/closed"))
    press(phone, page, "go", "send")
    assert last(desk).counter is None


def test_a_poster_of_no_desk_says_what_to_do(phone: FlaskClient) -> None:
    answer = phone.get("/p/nowhere")
    assert answer.status_code == 404
    assert "Không tìm thấy nơi tiếp nhận này" in read(answer).heading


def test_an_agent_adds_codes_and_sends_one_sheet(phone: FlaskClient, desk: DeskInMemory) -> None:
    page, _ = answer_to_the_end(
        phone, phone.get(f"/r/{OPEN}"), "authorised", f" {group_code(RESULT_ONLY).lower()} \r\n{OPEN}\r\n{RESULT_ONLY}"
    )
    press(phone, page, "go", "send", overall="5")
    assert last(desk).code == OPEN
    assert last(desk).codes == (RESULT_ONLY,), "a code named twice, or the sheet's own, is one code"


@pytest.mark.parametrize("kind", ["individual", "organisation"])
def test_only_somebody_who_acts_for_others_is_asked_for_further_codes(phone: FlaskClient, desk: DeskInMemory, kind: str) -> None:
    page, _ = answer_to_the_end(phone, phone.get(f"/r/{OPEN}"), kind)
    phone.post("/rate", data={**page.fields, "codes": RESULT_ONLY, "go": "send"})
    assert last(desk).codes is None


def test_wrong_further_codes_are_named_by_their_line(phone: FlaskClient, desk: DeskInMemory) -> None:
    page, _ = answer_to_the_end(phone, phone.get(f"/r/{OPEN}"), "authorised")
    back = read(press(phone, page, "go", "back"))
    answer = phone.post("/rate", data={**back.fields, "codes": f"{RESULT_ONLY}\nABC\n{NOBODYS}\n{USED}\n{EXPIRED}", "go": "next"})
    text = answer.get_data(as_text=True).replace("\u00a0", " ")
    assert answer.status_code == 422
    for sentence in (
        "Dòng 2: Mã chưa đúng",
        "Dòng 3: Không tìm thấy mã này.",
        "Dòng 4: Mã này đã dùng.",
        "Dòng 5: Mã này đã hết hạn.",
    ):
        assert sentence in text
    assert "Dòng 1" not in text
    assert read(answer).fields["codes"].splitlines()[1] == "ABC", "what was typed stays"


def test_a_code_spent_meanwhile_is_named_to_the_script_with_its_page(phone: FlaskClient, desk: DeskInMemory) -> None:
    page, _ = answer_to_the_end(phone, phone.get(f"/r/{OPEN}"), "authorised", RESULT_ONLY)
    desk.used_up.add(RESULT_ONLY)
    from kiosk.protocols import Outcome

    desk.answer = Outcome("rejected", "codes.1: already used at this stage")
    answer = phone.post("/rate", data={**page.fields, "go": "send"}, headers={"Accept": "application/json"})
    assert answer.status_code == 422
    assert answer.json == {"status": "rejected", "message": "Dòng 1: Mã này đã dùng.", "page": "codes"}


def test_a_sheet_sent_again_after_its_code_was_spent_at_that_stage_is_the_same_sheet(phone: FlaskClient, desk: DeskInMemory) -> None:
    page, _ = answer_to_the_end(phone, phone.get(f"/r/{OPEN}"))
    press(phone, page, "go", "send")
    stages = desk.find_invitation

    def only_filing_left(code: str) -> object:
        found = stages(code)
        from dataclasses import replace

        return replace(found, stages_left=("filing",))  # type: ignore[type-var]  # an open code

    desk.find_invitation = only_filing_left  # type: ignore[assignment,method-assign]
    press(phone, page, "go", "send")
    assert desk.arrivals[0][0] == desk.arrivals[1][0]
    assert len(desk.kept) == 1


def test_a_drawn_criterion_for_those_who_gave_feedback_is_asked_only_after_a_yes(tablet: FlaskClient, desk: DeskInMemory) -> None:
    desk.how_much = "rotating"
    givers_only = {criterion.code for criterion in desk.instrument.criteria if criterion.asked_of == "feedback_givers"}
    met = 0
    for _ in range(7):
        page = read(tablet.get("/tablet"))
        for name, value in (("go", "next"), ("stage", "result"), ("field", "dat-dai"), ("kind", "individual")):
            page = read(press(tablet, page, name, value))
        drawn = set(page.fields["drawn"].split())
        while ("go", "send") not in page.buttons:
            asks_feedback = ("gave_feedback", "no") in page.buttons
            assert not asks_feedback or drawn & givers_only, "the question is put only where something depends on it"
            page = read(press(tablet, page, *(("gave_feedback", "no") if asks_feedback else ("go", "next"))))
        press(tablet, page, "go", "send")
        assert set(last(desk).asked or ()) == drawn - givers_only
        met += bool(drawn & givers_only)
    assert met >= 2, "each of the two is drawn twice in a cycle of seven"
