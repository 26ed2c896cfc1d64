"""The demonstration office put together: fields, targets, calendar, and what is handed over when it serves."""

from datetime import date, timedelta

from app.demo.office import DemoField, DemoOffice, DemoProcedure, DemoTarget
from app.demo.units import LAND_BRANCH, PROVINCE, TUY_PHUOC, UNITS

_EXAMPLE = "(mã để minh họa)"
_PLAN_2023 = "Kế hoạch năm 2023 của UBND huyện Tuy Phước, tỉnh Bình Định: mức độ hài lòng từ 90%, riêng lĩnh vực đất đai từ 80%"

_CITIZENS = (0.88, 0.03, 0.09)
_BUSINESS = (0.56, 0.28, 0.16)

FIELDS: tuple[DemoField, ...] = (
    DemoField(
        "ho-tich",
        "Hộ tịch",
        weight=23.0,
        effect=0.08,
        kinds=_CITIZENS,
        late_share=0.010,
        procedures=(
            DemoProcedure("1.001193", f"Đăng ký khai sinh {_EXAMPLE}"),
            DemoProcedure("1.000894", f"Đăng ký kết hôn {_EXAMPLE}"),
            DemoProcedure("1.000656", f"Đăng ký khai tử {_EXAMPLE}"),
        ),
    ),
    DemoField(
        "chung-thuc",
        "Chứng thực",
        weight=19.0,
        effect=0.16,
        kinds=_CITIZENS,
        late_share=0.002,
        procedures=(DemoProcedure("2.000815", f"Chứng thực bản sao từ bản chính {_EXAMPLE}"),),
    ),
    DemoField(
        "dat-dai",
        "Đất đai",
        weight=17.0,
        effect=-0.43,
        kinds=(0.70, 0.06, 0.24),
        late_share=0.064,
        procedures=(DemoProcedure("1.012766", f"Đăng ký biến động đất đai {_EXAMPLE}"),),
        resolving_unit_key=LAND_BRANCH,
        factor_effects={"2": -0.06, "4": -0.10},
    ),
    DemoField(
        "ho-kinh-doanh",
        "Hộ kinh doanh",
        weight=9.0,
        effect=0.02,
        kinds=_BUSINESS,
        late_share=0.012,
        procedures=(DemoProcedure("1.001612", f"Đăng ký thành lập hộ kinh doanh {_EXAMPLE}"),),
    ),
    DemoField("bao-tro-xa-hoi", "Bảo trợ xã hội", weight=9.0, effect=-0.02, kinds=_CITIZENS, late_share=0.022),
    DemoField("cu-tru", "Cư trú", weight=8.0, effect=0.06, kinds=_CITIZENS, late_share=0.006),
    DemoField("xay-dung", "Xây dựng", weight=6.0, effect=-0.20, kinds=(0.62, 0.20, 0.18), late_share=0.040),
    DemoField("nguoi-co-cong", "Người có công", weight=5.0, effect=0.05, kinds=_CITIZENS, late_share=0.015),
    DemoField("giao-duc", "Giáo dục và đào tạo", weight=2.5, effect=0.05, kinds=_CITIZENS, late_share=0.008),
    DemoField("moi-truong", "Môi trường", weight=1.5, effect=-0.05, kinds=(0.26, 0.58, 0.16), late_share=0.030),
)


def _days(first_on: date, last_on: date) -> set[date]:
    return {first_on + timedelta(days=number) for number in range((last_on - first_on).days + 1)}


TUY_PHUOC_OFFICE = DemoOffice(
    units=UNITS,
    fields=FIELDS,
    targets=(DemoTarget(None, "0.9", _PLAN_2023), DemoTarget("dat-dai", "0.8", _PLAN_2023)),
    floor=DemoTarget(None, "0.8", "Ngưỡng để minh họa: không tiêu chí nào dưới 80%, theo cách đặt của xã Đại Lãnh năm 2024"),
    calendar_from_on=date(2024, 12, 15),
    calendar_source="Nghị định 09/2019/NĐ-CP, Điều 12",
    top_unit_key=PROVINCE,
    tablet_unit_key=TUY_PHUOC,
    shown_unit_key=TUY_PHUOC,
    shown_field_code="ho-tich",
    analyst_name="chuyenvien",
    analyst_title="Sở Nội vụ tỉnh Gia Lai · Chuyên viên",
    first_on=date(2025, 1, 1),
    last_on=date(2025, 12, 31),
    holidays=frozenset(
        {date(2025, 1, 1), date(2025, 4, 7)}
        | _days(date(2025, 1, 25), date(2025, 2, 2))
        | _days(date(2025, 4, 30), date(2025, 5, 4))
        | _days(date(2025, 8, 30), date(2025, 9, 2))
    ),
)
