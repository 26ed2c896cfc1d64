"""Bringing a database to this version's schema and back, by the migrations that ship with the package."""

import importlib.util
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.db import Database


def _config() -> Config:
    # Found, not imported: the migrations import the application's models, never the other way round.
    spec = importlib.util.find_spec("migrations")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package `migrations` is not installed beside `app`: reinstall with `pip install .`")
    config = Config()
    config.set_main_option("script_location", str(Path(spec.origin).parent))
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Run migrations up to `revision`."""
    _run(database, lambda config: command.upgrade(config, revision))


def downgrade(database: Database, revision: str) -> None:
    """Run migrations down to `revision` ("base" takes everything away)."""
    _run(database, lambda config: command.downgrade(config, revision))


def find_revision(connection: Connection) -> str | None:
    """The revision the database is at; None when it has never been migrated."""
    return MigrationContext.configure(connection).get_current_revision()


def newest_revision() -> str:
    """The revision this version of the program needs."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise FileNotFoundError("the package `migrations` holds no revision: reinstall with `pip install .`")
    return revision


def _run(database: Database, action: Callable[[Config], None]) -> None:
    config = _config()
    with database.engine.execution_options(sipas_writes=True).connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        action(config)
