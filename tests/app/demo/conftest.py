"""A small demonstration, made once and copied for each test that needs a database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.demo.folder import INSTRUMENT_ID, DemoFolder
from app.demo.serving import prepare_demonstration
from app.runtime import Runtime, open_runtime
from survey_forms import Instrument, load_shipped

ADDRESS = "http://127.0.0.1:1"
N_RESPONSES, SEED = 800, 11


@pytest.fixture(scope="session")
def instrument() -> Instrument:
    """What the demonstration's desks ask."""
    return load_shipped()[INSTRUMENT_ID]


@pytest.fixture(scope="session")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared demonstration nobody writes to."""
    path = tmp_path_factory.mktemp("demonstration")
    runtime = prepare_demonstration(DemoFolder(path), ADDRESS, n_responses=N_RESPONSES, seed=SEED)
    runtime.database.dispose()
    return path


@pytest.fixture
def folder(prepared_folder: Path, tmp_path: Path) -> DemoFolder:
    """This test's own copy of it."""
    path = tmp_path / "demo"
    shutil.copytree(prepared_folder, path)
    return DemoFolder(path)


@pytest.fixture
def demonstration(folder: DemoFolder) -> Iterator[Runtime]:
    """The copy, opened."""
    runtime = open_runtime(folder.settings(ADDRESS))
    yield runtime
    runtime.database.dispose()
