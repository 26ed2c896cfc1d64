"""Every Vietnamese sentence that page and script share, by the noun the script calls it.

Templates write `t(words.back)` for these and `t("…")` for sentences that only one page shows. English stands in
`survey_forms/lang/en.yaml` under `screens`, keyed by the Vietnamese sentence. Braces are filled in by whoever shows the sentence.
"""

from typing import Final

WORDS: Final[dict[str, str]] = {
    "invite": "Mời Ông/Bà đánh giá việc phục vụ của cơ quan",
    "invite_more": "Mất khoảng một đến hai phút. Phiếu không ghi tên.",
    "begin": "Bắt đầu",
    "language": "Ngôn ngữ",
    "display": "Cách hiển thị",
    "smaller": "Chữ nhỏ hơn",
    "larger": "Chữ lớn hơn",
    "contrast": "Tương phản cao",
    "progress": "Tiến độ",
    "back": "Quay lại",
    "next": "Tiếp tục",
    "send": "Gửi phiếu",
    "sending": "Đang gửi…",
    "retry": "Thử lại",
    "skip": "Bỏ qua",
    "privacy": "Phiếu không ghi tên. Người tại quầy không xem được.",
    "no_opinion": "Không biết / chưa gặp",
    "stage_question": "Hôm nay Ông/Bà đến để làm gì?",
    "filing": "Nộp hồ sơ",
    "filing_more": "Vừa nộp hồ sơ, chờ giải quyết",
    "result": "Nhận kết quả",
    "result_more": "Vừa nhận kết quả giải quyết",
    "field_question": "Hồ sơ của Ông/Bà thuộc lĩnh vực nào?",
    "field_search": "Tìm lĩnh vực",
    "field_none": "Không có lĩnh vực nào khớp. Xin Ông/Bà xóa bớt chữ để xem lại danh sách.",
    "kind_question": "Ông/Bà trả lời với tư cách nào?",
    "individual": "Cá nhân",
    "individual_more": "Làm thủ tục cho mình hoặc gia đình",
    "organisation": "Tổ chức, doanh nghiệp",
    "organisation_more": "Đại diện cho tổ chức, doanh nghiệp",
    "authorised": "Người được ủy quyền",
    "authorised_more": "Làm thay người khác",
    "question_of": "Câu {number} trên {total}",
    "overall_eyebrow": "Câu hỏi chung",
    "feedback_eyebrow": "Một câu để biết nên hỏi tiếp điều gì",
    "yes": "Có",
    "no": "Chưa",
    "about_you": "Về Ông/Bà, không bắt buộc",
    "finish_title": "Câu cuối: Ông/Bà có muốn nói thêm điều gì?",
    "codes_title": "Ông/Bà có mã của những hồ sơ khác không?",
    "codes_more": (
        "Không bắt buộc. Một phiếu trả lời dùng chung cho các hồ sơ cùng lĩnh vực tại nơi này; mỗi mã thêm vào coi như đã dùng."
    ),
    "codes": "Các mã khác, mỗi dòng một mã",
    "comment": "Ý kiến của Ông/Bà (không bắt buộc)",
    "comment_advice": "Xin không ghi họ tên, số điện thoại hay số giấy tờ.",
    "comment_left": "Còn {count} ký tự",
    "masked": "Số điện thoại, số giấy tờ trong ý kiến được che đi.",
    "may_quote": "Đồng ý để cơ quan trích đăng ý kiến này (không kèm tên)",
    "helped": "Có người giúp tôi trả lời",
    "reasons_title": "Điều gì chưa tốt?",
    "reasons_more": "Không bắt buộc. Ông/Bà chọn lý do cho những câu đã chấm thấp, hoặc bỏ qua.",
    "reason_other": "Lý do khác",
    "reason_words": "Viết ngắn gọn",
    "thanks_title": "Cảm ơn Ông/Bà",
    "thanks_text": "Phiếu đã được nhận. Câu trả lời được cộng chung với các phiếu khác để cơ quan phục vụ tốt hơn.",
    "thanks_return": "Màn hình tự trở về sau {seconds} giây.",
    "thanks_close": "Ông/Bà có thể đóng trang này.",
    "start_over": "Về trang đầu",
    "another_code": "Nhập mã khác",
    "idle_title": "Ông/Bà còn trả lời tiếp không?",
    "idle_text": "Sau {seconds} giây, các câu trả lời trên máy này được xóa.",
    "idle_go_on": "Tiếp tục",
    "network_title": "Chưa gửi được phiếu",
    "network_text": (
        "Máy đang mất kết nối. Câu trả lời của Ông/Bà còn nguyên trên màn hình này. Xin bấm Thử lại; nếu vẫn "
        "chưa được, xin báo cho người hướng dẫn."
    ),
    "refused_title": "Phiếu chưa được nhận",
    "refused_text": (
        "Câu trả lời của Ông/Bà còn nguyên. Xin quay lại xem các câu, rồi gửi lần nữa; nếu vẫn chưa được, xin báo cho người hướng dẫn."
    ),
    "demonstration": "DỮ LIỆU MINH HỌA",
    "saved_text": (
        "Phiếu đã được lưu trên máy này và tự chuyển về cơ quan. Câu trả lời được cộng chung với các phiếu khác để cơ quan phục vụ tốt hơn."
    ),
    "storage_note": (
        "Trình duyệt của máy này không cho lưu phiếu. Phiếu chỉ gửi được khi có mạng; nếu chưa gửi được, "
        "xin Ông/Bà lấy phiếu giấy tại quầy."
    ),
    "revoked_note": "Máy này cần người quản trị đăng ký lại. Phiếu đã trả lời vẫn được giữ trên máy.",
    "paper_text": (
        "Máy này không lưu được phiếu và đang mất kết nối. Câu trả lời của Ông/Bà còn nguyên trên màn hình này. Xin bấm Thử lại; "
        "nếu vẫn chưa được, xin Ông/Bà lấy phiếu giấy tại quầy."
    ),
    "scan": "Quét mã trên phiếu mời",
    "scan_title": "Đưa mã QR trên phiếu đến trước máy ảnh",
    "scan_wait": "Đang mở máy ảnh…",
    "scan_hold": "Giữ phiếu yên, cách máy chừng một gang tay. Hình ảnh không được lưu.",
    "scan_cancel": "Hủy",
    "scan_no_camera": "Không mở được máy ảnh. Ông/Bà vẫn trả lời được mà không cần mã.",
    "scan_nothing": "Chưa đọc được mã. Ông/Bà vẫn trả lời được mà không cần mã.",
    "scan_asking": "Đang đọc mã…",
    "scan_known": "Đã đọc mã. Lĩnh vực được điền sẵn.",
    "scan_kept": "Đã đọc mã. Mã được gửi cùng phiếu.",
    "scan_unknown": "Mã vừa quét không phải mã đánh giá của cơ quan. Ông/Bà vẫn trả lời được mà không cần mã.",
    "scan_used": "Mã này đã dùng. Ông/Bà vẫn trả lời được mà không cần mã.",
    "scan_expired": "Mã này đã hết hạn. Ông/Bà vẫn trả lời được mà không cần mã.",
    "scan_elsewhere": "Mã này thuộc nơi khác. Xin dùng điện thoại quét mã, hoặc trả lời tại đây mà không cần mã.",
    "read_aloud": "Đọc to",
    "staff_door": "Cán bộ",
    "staff_title": "Dành cho cán bộ phụ trách máy",
    "staff_pin": "Mã PIN của máy",
    "staff_enter": "Mở",
    "staff_close": "Đóng",
    "staff_wrong": "Mã PIN chưa đúng.",
    "staff_wait": "Đã thử sai nhiều lần. Xin đợi ít phút rồi thử lại.",
    "staff_no_pin": "Máy chưa nhận được mã PIN. Người quản trị đặt mã PIN ở trang Máy tính bảng; máy nhận mã khi có mạng.",
    "staff_insecure": "Trang này chỉ mở được khi máy kết nối bằng địa chỉ https.",
    "staff_pending": "Phiếu chưa gửi",
    "staff_oldest": "Phiếu chờ lâu nhất từ",
    "staff_refused": "Phiếu bị từ chối, đang giữ lại",
    "staff_saved": "Đã lưu = đã nhận + chờ xem xét + bị từ chối + chưa gửi",
    "staff_storage": "Bộ nhớ",
    "staff_persisted": "Được trình duyệt giữ lâu dài",
    "staff_not_persisted": "Trình duyệt có thể xóa khi máy đầy",
    "staff_unknown": "Trình duyệt không cho biết",
    "staff_link": "Kết nối",
    "staff_reached": "Đang liên lạc được với máy chủ",
    "staff_unreached": "Chưa liên lạc được với máy chủ",
    "staff_revoked": "Máy chủ không nhận máy này; cần đăng ký lại",
    "staff_waiting": "Đang thử",
    "staff_version": "Phiên bản",
    "staff_keys": (
        "Bàn phím rời: phím 1–5 chọn ô theo thứ tự từ trái sang; 0 là “Không biết / chưa gặp” hoặc Bỏ qua; "
        "Xóa lùi (Backspace) hoặc dấu trừ là Quay lại; 1 hoặc Enter là Bắt đầu, Gửi phiếu khi màn hình chỉ có một nút."
    ),
    "staff_send": "Gửi ngay",
    "staff_save": "Lưu hộp phiếu ra tệp",
    "staff_file": "Đã lưu tệp. Tệp được niêm phong; chỉ máy chủ mở được. Phiếu vẫn được giữ trên máy.",
    "staff_no_file": "Chưa lưu được tệp.",
    "staff_sent": "Đã gửi hết.",
    "staff_not_sent": "Chưa gửi hết. Phiếu vẫn được giữ trên máy và tự gửi lại.",
}

STAGE_WORDS: Final = {"filing": WORDS["filing"], "result": WORDS["result"]}
KIND_WORDS: Final = {kind: WORDS[kind] for kind in ("individual", "organisation", "authorised")}

# Said on a page without scripts, or in the JSON answer, when a post cannot be taken as it is.
SAY_EXPIRED_PAGE: Final = "Trang đã mở quá lâu nên cần xác nhận lại. Câu trả lời của Ông/Bà còn nguyên; xin bấm nút một lần nữa."
SAY_CHOOSE_STAGE: Final = "Xin Ông/Bà chọn việc đến làm hôm nay."
SAY_CHOOSE_FIELD: Final = "Xin Ông/Bà chọn lĩnh vực của hồ sơ."
SAY_UNREADABLE: Final = "Có câu trả lời không đọc được và đã để trống. Xin Ông/Bà xem lại câu để trống, rồi tiếp tục."
SAY_NEW_SHEET: Final = "Phiếu gửi lên thiếu số phiếu. Câu trả lời của Ông/Bà còn nguyên; xin bấm Gửi phiếu một lần nữa."
SAY_COMMENT_LONG: Final = "Ý kiến dài quá 2000 ký tự. Xin Ông/Bà rút ngắn rồi gửi lại."
SAY_REASON_LONG: Final = "Lý do dài quá 300 ký tự. Xin Ông/Bà rút ngắn rồi tiếp tục."
SAY_CODES: Final = "Có mã chưa dùng được. Xin Ông/Bà sửa hoặc xóa dòng đó; các câu trả lời còn nguyên."
SAY_CODE_LINE: Final = "Dòng {number}: {problem}"
SAY_REFUSED: Final = WORDS["refused_text"]

# Why an enrolment code makes this browser no tablet, and what to do.
ENROLMENT_SENTENCES: Final[dict[str, str]] = {
    "mistyped": "Mã gồm 12 chữ và số, hiện theo nhóm bốn trên trang quản trị. Xin so lại rồi nhập lần nữa.",
    "unknown": "Không có mã này. Xin lấy mã mới ở trang Máy tính bảng.",
    "used": "Mã này đã dùng. Mỗi mã đăng ký một máy, một lần; xin lấy mã mới ở trang Máy tính bảng.",
    "expired": "Mã này đã quá 15 phút. Xin lấy mã mới ở trang Máy tính bảng.",
}

# Why a code opens no form, and what to do: title, sentence.
CODE_SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "mistyped": (
        "Mã chưa đúng",
        "Mã gồm 12 chữ và số, in theo nhóm bốn. Xin Ông/Bà so lại với phiếu rồi nhập lần nữa.",
    ),
    "unknown": (
        "Không tìm thấy mã này",
        "Xin Ông/Bà so lại với phiếu, hoặc kiểm tra tên trang có đúng như in trên phiếu. Nếu vẫn chưa được, "
        "xin hỏi Bộ phận Một cửa để nhận phiếu khác.",
    ),
    "used": (
        "Mã này đã dùng",
        "Mỗi mã dùng một lần khi nộp hồ sơ và một lần khi nhận kết quả; cả hai lần đã có phiếu trả lời. Cảm "
        "ơn Ông/Bà. Muốn góp ý thêm, xin liên hệ theo địa chỉ ở mặt sau phiếu.",
    ),
    "expired": (
        "Mã này đã hết hạn",
        "Phiếu mời chỉ dùng đến ngày in trên phiếu. Ông/Bà vẫn có thể góp ý theo địa chỉ ở mặt sau phiếu, "
        "hoặc xin phiếu mới tại Bộ phận Một cửa.",
    ),
}

# What a tablet says when a scanned code opens nothing there.
SCAN_PROBLEMS: Final = {"mistyped": "scan_unknown", "unknown": "scan_unknown", "used": "scan_used", "expired": "scan_expired"}

# Why a further code cannot be spent with this sheet; a line says which one.
FURTHER_CODE_SENTENCES: Final[dict[str, str]] = {
    "mistyped": "Mã chưa đúng; mã gồm 12 chữ và số, in theo nhóm bốn.",
    "unknown": "Không tìm thấy mã này.",
    "used": "Mã này đã dùng.",
    "expired": "Mã này đã hết hạn.",
    "elsewhere": "Mã thuộc lĩnh vực hoặc nơi khác; xin dùng mã đó cho một phiếu riêng.",
    "surplus": "Nhiều mã quá một phiếu; xin dùng các mã còn lại cho phiếu khác.",
}
