"""`sipas export`: what leaves comes back the same, and shows nothing finer than it must."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import export as export_module
from app.cli.export import export_command
from app.errors import BadInputError
from app.imports.kinds import KINDS
from app.imports.response_row import ResponseRow
from app.imports.rows import list_columns
from app.imports.table import read_table
from app.models import Installation, Unit
from app.queries.export import list_export_columns
from app.response_files import tally_file
from app.runtime import Runtime
from app.services.imports import import_file
from app.services.installation import DEMONSTRATION_LABEL
from app.services.intake import Sender, submit_responses
from survey_forms import find_instrument, read_submission
from tests.factories import KIOSK, RESULT_CODES, add_office, response

Run = Callable[..., Result]


@pytest.fixture
def run(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `sipas export …` on the test's installation."""
    monkeypatch.setattr(export_module, "open_installation", lambda: runtime)
    return lambda *arguments: CliRunner().invoke(export_command, list(map(str, arguments)))


@pytest.fixture
def answered(runtime: Runtime) -> Runtime:
    """Four responses: with a comment, rated in part at filing, in another month, late in the evening."""
    items = [
        response(comment="=1+1", overall=4, helped=True, took="<30", repeats_previous=False, kind="organisation", mode="postal"),
        response(field="dat-dai", stage="filing", asked=["1.1", "1.2"], ratings={"1.1": 3, "1.2": "no_opinion"}, counter="1"),
        response(answered_at="2025-08-31T16:30:00Z", procedure="1.012766"),
        response(answered_at="2025-08-31T17:30:00Z", ratings={}),
    ]
    receipt = submit_responses(runtime, map(read_submission, items), Sender())
    assert len(receipt.acknowledged) == 4
    return runtime


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("options", [(), ("--comments",)])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_export_comes_back_and_changes_nothing(answered: Runtime, run: Run, tmp_path: Path, ending: str, options: tuple[str, ...]) -> None:
    path = tmp_path / f"out.{ending}"
    result = run(path, *options)
    assert result.output == f"4 responses of {KIOSK} written to out.{ending}\n"
    report = import_file(answered, KINDS["responses"], path)
    assert (report.n_new, report.n_changed, report.n_unchanged) == (0, 0, 4)


def test_export_enters_another_database_whole_and_once(answered: Runtime, run: Run, tmp_path: Path, sqlite_template: Path) -> None:
    path, again = tmp_path / "out.csv", tmp_path / "again.csv"
    run(path, "--comments")
    answered.database.dispose()
    for leftover in tmp_path.glob("sipas.db*"):
        leftover.unlink()
    (tmp_path / "sipas.db").write_bytes(sqlite_template.read_bytes())
    add_office(answered)
    assert import_file(answered, KINDS["responses"], path).n_new == 4
    assert import_file(answered, KINDS["responses"], path).n_unchanged == 4
    run(again, "--comments")
    assert again.read_bytes() == path.read_bytes()


def test_machine_format_has_iso_days_hours_and_points(answered: Runtime, run: Run, tmp_path: Path) -> None:
    run(tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    by_moment = {row["answered_at"]: row for row in rows_of(tmp_path / "out.csv") if row["answered_at"][:10] != "2025-09-10"}
    assert set(by_moment) == {"2025-08-31T23:00+07:00", "2025-09-01T00:00+07:00"}
    assert by_moment["2025-09-01T00:00+07:00"]["answered_on"] == "2025-09-01"
    filed = next(row for row in rows_of(tmp_path / "out.csv") if row["stage"] == "filing")
    assert (filed["1.1"], filed["1.2"], filed["2.1"], filed["asked"], filed["helped"]) == ("3", "no_opinion", "", "1.1;1.2", "0")


def test_days_are_inclusive_days_in_viet_nam(answered: Runtime, run: Run, tmp_path: Path) -> None:
    assert "1 responses" in run(tmp_path / "a.csv", "--to", "2025-08-31").output
    assert "1 responses" in run(tmp_path / "b.csv", "--from", "2025-09-01", "--to", "2025-09-01").output
    assert "3 responses" in run(tmp_path / "c.csv", "--from", "2025-09-01").output


def test_comments_leave_only_when_asked_for_and_defused(answered: Runtime, run: Run, tmp_path: Path) -> None:
    run(tmp_path / "without.csv")
    assert "1+1" not in (tmp_path / "without.csv").read_text(encoding="utf-8")
    run(tmp_path / "with.csv", "--comments")
    assert "'=1+1" in {row["comment"] for row in rows_of(tmp_path / "with.csv")}


def test_file_holds_one_instrument_and_the_error_names_them(answered: Runtime, run: Run, tmp_path: Path) -> None:
    other = response(instrument="an-my-2023@1.0", ratings=dict.fromkeys(RESULT_CODES, 4))
    submit_responses(answered, [read_submission(other)], Sender())
    error = run(tmp_path / "out.csv").exception
    assert isinstance(error, BadInputError)
    assert f"choose with --instrument from an-my-2023@1.0, {KIOSK}" in str(error)
    assert "1 responses of an-my-2023@1.0" in run(tmp_path / "out.csv", "--instrument", "an-my-2023@1.0").output
    unknown = run(tmp_path / "out.csv", "--instrument", "zz").exception
    assert "names no published instrument" in str(unknown)


def test_days_without_responses_are_said_and_no_file_is_made(answered: Runtime, run: Run, tmp_path: Path) -> None:
    assert "there are no responses in these days" in str(run(tmp_path / "out.csv", "--from", "2026-01-01").exception)
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_every_row_of_a_demonstration_is_labelled(answered: Runtime, run: Run, tmp_path: Path, ending: str) -> None:
    with answered.database.write() as session:
        session.get_one(Installation, 1).kind = "demonstration"
    path = tmp_path / f"out.{ending}"
    run(path)
    table = read_table(path)
    assert table.header[-1] == "label"
    assert [row.cells[-1] for row in table.rows] == [DEMONSTRATION_LABEL] * 4
    assert import_file(answered, KINDS["responses"], path).n_unchanged == 4


def test_unit_key_that_would_run_as_a_formula_is_defused_and_comes_back(runtime: Runtime, run: Run, tmp_path: Path) -> None:
    with runtime.database.write() as session:
        session.add(Unit(key="@xa", name="Xã", level="commune", valid_from_on=date(2025, 7, 1)))
    submit_responses(runtime, [read_submission(response(unit="@xa"))], Sender())
    run(tmp_path / "out.csv")
    assert rows_of(tmp_path / "out.csv")[0]["unit"] == "'@xa"
    assert import_file(runtime, KINDS["responses"], tmp_path / "out.csv").n_unchanged == 1


def test_exported_columns_are_those_the_import_reads_and_the_help_documents() -> None:
    instrument = find_instrument(KIOSK)
    codes = [criterion.code for criterion in instrument.criteria]
    columns = [column for column in list_export_columns(instrument, with_comments=True) if column not in codes]
    assert sorted([*columns, "label"]) == sorted(column.name for column in list_columns(ResponseRow))
    documented = CliRunner().invoke(export_command, ["--help"]).output
    assert [column for column in columns if column not in documented] == []


def test_export_is_a_file_the_index_can_be_computed_from(answered: Runtime, run: Run, tmp_path: Path) -> None:
    run(tmp_path / "out.csv")
    tally = tally_file(tmp_path / "out.csv", find_instrument(KIOSK), ("field",)).table.tally
    assert tally.n_returned.tolist() == [1, 3]
    assert tally.n_valid.tolist() == [1, 2]
