"""`sipas cluster`: the index of many offices or provinces at once, counted from their parts by many processes or machines."""

from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import orjson

from analytics.cluster import PROVINCE, ClusterError, PartsFolder, open_processes, open_scheduler, tally_parts
from analytics.design import Design
from analytics.errors import FigureError
from analytics.index_report import Question, compute_report
from analytics.periods import ReportingCalendar, block_end, block_start, half_month_block, is_whole_blocks, target_year
from analytics.results import METHODS
from analytics.store import Choice, Counted
from analytics.targets import TargetBook
from app.cli.cluster_text import as_json, tell_others, tell_parts, write_national_text
from app.imports.target_file import read_target_book
from app.runtime import first_hour_of
from app.selection import Selection, read_selection
from survey_forms import find_instrument
from survey_forms.vocabulary import CHANNELS, STAGES

_PLACES = (PROVINCE, "unit", "field")


@click.group("cluster")
def cluster_command() -> None:
    """Count what is too much for one machine, or lies on many. Needs the extra: sipas[cluster]."""


@cluster_command.command("tally")
@click.option(
    "--parts",
    "addresses",
    required=True,
    multiple=True,
    metavar="[NAME=]PATH",
    help="A folder of parts: a path, or any address fsspec opens. Several: each with its province's name before it.",
)
@click.option(
    "--instrument",
    "instruments",
    required=True,
    multiple=True,
    help="An instrument's id or series, or a YAML file. Several: versions of one series, counted together.",
)
@click.option("--by", default="", help="province, unit, field, or several of them: a figure for each. Left out: one for everything.")
@click.option("--method", default="pooled", show_default=True, help=f"One of {', '.join(METHODS)}.")
@click.option("--confidence", default="0.95", show_default=True, help="Level of the intervals, 0.5 to 0.9999.")
@click.option(
    "--targets",
    type=click.Path(path_type=Path),
    help="A file with columns unit, field, year, target, source. A unit is NAME/unit; NAME alone is the province and all its units.",
)
@click.option("--period", help="2025-07, 2025-Q3, 2025-H1, 2025-9M or 2025, of the reporting calendar.")
@click.option(
    "--start-day",
    type=click.Choice(["15", "1"]),
    default="15",
    show_default=True,
    help="The day a reporting month begins on: 15 of the month before (NĐ 09/2019), or 1.",
)
@click.option("--from", "first", metavar="YYYY-MM-DD", help="First day counted.")
@click.option("--to", "last", metavar="YYYY-MM-DD", help="Last day counted.")
@click.option("--field", help="Only responses of one field, by its code.")
@click.option("--channel", help=f"Only responses of one channel: {', '.join(CHANNELS)}.")
@click.option("--stage", help=f"Only responses of one stage: {', '.join(STAGES)}.")
@click.option("--with-excluded", is_flag=True, help="Count responses that were excluded with reason, too.")
@click.option("--processes", type=click.IntRange(1), help="Processes of this machine. Left out, and without --scheduler: 2.")
@click.option(
    "--scheduler", metavar="ADDRESS", help="A running `dask scheduler`, tcp://… or tls://…, whose workers open --parts themselves."
)
@click.option(
    "--json", "is_json", is_flag=True, help="Print JSON as `sipas index --json` does, with the province of each cell and the parts counted."
)
def tally(
    addresses: tuple[str, ...],
    instruments: tuple[str, ...],
    by: str,
    targets: Path | None,
    start_day: str,
    with_excluded: bool,
    processes: int | None,
    scheduler: str | None,
    is_json: bool,
    **chosen: str | None,
) -> None:
    """Compute the index of all parts of a questionnaire, each part counted once.

    Units are NAME/unit where a province's name is given; by province, a figure for each name. Responses that a province excluded
    with reason are taken away, as on its own pages. What was counted from each province, and until which hour, is said on stderr.
    """
    asked = [find_instrument(name) for name in instruments]
    dimensions = _read_places(by)
    calendar = ReportingCalendar(int(start_day))
    selection = _read_selection(chosen, calendar)
    if scheduler is not None and processes is not None:
        raise ClusterError("--processes starts workers here, --scheduler takes those of a scheduler; give one of them.")
    book = read_target_book(targets) if targets is not None else None
    folders = [_read_folder(address) for address in addresses]
    for folder in folders:
        folder.manifest()  # a wrong address is told now, not after the workers have started
    designs = [Design.of(instrument) for instrument in asked]
    with _open_workers(processes, scheduler) as client:
        found = tally_parts(
            client,
            folders,
            designs,
            dimensions,
            _as_choice(selection),
            with_pairs=selection.method == "criteria_mean",
            with_excluded=with_excluded,
        )
    places = ["unit" if name == PROVINCE else name for name in dimensions]
    question = Question(
        method=selection.method,
        confidence=selection.confidence,
        targets=None if book is None else _in_provinces(book, found.counted, folders),
        year=_find_year(selection, found.counted, calendar),
        field=selection.field,
    )
    report = compute_report(found.counted.tally, places, question, pairs=found.pairs)
    for line in (*tell_parts(found), *tell_others(found.others)):
        click.echo(line, err=True)
    if is_json:
        content = as_json(report, found, by_province=PROVINCE in dimensions, has_provinces=bool(folders[0].province))
        click.echo(orjson.dumps(content, option=orjson.OPT_INDENT_2).decode())
        return
    first, last = found.counted.first_block, found.counted.last_block
    first_on = selection.first_on or (None if first is None else block_start(first))
    last_on = selection.last_on or (None if last is None else block_end(last))
    click.echo(write_national_text(report, asked[-1], first_on, last_on, selection, by_province=PROVINCE in dimensions))


def _open_workers(processes: int | None, scheduler: str | None) -> AbstractContextManager[Any]:
    return open_processes(processes or 2) if scheduler is None else open_scheduler(scheduler)


def _read_folder(text: str) -> PartsFolder:
    """NAME=PATH or PATH; an address may hold = itself, but not before its first slash."""
    name, sign, address = text.partition("=")
    return PartsFolder(address, name.strip()) if sign and "/" not in name else PartsFolder(text)


def _read_places(text: str) -> tuple[str, ...]:
    """What to tell apart. Units are always told apart by province, so both together are units."""
    names = [name.strip() for name in text.split(",")] if text.strip() else []
    if not set(names) <= set(_PLACES) or len(set(names)) != len(names):
        raise FigureError("--by takes province, unit, field or several of them, with commas between.")
    return tuple(name for name in _PLACES if name in names and not (name == PROVINCE and "unit" in names))


def _read_selection(chosen: dict[str, str | None], calendar: ReportingCalendar) -> Selection:
    """The filters, read and refused as the pages and the API do. Raises BadInputError."""
    named = {"from" if name == "first" else "to" if name == "last" else name: text for name, text in chosen.items()}
    return read_selection({name: text for name, text in named.items() if text is not None}, calendar)


def _as_choice(selection: Selection) -> Choice:
    """Days that are whole half-months are blocks, of which every part knows its own; others are hours, which are looked at one by one."""
    first, last = selection.first_on, selection.last_on
    equal = [(name, value) for name in ("field", "channel", "stage") if (value := getattr(selection, name)) is not None]
    first_hour = None if first is None else first_hour_of(first)
    last_hour = None if last is None else first_hour_of(last + timedelta(days=1)) - 1
    if first is not None and last is not None and is_whole_blocks(first, last):
        return Choice(first_block=half_month_block(first), last_block=half_month_block(last), equal=tuple(equal))
    return Choice(first_hour=first_hour, last_hour=last_hour, equal=tuple(equal))


def _find_year(selection: Selection, counted: Counted, calendar: ReportingCalendar) -> int | None:
    """The year of the targets, as on a province's own page: of the chosen days, where there is no bound of those with responses."""
    first, last = counted.first_block, counted.last_block
    first_on = selection.first_on or (None if first is None else block_start(first))
    last_on = selection.last_on or (None if last is None else block_start(last))
    return None if first_on is None or last_on is None else target_year(first_on, last_on, calendar)


def _in_provinces(book: TargetBook, counted: Counted, folders: list[PartsFolder]) -> TargetBook:
    """The targets where every unit stands under its province."""
    names = {folder.province for folder in folders}
    units = counted.tally.cells["unit"].tolist() if "unit" in counted.tally.dimensions else []
    return book.with_ancestors({unit: (unit.partition("/")[0],) for unit in units if unit.partition("/")[0] in names and "/" in unit})
