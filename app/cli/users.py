"""`sipas user add`, `sipas user password`."""

import click

from app.cli.opening import open_installation
from app.services.people import ROLES, Role, add_user, set_password


@click.group("user")
def user_command() -> None:
    """People who sign in."""


@user_command.command("add")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(ROLES), help="What the person does.")
@click.option("--unit", help="Key of the unit whose subtree the person sees. Left out: everything.")
@click.option("--title", default="", help="What the page header says, for instance the office and post.")
@click.password_option(help="At least 12 characters; asked for when left out.")
def add_user_command(name: str, role: Role, unit: str | None, title: str, password: str) -> None:
    """Add a user."""
    add_user(open_installation(), name=name, password=password, role=role, title=title, unit_key=unit)
    click.echo(f"user {name} added")


@user_command.command("password")
@click.argument("name")
@click.password_option(help="At least 12 characters; asked for when left out.")
def set_password_command(name: str, password: str) -> None:
    """Give a user a new password and end their sessions."""
    set_password(open_installation(), name, password)
    click.echo(f"password of {name} changed; open sessions ended")
