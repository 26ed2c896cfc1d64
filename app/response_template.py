"""An empty file of responses to fill in: the columns `sipas import responses` takes, each explained, levels offered as a list.

The columns that everybody needs come first and are kept; what only programs write (id, took, …) is left out: an empty column invites
guessing. Whoever needs one adds it by the name the explanation gives.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

from xlsxwriter import Workbook

from app.errors import BadInputError
from app.imports.response_row import ResponseRow
from app.imports.rows import list_columns
from app.spreadsheets import write_csv
from survey_forms import CHANNELS, MODES, NO_OPINION, RESPONDENT_KINDS, STAGES, Instrument

COLUMNS: Final = ("instrument", "unit", "field", "channel", "answered_on", "stage", "mode", "kind", "helped", "counter", "procedure")
ROWS_WITH_LISTS: Final = 2000
"""Rows of a workbook whose cells offer their values; more may be filled in."""

_MEANINGS: Final = {
    "instrument": "Mã bộ câu hỏi",
    "unit": "Đơn vị tiếp nhận: khóa, mã hành chính hoặc tên chính xác",
    "field": "Lĩnh vực: mã hoặc tên chính xác",
    "channel": "Kênh; phiếu giấy ghi paper",
    "answered_on": "Ngày trả lời, ví dụ 2026-03-10 hoặc 10/03/2026",
    "stage": "Bước: filing là nộp hồ sơ, result là nhận kết quả",
    "mode": "Hình thức nộp: in_person trực tiếp, online trực tuyến, postal bưu chính; trống nếu không rõ",
    "kind": "Người trả lời: individual cá nhân, organisation tổ chức, authorised được ủy quyền; trống nếu không rõ",
    "helped": "1 nếu có người giúp trả lời, 0 hoặc trống nếu không",
    "counter": "Quầy, trống nếu không rõ",
    "procedure": "Mã thủ tục hành chính, trống nếu không rõ",
    "overall": "Câu hỏi chung, ngoài chỉ số",
    "comment": "Ý kiến; không ghi họ tên, số điện thoại, số giấy tờ",
}
_LISTS: Final[dict[str, tuple[str, ...]]] = {
    "channel": CHANNELS,
    "stage": STAGES,
    "mode": MODES,
    "kind": RESPONDENT_KINDS,
    "helped": ("0", "1"),
}


def list_template_columns(instrument: Instrument) -> list[str]:
    """The header: envelope, criteria in the order of the form, the overall question where there is one, the comment.

    >>> from survey_forms import find_instrument
    >>> list_template_columns(find_instrument("khanh-hoa-2022"))[-4:]
    ['4.1', '5.1', '6.1', 'comment']
    """
    overall = ["overall"] if instrument.overall is not None else []
    return [*COLUMNS, *(criterion.code for criterion in instrument.criteria), *overall, "comment"]


def _explain(instrument: Instrument) -> Iterator[tuple[str, str, str]]:
    """Column, meaning, allowed values – one line each, in the order of the header."""
    allowed = {column.name: column.allowed for column in list_columns(ResponseRow)}
    levels = " | ".join(f"{level} {label}" for level, label in zip(instrument.scale.levels, instrument.scale.labels, strict=True))
    rating = f"{levels} | {NO_OPINION} Không biết / chưa gặp | để trống nếu bỏ trống"
    for name in list_template_columns(instrument):
        if name in _MEANINGS:
            values = rating if name == "overall" else f"luôn là {instrument.id}" if name == "instrument" else allowed[name]
            yield name, _MEANINGS[name], values
        else:
            criterion = instrument.criterion(name)
            stages = "" if set(criterion.stages) == set(STAGES) else f" (chỉ ở bước {', '.join(criterion.stages)})"
            yield name, criterion.text + stages, rating


def write_template_csv(stream: TextIO, instrument: Instrument, *, for_spreadsheet: bool = False) -> None:
    """The template as CSV: comment lines (#) that explain, which the import passes over, then the header.

    `for_spreadsheet` opens in columns by double click in a Vietnamese spreadsheet program: BOM, semicolons between cells.
    """
    if for_spreadsheet:
        stream.write("\ufeff")
    for name, meaning, values in _explain(instrument):
        stream.write(f"# {name}: {meaning}. {values}\r\n")
    write_csv(stream, list_template_columns(instrument), (), decimal_comma=for_spreadsheet)


def write_template_xlsx(stream: BinaryIO, instrument: Instrument) -> None:
    """The template as a workbook: first sheet to fill in, with lists of what a cell takes; second sheet explains."""
    columns = list_template_columns(instrument)
    levels: list[Any] = [*instrument.scale.levels, NO_OPINION]
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(stream, options) as workbook:
        bold, as_text = workbook.add_format({"bold": True, "bottom": 1}), workbook.add_format({"num_format": "@"})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        sheet = workbook.add_worksheet("responses")
        sheet.write_row(0, 0, columns, bold)
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(columns):
            is_rating = name == "overall" or name not in _MEANINGS
            # Codes keep their leading zeros only in a column of text; a level is a number or a word.
            sheet.set_column(place, place, 10 if is_rating else 16, None if is_rating or name == "answered_on" else as_text)
            offered = levels if is_rating else [instrument.id] if name == "instrument" else list(_LISTS.get(name, ()))
            if offered:
                advice = {"input_title": name[:32], "input_message": _shorten(_meaning(instrument, name))}
                told = {"error_title": "Giá trị không đúng", "error_message": _shorten(f"Cột {name} nhận: {', '.join(map(str, offered))}")}
                sheet.data_validation(1, place, ROWS_WITH_LISTS, place, {"validate": "list", "source": offered, **advice, **told})
        help_sheet = workbook.add_worksheet("Giải thích")
        help_sheet.write_row(0, 0, ("Cột", "Ý nghĩa", "Giá trị"), bold)
        help_sheet.set_column(0, 0, 14, wrapped)
        help_sheet.set_column(1, 2, 60, wrapped)
        for row, line in enumerate(_explain(instrument), start=1):
            for place, text in enumerate(line):
                help_sheet.write_string(row, place, text, wrapped)


def _meaning(instrument: Instrument, name: str) -> str:
    return _MEANINGS.get(name) or instrument.criterion(name).text


def _shorten(text: str, most: int = 250) -> str:
    """A spreadsheet program shows at most 255 characters beside a cell."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def write_template(path: Path, instrument: Instrument) -> None:
    """Write the template, CSV or XLSX by the file's ending. Raises BadInputError for another ending or an unwritable place."""
    ending = path.suffix.lower()
    try:
        if ending == ".xlsx":
            with path.open("wb") as binary:
                write_template_xlsx(binary, instrument)
        elif ending == ".csv":
            with path.open("w", encoding="utf-8", newline="") as text:
                write_template_csv(text, instrument)
        else:
            raise BadInputError("the file's name must end in .csv or .xlsx")
    except OSError as error:
        raise BadInputError(f"the file cannot be written ({error.strerror}): choose another place") from None
