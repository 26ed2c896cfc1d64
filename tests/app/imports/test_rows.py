"""Cells are read strictly: every wrong one is told by row and column with what is allowed, and never with its content."""

from pathlib import Path

import pytest
import xlsxwriter

from app.imports.counts import CountRow
from app.imports.dossiers import DossierRow
from app.imports.errors import FileError, Problem
from app.imports.response_row import ResponseRow
from app.imports.rows import Row, list_columns, parse_rows
from app.imports.table import read_table
from app.imports.target_file import TargetRow
from app.imports.unit_row import UnitRow


def problems_of(tmp_path: Path, model: type[Row], text: str) -> list[str]:
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    return [str(problem) for problem in parse_rows(read_table(path), model)[1]]


COUNT = {
    "unit": "Xã A",
    "field": "Chung",
    "from": "2025-01-01",
    "to": "2025-06-30",
    "question": "q",
    "level": "l",
    "satisfied": "1",
    "answers": "7",
}


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("from", "2025-02-30", "must be a day as 2025-07-01 or 01/07/2025"),
        ("from", "1735689600", "must be a day as"),
        ("from", "2025-07-01T00:00", "must be a day as"),
        ("answers", "7.0", "must be a whole number"),
        ("answers", "-7", "must be a whole number"),
        ("answers", "1.000", "must be a whole number"),
        ("answers", "٧", "must be a whole number"),
        ("satisfied", "yes", "must be 1 where the level counts as satisfied, else 0"),
        ("answers", "", "is empty; it holds a whole number"),
        ("level", "x" * 501, "must be a line of at most 500 characters"),
    ],
)
def test_wrong_cell_is_told_by_row_and_column(tmp_path: Path, column: str, cell: str, sentence: str) -> None:
    row = {**COUNT, column: cell}
    (problem,) = problems_of(tmp_path, CountRow, f"{','.join(row)}\n{','.join(row.values())}\n")
    assert problem.startswith(f"row 2, column {column}: {sentence}")
    assert not cell or cell not in problem


@pytest.mark.parametrize("cell", ["2025-07-01", "01/07/2025", "1/7/2025"])
def test_day_is_read_in_both_spellings(tmp_path: Path, cell: str) -> None:
    assert problems_of(tmp_path, UnitRow, f"code,name,level,valid_from\n01,A,province,{cell}\n") == []


@pytest.mark.parametrize(("cell", "share"), [("0.9", "0.9"), ("90%", "0.9"), ("87,5%", "0.875"), ("1", "1"), ("0", "0"), ("100%", "1")])
def test_share_is_kept_as_exact_decimal_text(tmp_path: Path, cell: str, share: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(f'target\n"{cell}"\n', encoding="utf-8")
    rows, problems = parse_rows(read_table(path), TargetRow)
    assert (rows[0].target, problems) == (share, [])


@pytest.mark.parametrize("cell", ["90", "-0.1", "1.2", "x", "0." + "1" * 40])
def test_share_outside_0_to_1_is_refused(tmp_path: Path, cell: str) -> None:
    assert problems_of(tmp_path, TargetRow, f"target\n{cell}\n") == ["row 2, column target: must be a share between 0 and 1, as 0.9 or 90%"]


@pytest.mark.parametrize("cell", ["2025-13-1", "2025-07-3", "2025-07", "25-07-1"])
def test_block_that_does_not_exist_is_refused(tmp_path: Path, cell: str) -> None:
    text = f"unit,field,mode,block,finished,late\na,b,online,{cell},3,0\n"
    assert [problem[:26] for problem in problems_of(tmp_path, DossierRow, text)] == ["row 2, column block: must "]


def test_more_late_than_finished_is_refused(tmp_path: Path) -> None:
    text = "unit,field,mode,block,finished,late\na,b,online,2025-07-1,3,4\n"
    assert "more dossiers are late than finished" in problems_of(tmp_path, DossierRow, text)[0]


@pytest.mark.parametrize(
    "cell",
    ["a3bb189e-8bf9-1888-9912-ace4e6543002", "A3BB189E8BF948889912ACE4E6543002", "1", "a3bb189e-8bf9-4888-1912-ace4e6543002"],
)
def test_id_that_is_no_random_uuid_is_refused(tmp_path: Path, cell: str) -> None:
    text = f"id,unit,field,answered_on\n{cell},a,b,2025-07-01\n"
    (problem,) = problems_of(tmp_path, ResponseRow, text)
    assert problem.startswith("row 2, column id: must be a random UUID (version 4)")


@pytest.mark.parametrize("cell", ["2025-07-01T09:00", "2025-07-01", "yesterday", "0001-01-01T00:00+14:00"])
def test_moment_without_a_zone_is_refused(tmp_path: Path, cell: str) -> None:
    text = f"unit,field,answered_at\na,b,{cell}\n"
    assert problems_of(tmp_path, ResponseRow, text) == [
        "row 2, column answered_at: must be a moment with its zone, as 2025-07-01T09:00+07:00"
    ]


def test_every_wrong_cell_of_a_row_is_told_at_once(tmp_path: Path) -> None:
    found = problems_of(tmp_path, CountRow, f"{','.join(COUNT)}\n,,x,y,q,l,z,w\n")
    assert [problem.split(":")[0].removeprefix("row 2, column ") for problem in found] == [
        "unit", "field", "from", "to", "satisfied", "answers",
    ]  # fmt: skip


def test_header_is_read_without_regard_to_capitals(tmp_path: Path) -> None:
    assert problems_of(tmp_path, UnitRow, "CODE,Name,Level\n01,A,province\n") == []


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        ("code,name,level,colour", "column 4 ('colour'): is not known; the columns are code, name, level, parent_code, key"),
        ("code,name", "column level: is missing; it holds province, commune"),
        ("code,name,level,Code", "column code: stands in the header twice"),
        ("code,,level", "column 2 (''): is not known"),
    ],
)
def test_header_that_does_not_fit_is_refused(tmp_path: Path, header: str, sentence: str) -> None:
    with pytest.raises(FileError) as caught:
        problems_of(tmp_path, UnitRow, header + "\n")
    assert sentence in str(caught.value)


def test_code_that_a_workbook_took_for_a_number_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["code", "name", "level", "parent_code"])
        sheet.write_row(1, 0, [4, "A", "commune", 1])
    found = [str(problem) for problem in parse_rows(read_table(path), UnitRow)[1]]
    assert [problem.split(":")[0] for problem in found] == ["row 2, column code", "row 2, column parent_code"]
    assert "loses leading zeros" in found[0]


@pytest.mark.parametrize("model", [UnitRow, CountRow, DossierRow, TargetRow, ResponseRow])
def test_every_column_says_what_it_holds(model: type[Row]) -> None:
    assert all(column.allowed for column in list_columns(model))


def test_more_than_twenty_problems_are_counted_not_listed() -> None:
    text = str(FileError("file.csv", [Problem(row, "a", "is wrong") for row in range(2, 27)]))
    assert text.count("is wrong") == 20
    assert text.endswith("… and 5 more")
