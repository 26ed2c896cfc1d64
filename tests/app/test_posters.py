"""A poster opens the desk of a unit of today, and says what to do where the unit has ended or has not begun."""

from datetime import date

from flask.testing import FlaskClient

from app.models import Unit, UnitSuccession
from app.runtime import Runtime
from tests.clock import Clock
from tests.factories import COMMUNE, KIOSK, NEIGHBOUR, OLD_COMMUNE, PROVINCE
from tests.kiosk.page import read


def add_unit(runtime: Runtime, key: str, first: date | None = None, last: date | None = None, into: tuple[str, ...] = ()) -> None:
    with runtime.database.write() as session:
        session.add(Unit(key=key, name=f"Xã {key}", level="commune", valid_from_on=first, valid_to_on=last, office_name="", contacts=""))
        session.flush()
        for new in into:
            session.add(UnitSuccession(old_key=key, new_key=new, effective_on=date(2025, 7, 1), share=None))


def test_every_unit_of_today_opens_with_or_without_counters(client: FlaskClient) -> None:
    for unit in (COMMUNE, NEIGHBOUR, PROVINCE):
        assert client.get(f"/p/{unit}").status_code == 200


def test_unit_opens_from_its_first_day_to_its_last(client: FlaskClient, runtime: Runtime, clock: Clock) -> None:
    today = runtime.today()
    add_unit(runtime, "hom-nay", today, today)
    assert client.get("/p/hom-nay").status_code == 200
    clock.move(days=-1)
    assert client.get("/p/hom-nay").status_code == 404
    clock.move(days=2)
    assert client.get("/p/hom-nay").status_code == 404, "it went over into nothing known"


def test_ended_unit_leads_to_the_units_of_today_it_went_over_into(client: FlaskClient, runtime: Runtime) -> None:
    add_unit(runtime, "cu-hon", last=date(2024, 12, 31), into=(OLD_COMMUNE, NEIGHBOUR))
    for old, links in ((OLD_COMMUNE, [COMMUNE]), ("cu-hon", [COMMUNE, NEIGHBOUR])):
        answer = client.get(f"/p/{old}")
        assert answer.status_code == 410
        text = answer.get_data(as_text=True)
        assert "Nơi tiếp nhận này đã chuyển" in text
        assert [key for key in (PROVINCE, COMMUNE, NEIGHBOUR) if f'href="/p/{key}"' in text] == links
    assert "This desk has moved" in client.get(f"/p/{OLD_COMMUNE}?lang=en").get_data(as_text=True)


def test_sheet_kept_open_while_its_unit_ended_is_not_taken_for_it(client: FlaskClient, runtime: Runtime, clock: Clock) -> None:
    add_unit(runtime, "sap-het", last=runtime.today(), into=(COMMUNE,))
    fields = read(client.get("/p/sap-het")).fields
    clock.move(days=1)
    sheet = {**fields, "go": "next", "page": "start", "instrument": KIOSK}
    assert client.post("/rate", data=sheet).status_code != 200
