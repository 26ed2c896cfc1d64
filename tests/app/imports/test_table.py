"""A file as a table: whatever program wrote it, the same cells; whatever is wrong with it, its row."""

import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

from app.imports import table as table_module
from app.imports.errors import FileError
from app.imports.table import Table, read_table

PLAIN = "code,name\n01,Hộ tịch\n02,Đất đai\n"


def read(tmp_path: Path, content: str | bytes) -> Table:
    path = tmp_path / "file.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path)


def write_workbook(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


@pytest.mark.parametrize(
    "content",
    [
        "\ufeff" + PLAIN,
        PLAIN.replace(",", ";"),
        PLAIN.replace("\n", "\r\n"),
        'code,name,,\n"01"," Hộ tịch ",,\n02,Đất đai,,\n',
        "code,name\n01,Hộ tịch\n02,Đất đai",
    ],
)
def test_table_is_the_same_however_it_was_saved(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content).digest == read(tmp_path, PLAIN).digest


def test_workbook_is_the_same_table_as_its_csv(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "file.xlsx", [["code", "name"], ["01", "Hộ tịch"], ["02", "Đất đai"]])
    assert read_table(path).digest == read(tmp_path, PLAIN).digest


def test_text_in_another_unicode_spelling_is_the_same_text(tmp_path: Path) -> None:
    assert read(tmp_path, "code,name\n01,Ho\u0302\u0323 tịch\n").rows[0].cells == ("01", "Hộ tịch")


def test_defused_cell_is_read_as_what_was_typed(tmp_path: Path) -> None:
    assert read(tmp_path, "comment\n'=1+1\n").rows[0].cells == ("=1+1",)


def test_comments_and_empty_rows_keep_the_row_numbers_of_a_spreadsheet(tmp_path: Path) -> None:
    found = read(tmp_path, '# "98,23%" printed\n# once\ncode,name\n\n01,"Hộ\ntịch"\n02,Đất đai\n')
    assert found.comments == ('# "98,23%" printed', "# once")
    assert [(row.number, row.cells[0]) for row in found.rows] == [(5, "01"), (6, "02")]


def test_empty_cells_beyond_the_last_column_are_passed_over(tmp_path: Path) -> None:
    assert read(tmp_path, "code,name\n01,Hộ tịch,,\n").rows[0].cells == ("01", "Hộ tịch")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("code,name\n01\n", "row 2: has 1 cells, the header has 2"),
        ("code,name\n01,Hộ tịch,x\n", "row 2: has 3 cells, the header has 2"),
        ("code,name\n01,a\n02,Hộ tịch\n".encode("utf-16"), "row 1: is not UTF-8"),
        (b"code,name\n01,a\n02,H\xe9\n", "row 3: is not UTF-8"),
        ('code,name\n01,"a\n', "row 2: a quotation mark is not closed"),
        ("", "has no header"),
        ("# only a comment\n\n", "has no header"),
        (b"PK\x03\x04 no zip", "is no workbook that can be read"),
    ],
)
def test_file_that_is_no_table_is_refused_with_its_row(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    with pytest.raises(FileError) as caught:
        read(tmp_path, content)
    assert sentence in str(caught.value)


def test_missing_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        read_table(tmp_path / "nowhere.csv")


def test_numbers_of_a_workbook_are_read_plainly_and_marked(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "file.xlsx", [["a", "b", "c", "d"], [5, 0.9, True, "x"], [], [1, 2]])
    first, second = read_table(path).rows
    assert first.cells == ("5", "0.9", "1", "x")
    assert first.numbers == {0, 1}
    assert (second.number, second.cells) == (4, ("1", "2", "", ""))


def test_days_and_moments_of_a_workbook_are_read_as_iso(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy hh:mm"}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_row(1, 0, [date(2025, 7, 1), datetime(2025, 7, 1, 9, 30)])  # noqa: DTZ001  # a workbook knows no zone
    assert read_table(path).rows[0].cells == ("2025-07-01", "2025-07-01T09:30:00")


def test_workbook_with_an_entity_bomb_is_refused(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "file.xlsx", [["a"], ["b"]])
    hostile = tmp_path / "hostile.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(hostile, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/sharedStrings.xml":
                content = content.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY x "xxxx">]>', 1).replace(b"<t>b</t>", b"<t>&x;</t>")
            target.writestr(name, content)
    with pytest.raises(FileError, match="no workbook that can be read"):
        read_table(hostile)


def test_workbook_that_unpacks_to_far_more_than_it_weighs_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_workbook(tmp_path / "file.xlsx", [["a"], *([["b" * 1000]] * 50)])
    monkeypatch.setattr(table_module, "LARGEST_BYTES", path.stat().st_size)
    with pytest.raises(FileError, match="unpacks to more"):
        read_table(path)


def test_file_above_the_largest_size_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "LARGEST_BYTES", 10)
    with pytest.raises(FileError, match="is larger than"):
        read(tmp_path, PLAIN)
