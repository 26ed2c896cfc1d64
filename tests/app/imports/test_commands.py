"""`sipas import` at the console."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import imports as imports_module
from app.cli.imports import import_command
from app.imports.errors import FileError
from app.imports.kinds import KINDS
from app.runtime import Runtime

FIELDS = "code,name\nthue,Thuế\n"


@pytest.fixture
def run(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `sipas import …` on the test's installation."""
    monkeypatch.setattr(imports_module, "open_installation", lambda: runtime)
    return lambda *arguments: CliRunner().invoke(import_command, list(map(str, arguments)))


@pytest.fixture
def fields_file(tmp_path: Path) -> Path:
    """A file with one new field."""
    path = tmp_path / "fields.csv"
    path.write_text(FIELDS, encoding="utf-8")
    return path


def test_summary_says_new_changed_and_unchanged(run: Callable[..., Result], fields_file: Path) -> None:
    assert run("fields", fields_file).output == "fields: 1 new, 0 changed, 0 unchanged\n"
    assert run("fields", fields_file).output == "fields: 0 new, 0 changed, 1 unchanged\n"


def test_dry_run_says_that_nothing_was_written(run: Callable[..., Result], fields_file: Path) -> None:
    assert run("fields", fields_file, "--dry-run").output.endswith("dry run: nothing was written\n")
    assert run("fields", fields_file).output == "fields: 1 new, 0 changed, 0 unchanged\n"


def test_at_most_twenty_changes_are_listed(run: Callable[..., Result], tmp_path: Path) -> None:
    path = tmp_path / "fields.csv"
    for name in ("A", "B"):
        path.write_text("code,name\n" + "".join(f"f{n},{name}{n}\n" for n in range(23)), encoding="utf-8")
        output = run("fields", path).output
    assert output.count("changed: row") == 20
    assert "… and 3 more" in output


def test_file_that_cannot_be_used_is_an_error(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run("fields", tmp_path / "none.csv")
    assert isinstance(result.exception, FileError)


def test_every_kind_has_a_command_whose_help_names_its_columns(run: Callable[..., Result]) -> None:
    assert list(KINDS) == ["units", "fields", "procedures", "hours", "days", "targets", "par-scales", "dossiers", "responses", "counts"]
    for kind in KINDS.values():
        output = run(kind.name, "--help").output
        assert "Columns:" in output
        assert "--dry-run" in output


def test_console_ends_with_status_1_and_the_problem_on_stderr(open_sqlite: Callable[[], Runtime], tmp_path: Path) -> None:
    runtime = open_sqlite()
    path = tmp_path / "fields.csv"
    path.write_text("code,name\nthue,\n", encoding="utf-8")
    environment = os.environ | {
        "SIPAS_DATA_DIR": str(tmp_path),
        "SIPAS_SECRET_KEY": runtime.settings.secret_key,
        "PYTHONIOENCODING": "utf-8",
    }
    command = [sys.executable, "-W", "error", "-c", "from app.cli import main; main()", "import", "fields", str(path)]
    root = Path(imports_module.__file__).parents[2]  # where the package is found, installed or not
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False, encoding="utf-8")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("sipas: fields.csv cannot be used, nothing was written:\n  row 2, column name: is empty")
