"""`sipas device add`, `sipas key add`."""

import click

from app.cli.opening import open_installation
from app.services.keys import PERMISSIONS, Permission, add_api_key, add_device


@click.group("device")
def device_command() -> None:
    """Tablets at the desks."""


@device_command.command("add")
@click.option("--unit", required=True, help="Key of the unit whose desk the tablet stands at.")
@click.option("--counter", help="Code of the counter, when the tablet belongs to one.")
@click.option("--label", required=True, help="How staff call this tablet.")
def add_device_command(unit: str, counter: str | None, label: str) -> None:
    """Enrol a tablet; prints its key and the address to open on it once."""
    runtime = open_installation()
    device_id, key = add_device(runtime, unit_key=unit, label=label, counter_code=counter)
    click.echo(f"device  {device_id}\nkey     {key}   (shown this once)\nopen    {runtime.settings.public_url}/tablet/{key}")


@click.group("key")
def key_command() -> None:
    """Keys of programs that use the API."""


@key_command.command("add")
@click.option("--label", required=True, help="Which program this key is for.")
@click.option("--may", required=True, multiple=True, type=click.Choice(PERMISSIONS), help="What the key allows; repeatable.")
@click.option("--unit", help="Key of a unit; the key reaches its subtree only. Left out: everything.")
def add_api_key_command(label: str, may: tuple[Permission, ...], unit: str | None) -> None:
    """Make a key for a program; prints it once."""
    click.echo(add_api_key(open_installation(), label=label, may=may, unit_key=unit))
