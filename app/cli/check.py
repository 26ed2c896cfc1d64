"""`sipas check`: what is set, and whether the installation could start."""

import click

from app.cli.opening import open_installation
from app.config import Settings


@click.command("check")
def check_command() -> None:
    """Print every setting and try to open the installation."""
    runtime = open_installation()
    for name, field in Settings.model_fields.items():
        value = "(set)" if name == "secret_key" and runtime.settings.secret_key else getattr(runtime.settings, name)
        origin = "set" if name in runtime.settings.model_fields_set else "default"
        click.echo(f"SIPAS_{name.upper():22} {value!s:40} {origin:8} {field.description}")
    click.echo("ok" if runtime.database.is_reachable() else "the database cannot be reached")
