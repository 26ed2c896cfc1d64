"""The template of responses: filled in, it goes through `sipas import responses`; a mistake is told by row and column."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.utils import get_column_letter

from app.cli import cli
from app.errors import BadInputError
from app.imports.errors import FileError
from app.imports.kinds import KINDS
from app.response_template import list_template_columns, write_template, write_template_csv, write_template_xlsx
from app.runtime import Runtime
from app.services.imports import import_file
from survey_forms import Instrument, load_shipped
from tests.conftest import SECRET
from tests.factories import COMMUNE

SHIPPED = load_shipped()


def filled(instrument: Instrument, **changes: str) -> list[str]:
    """One sheet as somebody would fill it in."""
    row = dict.fromkeys(list_template_columns(instrument), "")
    row |= {criterion.code: str(instrument.scale.levels[-1]) for criterion in instrument.criteria}
    row |= {
        "instrument": instrument.id,
        "unit": COMMUNE,
        "field": "ho-tich",
        "channel": "paper",
        "answered_on": "2025-09-01",
        "stage": "result",
    }
    return list((row | {instrument.criteria[0].code: "no_opinion"} | changes).values())


def fill_csv(path: Path, instrument: Instrument, rows: list[list[str]]) -> None:
    text = StringIO(newline="")
    write_template_csv(text, instrument, for_spreadsheet=True)
    path.write_text(text.getvalue() + "".join(";".join(row) + "\r\n" for row in rows), encoding="utf-8", newline="")


def fill_xlsx(path: Path, instrument: Instrument, rows: list[list[str]]) -> None:
    binary = BytesIO()
    write_template_xlsx(binary, instrument)
    book = openpyxl.load_workbook(binary)
    for number, row in enumerate(rows, start=2):
        for column, cell in enumerate(row, start=1):
            book.worksheets[0].cell(number, column, int(cell) if cell.isdecimal() else cell or None)
    book.save(path)


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("fill", [fill_csv, fill_xlsx])
def test_filled_template_is_imported(runtime: Runtime, tmp_path: Path, fill: Callable[..., None], name: str) -> None:
    path = tmp_path / f"mau{'.csv' if fill is fill_csv else '.xlsx'}"
    fill(path, SHIPPED[name], [filled(SHIPPED[name]), filled(SHIPPED[name], comment="Một ý kiến")])
    report = import_file(runtime, KINDS["responses"], path)
    assert (report.n_new, report.n_changed, report.n_unchanged) == (2, 0, 0)


@pytest.mark.parametrize("delimiter", [";", ","])
def test_template_saved_by_a_spreadsheet_program_is_still_read(runtime: Runtime, tmp_path: Path, delimiter: str) -> None:
    instrument = SHIPPED["kiosk-default@1.0"]
    fill_csv(tmp_path / "mau.csv", instrument, [filled(instrument)])
    with (tmp_path / "mau.csv").open(encoding="utf-8-sig", newline="") as opened:
        lines = [[line.rstrip("\r\n")] if line.startswith("#") else line.rstrip("\r\n").split(";") for line in opened]
    width = max(map(len, lines))
    with (tmp_path / "luu.csv").open("w", encoding="utf-8-sig", newline="") as saved:
        # Such a program fills every line up to the same width, and quotes explanations that hold its delimiter.
        csv.writer(saved, delimiter=delimiter).writerows(line + [""] * (width - len(line)) for line in lines)
    assert import_file(runtime, KINDS["responses"], tmp_path / "luu.csv").n_new == 1


@pytest.mark.parametrize(("fill", "row"), [(fill_csv, 37), (fill_xlsx, 3)])
def test_mistake_is_told_by_row_and_column(runtime: Runtime, tmp_path: Path, fill: Callable[..., None], row: int) -> None:
    instrument = SHIPPED["kiosk-default@1.0"]
    path = tmp_path / f"mau{'.csv' if fill is fill_csv else '.xlsx'}"
    fill(path, instrument, [filled(instrument), filled(instrument, **{"3.2": "7", "unit": "nowhere"})])
    with pytest.raises(FileError) as refused:
        import_file(runtime, KINDS["responses"], path)
    found = {(problem.row, problem.column) for problem in refused.value.problems}
    assert found == {(row, "unit"), (row, "3.2")}


def test_empty_template_holds_no_response(runtime: Runtime, tmp_path: Path) -> None:
    path = tmp_path / "mau.xlsx"
    write_template(path, SHIPPED["kiosk-default@1.0"])
    assert import_file(runtime, KINDS["responses"], path, instrument="kiosk-default@1.0").n_new == 0


def test_workbook_offers_levels_as_a_list_and_explains_every_column(tmp_path: Path) -> None:
    instrument = SHIPPED["kiosk-default@1.0"]
    write_template(tmp_path / "mau.xlsx", instrument)
    book = openpyxl.load_workbook(tmp_path / "mau.xlsx")
    sheet, explained = book.worksheets
    header = [cell.value for cell in sheet[1]]
    assert header == list_template_columns(instrument)
    offered = {str(v.sqref).split(":")[0].rstrip("0123456789"): v.formula1 for v in sheet.data_validations.dataValidation}
    column = get_column_letter(header.index("1.1") + 1)
    assert offered[column] == '"1,2,3,4,5,no_opinion"'
    assert [cell.value for cell in explained["A"]][1:] == header


def test_command_writes_a_template_and_refuses_what_it_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIPAS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SIPAS_SECRET_KEY", SECRET)
    runner = CliRunner()
    assert runner.invoke(cli, ["db", "upgrade"]).exit_code == 0
    made = runner.invoke(cli, ["template", "responses", "--instrument", "kiosk-default", str(tmp_path / "mau.csv")])
    assert made.exit_code == 0, made.output
    assert (tmp_path / "mau.csv").read_text(encoding="utf-8").startswith("# instrument: Mã bộ câu hỏi")
    for arguments in (["--instrument", "nothing", "mau.csv"], ["--instrument", "kiosk-default", "mau.txt"]):
        refused = runner.invoke(cli, ["template", "responses", *arguments[:2], str(tmp_path / arguments[2])])
        assert isinstance(refused.exception, BadInputError)
