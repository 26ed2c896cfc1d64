"""`sipas import`: units, fields, procedures, targets, PAR scales, dossiers, responses and counts out of CSV and XLSX files."""

from collections.abc import Callable
from inspect import getdoc
from pathlib import Path
from typing import Any

import click

from app.cli.boxes import import_box_command
from app.cli.opening import open_installation
from app.imports.kinds import KINDS
from app.imports.plan import Kind
from app.imports.rows import list_columns
from app.services.imports import ImportReport, import_file

_MOST_DIFFERENCES = 20


@click.group("import")
def import_command() -> None:
    """Bring in a CSV (UTF-8, comma or semicolon) or XLSX file.

    The whole file is looked at before anything is written; then all of it is written, or nothing. The same file a
    second time changes nothing. An empty cell says nothing: what is known stays as it is.
    """


def _describe(kind: Kind[Any]) -> str:
    columns = [f"{column.name}{'' if column.is_required else ' (optional)'}: {column.allowed}" for column in list_columns(kind.row)]
    return "\n".join([f"{getdoc(kind.row)}\n", "\b", "Columns:", *(f"  {column}" for column in columns)])


def _make_command(kind: Kind[Any]) -> click.Command:
    def run(file: Path, dry_run: bool, instrument: str | None = None) -> None:
        report = import_file(open_installation(), kind, file, instrument=instrument, is_dry_run=dry_run)
        click.echo("\n".join(_tell(report)))

    options: list[Callable[[Any], Any]] = [
        click.argument("file", type=click.Path(path_type=Path)),
        click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing."),
    ]
    if kind.takes_instrument:
        options.append(click.option("--instrument", help="The instrument's id, where the file has no such column."))
    command: Any = run
    for option in reversed(options):
        command = option(command)
    made: click.Command = click.command(kind.name, help=_describe(kind), short_help=kind.summary)(command)
    return made


def _tell(report: ImportReport) -> list[str]:
    lines = [f"{report.kind}: {report.n_new} new, {report.n_changed} changed, {report.n_unchanged} unchanged"]
    lines += [f"  changed: {difference}" for difference in report.differences[:_MOST_DIFFERENCES]]
    if len(report.differences) > _MOST_DIFFERENCES:
        lines.append(f"  … and {len(report.differences) - _MOST_DIFFERENCES} more")
    lines += report.notes
    if report.is_dry_run:
        lines.append("dry run: nothing was written")
    return lines


for _kind in KINDS.values():
    import_command.add_command(_make_command(_kind))
import_command.add_command(import_box_command)
