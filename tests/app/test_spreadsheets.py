"""Tables on their way out: nothing in them runs, numbers stay numbers, files appear whole or not at all."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import BadInputError
from app.spreadsheets import Cell, defuse, restore, write_csv, write_file, write_xlsx


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd", "-cmd", "@SUM(A1)", "\tx", "\rx", "\0x", "＝1+1", "＋x", "－x", "＠x", " =1+1", "\n=1+1", "-1,5+2", "'=1+1"],
)
def test_cell_that_would_run_is_defused(text: str) -> None:
    assert defuse(text) == "'" + text


@pytest.mark.parametrize("text", ["", "-1,5", "+1,50", "-0.25", "12%", "Xã A = Xã B", "'n", "1.1", "Ông/Bà"])
def test_harmless_text_and_plain_numbers_stay_as_they_are(text: str) -> None:
    assert defuse(text) == text


@given(st.text() | st.text("=+-@'\t\r\0＝－ 1,a", max_size=6))
def test_restore_undoes_defuse_exactly(text: str) -> None:
    assert restore(defuse(text)) == text


def test_machine_csv_has_points_and_commas_between_cells() -> None:
    stream = StringIO()
    row: list[Cell] = ["Xã A", 88.41, Decimal("1E+2"), 3, True, None, date(2025, 7, 1), "=x"]
    assert write_csv(stream, ["a", "b", "c", "d", "e", "f", "g", "h"], [row]) == 1
    assert stream.getvalue() == "a,b,c,d,e,f,g,h\r\nXã A,88.41,100,3,1,,2025-07-01,'=x\r\n"


def test_human_csv_has_bom_decimal_comma_and_semicolons() -> None:
    stream = StringIO()
    write_csv(stream, ["đơn vị", "tỷ lệ"], [["Xã A", Decimal("88.40")]], bom=True, decimal_comma=True)
    assert stream.getvalue() == "\ufeffđơn vị;tỷ lệ\r\nXã A;88,40\r\n"


def test_workbook_keeps_text_as_text_and_numbers_as_numbers() -> None:
    stream = BytesIO()
    moment = datetime(2025, 7, 1, 2, tzinfo=UTC)
    write_xlsx(stream, ["a"], [["=1+1", "http://example.org", "00004", 5, None, True, moment]], sheet="figures")
    sheet = openpyxl.load_workbook(stream)["figures"]
    cells = next(iter(sheet.iter_rows(min_row=2)))
    assert [cell.value for cell in cells] == ["=1+1", "http://example.org", "00004", 5, None, 1, "2025-07-01T02:00:00+00:00"]
    assert [cell.data_type for cell in cells[:3]] == ["s", "s", "s"]
    assert all(cell.hyperlink is None for cell in cells)


def test_file_that_fails_half_way_leaves_the_old_one_and_no_remains(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old", encoding="utf-8")

    def rows() -> Iterator[list[Cell]]:
        yield ["1"]
        raise BadInputError("broken off")

    with pytest.raises(BadInputError, match="broken off"):
        write_file(path, ["a"], rows(), sheet="x")
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
    assert path.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(("name", "sentence"), [("out.txt", "must end in .csv or .xlsx"), ("none/out.csv", "cannot be written")])
def test_place_or_ending_that_cannot_be_is_said_in_a_sentence(tmp_path: Path, name: str, sentence: str) -> None:
    with pytest.raises(BadInputError, match=sentence):
        write_file(tmp_path / name, ["a"], [], sheet="x")
