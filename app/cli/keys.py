"""`sipas device add`, `sipas key add`, `sipas key rotate-codes`."""

import click

from app.cli.opening import open_installation
from app.services.codes import count_open_codes
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


@key_command.command("rotate-codes")
def rotate_codes_command() -> None:
    """How the key that hashes rating codes is changed, and what is still open under each.

    Raise SIPAS_CODE_KEY_ID by one and start again: new codes are hashed under the new key, every code already printed still opens.
    Never lower it: codes made under a higher number would stop opening. Rotate once a year or when the office changes hands.
    All keys come from the installation's secret: if the secret itself has leaked, replace the secret; then no printed code opens.
    """
    runtime = open_installation()
    click.echo(f"in force: SIPAS_CODE_KEY_ID={runtime.settings.code_key_id}")
    for key_id, n_codes in count_open_codes(runtime).items():
        click.echo(f"key {key_id}: {n_codes} codes still open")
    click.echo(f"to rotate: set SIPAS_CODE_KEY_ID={runtime.settings.code_key_id + 1} and start `sipas serve` again")


@key_command.command("add")
@click.option("--label", required=True, help="Which program this key is for.")
@click.option("--may", required=True, multiple=True, type=click.Choice(PERMISSIONS), help="What the key allows; repeatable.")
@click.option("--unit", help="Key of a unit; the key reaches its subtree only. Left out: everything.")
def add_api_key_command(label: str, may: tuple[Permission, ...], unit: str | None) -> None:
    """Make a key for a program; prints it once."""
    click.echo(add_api_key(open_installation(), label=label, may=may, unit_key=unit))
