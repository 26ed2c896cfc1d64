"""`sipas index`: the satisfaction index of a plain file of responses, without any database."""

from pathlib import Path

import click
import orjson

from analytics.errors import FigureError
from analytics.index_report import Question, compute_report
from analytics.periods import target_year
from analytics.results import METHODS, Method
from app.imports.population_file import read_population
from app.imports.target_file import read_target_book
from app.response_files import tally_file
from survey_forms import find_instrument

DIMENSIONS = ("unit", "field")


@click.command("index")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--instrument", required=True, help="An instrument's id or series, or a YAML file.")
@click.option("--by", default="", help="unit, field, or unit,field: a figure for each. Left out: one for the whole file.")
@click.option("--method", default="pooled", show_default=True, help=f"One of {', '.join(METHODS)}.")
@click.option("--targets", type=click.Path(path_type=Path), help="A file with columns unit, field, year, target, source.")
@click.option("--confidence", type=float, default=0.95, show_default=True, help="Level of the intervals, between 0 and 1.")
@click.option(
    "--population",
    type=click.Path(path_type=Path),
    help="A file with columns unit, field, dossiers (finished in the period): weighted figures beside the official, unweighted ones.",
)
@click.option("--fpc", is_flag=True, help="Multiply variances by 1 − n/N, N the dossiers of --population, where N is complete.")
@click.option("--rank", "ranked", help="unit: rank units, with 95 % rank intervals at 95 % confidence; within each field if --by has both.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: shares 0–1 in full precision, null where undefined.")
def index_command(
    file: Path,
    instrument: str,
    by: str,
    method: str,
    targets: Path | None,
    confidence: float,
    population: Path | None,
    fpc: bool,
    ranked: str | None,
    as_json: bool,
) -> None:
    """Compute the index of FILE, a CSV of responses.

    Columns: unit, field, channel, answered_on, then one per criterion code; an empty cell is a blank, no_opinion is
    “Không biết / chưa gặp”. The columns of `sipas export` are understood too. Targets are those of the
    year of answered_on; a reporting year (15/12 – 14/12) counts as one, and of several years the last. The first cell is
    that of the whole file; with --by one for each unit or field follows.

    Weights: strata are unit × field. The fields of a unit are brought together where one has dossiers and no response; a unit
    without any response is an error; where there are more responses than dossiers the weighted figure is left out and a
    sentence says so. design_effect and effective_size are those of the weighted figure where there is one. Nor does --fpc narrow
    the interval of a cell that holds such a stratum: the N of a part says nothing about the whole. Targets of units and fields
    that the file does not hold are named on stderr.
    """
    asked, dimensions, chosen = find_instrument(instrument), _read_dimensions(by), _read_method(method)
    _check_weighting(dimensions, population, fpc, ranked)
    book = read_target_book(targets) if targets is not None else None
    register = read_population(population) if population is not None else None
    tallied = tally_file(file, asked, ("unit", "field") if register is not None else dimensions, with_pairs=chosen == "criteria_mean")
    first_on, last_on = tallied.table.first_on, tallied.table.last_on
    question = Question(
        method=chosen,
        confidence=confidence,
        targets=book,
        year=target_year(first_on, last_on) if first_on is not None and last_on is not None else None,
        is_finite=fpc,
        ranks_units=ranked is not None,
    )
    report = compute_report(tallied.table.tally, dimensions, question, pairs=tallied.table.pairs, population=register)
    if tallied.label is not None:
        click.echo(tallied.label[:80], err=True)  # a figure of demonstration data is never mistaken for an office's own
    from app.cli.index_text import (
        tell_notes,
        tell_unused_targets,
        write_text,
    )  # words and collation, which the machine format nearly does without

    unused = tell_unused_targets(book, dimensions, tallied.table.tally) if book is not None else []
    for note in (*tell_notes(report, is_finite=fpc), *unused):
        click.echo(note, err=True)
    if as_json:
        click.echo(orjson.dumps(report.to_json(), option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(write_text(report, asked, tallied.table.first_on, last_on))


def _check_weighting(dimensions: tuple[str, ...], population: Path | None, fpc: bool, ranked: str | None) -> None:
    if fpc and population is None:
        raise FigureError("--fpc needs --population: a file with the dossiers of every unit and field.")
    if ranked not in (None, "unit"):
        raise FigureError("--rank takes unit.")
    if ranked is not None and "unit" not in dimensions:
        raise FigureError("--rank unit needs --by unit or --by unit,field.")


def _read_method(text: str) -> Method:
    for method in METHODS:
        if text == method:
            return method
    raise FigureError(f"There is no method {text!r}; choose one of {', '.join(METHODS)}.")


def _read_dimensions(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",")) if text.strip() else ()
    if any(name not in DIMENSIONS for name in names) or len(set(names)) != len(names):
        raise FigureError("--by takes unit, field or unit,field.")
    return names
