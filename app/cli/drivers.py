"""`sipas drivers`: which factors drive the overall satisfaction, without any database."""

import json
from pathlib import Path

import click

from analytics.design import Design
from analytics.drivers import find_drivers
from app.response_files import read_sheet_file
from survey_forms import find_instrument


@click.command("drivers")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--instrument", required=True, help="An instrument's id or series, or a YAML file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in full precision, null where undefined (see why_not).")
def drivers_command(file: Path, instrument: str, as_json: bool) -> None:
    """Importance of the factors for the overall question, and Cronbach's alpha of each, from FILE, a CSV of responses.

    Predictors are factor means: the mean level of the criteria a sheet rated in the factor. Sheets without the overall
    answer or without a rating in some factor are dropped (n says how many are left). shapley: each factor's share of R²
    (they add up to 1; shapley_r2 adds up to r2). Ordered logit: P(Y ≤ j) = F(θj − xβ), β > 0 means more satisfied.
    Alpha: pairwise from all answers to two criteria, listwise from sheets that rated the whole factor.
    """
    asked = find_instrument(instrument)
    design = Design.of(asked)
    sheets, label = read_sheet_file(file, asked)
    report = find_drivers(design, sheets)
    if label is not None:
        click.echo(label[:80], err=True)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, allow_nan=False, indent=1))
        return
    from app.cli.drivers_text import write_drivers

    click.echo(write_drivers(report, asked))
