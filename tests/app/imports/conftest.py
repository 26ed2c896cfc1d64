"""Importing a text as a file, and seeing what stands in the database afterwards."""

from collections.abc import Callable
from pathlib import Path

import pytest

from app.imports.kinds import KINDS
from app.runtime import Runtime
from app.services.imports import ImportReport, import_file

ImportText = Callable[..., ImportReport]


@pytest.fixture
def import_text(runtime: Runtime, tmp_path: Path) -> ImportText:
    """Imports a CSV given as text: `import_text("fields", "code,name\\n…")`."""

    def run(kind: str, text: str, *, instrument: str | None = None, is_dry_run: bool = False) -> ImportReport:
        path = tmp_path / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        return import_file(runtime, KINDS[kind], path, instrument=instrument, is_dry_run=is_dry_run)

    return run
