"""`sipas cluster`: the index of many offices or provinces at once, counted from their parts by many processes or machines."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import click
import orjson

from analytics.cluster import PROVINCE, ClusterError, ClusterTally, PartsFolder, open_processes, open_scheduler, tally_parts
from analytics.design import Design
from analytics.errors import FigureError
from analytics.index_report import Question, compute_report
from analytics.periods import block_end, block_start, blocks_of
from analytics.results import METHODS
from analytics.store import Choice
from app.runtime import day_of_hour
from app.vietnamese import day, whole
from survey_forms import find_instrument

_ALLOWED = ((), ("unit",), ("field",), ("unit", "field"), (PROVINCE,), (PROVINCE, "field"))
_DAY = click.DateTime(["%Y-%m-%d"])
_NOT_TAKEN_OUT = (
    "Số liệu tính từ các tệp đã chốt giờ: chưa gồm phiếu nhận sau thời điểm nêu trên và chưa trừ phiếu bị loại trừ có lý do; "
    "số chính thức của từng tỉnh lấy tại hệ thống của tỉnh."
)


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
@click.option("--instrument", required=True, help="An instrument's id or series, or a YAML file.")
@click.option("--by", default="", help="unit, field, unit,field, province or province,field. Left out: one figure for everything.")
@click.option("--from", "first", type=_DAY, help="First day counted, the 1st or 15th of a month; with --to.")
@click.option("--to", "last", type=_DAY, help="Last day counted, the 14th or last of a month.")
@click.option("--method", default="pooled", show_default=True, help="pooled or factor_mean; criteria_mean needs a scan of single answers.")
@click.option("--processes", type=click.IntRange(1), help="Processes of this machine. Left out, and without --scheduler: 2.")
@click.option(
    "--scheduler", metavar="ADDRESS", help="A running `dask scheduler`, tcp://… or tls://…, whose workers open --parts themselves."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, the same as `sipas index --json`.")
def tally(
    addresses: tuple[str, ...],
    instrument: str,
    by: str,
    first: datetime | None,
    last: datetime | None,
    method: str,
    processes: int | None,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Compute the index of all parts of a questionnaire, each part counted once.

    Units are NAME/unit where a province's name is given; by province, a figure for each name. What was counted is said on
    stderr. Responses excluded with reason are in the parts and are counted.
    """
    asked, dimensions = find_instrument(instrument), _read_dimensions(by)
    chosen = next((name for name in METHODS if name == method and name != "criteria_mean"), None)
    if chosen is None:
        raise FigureError("--method takes pooled or factor_mean.")
    if scheduler is not None and processes is not None:
        raise ClusterError("--processes starts workers here, --scheduler takes those of a scheduler; give one of them.")
    blocks = _read_blocks(first, last)
    choice = Choice(first_block=blocks[0], last_block=blocks[-1]) if blocks else Choice()
    folders = [_read_folder(address) for address in addresses]
    for folder in folders:
        folder.manifest()  # a wrong address is told now, not after the workers have started
    with _open_workers(processes, scheduler) as client:
        found = tally_parts(client, folders, Design.of(asked), dimensions, choice)
    places = ["unit" if name == PROVINCE else name for name in dimensions]
    report = compute_report(found.counted.tally, places, Question(method=chosen))
    for line in _tell_parts(found):
        click.echo(line, err=True)
    if as_json:
        click.echo(orjson.dumps(report.to_json(), option=orjson.OPT_INDENT_2).decode())
        return
    from app.cli.index_text import write_text  # words and collation, which the machine format nearly does without

    first_block = blocks[0] if blocks else found.counted.first_block
    last_block = blocks[-1] if blocks else found.counted.last_block
    first_on = None if first_block is None else block_start(first_block)
    click.echo(write_text(report, asked, first_on, None if last_block is None else block_end(last_block)))


def _open_workers(processes: int | None, scheduler: str | None) -> AbstractContextManager[Any]:
    return open_processes(processes or 2) if scheduler is None else open_scheduler(scheduler)


def _read_folder(text: str) -> PartsFolder:
    """NAME=PATH or PATH; an address may hold = itself, but not before its first slash."""
    name, sign, address = text.partition("=")
    return PartsFolder(address, name.strip()) if sign and "/" not in name else PartsFolder(text)


def _read_dimensions(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",")) if text.strip() else ()
    if names not in _ALLOWED:
        raise FigureError("--by takes unit, field, unit,field, province or province,field.")
    return names


def _read_blocks(first: datetime | None, last: datetime | None) -> tuple[str, ...]:
    """The half-months from one day to another; none for the whole of time."""
    if first is None and last is None:
        return ()
    if first is None or last is None:
        raise FigureError("--from and --to are given together.")
    return blocks_of(first.date(), last.date())


def _tell_parts(found: ClusterTally) -> Iterable[str]:
    for each in found.provinces:
        until = day(day_of_hour(each.closed_until - 1))
        yield f"{each.province}: {whole(each.n_rows)} phiếu trong {whole(each.n_parts)} tệp, chốt đến hết giờ gần nhất của ngày {until}"
    yield _NOT_TAKEN_OUT
