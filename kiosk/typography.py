"""Line breaks in Vietnamese: a compound such as «hồ sơ» is one word and stays on one line."""

import re
from typing import Final

NO_BREAK_SPACE: Final = "\u00a0"
_LABEL_LENGTH: Final = 28

# The compounds of the official criteria and of our own screens. One that is missing here may be broken at a line end,
# nothing worse.
_COMPOUNDS: Final = """
chỉ dùng một lần|Bộ phận Một cửa|Hà Nội|Quy Nhơn|Tuy Phước|an sinh|an toàn|biển hiệu|bình thường|bưu chính|bảo trợ|bảo vệ|bấm nút
bắt đầu|bộ phận|chi nhánh|chi tiết|chung thực|chuyên viên|chính quyền|chính sách|chính xác|chăm chú|chất lượng
chậm trễ|chứng thực|cung cấp|cá nhân|cán bộ|câu hỏi|câu trả lời|còn nguyên|có biển hiệu|công bằng|công chức
công dân|công khai|công việc|công ích|cơ quan|cơ quan chưa|cảm ơn|doanh nghiệp|dân cư|dễ dàng|dễ hiểu|dễ thấy
dịch vụ|dữ liệu|gia đình|giao tiếp|giám sát|giáo dục|giúp đỡ|giải quyết|giải thích|giấy tờ|góp ý|góp ý thêm
gọn gàng|hiện đại|hoàn thiện|hài lòng|hài lòng thế nào|hành chính|hình thức|hướng dẫn|hạn chót|họ tên|hồ sơ
hộ kinh doanh|hộ tịch|khiếu nại|khách quan|không ghi tên|không xem được|khảo sát|kinh doanh|kinh tế|kiến nghị
kê khai|kết nối|kết quả|kịp thời|kỹ năng|lao động|liên hệ|làm gì|làm việc|lĩnh vực|lĩnh vực nào|lắng nghe|lệ phí
lịch sự|minh bạch|minh họa|màn hình|máy tính bảng|mã đánh giá|môi trường|một cửa|một lần|một phút|mức phí|mức độ
ngoài giờ|nguyên vẹn|ngôn ngữ|người dân|người hướng dẫn|người tại quầy|nhiệt tình|nhu cầu|nhà nước|nhìn chung
nhận kết quả|niêm yết|nông nghiệp|nộp hồ sơ|phiếu không ghi tên|phí dịch vụ|phù hợp|phương tiện|phản ánh|phục vụ
quay lại|quy trình|quy định|quyền lợi|riêng tư|rõ ràng|sạch sẽ|số giấy tờ|số điện thoại|sử dụng|thanh toán
thành phần|thái độ|thân thiện|thông báo|thông tin|thế nào|thời gian|thời hạn|thủ tục|tiếp cận|tiếp nhận|tiếp tục
trang thiết bị|trung tâm|trách nhiệm|trên máy|trình tự|trả kết quả|trả lời|trụ sở|trực tiếp|trực tuyến|tích cực
tôn trọng|tư cách nào|tư pháp|tận tình|tận tụy|tổ chức|văn hóa|văn minh|văn phòng|xin lỗi|xây dựng|xã hội|xử lý
y tế|yêu cầu|ý kiến|điện thoại|đánh giá|đúng hạn|đúng mực|đúng quy định|đăng ký|đơn vị|được ủy quyền|đại diện
đảm bảo|đất đai|đầy đủ|địa chỉ|ủy ban|ủy quyền
""".replace("\n", "|")
_COMPOUND: Final = re.compile(
    r"(?<!\w)(?:" + "|".join(sorted({re.escape(c) for c in _COMPOUNDS.split("|") if c}, key=len, reverse=True)) + r")(?!\w)",
    re.IGNORECASE,
)
_TOGETHER: Final = re.compile(r"\s+([–—·/])\s+")


def hold_together(text: str) -> str:
    """Put no-break spaces inside known compounds, and before a dash, dot or slash that must not start a line.

    Only for showing: what is stored or compared keeps its ordinary spaces. A short label has one break at most, which balanced lines
    place well by themselves; it is left alone, so that people and programs find it on a page by typing it.

    >>> hold_together("Công chức giải thích quy định").split(" ")
    ['Công\\xa0chức', 'giải\\xa0thích', 'quy\\xa0định']
    >>> hold_together("Rất hài lòng")
    'Rất hài lòng'
    """
    if len(text) <= _LABEL_LENGTH:
        return text
    held = _COMPOUND.sub(lambda match: match.group().replace(" ", NO_BREAK_SPACE), text)
    return _TOGETHER.sub(NO_BREAK_SPACE + r"\1 ", held)
