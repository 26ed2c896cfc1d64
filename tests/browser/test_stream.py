"""The main job, end to end: a citizen rates, the figure moves, the paper trail is a page and a CSV."""

import re
from collections.abc import Callable
from datetime import date

import pypdfium2
import zxingcpp
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.models import Comment, Response
from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.keys import add_device
from app.services.people import add_user
from kiosk.slips import InvitationSlip, slip_pdf
from tests.browser.citizen import begin, choose, press_through_without_scripts, rate_by_touch, send
from tests.browser.offline import poke
from tests.browser.patience import end_thanks, wait_for_script, wait_until
from tests.factories import COMMUNE, PROVINCE

OpenPage = Callable[..., Page]
PASSWORD = "một mật khẩu đủ dài"


def enrol(runtime: Runtime) -> str:
    return add_device(runtime, unit_key=COMMUNE, label="Máy quầy 1", counter_code="1")[1]


def list_responses(runtime: Runtime, n: int = 1) -> list[Response]:
    """The responses, once there are `n`: a tablet thanks when a sheet is safe with it and sends right after."""

    def look() -> list[Response]:
        with runtime.database.read() as session:
            return list(session.scalars(select(Response)))

    wait_until(lambda: len(look()) >= n, f"{n} responses")
    return look()


def rate_on_tablet(page: Page, level: int = 4, stage: str = "Nhận kết quả", field: str = "Hộ tịch") -> int:
    begin(page)
    choose(page, stage)
    choose(page, field)
    choose(page, "Cá nhân")
    return rate_by_touch(page, level)


def test_rating_at_the_tablet_moves_the_figure_on_the_analytics_page(runtime: Runtime, open_page: OpenPage) -> None:
    add_user(runtime, name="chuyen-vien", password=PASSWORD, role="analyst", unit_key=PROVINCE)
    office = open_page("/analytics", size="desktop")
    office.locator("input[name=name]").fill("chuyen-vien")
    office.locator("input[name=password]").fill(PASSWORD)
    office.locator("input[name=password]").press("Enter")
    expect(office.locator("body")).to_contain_text("Chưa có số liệu")

    tablet = open_page(f"/tablet/{enrol(runtime)}")
    assert rate_on_tablet(tablet) == 22, "21 criteria and the overall question"
    tablet.locator("#comment").fill("Cán bộ hướng dẫn rõ ràng")
    send(tablet)
    end_thanks(tablet)
    wait_for_script(tablet)

    (stored,) = list_responses(runtime)
    assert (stored.unit_key, stored.field_code, stored.counter_code) == (COMMUNE, "ho-tich", "1")
    assert (stored.channel, stored.stage, stored.kind, stored.helped) == ("kiosk", "result", "individual", False)
    assert set(stored.ratings.values()) == {4}
    assert len(stored.ratings) == 21
    assert stored.overall == 4
    assert stored.device_id is not None
    with runtime.database.read() as session:
        assert session.scalars(select(Comment)).one().text == "Cán bộ hướng dẫn rõ ràng"

    office.reload()
    expect(office.locator("body")).to_contain_text("100,00")
    expect(office.locator("body")).to_contain_text("Ít phiếu")
    answer = office.context.request.get(office.url.partition("/analytics")[0] + "/analytics/cells.csv?form=machine")
    assert answer.body().startswith(b"\xef\xbb\xbf") or answer.ok
    assert f"{COMMUNE}," in answer.text()


def test_next_citizen_finds_nothing_of_the_one_before(runtime: Runtime, open_page: OpenPage) -> None:
    tablet = open_page(f"/tablet/{enrol(runtime)}")
    rate_on_tablet(tablet, level=1)
    tablet.locator("#comment").fill("chỉ dành cho cơ quan")
    send(tablet)
    end_thanks(tablet)
    begin(tablet)
    choose(tablet, "Nhận kết quả")
    choose(tablet, "Hộ tịch")
    choose(tablet, "Cá nhân")
    expect(tablet.locator("label.card").first).to_be_visible()
    expect(tablet.locator("input:checked")).to_have_count(0)
    assert "chỉ dành cho cơ quan" not in tablet.content()
    rate_by_touch(tablet, 5)
    expect(tablet.locator("#comment")).to_have_value("")
    send(tablet)
    first, second = sorted(list_responses(runtime, 2), key=lambda row: row.ratings["1.1"])
    assert first.id != second.id
    assert set(second.ratings.values()) == {5}


def test_sheet_answered_with_the_same_hand_twice_is_marked(runtime: Runtime, open_page: OpenPage) -> None:
    tablet = open_page(f"/tablet/{enrol(runtime)}")
    for _ in range(2):
        rate_on_tablet(tablet, level=5)
        send(tablet)
        end_thanks(tablet)
    assert sorted(str(row.repeats_previous) for row in list_responses(runtime, 2)) == ["None", "True"], "the first has no one before it"


def test_whole_form_works_without_scripts(runtime: Runtime, open_page: OpenPage) -> None:
    tablet = open_page(f"/tablet/{enrol(runtime)}", scripts=False)
    press_through_without_scripts(tablet, ["Nhận kết quả", "Đất đai", "Cá nhân", "Có"], level=2)
    (stored,) = list_responses(runtime)
    assert (stored.channel, stored.stage, stored.field_code) == ("kiosk", "result", "dat-dai")
    assert stored.resolving_unit_key == "chi-nhanh-dat-dai"
    assert set(stored.ratings.values()) == {2}
    assert len(stored.ratings) == 21


def test_filing_stage_does_not_ask_about_the_result(runtime: Runtime, open_page: OpenPage) -> None:
    tablet = open_page(f"/tablet/{enrol(runtime)}")
    rate_on_tablet(tablet, stage="Nộp hồ sơ")
    send(tablet)
    (stored,) = list_responses(runtime)
    assert stored.stage == "filing"
    assert not any(code.startswith("4.") for code in stored.ratings)


def test_qr_of_the_rendered_slip_opens_the_right_form_once_per_stage(runtime: Runtime, address: str, open_page: OpenPage) -> None:
    (code,), valid_until_on = issue_codes(runtime, unit_key=COMMUNE, field_code="dat-dai", counter_code="1", mode="in_person")
    url = _read_qr(_slip(code, f"{address}/r/{code}", valid_until_on))
    assert url == f"{address}/r/{code}"

    for stages_left, stage, expected in ((2, "Nhận kết quả", "result"), (1, "Nộp hồ sơ", "filing")):
        phone = open_page(url, size="phone")
        expect(phone, "the code does not stay in the address").not_to_have_url(re.compile(code))
        expect(phone.locator("body")).to_contain_text("Đất đai")
        begin(phone)
        if stages_left > 1:
            choose(phone, stage)
        choose(phone, "Cá nhân")
        rate_by_touch(phone, 5)
        send(phone)
        newest = [row for row in list_responses(runtime, 3 - stages_left) if row.stage == expected]
        assert [(row.field_code, row.channel, row.coded, row.mode) for row in newest] == [("dat-dai", "invitation", True, "in_person")]

    spent = open_page(url, size="phone")
    expect(spent.locator("body")).to_contain_text("Mã này đã dùng")
    assert len(list_responses(runtime)) == 2


def test_invitation_works_without_scripts_and_by_typing_the_code(runtime: Runtime, open_page: OpenPage) -> None:
    (code,), _ = issue_codes(runtime, unit_key=COMMUNE, field_code="ho-tich")
    phone = open_page("/r", size="phone", scripts=False)
    phone.locator("input[name=code]").fill(f"{code[:4].lower()} {code[4:8]}-{code[8:]}")
    phone.locator("input[name=code]").press("Enter")
    press_through_without_scripts(phone, ["Nhận kết quả", "Cá nhân", "Chưa"], level=4)
    (stored,) = list_responses(runtime)
    assert (stored.channel, stored.coded, stored.field_code) == ("invitation", True, "ho-tich")
    assert stored.asked is not None
    assert "5.3" not in stored.asked, "how feedback was handled is asked of those who gave some"


def test_network_that_fails_while_sending_loses_nothing(runtime: Runtime, open_page: OpenPage) -> None:
    tablet = open_page(f"/tablet/{enrol(runtime)}")
    rate_on_tablet(tablet, level=3)
    tablet.context.set_offline(True)
    send(tablet)
    tablet.context.set_offline(False)
    poke(tablet)
    (stored,) = list_responses(runtime)
    assert set(stored.ratings.values()) == {3}


def _slip(code: str, url: str, valid_until_on: date) -> bytes:
    return slip_pdf(
        InvitationSlip(
            office_name="Trung tâm Phục vụ hành chính công xã A",
            unit_name="Xã A",
            field_name="Đất đai",
            counter_name="Quầy 1",
            code=code,
            url=url,
            valid_until_on=valid_until_on,
            contacts="Góp ý tại quầy hoặc gửi thư về UBND xã A",
            demonstration=False,
        )
    )


def _read_qr(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    picture = document[0].render(scale=3).to_pil()
    document.close()
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)
