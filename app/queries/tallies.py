"""From response rows to tallies: the one place where stored answers are counted."""

import threading
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analytics.design import BLANK, NO_OPINION, Design, encode_sheet
from analytics.periods import half_month_block, is_whole_blocks
from analytics.tally import Tally, merge_tallies, tally_answers
from app.models import Response
from app.runtime import day_of_hour, first_hour_of
from survey_forms import STAGES, Instrument

STANDING = ("unit", "field", "channel", "stage", "block")
"""Dimensions of a standing tally; a period of whole half-months is a sum of its cells."""

_CHUNK_ROWS = 20_000
_EARLIEST, _LATEST = date(1, 1, 1), date(9998, 12, 14)


@dataclass(frozen=True)
class StandingTallies:
    """The tally of each instrument version over all days, kept until a response of that version comes in.

    Responses are insert-only, so their number says whether a kept tally still is the tally.
    """

    kept: dict[str, tuple[int, Tally]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def tally_version(self, session: Session, instrument: Instrument, first_on: date | None = None, last_on: date | None = None) -> Tally:
        """The tally of one instrument version by the standing dimensions, days inclusive, None for no bound.

        Whole half-months are summed from the kept tally; a range that cuts through one is counted from its rows.
        """
        first, last = first_on or _EARLIEST, last_on or _LATEST
        if not is_whole_blocks(first, last):
            return tally_rows(session, instrument, first_on, last_on)
        n_rows = session.scalar(select(func.count()).select_from(Response).where(Response.instrument_id == instrument.id))
        with self.lock:
            known = self.kept.get(instrument.id)
        if known is None or known[0] != n_rows:
            known = (n_rows or 0, tally_rows(session, instrument))
            with self.lock:
                self.kept[instrument.id] = known
        tally = known[1]
        if first_on is None and last_on is None:
            return tally
        blocks = tally.cells["block"]
        inside = (blocks >= half_month_block(first)) & (blocks <= half_month_block(last))
        return tally.where(inside.to_numpy(dtype=bool))


def tally_rows(session: Session, instrument: Instrument, first_on: date | None = None, last_on: date | None = None) -> Tally:
    """Count the stored responses of one instrument version between two days, by the standing dimensions."""
    query = select(
        Response.unit_key,
        Response.field_code,
        Response.channel,
        Response.stage,
        Response.answered_hour,
        Response.asked,
        Response.ratings,
        Response.overall,
    ).where(Response.instrument_id == instrument.id)
    if first_on is not None:
        query = query.where(Response.answered_hour >= first_hour_of(first_on))
    if last_on is not None:
        query = query.where(Response.answered_hour < first_hour_of(last_on + timedelta(days=1)))
    design = Design.of(instrument)
    asked_at: dict[str, tuple[str, ...]] = {stage: tuple(criterion.code for criterion in instrument.criteria_at(stage)) for stage in STAGES}
    overall_byte = {level: position + 1 for position, level in enumerate(instrument.scale.levels)}
    parts = [Tally.empty(design, STANDING)]
    result = session.execute(query.execution_options(yield_per=_CHUNK_ROWS))
    for rows in result.partitions():
        answers = np.empty((len(rows), design.n_criteria), dtype=np.uint8)
        overall = np.full(len(rows), BLANK, dtype=np.uint8)
        for i, row in enumerate(rows):
            answers[i] = encode_sheet(design, row.asked if row.asked is not None else asked_at[row.stage], row.ratings)
            if row.overall is not None:
                overall[i] = overall_byte.get(row.overall, NO_OPINION)
        cells = {
            "unit": np.array([row.unit_key for row in rows], dtype=object),
            "field": np.array([row.field_code for row in rows], dtype=object),
            "channel": np.array([row.channel for row in rows], dtype=object),
            "stage": np.array([row.stage for row in rows], dtype=object),
            "block": np.array([half_month_block(day_of_hour(row.answered_hour)) for row in rows], dtype=object),
        }
        parts.append(tally_answers(design, answers, cells, overall))
    return merge_tallies(parts)
