"""What the repository promises about itself."""

import re
import subprocess
from pathlib import Path

from app.config import Settings

ROOT = Path(__file__).parent.parent.parent


def tracked_files() -> list[Path]:
    """Files git tracks; outside a checkout, every source file."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    folders = ("survey_forms", "analytics", "app", "kiosk", "migrations", "tests")
    return [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]


def test_every_setting_is_documented() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"SIPAS_{name.upper()}" not in readme]
    assert missing == []
    assert all(field.description for field in Settings.model_fields.values())


def test_no_registry_and_no_machine_path_stands_in_a_file() -> None:
    hosts = ("pypi" + ".org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian")
    pattern = re.compile("|".join(map(re.escape, hosts)) + r"|(?<![.\w])/(?:" + "home|root" + r")/\w")
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked_files()
        if path.exists() and path.suffix not in {".png", ".pdf", ".xlsx"}
        for match in pattern.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_dependency_has_its_reason_and_every_pin_its_hash() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text.partition("dependencies = [")[2].partition("\n]")[0]
    assert [line for line in block.splitlines() if '"' in line and "#" not in line] == []
    for name in ("requirements.lock", "requirements-dev.lock"):
        pins = (ROOT / name).read_text(encoding="utf-8")
        n_pins = len(re.findall(r"^[A-Za-z0-9_.\[\]-]+==", pins, re.MULTILINE))
        assert n_pins > 20
        assert len(re.findall(r"^[A-Za-z0-9_.\[\]-]+==[^\n]*\\\n    --hash=sha256:", pins, re.MULTILINE)) == n_pins
