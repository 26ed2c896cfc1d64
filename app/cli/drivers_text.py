"""The drivers as a table for a Vietnamese reader at a console."""

from collections.abc import Iterator

from analytics.drivers import DriverReport
from analytics.ordered_logit import OrderedLogit
from app.cli.columns import align
from app.driver_wording import NO_FIT, NO_IMPORTANCE, QUADRANTS, three_places
from app.vietnamese import NO_NUMBER, decimal_comma, percent, whole
from survey_forms import Instrument


def write_drivers(report: DriverReport, instrument: Instrument) -> str:
    """Each factor's importance, slope, satisfaction and alpha; a sentence for everything that is missing."""
    header = ["", "Mức tác động", "Hệ số β", "Sai số chuẩn", "Tỷ lệ hài lòng", "Alpha (từng cặp)", "Alpha (phiếu đủ)", "Gợi ý"]
    lines = [
        f"Yếu tố tác động đến sự hài lòng chung – {report.instrument}",
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
        lines.append(f"Không tính được mức tác động: {NO_IMPORTANCE[report.importance.why_not]}.")
    if isinstance(report.ordered_logit, OrderedLogit):
        thresholds = "; ".join(three_places(each) for each in report.ordered_logit.thresholds.tolist())
        lines.append(f"Hồi quy logit thứ bậc: β > 0 là hài lòng hơn; các ngưỡng θ: {thresholds}.")
    else:
        lines.append(f"Không ước lượng được hồi quy logit thứ bậc: {NO_FIT[report.ordered_logit]}.")
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
            *([NO_NUMBER, NO_NUMBER] if slope is None else map(three_places, slope)),
            percent(report.performance.get(factor.code)),
            NO_NUMBER if alpha.pairwise is None else decimal_comma(alpha.pairwise),
            NO_NUMBER if alpha.listwise is None else decimal_comma(alpha.listwise),
            NO_NUMBER if quadrant is None else QUADRANTS[quadrant].advice,
        ]
