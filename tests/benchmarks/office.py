"""A small office to measure with, in a folder that is gone afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app import schema
from app.config import Settings
from app.runtime import Runtime, open_runtime
from app.services.installation import make_installation
from app.services.instruments import publish_instruments
from tests.factories import add_office

SECRET = "a secret only the benchmarks know, long enough"


@contextmanager
def open_office() -> Iterator[tuple[Runtime, Path]]:
    """An installation on SQLite and its folder."""
    with tempfile.TemporaryDirectory(prefix="sipas-bench-") as name:
        folder = Path(name)
        runtime = open_runtime(Settings(data_dir=folder, secret_key=SECRET))
        schema.upgrade(runtime.database)
        make_installation(runtime, kind="office")
        publish_instruments(runtime)
        add_office(runtime)
        yield runtime, folder
        runtime.database.dispose()
