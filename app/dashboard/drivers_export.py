"""CSV of the drivers: one row per factor, per criterion and per threshold of the model."""

from collections.abc import Iterator
from typing import Final

from app.dashboard.drivers import DriverRow, DriversPage
from app.dashboard.export import VIEW_COLUMNS, Form, Writer
from app.dashboard.reading import Reading
from app.spreadsheets import Cell

DRIVER_COLUMNS: Final = (
    ("kind", "model: cả mô hình; factor: yếu tố; criterion: tiêu chí; threshold: ngưỡng của mô hình logit thứ bậc", "Loại"),
    ("code", "mã yếu tố hoặc tiêu chí", "Mã"),
    ("text", "nội dung; ở ngưỡng: hai mức của câu hỏi chung", "Nội dung"),
    ("sheets", "số phiếu nhận được", "Số phiếu"),
    ("complete", "số phiếu trả lời câu hỏi chung và ít nhất một tiêu chí của mỗi yếu tố", "Phiếu đủ câu trả lời"),
    ("importance", "tỷ trọng trong R², 0–1 (Shapley, LMG); ở dòng model: R²", "Tỷ trọng tác động (%)"),
    ("importance_se", "sai số chuẩn của importance", "Sai số chuẩn của tỷ trọng (điểm phần trăm)"),
    ("importance_low", "cận dưới của importance", "Cận dưới của tỷ trọng (%)"),
    ("importance_high", "cận trên của importance", "Cận trên của tỷ trọng (%)"),
    ("contribution", "phần của R², 0–1", "Phần của R² (%)"),
    ("advice", "nhóm ưu tiên", "Gợi ý"),
    ("within_error", "1: khoảng tin cậy chạm mức trung bình nên gợi ý chưa chắc; 0: không chạm", "Trong sai số"),
    ("coefficient", "hệ số β của mô hình logit thứ bậc; ở dòng threshold: ngưỡng θ", "Hệ số β, ngưỡng θ"),
    ("coefficient_se", "sai số chuẩn của coefficient", "Sai số chuẩn của hệ số"),
    ("coefficient_low", "cận dưới của coefficient", "Cận dưới của hệ số"),
    ("coefficient_high", "cận trên của coefficient", "Cận trên của hệ số"),
    ("alpha_pairwise", "Cronbach alpha, từng cặp tiêu chí", "Alpha (từng cặp)"),
    ("alpha_listwise", "Cronbach alpha, chỉ phiếu trả lời mọi tiêu chí của yếu tố", "Alpha (phiếu đủ)"),
    ("alpha_items", "số tiêu chí trong alpha", "Số tiêu chí"),
    ("alpha_sheets", "số phiếu trả lời mọi tiêu chí của yếu tố", "Số phiếu đủ mọi tiêu chí"),
    ("answers", "số câu trả lời", "Số câu trả lời"),
    ("satisfied", "số câu hài lòng và rất hài lòng", "Số câu hài lòng"),
    ("share", "tỷ lệ hài lòng gộp, 0–1", "Tỷ lệ hài lòng (%)"),
    ("low", "cận dưới của khoảng tin cậy của share", "Cận dưới (%)"),
    ("high", "cận trên của khoảng tin cậy của share", "Cận trên (%)"),
    ("reasons", "lý do chọn nhiều nhất ở mức thấp, kèm số phiếu", "Lý do được chọn nhiều nhất"),
    *VIEW_COLUMNS,
)
_KINDS: Final = {"model": "Cả mô hình", "factor": "Yếu tố", "criterion": "Tiêu chí", "threshold": "Ngưỡng"}


def write_drivers(page: DriversPage, reading: Reading, form: Form, label: str | None) -> bytes:
    """The model, every factor by importance with its criteria from the least satisfying on, the thresholds."""
    writer = Writer(form, reading, label)

    def kind(name: str) -> Cell:
        return name if form == "machine" else _KINDS[name]

    def rows() -> Iterator[list[Cell]]:
        ends = page.r2_ends or (None, None)
        whole = [writer.share(page.r2), writer.share(page.r2_error), *map(writer.share, ends)]
        yield [kind("model"), None, "R²", page.n_sheets, page.n, *whole, *[None] * 17]
        for row in page.rows:
            yield [kind("factor"), row.code, row.title, page.n_sheets, page.n, *_factor_cells(writer, row), None]
            for criterion in row.criteria:
                estimate = criterion.figure.estimate
                reasons = "; ".join(f"{reason.text} ({reason.n_forms})" for reason in criterion.reasons)
                shares = [writer.share(value) for value in (estimate.share, estimate.low, estimate.high)]
                own: list[Cell] = [estimate.answers, estimate.satisfied, *shares, reasons or None]
                yield [kind("criterion"), criterion.code, criterion.text, page.n_sheets, None, *[None] * 15, *own]
        for threshold in page.thresholds:
            between = f"{threshold.below} | {threshold.above}"
            yield [kind("threshold"), None, between, page.n_sheets, page.n, *[None] * 7, _number(writer, threshold.value), *[None] * 13]

    return writer.write(DRIVER_COLUMNS, rows())


def _factor_cells(writer: Writer, row: DriverRow) -> list[Cell]:
    ends = row.ends or (None, None)
    slope, alpha, estimate = row.slope, row.alpha, row.performance.estimate
    numbers = (None,) * 4 if slope is None else (slope.estimate, slope.error, slope.low, slope.high)
    return [
        *(writer.share(value) for value in (row.share, row.error, *ends, row.contribution)),
        row.quadrant.advice if row.quadrant is not None else None,
        int(row.is_within_error) if row.quadrant is not None else None,
        *(_number(writer, value) for value in (*numbers, alpha.pairwise, alpha.listwise)),
        alpha.n_items,
        alpha.n_listwise,
        estimate.answers,
        estimate.satisfied,
        *(writer.share(value) for value in (estimate.share, estimate.low, estimate.high)),
    ]


def _number(writer: Writer, value: float | None) -> Cell:
    """A number that is no share: all its digits for programs, three places for people."""
    return None if value is None else value if writer.form == "machine" else round(value, 3)
