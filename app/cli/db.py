"""`sipas db`: make or update the database."""

import click

from app import schema
from app.config import load_settings
from app.runtime import open_runtime
from app.services.installation import make_installation
from app.services.instruments import publish_instruments


@click.group("db")
def db_command() -> None:
    """Make, update, look at the database."""


@db_command.command("upgrade")
def upgrade() -> None:
    """Bring the database to this version's schema, make the secret key, publish new instruments."""
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.ensure_secret()
    runtime = open_runtime(settings)
    schema.upgrade(runtime.database)
    make_installation(runtime, kind="office")
    publish_instruments(runtime)
    click.echo(f"database at revision {schema.newest_revision()}; {len(runtime.instruments)} instruments published")
