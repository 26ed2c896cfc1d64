"""The same files on SQLite and on PostgreSQL: bulk writing, the one door, and the way back out."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli import export as export_module
from app.cli.export import export_command
from app.imports.kinds import KINDS
from app.runtime import Runtime
from app.services.imports import import_file
from tests.app.imports.national_list import N_COMMUNES, N_PROVINCES, find_national_list
from tests.factories import KIOSK


def test_files_enter_once_and_come_out_again(any_runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    units = find_national_list(tmp_path)
    assert import_file(any_runtime, KINDS["units"], units).n_new == N_PROVINCES + N_COMMUNES
    assert import_file(any_runtime, KINDS["units"], units).n_unchanged == N_PROVINCES + N_COMMUNES

    path = tmp_path / "responses.csv"
    rows = "".join(f"xa-a,dat-dai,2025-09-{n % 9 + 1:02d},{n % 5 + 1},no_opinion,\n" for n in range(1200))
    path.write_text("unit,field,answered_on,1.1,1.2,comment\n" + rows, encoding="utf-8")
    assert import_file(any_runtime, KINDS["responses"], path, instrument=KIOSK).n_new == 1200
    assert import_file(any_runtime, KINDS["responses"], path, instrument=KIOSK).n_unchanged == 1200

    out = tmp_path / "out.csv"
    monkeypatch.setattr(export_module, "open_installation", lambda: any_runtime)
    result = CliRunner().invoke(export_command, [str(out), "--from", "2025-09-02", "--comments"])
    assert result.output.startswith("1066 responses")
    assert import_file(any_runtime, KINDS["responses"], out).n_unchanged == 1066


def test_changes_and_successions_are_written(any_runtime: Runtime, tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text(
        "key,code,name,level,parent,valid_from,predecessors\n"
        "xa-b,21970,Xã B mới,commune,tinh,2025-07-01,xa-b-cu:0.5\n"
        "xa-b-cu,,Xã B cũ,commune,,,\n",
        encoding="utf-8",
    )
    report = import_file(any_runtime, KINDS["units"], path)
    assert (report.n_new, report.n_changed) == (1, 1)
    assert report.differences == ("row 2: name, unit_codes, unit_successions",)
    assert import_file(any_runtime, KINDS["units"], path).n_unchanged == 2
