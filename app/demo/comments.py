"""What people write: a few sentences of the kind offices receive, without names, places or dates."""

from collections.abc import Mapping
from types import MappingProxyType

PLEASED: tuple[str, ...] = (
    "Cán bộ hướng dẫn nhiệt tình, dễ hiểu.",
    "Hồ sơ trả trước hẹn, tôi rất hài lòng.",
    "Thái độ phục vụ lịch sự, không phải chờ lâu.",
    "Nơi tiếp nhận sạch sẽ, có chỗ ngồi chờ và nước uống.",
    "Thủ tục nhanh gọn hơn trước, đề nghị tiếp tục phát huy.",
    "Được nhắn tin báo khi có kết quả nên đỡ phải đi lại.",
    "Quầy hướng dẫn nộp trực tuyến rất tận tình với người lớn tuổi.",
    "Biểu mẫu có bản viết sẵn để xem, dễ làm theo.",
)

CRITICAL: tuple[str, ...] = (
    "Phải chờ khá lâu mới đến lượt, đề nghị bố trí thêm người vào buổi sáng.",
    "Đề nghị hướng dẫn đầy đủ ngay từ lần đầu để không phải đi lại bổ sung giấy tờ.",
    "Máy lấy số hay hỏng, người dân không biết hỏi ai.",
    "Hồ sơ trả trễ hẹn nhưng không thấy báo trước.",
    "Bảng niêm yết thủ tục chữ nhỏ, khó đọc.",
    "Nộp trực tuyến bị lỗi nhiều lần, cuối cùng vẫn phải đến quầy.",
    "Đã góp ý một lần nhưng chưa thấy trả lời.",
    "Chỗ để xe chật, mưa không có mái che.",
)

CRITICAL_IN_FIELD: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "dat-dai": (
            "Hồ sơ đất đai phải bổ sung hai lần, mỗi lần một loại giấy khác nhau.",
            "Thời gian đo đạc, thẩm định kéo dài hơn ngày hẹn trả kết quả.",
            "Không rõ hồ sơ đất đai đang ở khâu nào, hỏi quầy thì được trả lời là chờ chi nhánh.",
        ),
        "xay-dung": ("Đề nghị nêu rõ thành phần bản vẽ cần nộp để khỏi phải làm lại.",),
        "bao-tro-xa-hoi": ("Người già đi lại khó, mong được trả kết quả tại nhà.",),
    }
)
