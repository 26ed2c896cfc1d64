"""What went wrong is asked once, after the ratings, of whoever rated something low – with scripts and without – and can be skipped."""

from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from survey_forms.reasons import ReasonsGiven
from tests.kiosk.desk import DEVICE_KEY, OPEN, DeskInMemory
from tests.kiosk.page import press, read
from tests.kiosk.test_rotating_pages import last
from tests.kiosk.test_script import address, chromium, go_to_first_criterion, page, step

__all__ = ["address", "chromium", "page"]  # fixtures


def go_to_reasons(page: Page, low: tuple[int, ...]) -> None:
    """Rate until the step of reasons: the worst level for the questions named by their number, the best for the others."""
    go_to_first_criterion(page)
    number = 1
    while page.locator(".card, .choice").count():
        if page.locator(".card").count():
            step(page, ".card", 0 if number in low else 4)
            number += 1
        else:
            step(page, ".choice", 1)


def to_the_end_without_scripts(client: FlaskClient, worst: tuple[str, ...]) -> tuple[list[str], FlaskClient]:
    """Go through a visit by code, rating some criteria 1; returns the headings met on the way."""
    shown = read(client.get(f"/r/{OPEN}"))
    headings = []
    for _ in range(20):
        headings.append(shown.heading)
        if ("go", "send") in shown.buttons:
            press(client, shown, "go", "send", comment="Gọi 0912345678", may_quote="yes")
            return headings, client
        names = {name for name, _ in shown.buttons}
        choice = {"stage": "result", "kind": "individual", "gave_feedback": "no"}
        if chosen := names & choice.keys():
            name = chosen.pop()
            shown = read(press(client, shown, name, choice[name]))
            continue
        given = {name: "1" if name.removeprefix("rating-") in worst else "5" for name in shown.radios if name.startswith("rating-")}
        if shown.heading == "Điều gì chưa tốt?":
            given = {"reason-3.1": "rude", "reason_text-3.1": "Quát mắng, số 0912345678"}
        shown = read(client.post("/rate", data={**shown.fields, **given, "go": "next"}))
    raise AssertionError("the visit did not come to its end")


def test_low_ratings_are_explained_once_after_everything_is_rated(page: Page, desk: DeskInMemory) -> None:
    go_to_reasons(page, (1, 7))
    expect(page.locator("h1")).to_have_text("Điều gì chưa tốt?")
    expect(page.locator(".reason")).to_have_count(2)
    expect(page.locator("#skip")).to_have_text("Bỏ qua")
    page.locator(".chip", has_text="Chưa sạch sẽ").click()
    expect(page.locator("#skip")).to_have_text("Tiếp tục")
    page.locator(".reason").nth(1).locator(".chip").last.click()
    page.locator(".reason input.text:visible").fill("Quát mắng, gọi 0912 345 678")
    expect(page.locator(".hint.masked").nth(1)).to_contain_text("được che")
    step(page, "#skip")
    while page.locator("#skip").count():
        step(page, "#skip")
    page.locator("textarea").fill("Cần thêm ghế")
    expect(page.locator("#may-quote")).not_to_be_checked()
    page.get_by_text("Đồng ý để cơ quan trích đăng").click()
    page.locator("#send").click()
    expect(page.locator("h1")).to_contain_text("Cảm ơn")
    ((sheet, _),) = desk.arrivals
    codes = list(sheet.ratings)
    assert dict(sheet.reasons) == {
        codes[0]: ReasonsGiven(chips=("unclean",)),
        codes[6]: ReasonsGiven(text="Quát mắng, gọi [đã che]"),
    }
    assert (sheet.comment, sheet.may_quote) == ("Cần thêm ghế", True)


def test_one_tap_skips_the_reasons_and_nobody_who_is_content_meets_them(page: Page, desk: DeskInMemory) -> None:
    go_to_reasons(page, (2,))
    expect(page.locator("h1")).to_have_text("Điều gì chưa tốt?")
    step(page, "#skip")
    while page.locator("#skip").count():
        step(page, "#skip")
    page.locator("#send").click()
    expect(page.locator("h1")).to_contain_text("Cảm ơn")
    page.locator("#again").click()
    go_to_reasons(page, ())
    expect(page.locator("#send, #skip, .choice").first).to_be_visible()
    expect(page.locator("h1")).not_to_contain_text("Điều gì chưa tốt")
    assert [dict(sheet.reasons) for sheet, _ in desk.arrivals] == [{}]


def test_a_rating_raised_afterwards_takes_its_reasons_along(page: Page, desk: DeskInMemory) -> None:
    page.goto(f"/tablet/{DEVICE_KEY}")
    kept = page.evaluate(
        """async () => {
            const flow = await import("/kiosk/static/flow.js");
            const { submissionOf } = await import("/kiosk/static/sheet.js");
            const data = JSON.parse(document.getElementById("visit").textContent);
            const answers = { ...flow.emptyAnswers(data), stage: "result", ratings: { "3.1": 1, "3.2": 3 } };
            answers.reasons = { "3.1": { chips: ["rude"], text: "" }, "3.2": { chips: ["absent"], text: "" } };
            const sheet = { id: "x", answeredAt: "2026-03-10T01:15:00Z", repeatsPrevious: null };
            const before = Object.keys(submissionOf(data, answers, sheet).reasons);
            answers.ratings["3.1"] = 4;
            const after = Object.keys(submissionOf(data, answers, sheet).reasons);
            return [before, after, flow.steps(data, answers).some((step) => step.key === "reasons")];
        }"""
    )
    assert kept == [["3.1"], [], False]


def test_without_scripts_the_same_page_and_the_same_sheet(phone: FlaskClient, desk: DeskInMemory) -> None:
    headings, _ = to_the_end_without_scripts(phone, ("3.1", "1.1"))
    assert headings.index("Câu hỏi chung") < headings.index("Điều gì chưa tốt?") < headings.index("Về Ông/Bà, không bắt buộc")
    sheet = last(desk)
    assert dict(sheet.reasons) == {"3.1": ReasonsGiven(chips=("rude",), text="Quát mắng, số [đã che]")}
    assert (sheet.comment, sheet.may_quote) == ("Gọi [đã che]", True)


def test_without_scripts_nobody_content_meets_the_page(phone: FlaskClient, desk: DeskInMemory) -> None:
    headings, _ = to_the_end_without_scripts(phone, ())
    assert "Điều gì chưa tốt?" not in headings
    assert dict(last(desk).reasons) == {}


def test_a_reason_that_is_too_long_is_named_and_kept(phone: FlaskClient, desk: DeskInMemory) -> None:
    shown = read(phone.get(f"/r/{OPEN}"))
    fields = {**shown.fields, "page": "reasons", "stage": "result", "kind": "individual", "id": "00000000-0000-4000-8000-000000000001"}
    answer = phone.post("/rate", data={**fields, "rating-3.1": "1", "reason_text-3.1": "x" * 301, "go": "next"})
    assert answer.status_code == 422
    assert "Lý do dài quá 300 ký tự" in answer.get_data(as_text=True).replace("\u00a0", " ")
    assert read(answer).fields["reason_text-3.1"] == "x" * 301


def test_who_reads_thanks_after_a_masked_comment_is_told(phone: FlaskClient, desk: DeskInMemory) -> None:
    shown = read(phone.get(f"/r/{OPEN}"))
    fields = {**shown.fields, "page": "finish", "stage": "result", "id": "00000000-0000-4000-8000-000000000002", "go": "send"}
    told = phone.post("/rate", data={**fields, "comment": "Gọi 0912345678"}).get_data(as_text=True).replace("\u00a0", " ")
    quiet = phone.post("/rate", data={**fields, "comment": "Cần thêm ghế"}).get_data(as_text=True).replace("\u00a0", " ")
    assert "được che đi" in told
    assert "được che đi" not in quiet
