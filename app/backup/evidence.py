"""What a copy must give again: rows per table, and the published figure recomputed from its own rows."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analytics.index import compute_index
from app.errors import BackupError
from app.models import Base
from app.queries.instruments import find_instrument, list_series
from app.queries.tallies import tally_rows
from app.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Evidence:
    """Rows of each table; for each questionnaire version the index of all its responses, shares in full precision."""

    rows: dict[str, int]
    figures: dict[str, object]


def take_evidence(runtime: Runtime, session: Session) -> Evidence:
    """Count and compute within one session, which the caller keeps on one snapshot."""
    counts = {table.name: session.execute(select(func.count()).select_from(table)).scalar_one() for table in Base.metadata.sorted_tables}
    figures: dict[str, object] = {}
    for ids in list_series(session).values():
        for instrument_id in ids:
            instrument = find_instrument(runtime, session, instrument_id)
            tally = tally_rows(session, instrument).by() if instrument is not None else None
            if tally is not None and tally.n_cells:
                figures[instrument_id] = compute_index(tally).to_json()
    return Evidence(counts, figures)


def compare(found: Evidence, promised: Evidence) -> None:
    """Raises BackupError naming the table or questionnaire in which a copy differs from what it was taken of."""
    for table, n_rows in promised.rows.items():
        if found.rows.get(table, 0) != n_rows:
            raise BackupError(f"table {table} has {found.rows.get(table, 0)} rows in the copy and {n_rows} in the original")
    for instrument_id in sorted({*found.figures, *promised.figures}):
        if found.figures.get(instrument_id) != promised.figures.get(instrument_id):
            raise BackupError(f"the figure of {instrument_id}, computed again from the copy, differs from the original's")
