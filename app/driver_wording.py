"""What drives the overall answer, in words: for the analyst's page and the console alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from analytics.drivers import Quadrant
from analytics.importance import NoImportance
from analytics.ordered_logit import NoFit


@dataclass(frozen=True, slots=True)
class QuadrantWords:
    """The advice of a quadrant, and where it lies."""

    advice: str
    place: str


QUADRANTS: Final[Mapping[Quadrant, QuadrantWords]] = {
    "act_first": QuadrantWords("Ưu tiên cải thiện", "tác động nhiều, tỷ lệ hài lòng thấp"),
    "keep_up": QuadrantWords("Tiếp tục giữ vững", "tác động nhiều, tỷ lệ hài lòng cao"),
    "low_priority": QuadrantWords("Chưa cần ưu tiên", "tác động ít, tỷ lệ hài lòng thấp"),
    "beyond_need": QuadrantWords("Đã tốt, ít tác động", "tác động ít, tỷ lệ hài lòng cao"),
}
NO_IMPORTANCE: Final[Mapping[NoImportance, str]] = {
    "no_rows": "không đủ phiếu trả lời cả câu hỏi chung và các yếu tố",
    "constant_overall": "mọi phiếu trả lời câu hỏi chung như nhau",
    "unrelated": "câu trả lời chung không thay đổi theo yếu tố nào",
}
NO_FIT: Final[Mapping[NoFit, str]] = {
    "no_predictor": "không có yếu tố nào thay đổi giữa các phiếu",
    "one_level": "câu hỏi chung chỉ có một mức trả lời",
    "collinear": "có yếu tố trùng hoàn toàn với các yếu tố khác",
    "separated": "các yếu tố phân tách hoàn toàn câu trả lời chung",
}


def three_places(value: float) -> str:
    """A coefficient with a decimal comma: −0,125.

    >>> three_places(-0.1254)
    '−0,125'
    """
    return f"{value:.3f}".replace(".", ",").replace("-", "−")
