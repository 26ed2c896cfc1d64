"""What a copy must give again: rows per table, and the published figure recomputed from its own rows."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analytics.design import Design
from analytics.index import compute_index
from analytics.store import Choice, count_rows
from app.errors import BackupError
from app.models import Base
from app.queries.stored_rows import read_rows
from app.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rows of each table; for each questionnaire version that was answered the index of all its responses, in full precision."""

    rows: dict[str, int]
    figures: dict[str, object]


def take_evidence(runtime: Runtime, session: Session) -> Evidence:
    """Count and compute within one session, which the caller keeps on one snapshot."""
    counts = {table.name: session.execute(select(func.count()).select_from(table)).scalar_one() for table in Base.metadata.sorted_tables}
    figures: dict[str, object] = {}
    for instrument_id, (instrument, rows) in read_rows(runtime, session).items():
        figures[instrument_id] = compute_index(count_rows(Design.of(instrument), [rows], Choice(), ()).tally).to_json()
    return Evidence(counts, figures)


def compare(found: Evidence, promised: Evidence) -> None:
    """Raises BackupError naming the table or questionnaire in which a copy differs from what it was taken of."""
    for table, n_rows in promised.rows.items():
        if found.rows.get(table, 0) != n_rows:
            raise BackupError(f"table {table} has {found.rows.get(table, 0)} rows in the copy and {n_rows} in the original")
    for instrument_id in sorted({*found.figures, *promised.figures}):
        if found.figures.get(instrument_id) != promised.figures.get(instrument_id):
            raise BackupError(f"the figure of {instrument_id}, computed again from the copy, differs from the original's")
