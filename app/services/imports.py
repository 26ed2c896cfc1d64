"""Importing a file: look at the whole of it, then write all of it in one transaction, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.imports.errors import FileError, Problem
from app.imports.plan import Context, Kind, Plan
from app.imports.rows import Row, parse_rows
from app.imports.table import Table, read_table
from app.runtime import Runtime
from app.services.installation import DEMONSTRATION_LABEL, get_installation


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do; rows of the file are counted. `differences`: per changed row, what changes."""

    kind: str
    is_dry_run: bool
    n_new: int
    n_changed: int
    n_unchanged: int
    differences: tuple[str, ...]
    notes: tuple[str, ...]


def import_file(runtime: Runtime, kind: Kind[Any], path: Path, *, instrument: str | None = None, is_dry_run: bool = False) -> ImportReport:
    """Import a CSV or XLSX file. The same file a second time changes nothing.

    On SQLite nobody else can write meanwhile (some 8 s for 20 000 responses): bring in large files outside office hours.
    Raises FileError listing what is wrong by row and column; then nothing has been written. A file labelled as
    demonstration data is refused by every database that was not made by `sipas demo`.
    """
    table = read_table(path)
    is_demonstration = get_installation(runtime).kind == "demonstration"
    with runtime.database.read() if is_dry_run else runtime.database.write() as session:
        context = Context(runtime, session, table, instrument)
        plan = _plan(context, kind, accepts_demonstration=is_demonstration)
        if not is_dry_run:
            plan.write(session)
    return ImportReport(
        kind=kind.name,
        is_dry_run=is_dry_run,
        n_new=plan.n_new,
        n_changed=plan.n_changed,
        n_unchanged=plan.n_unchanged,
        differences=tuple(plan.list_differences()),
        notes=tuple(plan.notes),
    )


def _plan(context: Context, kind: Kind[Any], *, accepts_demonstration: bool) -> Plan:
    """The plan of the whole file. Raises FileError with everything that is wrong, in the order of the rows."""
    rows, problems = parse_rows(context.table, kind.row, kind.find_further_columns(context))
    if not accepts_demonstration:
        problems.extend(_find_demonstration(context.table, rows))
    context.problems.extend(problems)
    plan: Plan | None = None
    if not (problems and kind.needs_every_row):
        plan = kind.plan(context, rows)
    if plan is None or context.problems:
        raise FileError(context.table.file, sorted(context.problems, key=lambda problem: problem.row or 0))
    return plan


def _find_demonstration(table: Table, rows: Sequence[Row]) -> list[Problem]:
    label = DEMONSTRATION_LABEL.casefold()
    advice = "is demonstration data, which only a database made by `sipas demo` takes"
    if any(label in comment.casefold() for comment in table.comments):
        return [Problem(None, None, advice)]
    return [Problem(row.number, "label", advice) for row in rows if row.label]
