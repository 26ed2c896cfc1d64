"""What `sipas cluster` says: the figures of many provinces in words or as JSON, and what they were counted from."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, cast

from analytics.cluster import ClusterTally
from analytics.results import IndexReport
from app.cli.index_text import write_text
from app.config import LOCAL_ZONE
from app.selection import Selection
from app.vietnamese import CHANNELS, STAGES, day, whole
from survey_forms import Instrument
from survey_forms.vocabulary import Channel, Stage


def as_json(report: IndexReport, found: ClusterTally, *, by_province: bool, has_provinces: bool) -> dict[str, Any]:
    """The body of `sipas index --json`, where every cell also names its province, and `provinces`: what each one gave."""
    body = report.to_json()
    for cell in body["cells"]:
        province, unit = None, cell.pop("unit")
        if unit is not None and by_province:
            province, unit = unit, None
        elif unit is not None and has_provinces:
            province, _, unit = unit.partition("/")
        places = {"province": province, "unit": unit}
        cell.update(places | {name: cell.pop(name) for name in list(cell)})
    return body | {
        "provinces": [
            {
                "province": each.province if has_provinces else None,
                "parts": each.n_parts,
                "responses": each.n_rows,
                "excluded": each.n_excluded,
                "closed_until": datetime.fromtimestamp(each.until_hour * 3600, UTC).isoformat().replace("+00:00", "Z"),
            }
            for each in found.provinces
        ]
    }


def write_national_text(
    report: IndexReport, instrument: Instrument, first_on: date | None, last_on: date | None, selection: Selection, *, by_province: bool
) -> str:
    """The table of `sipas index`, with the filters named above it."""
    chosen = [f"lĩnh vực {selection.field}"] if selection.field is not None else []
    chosen += [f"kênh {CHANNELS[cast(Channel, selection.channel)]}"] if selection.channel is not None else []
    chosen += [f"công đoạn {STAGES[cast(Stage, selection.stage)]}"] if selection.stage is not None else []
    text = write_text(report, instrument, first_on, last_on, units="Tỉnh, thành phố" if by_province else "Đơn vị")
    return "\n".join([*([f"Chỉ gồm: {', '.join(chosen)}"] if chosen else []), text])


def tell_parts(found: ClusterTally) -> Iterable[str]:
    """A line for each province: what was read, what was taken away, and until which hour the figure holds."""
    for each in found.provinces:
        until = datetime.fromtimestamp(each.until_hour * 3600, UTC).astimezone(LOCAL_ZONE)
        excluded = "kể cả phiếu bị loại trừ" if each.n_excluded is None else f"trừ {whole(each.n_excluded)} phiếu bị loại trừ có lý do"
        yield (
            f"{each.province}: {whole(each.n_rows)} phiếu trong {whole(each.n_parts)} tệp, {excluded}, "
            f"số liệu đến {until.hour} giờ ngày {day(until.date())}"
        )


def tell_others(others: tuple[str, ...]) -> Iterable[str]:
    """What lies in the folders and was not asked for."""
    if others:
        yield f"Không tính: phiếu của {', '.join(others)} (phiên bản khác của bộ phiếu này); thêm --instrument để tính cùng."
