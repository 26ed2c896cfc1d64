"""`pip install .` into an empty environment, used from another folder: everything it needs is in the wheel."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def sipas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console command of a plain, non-editable installation; its dependencies are borrowed from this environment."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--python", python, ROOT], check=True)
    site = next((folder / "venv" / "lib").glob("python*/site-packages"))
    borrowed = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    (site / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
    return folder / "venv" / "bin" / "sipas"


def run(sipas: Path, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SIPAS_")}
    return subprocess.run([sipas, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600)


def test_installed_command_makes_a_database_anywhere(sipas: Path, tmp_path: Path) -> None:
    made = run(sipas, tmp_path, "db", "upgrade")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "data" / "sipas.db").exists()
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o077 == 0
    assert run(sipas, tmp_path, "check").stdout.rstrip().endswith("ok")


def test_installed_command_computes_an_index(sipas: Path, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("unit,field,channel,answered_on,1.1,1.2\nA,F,kiosk,2025-01-02,5,3\n", encoding="utf-8")
    result = run(sipas, tmp_path, "index", "r.csv", "--instrument", "an-my-2023", "--json")
    assert result.returncode == 0, result.stderr
    assert '"share": 0.5' in result.stdout or '"share":0.5' in result.stdout


def test_command_without_a_database_says_what_to_do(sipas: Path, tmp_path: Path) -> None:
    result = run(sipas, tmp_path, "serve")
    assert result.returncode == 1
    assert "sipas db upgrade" in result.stderr
    assert "Traceback" not in result.stderr
