"""A change as a table for a Vietnamese reader at a console."""

from collections.abc import Iterator

from analytics.change import ChangeReport, Difference
from app.cli.columns import align
from app.vietnamese import NO_NUMBER, decimal_comma, percent, whole
from survey_forms import Instrument


def write_change(report: ChangeReport, instrument: Instrument, files: tuple[str, str]) -> str:
    """Every figure of both sides with the difference in percentage points, its interval and its p."""
    confidence = f"{decimal_comma(report.confidence * 100, 2).rstrip('0').rstrip(',')}%"
    header = ["", "Kỳ trước", "Kỳ sau", "Chênh lệch", f"Khoảng tin cậy {confidence}", "p", "p hiệu chỉnh", ""]
    lines = [f"So sánh hai kỳ khảo sát – {report.instrument}"]
    for name, file, n in zip(("Kỳ trước", "Kỳ sau"), files, report.respondents, strict=True):
        lines.append(f"{name}: {file}, {whole(n)} phiếu hợp lệ")
    lines += ["", *align([header, *_rows(report, instrument)], n_left=1), ""]
    lines.append("Chênh lệch = kỳ sau − kỳ trước, tính bằng điểm phần trăm. ▲ tăng, ▼ giảm rõ rệt (p hiệu chỉnh nhỏ hơn 0,05).")
    lines.append("p hiệu chỉnh theo Benjamini–Hochberg cho tất cả các chỉ số trong bảng.")
    if report.left_out:
        lines.append(f"Không so sánh vì chỉ một kỳ có câu trả lời: tiêu chí {', '.join(report.left_out)}.")
    return "\n".join(lines)


def _rows(report: ChangeReport, instrument: Instrument) -> Iterator[list[str]]:
    yield ["Chung", *_tell(report.overall)]
    for factor in instrument.factors:
        yield [f"{factor.code}. {factor.short or factor.title}", *_tell(report.factors[factor.code])]
        for criterion in factor.criteria:
            if criterion.code in report.criteria:
                yield [f"  {criterion.code}", *_tell(report.criteria[criterion.code])]


def _tell(change: Difference) -> list[str]:
    is_clear = change.p_adjusted is not None and change.p_adjusted < 0.05
    sign = ("▲" if (change.difference or 0) > 0 else "▼") if is_clear else ""
    ends = NO_NUMBER
    if change.low is not None and change.high is not None:
        ends = f"{_points(change.low)} đến {_points(change.high)}"
    return [
        percent(change.earlier),
        percent(change.later),
        _points(change.difference),
        ends,
        tell_p(change.p),
        tell_p(change.p_adjusted),
        sign,
    ]


def _points(difference: float | None) -> str:
    if difference is None:
        return NO_NUMBER
    text = decimal_comma(difference * 100)
    return text if text.startswith("−") or text == "0,00" else f"+{text}"


def tell_p(p: float | None) -> str:
    """A p-value with three decimals, or that it is smaller.

    >>> tell_p(0.0312), tell_p(0.00002), tell_p(None)
    ('0,031', '< 0,001', '–')
    """
    if p is None:
        return NO_NUMBER
    return "< 0,001" if p < 0.001 else f"{p:.3f}".replace(".", ",")
