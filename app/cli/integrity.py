"""`sipas integrity`: look for flags now; measure how the tests do where the truth is known."""

from datetime import datetime

import click

from analytics.integrity.simulation import HONEST, SCENARIOS, Scenario, measure
from app.cli.opening import open_installation
from app.config import LOCAL_ZONE
from app.services.integrity import run_integrity


@click.group("integrity")
def integrity_command() -> None:
    """Flags that ask how ratings came about; nothing is ever deleted."""


@integrity_command.command("run")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day. Left out: about 75 days before the last.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day. Left out: yesterday.")
def run_command(first: datetime | None, last: datetime | None) -> None:
    """Look at the responses of these days and write new flags. `sipas nightly` does it every night.

    Hours are held against the same tablet's other hours of these days, half-months wholly within them against other units'.
    """
    days = [day.replace(tzinfo=LOCAL_ZONE).date() if day is not None else None for day in (first, last)]
    run = run_integrity(open_installation(), *days)
    click.echo(f"{run.n_responses} responses from {run.first_on} to {run.last_on}: {run.n_flags} flags, {run.n_new} of them new")


@integrity_command.command("measure")
@click.option("--desk-months", default=200, show_default=True, type=click.IntRange(4, 10_000), help="Desk-months of each scenario.")
@click.option("--seed", default=20260101, show_default=True, help="Of all draws.")
@click.option("--only", type=click.Choice(SCENARIOS), help="One scenario instead of all.")
def measure_command(desk_months: int, seed: int, only: Scenario | None) -> None:
    """Simulate desks, honest and gaming, and print how many of them are flagged. Needs no installation.

    Each month has 24 desks, four of them of the scenario; the other twenty are honest and counted apart.
    """
    for number, scenario in enumerate(SCENARIOS):
        if only not in (None, scenario):
            continue
        special, beside = measure(scenario, desk_months=desk_months, seed=seed + number)
        what = "false alarms" if scenario in HONEST else "detected"
        kinds = ", ".join(f"{kind} {n}" for kind, n in sorted(special.by_kind.items(), key=lambda pair: -pair[1]))
        click.echo(f"{scenario:16} {what:13} {special.flagged:4} of {special.desk_months:4} = {100 * special.share:5.1f} %  {kinds}")
        click.echo(f"{'':16} {'beside them':13} {beside.flagged:4} of {beside.desk_months:4} = {100 * beside.share:5.1f} %")
