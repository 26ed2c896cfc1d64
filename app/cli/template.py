"""`sipas template`: empty files to fill in."""

from pathlib import Path

import click

from app.cli.opening import open_installation
from app.errors import BadInputError
from app.queries.instruments import find_instrument, list_series
from app.response_template import write_template


@click.group("template")
def template_command() -> None:
    """Write empty files in the form `sipas import` reads."""


@template_command.command("responses")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--instrument", required=True, help="The questionnaire's id, or a series for its latest version.")
def responses_template_command(file: Path, instrument: str) -> None:
    """An empty FILE of answer sheets, CSV or XLSX by its ending: every column explained, levels offered as lists."""
    runtime = open_installation()
    with runtime.database.read() as session:
        series = list_series(session)
        found = find_instrument(runtime, session, series[instrument][-1] if instrument in series else instrument)
    if found is None:
        published = ", ".join(instrument_id for ids in series.values() for instrument_id in ids)
        raise BadInputError(f"--instrument names no published questionnaire; the published ones are {published}")
    write_template(file, found)
    click.echo(f"template for responses of {found.id} written to {file.name}")
