"""What the alarms and notes of a tablet are called, and what to do about each."""

from datetime import datetime

from flask import Flask

from app.config import LOCAL_ZONE
from app.services.device_watch import Alarm, Note

ALARMS: dict[Alarm, tuple[str, str]] = {
    Alarm.sums: ("Số phiếu không khớp", "Số phiếu máy đã lưu khác tổng số đã nhận, chờ xem xét, bị từ chối và chưa gửi."),
    Alarm.missing_here: ("Thiếu phiếu ở máy chủ", "Máy ghi là đã gửi nhiều phiếu hơn số máy chủ đang có của máy này."),
    Alarm.lost_box: ("Mất hộp phiếu", "Hộp phiếu trước còn phiếu chưa gửi thì trình duyệt đã xóa, hoặc máy đã đổi trình duyệt."),
    Alarm.storage_refused: ("Máy không lưu được phiếu", "Trình duyệt không cho lưu. Không dùng chế độ ẩn danh; để sẵn phiếu giấy."),
    Alarm.storage_full: ("Bộ nhớ máy đầy", "Phiếu mới chỉ gửi được khi có mạng. Dọn bộ nhớ máy; để sẵn phiếu giấy."),
    Alarm.silent: ("Im lặng quá 2 giờ làm việc", "Kiểm tra máy có bật, có mạng và đang mở trang đánh giá."),
    Alarm.never_heard: ("Chưa liên lạc lần nào", "Máy chưa được đăng ký, hoặc chưa mở trang đánh giá lần nào."),
}
NOTES: dict[Note, str] = {
    Note.clock: "Đồng hồ của máy sai quá 5 phút; giờ trả lời đã được hiệu chỉnh.",
    Note.not_persistent: "Trình duyệt chưa cam kết giữ bộ nhớ lâu dài. Cài trang thành ứng dụng trên máy.",
    Note.refused: "Có phiếu bị máy chủ từ chối, còn giữ trên máy.",
    Note.no_pin: "Chưa đặt mã PIN cho trang cán bộ trên máy.",
}


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago, in the words of a person: "vừa xong", "5 phút trước", "3 giờ trước", then the day and time."""
    if moment is None:
        return "chưa lần nào"
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 2:
        return "vừa xong"
    if minutes < 60:
        return f"{minutes} phút trước"
    if minutes < 24 * 60:
        return f"{minutes // 60} giờ trước"
    return moment.astimezone(LOCAL_ZONE).strftime("%H:%M %d/%m/%Y")


def moment_text(moment: datetime | None) -> str:
    """Time and day in Việt Nam; a dash when there is none."""
    return "–" if moment is None else moment.astimezone(LOCAL_ZONE).strftime("%H:%M %d/%m/%Y")


def register_filters(app: Flask) -> None:
    """Lend the words to the administrator's templates."""
    app.add_template_filter(lambda alarm: ALARMS[alarm][0], "alarm_name")
    app.add_template_filter(lambda alarm: ALARMS[alarm][1], "alarm_advice")
    app.add_template_filter(lambda note: NOTES[note], "note_text")
    app.add_template_filter(ago, "ago")
    app.add_template_filter(moment_text, "moment")
