"""CSV of what a page shows: a file for people (88,41; semicolons), one for programs (0.8841…; documented columns), one to publish.

The last is the file for people without small cells: what leaves the office goes through `publishable`, in this one place.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Final, Literal, get_args
from urllib.parse import urlencode

from analytics.rounding import share_to_percent
from app.dashboard.criteria import CriteriaPage
from app.dashboard.figure import Figure
from app.dashboard.groups import GroupTable
from app.dashboard.heat import HeatTable
from app.dashboard.publishable import NOTHING_HIDDEN, hide_cells, hide_criteria, hide_units, least_of
from app.dashboard.ranks import Ranking
from app.dashboard.reading import Reading
from app.selection import Selection
from app.spreadsheets import Cell, write_csv
from app.vietnamese import METHODS, collation_key, day, decimal_comma

Form = Literal["human", "machine", "public"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)
_HIDDEN: Final = "…"

# (column for programs, what it holds, column for people): one table for both files and for the description on the page.
VIEW_COLUMNS: Final = (
    ("method", "pooled, criteria_mean hoặc factor_mean", "Cách tính"),
    ("confidence", "độ tin cậy của khoảng, 0–1", "Độ tin cậy"),
    ("instrument", "phiếu khảo sát@phiên bản", "Phiếu khảo sát"),
    ("first_on", "số liệu từ ngày, yyyy-mm-dd", "Số liệu từ ngày"),
    ("last_on", "số liệu đến ngày, yyyy-mm-dd", "Số liệu đến ngày"),
    ("filters", "điều kiện lọc, viết như trong địa chỉ của trang; trống: không lọc", "Điều kiện lọc"),
    ("note", "DỮ LIỆU MINH HỌA nếu là số liệu minh họa, trống nếu là số liệu thật", "Ghi chú"),
)
FIGURE_COLUMNS: Final = (
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
    *FIGURE_COLUMNS,
    *VIEW_COLUMNS,
)
RANK_COLUMNS: Final = (
    ("unit", "khóa của đơn vị", "Khóa đơn vị"),
    ("unit_name", "tên đơn vị", "Đơn vị"),
    ("rank", "hạng, 1 là cao nhất, bằng nhau cùng hạng; trống: chưa đủ phiếu để xếp hạng", "Hạng"),
    ("rank_low", "hạng tốt nhất trong khoảng hạng", "Hạng tốt nhất có thể"),
    ("rank_high", "hạng thấp nhất trong khoảng hạng", "Hạng thấp nhất có thể"),
    ("par_points", "điểm cải cách hành chính; trống: chưa đặt thang điểm hoặc chưa xếp hạng", "Điểm cải cách hành chính"),
    *FIGURE_COLUMNS,
    *VIEW_COLUMNS,
)
GROUP_COLUMNS: Final = (
    ("characteristic", "mã câu hỏi về người trả lời; kind: cá nhân, tổ chức, người được ủy quyền", "Mã đặc điểm"),
    ("characteristic_name", "đặc điểm", "Đặc điểm"),
    ("answer", "mã câu trả lời; trống: không trả lời", "Mã nhóm"),
    ("answer_name", "nhóm", "Nhóm"),
    *FIGURE_COLUMNS[:7],
    ("few", "1: dưới 10 phiếu hợp lệ", "Ít phiếu"),
    *VIEW_COLUMNS,
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
    return (kinds, ("code", "mã", "Mã"), ("text", "nội dung", "Nội dung"), *levels, *_ANSWER_COLUMNS, *FIGURE_COLUMNS, *VIEW_COLUMNS)


@dataclass(frozen=True, slots=True)
class Writer:
    """One file being made: its form, and the cells every row ends with."""

    form: Form
    reading: Reading
    label: str | None

    def write(self, columns: tuple[tuple[str, str, str], ...], rows: Iterator[list[Cell]]) -> bytes:
        """The file: UTF-8, for people with a byte order mark, semicolons and decimal commas; to publish with a note below."""
        is_human = self.form != "machine"
        header = [human if is_human else machine for machine, _, human in columns]
        note: list[list[Cell]] = [[_tell_hidden(self.reading.evidence.selection)]] if self.form == "public" else []
        lines = chain(([*row, *self._view()] for row in rows), note)
        stream = io.StringIO(newline="")
        write_csv(stream, header, lines, bom=is_human, decimal_comma=is_human)
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

    def figure(self, figure: Figure, *, is_hidden: bool = False) -> list[Cell]:
        """The cells of one figure; of a hidden one its target alone."""
        if is_hidden:
            return [*[_HIDDEN] * 7, self.share(figure.target.share if figure.target is not None else None), _HIDDEN, figure.source]
        estimate = figure.estimate
        percent: Cell = estimate.share if self.form == "machine" else figure.percent
        verdict = estimate.verdict if self.form == "machine" else figure.verdict.words
        ends = [self.share(value) for value in (estimate.se, estimate.low, estimate.high)]
        target = self.share(figure.target.share if figure.target is not None else None)
        return [figure.respondents, estimate.answers, estimate.satisfied, percent, *ends, target, verdict, figure.source]


def _tell_hidden(selection: Selection) -> str:
    """Why figures are missing from a file to publish."""
    least = least_of(selection)
    others = ", kể cả của những người ngoài nhóm này" if selection.is_domain else ""
    return (
        f"{_HIDDEN}: không công bố, vì có dưới {least} phiếu hoặc để không suy ra được số liệu có dưới {least} phiếu{others}. "
        "Không công bố kèm tệp khác cắt cùng số liệu theo cách khác."
    )


def write_cells(table: HeatTable, reading: Reading, form: Form, label: str | None, everybody: HeatTable | None = None) -> bytes:
    """The unit × field table, row by row, its own figures over all fields and units included; to publish a sub-group, with that of
    `everybody`."""
    writer = Writer(form, reading, label)
    hidden = hide_cells(table, everybody) if form == "public" else set()
    lines = list(enumerate(table.every_row))
    if form == "public":  # the page's order, highest first, would tell a hidden share
        lines.sort(key=lambda line: (line[1] is table.total, collation_key(line[1].name)))

    def rows() -> Iterator[list[Cell]]:
        for number, row in lines:
            is_total = row is table.total
            for place, (cell, (code, name)) in enumerate(zip(row.cells, table.columns, strict=True)):
                if cell.figure is None:
                    continue
                field_name = name if code is not None else "Tất cả lĩnh vực"
                unit = None if is_total else row.unit
                figure = writer.figure(cell.figure, is_hidden=(number, place) in hidden)
                yield [unit, "Tất cả đơn vị" if is_total else row.name, code, field_name, *figure]

    return writer.write(CELL_COLUMNS, rows())


def write_ranks(ranking: Ranking, reading: Reading, form: Form, label: str | None, everybody: Ranking | None = None) -> bytes:
    """Every unit of the ranking, on whatever page it stands; hidden ones last, because their place would tell their share."""
    writer = Writer(form, reading, label)
    hidden = hide_units(ranking, everybody) if form == "public" else set()

    def rows() -> Iterator[list[Cell]]:
        shown = [row for row in ranking.rows if row.unit not in hidden]
        for row in shown:
            rank: list[Cell] = [None] * 3 if row.rank is None else [row.rank.rank, row.rank.low, row.rank.high]
            yield [row.unit, row.name, *rank, writer.score(row.points), *writer.figure(row.figure)]
        for row in sorted((row for row in ranking.rows if row.unit in hidden), key=lambda row: collation_key(row.name)):
            points = None if ranking.scale is None else _HIDDEN
            yield [row.unit, row.name, *[_HIDDEN] * 3, points, *writer.figure(row.figure, is_hidden=True)]

    return writer.write(RANK_COLUMNS, rows())


def write_criteria(page: CriteriaPage, reading: Reading, form: Form, label: str | None, everybody: CriteriaPage | None = None) -> bytes:
    """The overall index, every factor, every criterion, and the overall question apart."""
    writer = Writer(form, reading, label)
    n_levels = len(reading.evidence.instrument.scale.levels)
    nothing: list[Cell] = [None] * 6
    kinds = {"index": "Chỉ số chung", "factor": "Yếu tố", "criterion": "Tiêu chí", "overall_question": "Câu hỏi chung, ngoài chỉ số"}
    hidden = hide_criteria(page, everybody) if form == "public" else NOTHING_HIDDEN

    def kind(name: str) -> str:
        return name if form == "machine" else kinds[name]

    def line(name: str, code: str | None, text: str, counts: list[Cell], figure: Figure, *, is_hidden: bool) -> list[Cell]:
        # Counts by level, blanks and scores go with their figure: any of them gives the answers away.
        told: list[Cell] = [None if count is None else _HIDDEN for count in counts] if is_hidden else counts
        return [kind(name), code, text, *told, *writer.figure(figure, is_hidden=is_hidden)]

    def rows() -> Iterator[list[Cell]]:
        index: list[Cell] = [*[None] * n_levels, *nothing]
        yield line("index", None, "Tỷ lệ hài lòng chung", index, page.whole, is_hidden=hidden.index)
        floor = reading.floor.share if reading.floor is not None else None
        for card in page.factors:
            levels: list[Cell] = [level.answers for level in card.levels]
            yield line("factor", card.code, card.title, [*levels, *nothing], card.figure, is_hidden=card.code in hidden.factors)
            for row in card.rows:
                levels = [level.answers for level in row.levels]
                counts = [row.n_blank, row.n_no_opinion, row.n_not_asked]
                scores = [writer.score(row.mean), writer.score(row.converted), writer.share(floor)]
                is_hidden = row.code in hidden.criteria
                yield line("criterion", row.code, row.text, [*levels, *counts, *scores], row.figure, is_hidden=is_hidden)
        if page.overall is not None:
            question = page.overall
            levels = [level.answers for level in question.levels]
            scores = [None, None, None, writer.score(question.mean), writer.score(question.converted), None]
            yield line("overall_question", None, question.text, [*levels, *scores], question.figure, is_hidden=hidden.overall)

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
