"""Each checker is proven once: what it must catch is planted in a copy, and it must fail there."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("survey_forms", "analytics", "app", "kiosk", "migrations")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages and their settings in a folder where violations can be planted."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    program = Path(sys.executable).parent / command[0]
    return subprocess.run([program, *command[1:]], cwd=folder, capture_output=True, text=True, check=False)


def test_imports_point_one_way(copy: Path) -> None:
    result = run(copy, "lint-imports", "--no-cache")
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("survey_forms/scale.py", "import analytics"),
        ("analytics/index.py", "import app.config"),
        ("analytics/tally.py", "import kiosk.codes"),
        ("analytics/targets.py", "import sqlalchemy"),
        ("kiosk/codes.py", "import app.models"),
        ("kiosk/pages.py", "import analytics"),
        ("app/config.py", "import migrations"),
    ],
)
def test_import_against_the_stream_is_caught(copy: Path, file: str, line: str) -> None:
    path = copy / file
    path.write_text(path.read_text(encoding="utf-8") + f"\n{line}  # noqa\n", encoding="utf-8")
    assert run(copy, "lint-imports", "--no-cache").returncode != 0


@pytest.mark.parametrize(
    "line",
    ["import os", "x = eval('1')", "def f(a=[]): return a", "try:\n    pass\nexcept Exception:\n    pass"],
)
def test_ruff_catches_what_it_must(copy: Path, line: str) -> None:
    (copy / "app" / "planted.py").write_text(f'"""Planted."""\n\n{line}\n', encoding="utf-8")
    assert run(copy, "ruff", "check", "--no-cache", "app/planted.py").returncode == 1


def test_mypy_is_strict(copy: Path) -> None:
    planted = copy / "planted.py"
    planted.write_text('"""Planted."""\n\n\ndef untyped(a):\n    return a\n', encoding="utf-8")
    result = run(copy, "mypy", "--cache-dir", str(copy / ".mypy"), "--config-file", "pyproject.toml", "planted.py")
    assert result.returncode == 1
    assert "no-untyped-def" in result.stdout


def test_warning_in_a_test_is_an_error(copy: Path) -> None:
    planted = copy / "test_planted.py"
    planted.write_text('import warnings\n\n\ndef test_warns() -> None:\n    warnings.warn("planted")\n', encoding="utf-8")
    result = run(copy, "pytest", "-q", "-p", "no:cacheprovider", "test_planted.py")
    assert result.returncode == 1
    assert "UserWarning: planted" in result.stdout
