"""CSV of what a page shows: a file for people (88,41; semicolons) and one for programs (0.8841…; documented columns)."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal
from urllib.parse import urlencode

from analytics.rounding import share_to_percent
from app.dashboard.criteria import CriteriaPage
from app.dashboard.figure import Figure
from app.dashboard.groups import GroupTable
from app.dashboard.heat import HeatTable
from app.dashboard.reading import Reading
from app.spreadsheets import Cell, write_csv
from app.vietnamese import METHODS, day, decimal_comma

Form = Literal["human", "machine"]

# (column for programs, what it holds, column for people): one table for both files and for the description on the page.
_VIEW_COLUMNS: Final = (
    ("method", "pooled, criteria_mean hoặc factor_mean", "Cách tính"),
    ("confidence", "độ tin cậy của khoảng, 0–1", "Độ tin cậy"),
    ("instrument", "phiếu khảo sát@phiên bản", "Phiếu khảo sát"),
    ("first_on", "số liệu từ ngày, yyyy-mm-dd", "Số liệu từ ngày"),
    ("last_on", "số liệu đến ngày, yyyy-mm-dd", "Số liệu đến ngày"),
    ("filters", "điều kiện lọc, viết như trong địa chỉ của trang; trống: không lọc", "Điều kiện lọc"),
    ("note", "DỮ LIỆU MINH HỌA nếu là số liệu minh họa, trống nếu là số liệu thật", "Ghi chú"),
)
_FIGURE_COLUMNS: Final = (
    ("respondents", "số phiếu hợp lệ", "Số phiếu hợp lệ"),
    ("answers", "số câu trả lời", "Số câu trả lời"),
    ("satisfied", "số câu hài lòng và rất hài lòng", "Số câu hài lòng"),
    ("share", "tỷ lệ hài lòng, 0–1", "Tỷ lệ hài lòng (%)"),
    ("se", "sai số chuẩn của share; trống nếu chưa xác định", "Sai số chuẩn (điểm phần trăm)"),
    ("low", "cận dưới của khoảng tin cậy, 0–1", "Cận dưới (%)"),
    ("high", "cận trên của khoảng tin cậy, 0–1", "Cận trên (%)"),
    ("target", "chỉ tiêu, 0–1", "Chỉ tiêu (%)"),
    ("verdict", "no_data, insufficient, met_clearly, met_within, missed_within, missed_clearly; trống: chưa có chỉ tiêu", "Kết luận"),
    ("target_source", "văn bản giao chỉ tiêu", "Văn bản giao chỉ tiêu"),
)
CELL_COLUMNS: Final = (
    ("unit", "khóa của đơn vị; trống: tất cả", "Khóa đơn vị"),
    ("unit_name", "tên đơn vị", "Đơn vị"),
    ("field", "mã lĩnh vực; trống: tất cả", "Mã lĩnh vực"),
    ("field_name", "tên lĩnh vực", "Lĩnh vực"),
    *_FIGURE_COLUMNS,
    *_VIEW_COLUMNS,
)
GROUP_COLUMNS: Final = (
    ("characteristic", "mã câu hỏi về người trả lời; kind: cá nhân, tổ chức, người được ủy quyền", "Mã đặc điểm"),
    ("characteristic_name", "đặc điểm", "Đặc điểm"),
    ("answer", "mã câu trả lời; trống: không trả lời", "Mã nhóm"),
    ("answer_name", "nhóm", "Nhóm"),
    *_FIGURE_COLUMNS[:7],
    ("few", "1: dưới 10 phiếu hợp lệ", "Ít phiếu"),
    *_VIEW_COLUMNS,
)
_ANSWER_COLUMNS: Final = (
    ("blank", "số phiếu bỏ trống tiêu chí", "Bỏ trống"),
    ("no_opinion", "số phiếu chọn Không biết / chưa gặp", "Không biết / chưa gặp"),
    ("not_asked", "số phiếu không được hỏi tiêu chí", "Không hỏi"),
    ("mean_score", "điểm trung bình theo mức", "Điểm trung bình"),
    ("converted_score", "điểm quy đổi, mức cao nhất = 100", "Điểm quy đổi (/100)"),
    ("floor", "mức tối thiểu của mọi tiêu chí, 0–1", "Mức tối thiểu (%)"),
)


def criterion_columns(reading: Reading) -> tuple[tuple[str, str, str], ...]:
    """Columns of the file of criteria; one for the answers at each level of the scale."""
    scale = reading.evidence.instrument.scale
    levels = tuple((f"level_{level}", f"số câu trả lời “{label}”", label) for level, label in zip(scale.levels, scale.labels, strict=True))
    kinds = ("kind", "index: chỉ số chung; factor: yếu tố; criterion: tiêu chí; overall_question: câu hỏi chung, ngoài chỉ số", "Loại")
    return (kinds, ("code", "mã", "Mã"), ("text", "nội dung", "Nội dung"), *levels, *_ANSWER_COLUMNS, *_FIGURE_COLUMNS, *_VIEW_COLUMNS)


@dataclass(frozen=True, slots=True)
class Writer:
    """One file being made: its form, and the cells every row ends with."""

    form: Form
    reading: Reading
    label: str | None

    def write(self, columns: tuple[tuple[str, str, str], ...], rows: Iterator[list[Cell]]) -> bytes:
        """The file: UTF-8, for people with a byte order mark, semicolons and decimal commas."""
        is_human = self.form == "human"
        header = [human if is_human else machine for machine, _, human in columns]
        stream = io.StringIO(newline="")
        write_csv(stream, header, ([*row, *self._view()] for row in rows), bom=is_human, decimal_comma=is_human)
        return stream.getvalue().encode()

    def _view(self) -> list[Cell]:
        selection, days = self.reading.evidence.selection, self.reading.days
        first_on, last_on = days if days is not None else (None, None)
        design = self.reading.total.design
        filters = urlencode(self.reading.query) or None
        if self.form == "machine":
            return [selection.method, selection.confidence, design.instrument_id, first_on, last_on, filters, self.label]
        ends = [day(on) if on is not None else None for on in (first_on, last_on)]
        confidence = f"{decimal_comma(selection.confidence * 100, 0)}%"
        return [METHODS[selection.method], confidence, design.instrument_id, *ends, filters, self.label]

    def share(self, share: float | Fraction | None) -> Cell:
        """A share: as it is for programs, as a percentage of two decimals for people."""
        if share is None:
            return None
        return float(share) if self.form == "machine" else share_to_percent(share)

    def score(self, score: Fraction | None) -> Cell:
        """A mean or converted score."""
        if score is None:
            return None
        return float(score) if self.form == "machine" else share_to_percent(score / 100)

    def figure(self, figure: Figure) -> list[Cell]:
        """The cells of one figure."""
        estimate = figure.estimate
        percent: Cell = estimate.share if self.form == "machine" else figure.percent
        verdict = estimate.verdict if self.form == "machine" else figure.verdict.words
        ends = [self.share(value) for value in (estimate.se, estimate.low, estimate.high)]
        target = self.share(figure.target.share if figure.target is not None else None)
        return [figure.respondents, estimate.answers, estimate.satisfied, percent, *ends, target, verdict, figure.source]


def write_cells(table: HeatTable, reading: Reading, form: Form, label: str | None) -> bytes:
    """The unit × field table, row by row, its own figures over all fields and units included."""
    writer = Writer(form, reading, label)

    def rows() -> Iterator[list[Cell]]:
        for row in table.every_row:
            is_total = row is table.total
            for cell, (code, name) in zip(row.cells, table.columns, strict=True):
                if cell.figure is None:
                    continue
                field_name = name if code is not None else "Tất cả lĩnh vực"
                unit = None if is_total else row.unit
                yield [unit, "Tất cả đơn vị" if is_total else row.name, code, field_name, *writer.figure(cell.figure)]

    return writer.write(CELL_COLUMNS, rows())


def write_criteria(page: CriteriaPage, reading: Reading, form: Form, label: str | None) -> bytes:
    """The overall index, every factor, every criterion, and the overall question apart."""
    writer = Writer(form, reading, label)
    n_levels = len(reading.evidence.instrument.scale.levels)
    nothing: list[Cell] = [None] * 6
    kinds = {"index": "Chỉ số chung", "factor": "Yếu tố", "criterion": "Tiêu chí", "overall_question": "Câu hỏi chung, ngoài chỉ số"}

    def kind(name: str) -> str:
        return name if form == "machine" else kinds[name]

    def rows() -> Iterator[list[Cell]]:
        yield [kind("index"), None, "Tỷ lệ hài lòng chung", *[None] * n_levels, *nothing, *writer.figure(page.whole)]
        floor = reading.floor.share if reading.floor is not None else None
        for card in page.factors:
            levels = [level.answers for level in card.levels]
            yield [kind("factor"), card.code, card.title, *levels, *nothing, *writer.figure(card.figure)]
            for row in card.rows:
                levels = [level.answers for level in row.levels]
                counts = [row.n_blank, row.n_no_opinion, row.n_not_asked]
                scores = [writer.score(row.mean), writer.score(row.converted), writer.share(floor)]
                yield [kind("criterion"), row.code, row.text, *levels, *counts, *scores, *writer.figure(row.figure)]
        if page.overall is not None:
            question = page.overall
            levels = [level.answers for level in question.levels]
            scores = [None, None, None, writer.score(question.mean), writer.score(question.converted), None]
            yield [kind("overall_question"), None, question.text, *levels, *scores, *writer.figure(question.figure)]

    return writer.write(criterion_columns(reading), rows())


def write_groups(tables: tuple[GroupTable, ...], reading: Reading, form: Form, label: str | None) -> bytes:
    """The groups of respondents, one characteristic after the other."""
    writer = Writer(form, reading, label)

    def rows() -> Iterator[list[Cell]]:
        for table in tables:
            for row in table.rows:
                few: Cell = int(row.is_few) if form == "machine" else "ít phiếu" if row.is_few else None
                yield [table.code, table.title, row.answer or None, row.name, *writer.figure(row.figure)[:7], few]

    return writer.write(GROUP_COLUMNS, rows())
