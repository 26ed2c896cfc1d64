"""CSV of the page of trends: every span of every line, the compared figures, the channels."""

from collections.abc import Iterator
from typing import Final

from analytics.control_chart import ChartPoint
from app.dashboard.channels import Channels
from app.dashboard.comparison import ChangeRow, Comparison
from app.dashboard.export import FIGURE_COLUMNS, VIEW_COLUMNS, Form, Writer
from app.dashboard.lines import Line, Point
from app.dashboard.reading import Reading
from app.dashboard.spans import Span
from app.dashboard.trend import TrendPage
from app.spreadsheets import Cell
from app.vietnamese import day

TREND_COLUMNS: Final = (
    ("kind", "index: chỉ số chung; factor: yếu tố; field: lĩnh vực; unit: đơn vị", "Loại"),
    ("code", "mã yếu tố, mã lĩnh vực, khóa đơn vị; với chỉ số chung: bộ phiếu khảo sát", "Mã"),
    ("name", "tên", "Tên"),
    ("span", "kỳ: 2025-07, 2025-Q3; nửa tháng: 2025-07-1 (ngày 1–14), 2025-07-2 (từ ngày 15)", "Kỳ"),
    ("span_name", "tên kỳ", "Tên kỳ"),
    ("span_first_on", "kỳ từ ngày, yyyy-mm-dd", "Kỳ từ ngày"),
    ("span_last_on", "kỳ đến ngày, yyyy-mm-dd", "Kỳ đến ngày"),
    *FIGURE_COLUMNS,
    ("limit_kind", "p hoặc laney: cách tính giới hạn kiểm soát; chỉ có ở chỉ số chung", "Cách tính giới hạn"),
    ("limit_low", "giới hạn kiểm soát dưới, 0–1", "Giới hạn dưới (%)"),
    ("limit_high", "giới hạn kiểm soát trên, 0–1", "Giới hạn trên (%)"),
    ("out", "1: nằm ngoài giới hạn, 0: nằm trong", "Ngoài giới hạn"),
    *VIEW_COLUMNS,
)
COMPARISON_COLUMNS: Final = (
    ("kind", "index: chỉ số chung; factor: yếu tố; criterion: tiêu chí; channel_gap: máy tính bảng trừ điện thoại", "Loại"),
    ("code", "mã yếu tố, mã tiêu chí", "Mã"),
    ("name", "nội dung", "Nội dung"),
    ("earlier", "kỳ trước (channel_gap: kênh bị trừ)", "Kỳ trước"),
    ("later", "kỳ sau (channel_gap: kênh trừ)", "Kỳ sau"),
    ("earlier_respondents", "số phiếu hợp lệ kỳ trước", "Số phiếu kỳ trước"),
    ("later_respondents", "số phiếu hợp lệ kỳ sau", "Số phiếu kỳ sau"),
    ("earlier_share", "tỷ lệ kỳ trước, 0–1", "Tỷ lệ kỳ trước (%)"),
    ("later_share", "tỷ lệ kỳ sau, 0–1", "Tỷ lệ kỳ sau (%)"),
    ("difference", "kỳ sau trừ kỳ trước, −1 đến 1", "Chênh lệch (điểm phần trăm)"),
    ("low", "cận dưới của chênh lệch", "Cận dưới (điểm phần trăm)"),
    ("high", "cận trên của chênh lệch", "Cận trên (điểm phần trăm)"),
    ("p", "p của kiểm định điểm số", "p"),
    ("p_adjusted", "p hiệu chỉnh theo Benjamini–Hochberg trong cùng một so sánh", "p hiệu chỉnh"),
    ("verdict", "up, down, unclear, few, none", "Kết luận"),
    *VIEW_COLUMNS,
)
CHANNEL_COLUMNS: Final = (
    ("channel", "kiosk, invitation, poster, link, paper, import; phone: ba kênh điện thoại gộp lại", "Mã kênh"),
    ("channel_name", "tên kênh", "Kênh"),
    *FIGURE_COLUMNS,
    *VIEW_COLUMNS,
)


def write_trend(page: TrendPage, reading: Reading, form: Form, label: str | None) -> bytes:
    """Every span of the index, of every factor, and of every field or unit."""
    writer = Writer(form, reading, label)
    kinds = {"index": "Chỉ số chung", "factor": "Yếu tố", "field": "Lĩnh vực", "unit": "Đơn vị"}

    def rows() -> Iterator[list[Cell]]:
        for series in page.series:
            kind = series.run.kind if series.run is not None else None
            for point, limit in zip(series.line.points, series.limits, strict=True):
                yield from row("index", series.instrument.series, series.line.name, point, _limits(writer, kind, limit))
        for name, lines in (("factor", page.factors.lines), (page.split.kind, page.split.rows.lines)):
            for small in lines:
                yield from line_rows(name, small.line)

    def line_rows(kind: str, line: Line) -> Iterator[list[Cell]]:
        for point in line.points:
            yield from row(kind, line.key, line.name, point, [None] * 4)

    def row(kind: str, code: str | None, name: str, point: Point, limits: list[Cell]) -> Iterator[list[Cell]]:
        if point.figure is not None:
            told = kind if form == "machine" else kinds[kind]
            yield [told, code, name, *_span(form, point.span), *writer.figure(point.figure), *limits]

    return writer.write(TREND_COLUMNS, rows())


def _span(form: Form, span: Span) -> list[Cell]:
    ends: list[Cell] = [span.first_on, span.last_on] if form == "machine" else [day(span.first_on), day(span.last_on)]
    return [span.key, span.name, *ends]


def _limits(writer: Writer, kind: str | None, limit: ChartPoint | None) -> list[Cell]:
    if limit is None or limit.low is None:
        return [None] * 4
    is_out: Cell = int(limit.out) if writer.form == "machine" else "có" if limit.out else "không"
    return [kind, writer.share(limit.low), writer.share(limit.high), is_out]


def write_comparisons(
    comparisons: tuple[Comparison, ...], channels: Channels | None, reading: Reading, form: Form, label: str | None
) -> bytes:
    """Every compared figure of every comparison, and the difference of the two channels."""
    writer = Writer(form, reading, label)

    def rows() -> Iterator[list[Cell]]:
        for each in comparisons:
            for row in each.rows:
                yield _change(writer, row, row.kind, (each.earlier.name, each.later.name), each.respondents)
        if channels is not None and channels.gap is not None:
            yield _change(writer, channels.gap, "channel_gap", ("Điện thoại", "Máy tính bảng tại quầy"), channels.respondents)

    return writer.write(COMPARISON_COLUMNS, rows())


def _change(writer: Writer, row: ChangeRow, kind: str, sides: tuple[str, str], respondents: tuple[int, int]) -> list[Cell]:
    is_machine = writer.form == "machine"
    kinds = {"index": "Chỉ số chung", "factor": "Yếu tố", "criterion": "Tiêu chí", "channel_gap": "Chênh lệch hai kênh"}
    change = row.change
    shares = [writer.share(value) for value in (change.earlier, change.later, change.difference, change.low, change.high)]
    told: list[Cell] = [kind, row.direction] if is_machine else [kinds[kind], row.words]
    return [told[0], row.code, row.text, *sides, *respondents, *shares, change.p, change.p_adjusted, told[1]]


def write_channels(channels: Channels | None, reading: Reading, form: Form, label: str | None) -> bytes:
    """The index of every channel."""
    writer = Writer(form, reading, label)
    rows = channels.rows if channels is not None else ()
    return writer.write(CHANNEL_COLUMNS, ([row.key, row.name, *writer.figure(row.figure)] for row in rows))
