"""The index as a table for a Vietnamese reader at a console."""

from collections.abc import Iterator
from datetime import date

from analytics.results import Estimate, IndexReport
from app.cli.columns import align
from app.vietnamese import METHODS, day, decimal_comma, exact_percent, interval, target_percent, tell_verdict, whole
from survey_forms import Instrument

_NOTHING = "–"


def write_text(report: IndexReport, instrument: Instrument, first_on: date | None, last_on: date | None) -> str:
    """Every cell with its share, n, interval, target and verdict; the factors and criteria too when there is one cell."""
    period = f"Số liệu từ {day(first_on)} đến {day(last_on)}" if first_on is not None else "Tệp không ghi ngày trả lời"
    confidence = f"{decimal_comma(report.confidence * 100, 2).rstrip('0').rstrip(',')}%"
    has_units = any(cell.unit is not None for cell in report.cells)
    has_fields = any(cell.field is not None for cell in report.cells)
    header = ["Đơn vị"] * has_units + ["Lĩnh vực"] * has_fields
    figures = ["n", "Tỷ lệ hài lòng", f"Khoảng tin cậy {confidence}", "Chỉ tiêu", "Kết luận"]
    lines = [f"Chỉ số hài lòng – {report.instrument} – {METHODS[report.method]}", period, ""]
    rows = [
        [cell.unit or ""] * has_units + [cell.field or ""] * has_fields + _tell(whole(cell.respondents), cell.overall)
        for cell in report.cells
    ]
    lines += align([[*header, *figures], *rows], n_left=len(header))
    if len(report.cells) == 1:
        lines += ["", *align([["", *figures], *_parts(report, instrument)], n_left=1)]
    lines += ["", "n: số phiếu hợp lệ; ở từng yếu tố, tiêu chí: số câu trả lời."]
    return "\n".join(lines)


def _parts(report: IndexReport, instrument: Instrument) -> Iterator[list[str]]:
    cell = report.cells[0]
    for factor in instrument.factors:
        estimate = cell.factors[factor.code]
        yield [f"{factor.code}. {factor.short or factor.title}", *_tell(whole(estimate.answers), estimate)]
        for criterion in factor.criteria:
            estimate = cell.criteria[criterion.code]
            yield [f"  {criterion.code}", *_tell(whole(estimate.answers), estimate)]


def _tell(n: str, estimate: Estimate) -> list[str]:
    share = exact_percent(estimate)
    return [
        n,
        f"{decimal_comma(share)}%" if share is not None else _NOTHING,
        interval(estimate.low, estimate.high) or _NOTHING,
        target_percent(estimate.target) if estimate.target is not None else _NOTHING,
        tell_verdict(estimate.verdict).words,
    ]
