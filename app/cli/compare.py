"""`sipas compare`: what changed between two surveys, figure by figure, without any database."""

import json
from pathlib import Path

import click

from analytics.change import compare_sheets
from analytics.design import Design
from app.response_files import read_sheet_file
from survey_forms import find_instrument


@click.command("compare")
@click.argument("earlier", type=click.Path(path_type=Path))
@click.argument("later", type=click.Path(path_type=Path))
@click.option("--instrument", required=True, help="An instrument's id or series, or a YAML file.")
@click.option("--confidence", type=float, default=0.95, show_default=True, help="Level of the intervals, between 0 and 1.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: differences −1…1 in full precision, null where undefined.")
def compare_command(earlier: Path, later: Path, instrument: str, confidence: float, as_json: bool) -> None:
    """Compare the shares of EARLIER and LATER, two CSV files of responses: each difference is LATER − EARLIER.

    Only criteria answered in both are compared, and factors and the overall index are computed on these alone.
    Intervals are Newcombe's; p is that of the score test, p_adjusted by Benjamini–Hochberg over all figures shown.
    """
    asked = find_instrument(instrument)
    design = Design.of(asked)
    sheets, labels = zip(*(read_sheet_file(path, asked) for path in (earlier, later)), strict=True)
    report = compare_sheets(design, sheets[0], design, sheets[1], confidence=confidence)
    for label in dict.fromkeys(label for label in labels if label is not None):
        click.echo(label[:80], err=True)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, allow_nan=False, indent=1))
        return
    from app.cli.compare_text import write_change

    click.echo(write_change(report, asked, (earlier.name, later.name)))
