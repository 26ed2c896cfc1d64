"""The drivers as a table for a Vietnamese reader at a console."""

from collections.abc import Iterator, Mapping
from typing import Final

from analytics.drivers import DriverReport, Quadrant
from analytics.importance import NoImportance
from analytics.ordered_logit import NoFit, OrderedLogit
from app.cli.columns import align
from app.vietnamese import NO_NUMBER, decimal_comma, percent, whole
from survey_forms import Instrument

QUADRANTS: Final[Mapping[Quadrant, str]] = {
    "act_first": "Ưu tiên cải thiện",
    "keep_up": "Tiếp tục giữ vững",
    "low_priority": "Chưa cần ưu tiên",
    "beyond_need": "Đã tốt, ít ảnh hưởng",
}
_NO_IMPORTANCE: Final[Mapping[NoImportance, str]] = {
    "no_rows": "không đủ phiếu trả lời cả câu hỏi chung và các yếu tố",
    "constant_overall": "mọi phiếu trả lời câu hỏi chung như nhau",
    "unrelated": "câu trả lời chung không thay đổi theo yếu tố nào",
}
_NO_FIT: Final[Mapping[NoFit, str]] = {
    "no_predictor": "không có yếu tố nào thay đổi giữa các phiếu",
    "one_level": "câu hỏi chung chỉ có một mức trả lời",
    "collinear": "có yếu tố trùng hoàn toàn với các yếu tố khác",
    "separated": "các yếu tố phân tách hoàn toàn câu trả lời chung",
}


def write_drivers(report: DriverReport, instrument: Instrument) -> str:
    """Each factor's importance, slope, satisfaction and alpha; a sentence for everything that is missing."""
    header = ["", "Mức ảnh hưởng", "Hệ số β", "Sai số chuẩn", "Tỷ lệ hài lòng", "Alpha (từng cặp)", "Alpha (phiếu đủ)", "Gợi ý"]
    lines = [
        f"Yếu tố ảnh hưởng đến sự hài lòng chung – {report.instrument}",
        f"Dùng {whole(report.n)} trong {whole(report.n_sheets)} phiếu: phiếu trả lời câu hỏi chung và ít nhất một tiêu chí của mỗi yếu tố.",
        "",
        *align([header, *_rows(report, instrument)], n_left=1),
        "",
    ]
    if report.importance.r2 is not None:
        lines.append(
            f"Các yếu tố giải thích {percent(report.importance.r2)} khác biệt của câu trả lời chung (R²), chia theo Shapley (LMG)."
        )
    if report.importance.why_not is not None:
        lines.append(f"Không tính được mức ảnh hưởng: {_NO_IMPORTANCE[report.importance.why_not]}.")
    if isinstance(report.ordered_logit, OrderedLogit):
        thresholds = "; ".join(_number(each) for each in report.ordered_logit.thresholds.tolist())
        lines.append(f"Hồi quy logit thứ bậc: β > 0 là hài lòng hơn; các ngưỡng θ: {thresholds}.")
    else:
        lines.append(f"Không ước lượng được hồi quy logit thứ bậc: {_NO_FIT[report.ordered_logit]}.")
    if report.left_out:
        lines.append(f"Không có câu trả lời nào: yếu tố {', '.join(report.left_out)}.")
    return "\n".join(lines)


def _rows(report: DriverReport, instrument: Instrument) -> Iterator[list[str]]:
    shares = report.importance.shares or {}
    logit = report.ordered_logit
    slopes: dict[str, tuple[float, float]] = {}
    if isinstance(logit, OrderedLogit):
        pairs = zip(logit.coefficients.tolist(), logit.standard_errors.tolist(), strict=True)
        slopes = dict(zip(report.fitted, pairs, strict=True))
    for factor in instrument.factors:
        slope, alpha = slopes.get(factor.code), report.alpha[factor.code]
        quadrant = report.quadrants.get(factor.code)
        yield [
            f"{factor.code}. {factor.short or factor.title}",
            percent(shares.get(factor.code)),
            *([NO_NUMBER, NO_NUMBER] if slope is None else map(_number, slope)),
            percent(report.performance.get(factor.code)),
            NO_NUMBER if alpha.pairwise is None else decimal_comma(alpha.pairwise),
            NO_NUMBER if alpha.listwise is None else decimal_comma(alpha.listwise),
            NO_NUMBER if quadrant is None else QUADRANTS[quadrant],
        ]


def _number(value: float) -> str:
    return f"{value:.3f}".replace(".", ",").replace("-", "−")
