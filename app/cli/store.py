"""`sipas store`: the parts figures are counted from."""

import click

from app.cli.opening import open_installation
from app.services.store import StoreKeeper, StoreReport


@click.group("store")
def store_command() -> None:
    """Refresh, rebuild or check the folder of Parquet parts figures are counted from.

    Deleting the folder `store` of the data folder is always safe: the database has everything, and the next page makes it anew.
    """


@store_command.command("refresh")
def refresh() -> None:
    """Write what was received in closed hours into parts. `sipas serve` does this by itself."""
    keeper = StoreKeeper(open_installation())
    keeper.refresh(wait=True)
    _tell(keeper.report())


@store_command.command("rebuild")
def rebuild() -> None:
    """Make all parts anew from the database."""
    _tell(StoreKeeper(open_installation()).rebuild())


@store_command.command("check")
def check() -> None:
    """Compare every part with the database, to the digit, and make anew what differs; run it every night.

    Ends with status 1 when something differed. Answers about respondents that were erased leave the parts this way.
    """
    report = StoreKeeper(open_installation()).check()
    _tell(report)
    if report.n_repaired:
        raise click.ClickException(f"{report.n_repaired} parts differed from the database and were made anew")


def _tell(report: StoreReport) -> None:
    per_response = f", {report.n_bytes / report.n_rows:.1f} bytes each" if report.n_rows else ""
    click.echo(f"{report.n_rows} responses in {report.n_parts} parts{per_response}")
