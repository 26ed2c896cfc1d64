"""Flags in words: what was seen, what is usual, what may be behind it – never that somebody did something."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from analytics.integrity import Kind
from analytics.periods import block_start
from app.integrity.reading import FlagView
from app.opening_hours import tell_spans
from app.runtime import day_of_hour
from app.vietnamese import day, decimal_comma, percent, points, whole
from kiosk.typography import NO_BREAK_SPACE


@dataclass(frozen=True, slots=True)
class KindWords:
    """A kind of flag: its title, what may honestly be behind it, how it is found."""

    title: str
    honest: str
    method: str


STATES: Final[Mapping[str, tuple[str, str]]] = {
    "open": ("Chờ giải trình", "○"),
    "explained": ("Đã giải trình", "◐"),
    "confirmed": ("Đã xác nhận, không tính phiếu", "●"),
    "dismissed": ("Đã bỏ qua, vẫn tính phiếu", "–"),
}
"""Each state in words, and a sign that does not need colour."""

_OWN_HOURS = "So với chính máy này trong các giờ khác của khoảng 75 ngày"
_PEERS = "So với các đơn vị khác trong cùng nửa tháng (trung vị và độ phân tán của các đơn vị ấy)"

KINDS: Final[Mapping[Kind, KindWords]] = {
    "burst": KindWords(
        "Nhiều phiếu dồn trong một giờ",
        "buổi trả kết quả tập trung, đoàn đông người cùng đến, đợt làm việc lưu động",
        "So với số phiếu thường có của chính máy này vào giờ ấy ở các ngày khác, có tính ngày đông ngày vắng (phân phối nhị thức âm).",
    ),
    "repeats": KindWords(
        "Nhiều phiếu giống hệt phiếu liền trước",
        "gia đình hoặc nhóm cùng ý kiến lần lượt chấm, một người đại diện trả lời cho nhiều hồ sơ",
        f"{_OWN_HOURS} (phân phối nhị thức beta). Nơi mọi người đều hài lòng thì phiếu giống nhau là thường và không bị nêu.",
    ),
    "short_took": KindWords(
        "Nhiều phiếu trả lời dưới 30 giây",
        "người đã quen phiếu, bộ câu hỏi ngắn, có người hướng dẫn cách bấm",
        f"{_OWN_HOURS} (phân phối nhị thức beta).",
    ),
    "outside_hours": KindWords(
        "Phiếu tại quầy ngoài giờ làm việc",
        "đơn vị làm thêm giờ hoặc trả kết quả ngày nghỉ theo kế hoạch, đồng hồ của máy sai",
        "Quy tắc: từ 3 phiếu trở lên trên một máy trong một giờ không có quầy nào mở, theo giờ làm việc, ngày nghỉ và ngày làm bù đã khai "
        "(cộng 30 phút trước và sau). Nơi chưa khai thì lấy ngoài 6–19 giờ, hoặc Chủ nhật.",
    ),
    "repeats_block": KindWords(
        "Phiếu giống nhau đi liền thành cụm",
        "nhiều hồ sơ cùng loại được trả một lượt, người đại diện trả lời liên tiếp",
        "So với số lần hai phiếu giống nhau đứng liền nhau nếu xếp chính các phiếu ấy theo thứ tự bất kỳ (kiểm định chuỗi).",
    ),
    "short_block": KindWords(
        "Tỷ lệ phiếu dưới 30 giây cao hơn nơi khác",
        "bộ câu hỏi của đơn vị ngắn hơn, nhiều người đến thường xuyên",
        f"{_PEERS}.",
    ),
    "desk_phone_gap": KindWords(
        "Chấm tại quầy cao hơn hẳn chấm bằng điện thoại",
        "người gặp vướng mắc thường trả lời tại nhà, hai nhóm làm thủ tục khác nhau",
        "So chênh lệch của đơn vị với chênh lệch của các đơn vị khác; nếu chưa đủ đơn vị để so thì so với 0.",
    ),
    "above_dossiers": KindWords(
        "Số phiếu nhiều hơn số hồ sơ",
        "sổ hồ sơ chưa nhập đủ (thường gặp ở chứng thực), một hồ sơ có nhiều người cùng đánh giá",
        "Quy tắc: phiếu ở bước nhận kết quả nhiều hơn hồ sơ đã giải quyết, cả trong nửa tháng này lẫn khi cộng nửa tháng liền trước.",
    ),
    "helped_codes": KindWords(
        "Nhiều mã đánh giá được trả lời hộ",
        "nhiều người cao tuổi hoặc không có điện thoại được đoàn viên, tổ công nghệ số hỗ trợ",
        f"{_PEERS}.",
    ),
    "non_neutral": KindWords(
        "Tỷ lệ chọn mức giữa khác hẳn nơi khác",
        "cơ cấu thủ tục của đơn vị khác, có thay đổi lớn trong cách phục vụ",
        f"{_PEERS}, cả hai phía.",
    ),
}


def tell_time(view: FlagView) -> str:
    """When: "10 giờ đến 11 giờ, 10/09/2025" or "1–14/9/2025"."""
    if view.device_id is not None:
        hour = (view.first_hour + 7) % 24
        return f"{hour}{NO_BREAK_SPACE}giờ đến {hour + 1}{NO_BREAK_SPACE}giờ, {day(day_of_hour(view.first_hour))}"
    return _tell_block(view.block)


def _tell_block(block: str) -> str:
    first, last = block_start(block), day_of_hour(_last_hour(block))
    return f"{first.day}–{last.day}/{first.month}/{first.year}"


def _last_hour(block: str) -> int:
    begin = block_start(block)
    end = date(begin.year, begin.month, 15) if begin.day == 1 else date(begin.year + begin.month // 12, begin.month % 12 + 1, 1)
    return (end.toordinal() - date(1970, 1, 1).toordinal()) * 24 - 8


def tell(view: FlagView) -> str:
    """The flag as one plain sentence."""
    seen, of = whole(view.count), whole(view.of or 0)
    label = view.device_label or "máy"
    where = f"Trong giờ này, {label[:1].lower()}{label[1:]}" if view.device_id is not None else "Trong nửa tháng này, đơn vị"
    match view.kind:
        case "burst":
            return f"{where} nhận {seen} phiếu; vào giờ ấy các ngày khác thường có khoảng {_about(view.expected)} phiếu."
        case "repeats":
            usual = percent(view.usual)
            return f"{where} có {seen} trong {of} phiếu giống hệt phiếu liền trước ({percent(view.share)}); các giờ khác thường là {usual}."
        case "short_took":
            usual = percent(view.usual)
            return f"{where} có {seen} trong {of} phiếu trả lời dưới 30 giây ({percent(view.share)}); các giờ khác thường là {usual}."
        case "outside_hours":
            return f"{where} nhận {seen} phiếu, trong khi {_tell_opening(view)}."
        case "repeats_block":
            return (
                f"{where} có {seen} lần một phiếu tại máy giống hệt phiếu liền trước; "
                f"nếu xếp chính các phiếu ấy theo thứ tự bất kỳ thì chỉ khoảng {_about(view.expected)} lần."
            )
        case "short_block":
            usual = percent(view.usual)
            return f"{where} có {seen} trong {of} phiếu trả lời dưới 30 giây ({percent(view.share)}); các đơn vị khác thường là {usual}."
        case "desk_phone_gap":
            gap = points((view.share or 0.0) - (view.usual or 0.0))
            return (
                f"{where} có tỷ lệ hài lòng {percent(view.share)} trên máy tại quầy ({seen} phiếu) và {percent(view.usual)} "
                f"trên điện thoại ({of} phiếu): chênh {gap}; nơi khác thường chênh {points(view.expected or 0.0)}."
            )
        case "above_dossiers":
            return (
                f"{where} có {seen} phiếu ở bước nhận kết quả, nhưng chỉ có {of} hồ sơ đã giải quyết; "
                "cộng cả nửa tháng trước vẫn nhiều hơn hồ sơ."
            )
        case "helped_codes":
            return (
                f"{where} có {seen} trong {of} mã đánh giá được trả lời với ghi chú có người giúp ({percent(view.share)}); "
                f"nơi khác thường là {percent(view.usual)}."
            )
        case "non_neutral":
            return (
                f"{where} có {percent(view.share)} câu trả lời khác mức giữa của thang đo; các đơn vị khác thường là {percent(view.usual)}."
            )


def _tell_opening(view: FlagView) -> str:
    if view.open_minutes is None:
        return "giờ này không có quầy nào mở"
    if not view.open_minutes:
        return "ngày này đơn vị nghỉ theo lịch đã khai"
    return f"giờ làm việc đã khai của ngày này là {tell_spans(view.open_minutes)}"


def tell_chance(view: FlagView) -> str:
    """How unlikely, or that a rule was broken."""
    if view.p_value is None:
        return "Dấu hiệu này nêu theo quy tắc, không theo xác suất."
    return (
        f"Nếu mọi phiếu do người dân tự trả lời và chỉ dao động như chính số liệu cho thấy, xác suất gặp trường hợp như vậy là "
        f"{_chance(view.p_value)}; tính cả việc đã so sánh nhiều lần là {_chance(view.adjusted_p or 0.0)}."
    )


def _chance(p: float) -> str:
    return "dưới 0,0001" if p < 0.0001 else f"{p:.4f}".replace(".", ",")


def _about(expected: float | None) -> str:
    return decimal_comma(expected or 0.0, 1) if (expected or 0.0) < 10 else whole(round(expected or 0.0))
