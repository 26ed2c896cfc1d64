"""The units of the demonstration: the thirteen of huyện Tuy Phước (Bình Định) until 30/06/2025 and the four communes of
Gia Lai that followed on 01/07/2025, with the province's own centre and the land registration branch.

Places, codes and successions are real (codes of 2026 from the national list; those of the former units where they are
known; the successions of three of the four communes are believed right and not yet confirmed). Every number about
satisfaction is made up.
"""

from collections.abc import Mapping
from datetime import date

from app.demo.office import DemoUnit

OLD_UNTIL_ON = date(2025, 6, 30)
NEW_FROM_ON = date(2025, 7, 1)

PROVINCE, FORMER_PROVINCE, FORMER_DISTRICT = "tinh-gia-lai", "tinh-binh-dinh", "huyen-tuy-phuoc"
LAND_BRANCH = "chi-nhanh-dat-dai-tuy-phuoc"
TUY_PHUOC, TUY_PHUOC_DONG = "xa-tuy-phuoc", "xa-tuy-phuoc-dong"
TUY_PHUOC_TAY, TUY_PHUOC_BAC = "xa-tuy-phuoc-tay", "xa-tuy-phuoc-bac"

_NO_NUMBER = "Đường dây nóng: bản minh họa không in số điện thoại; phiếu của đơn vị in số của đơn vị ở dòng này"
_NATIONAL_PORTAL = "Cổng Dịch vụ công quốc gia: dichvucong.gov.vn, mục Phản ánh, kiến nghị"


def _contacts(office_name: str) -> str:
    """What an office prints for feedback. No number is invented: somebody would call it."""
    return "\n".join(
        (
            f"Gặp trực tiếp: người phụ trách {office_name}, trong giờ làm việc",
            "Hộp thư góp ý: đặt tại nơi tiếp nhận hồ sơ",
            _NATIONAL_PORTAL,
            _NO_NUMBER,
        )
    )


def _commune(
    key: str,
    name: str,
    code: str,
    *,
    weight: float,
    effect: float,
    factor_effects: Mapping[str, float] | None = None,
) -> DemoUnit:
    office_name = f"Trung tâm Phục vụ hành chính công {name[0].lower()}{name[1:]}"
    return DemoUnit(
        key=key,
        name=name,
        level="commune",
        parent_key=PROVINCE,
        codes=(code,),
        valid_from_on=NEW_FROM_ON,
        office_name=office_name,
        contacts=_contacts(office_name),
        n_counters=3,
        n_tablets=2,
        weight=weight,
        effect=effect,
        factor_effects=factor_effects or {},
    )


def _former(key: str, name: str, successor_key: str, *, weight: float, effect: float, code: str | None = None) -> DemoUnit:
    office_name = f"Bộ phận Một cửa {name[0].lower()}{name[1:]}"
    return DemoUnit(
        key=key,
        name=name,
        level="commune",
        parent_key=FORMER_DISTRICT,
        codes=(code,) if code is not None else (),
        valid_to_on=OLD_UNTIL_ON,
        successor_key=successor_key,
        office_name=office_name,
        contacts=_contacts(office_name),
        n_counters=2,
        n_tablets=1,
        weight=weight,
        effect=effect,
    )


_CENTRE = "Trung tâm Phục vụ hành chính công tỉnh Gia Lai"

UNITS: tuple[DemoUnit, ...] = (
    DemoUnit(
        key=PROVINCE,
        name="Tỉnh Gia Lai",
        level="province",
        codes=("52",),
        valid_from_on=NEW_FROM_ON,
        office_name=_CENTRE,
        contacts=_contacts(_CENTRE),
        n_counters=4,
        n_tablets=2,
        weight=3.4,
        effect=0.16,
    ),
    DemoUnit(
        key=FORMER_PROVINCE,
        name="Tỉnh Bình Định",
        level="province",
        codes=("52",),
        valid_to_on=OLD_UNTIL_ON,
        successor_key=PROVINCE,
    ),
    DemoUnit(
        key=FORMER_DISTRICT,
        name="Huyện Tuy Phước",
        level="district",
        parent_key=FORMER_PROVINCE,
        valid_to_on=OLD_UNTIL_ON,
    ),
    DemoUnit(
        key=LAND_BRANCH,
        name="Chi nhánh Văn phòng đăng ký đất đai khu vực Tuy Phước",
        level="branch",
        parent_key=PROVINCE,
    ),
    _commune(TUY_PHUOC, "Xã Tuy Phước", "21952", weight=18.0, effect=0.14),
    _commune(TUY_PHUOC_DONG, "Xã Tuy Phước Đông", "21970", weight=11.0, effect=0.05, factor_effects={"1": -0.22}),
    _commune(TUY_PHUOC_TAY, "Xã Tuy Phước Tây", "21985", weight=9.0, effect=-0.22, factor_effects={"3": -0.15}),
    _commune(TUY_PHUOC_BAC, "Xã Tuy Phước Bắc", "21964", weight=10.0, effect=0.18),
    _former("thi-tran-tuy-phuoc", "Thị trấn Tuy Phước", TUY_PHUOC, code="21952", weight=5.2, effect=0.09),
    _former("thi-tran-dieu-tri", "Thị trấn Diêu Trì", TUY_PHUOC, weight=4.6, effect=0.05),
    _former("xa-phuoc-thuan", "Xã Phước Thuận", TUY_PHUOC, code="21982", weight=2.9, effect=0.10),
    _former("xa-phuoc-nghia", "Xã Phước Nghĩa", TUY_PHUOC, weight=1.4, effect=0.15),
    _former("xa-phuoc-loc", "Xã Phước Lộc", TUY_PHUOC, weight=3.0, effect=0.02),
    _former("xa-phuoc-son", "Xã Phước Sơn", TUY_PHUOC_DONG, code="21970", weight=4.4, effect=0.03),
    _former("xa-phuoc-hoa", "Xã Phước Hòa", TUY_PHUOC_DONG, weight=3.1, effect=0.07),
    _former("xa-phuoc-thang", "Xã Phước Thắng", TUY_PHUOC_DONG, weight=2.2, effect=-0.03),
    _former("xa-phuoc-an", "Xã Phước An", TUY_PHUOC_TAY, code="21985", weight=3.6, effect=-0.20),
    _former("xa-phuoc-thanh", "Xã Phước Thành", TUY_PHUOC_TAY, weight=2.8, effect=-0.14),
    _former("xa-phuoc-hiep", "Xã Phước Hiệp", TUY_PHUOC_BAC, weight=3.3, effect=0.12),
    _former("xa-phuoc-hung", "Xã Phước Hưng", TUY_PHUOC_BAC, weight=3.4, effect=0.14),
    _former("xa-phuoc-quang", "Xã Phước Quang", TUY_PHUOC_BAC, code="21964", weight=2.7, effect=0.06),
)
