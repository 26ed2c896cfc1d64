"""Small real things to test with: an office, an answer sheet, a batch."""

from datetime import date
from uuid import uuid4

from app.models import Counter, Field, Target, Unit, UnitSuccession
from app.runtime import Runtime

KIOSK = "kiosk-default@1.0"
PROVINCE, COMMUNE, OLD_COMMUNE, NEIGHBOUR, BRANCH = "tinh", "xa-a", "xa-a-cu", "xa-b", "chi-nhanh-dat-dai"
RESULT_CODES = tuple(f"{factor}.{n}" for factor, count in ((1, 2), (2, 4), (3, 7), (4, 4), (5, 4)) for n in range(1, count + 1))


def add_office(runtime: Runtime) -> None:
    """A province with two communes, one of them with a predecessor; two fields; targets 90 % and 80 % for land."""
    merger = date(2025, 7, 1)
    with runtime.database.write() as session:
        session.add(Unit(key=PROVINCE, name="Tỉnh A", level="province", office_name="", contacts=""))
        session.flush()
        session.add_all(
            [
                Unit(
                    key=COMMUNE,
                    name="Xã A",
                    level="commune",
                    parent_key=PROVINCE,
                    valid_from_on=merger,
                    office_name="Trung tâm Phục vụ hành chính công xã A",
                    contacts="Góp ý tại quầy hoặc gửi thư về UBND xã A",
                ),
                Unit(
                    key=NEIGHBOUR,
                    name="Xã B",
                    level="commune",
                    parent_key=PROVINCE,
                    valid_from_on=merger,
                    office_name="",
                    contacts="",
                ),
                Unit(
                    key=BRANCH,
                    name="Chi nhánh Văn phòng đăng ký đất đai",
                    level="branch",
                    parent_key=PROVINCE,
                    office_name="",
                    contacts="",
                ),
                Unit(
                    key=OLD_COMMUNE,
                    name="Xã A cũ",
                    level="commune",
                    valid_to_on=date(2025, 6, 30),
                    office_name="",
                    contacts="",
                ),
            ]
        )
        session.flush()
        session.add_all(
            [
                UnitSuccession(old_key=OLD_COMMUNE, new_key=COMMUNE, effective_on=merger, share=1.0),
                Counter(unit_key=COMMUNE, code="1", name="Quầy 1"),
                Field(code="ho-tich", name="Hộ tịch", position=1),
                Field(code="dat-dai", name="Đất đai", position=2, resolving_unit_key=BRANCH),
            ]
        )
        session.flush()
        source = "Kế hoạch năm 2023"
        session.add_all(
            [
                Target(id="all", share="0.9", source=source),
                Target(id="land", field_code="dat-dai", share="0.8", source=source),
            ]
        )


def response(**changes: object) -> dict[str, object]:
    """One response as it is posted: everything of the result stage rated 5, at the commune, today."""
    return {
        "id": str(uuid4()),
        "instrument": KIOSK,
        "unit": COMMUNE,
        "field": "ho-tich",
        "channel": "kiosk",
        "answered_at": "2025-09-10T03:05:00Z",
        "ratings": dict.fromkeys(RESULT_CODES, 5),
        **changes,
    }
