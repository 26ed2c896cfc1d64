"""Counting rows for a choice: filters as masks, cells from the codes, the tally's own kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.design import Design
from analytics.errors import TallyError
from analytics.store.choice import Choice
from analytics.store.rows import Coded, Rows, join_coded
from analytics.tally import Tally, merge_tallies, tally_answers

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """A tally and the first and last half-month of its responses; None without any."""

    tally: Tally
    first_block: str | None
    last_block: str | None

    def plus(self, other: Counted) -> Counted:
        """Both together."""
        firsts = [block for block in (self.first_block, other.first_block) if block is not None]
        lasts = [block for block in (self.last_block, other.last_block) if block is not None]
        return Counted(merge_tallies([self.tally, other.tally]), min(firsts, default=None), max(lasts, default=None))


def needed_attributes(choice: Choice, dimensions: Sequence[str]) -> tuple[str, ...]:
    """The attributes that counting a choice by dimensions reads; the block always, for the extent."""
    return tuple(sorted({*choice.attributes, *dimensions, "block"}))


def count_rows(design: Design, pieces: Sequence[Rows], choice: Choice, dimensions: Sequence[str]) -> Counted:
    """Count the rows of all pieces for which a choice holds, by attributes or by questions about the respondent.

    All pieces are counted at once: cells are numbered over their common words, so a cell that stands in many pieces costs its
    hundreds of numbers once. No rows give Tally.empty.
    """
    masks = [_mask(piece, choice) for piece in pieces]
    chosen = [(piece, mask) for piece, mask in zip(pieces, masks, strict=True) if len(piece) and (mask is None or mask.any())]
    if not chosen:
        return Counted(Tally.empty(design, dimensions), None, None)
    answers = _stack([_only(piece.answers, mask) for piece, mask in chosen])
    overall = _stack([_only(piece.overall, mask) for piece, mask in chosen])
    cells = {}
    for name in dimensions:
        columns = [_column(piece, name) for piece, _ in chosen]
        joined = join_coded([_only_of(column, mask) for column, (_, mask) in zip(columns, chosen, strict=True)])
        cells[name] = joined.texts()
    blocks = {block for piece, mask in chosen for block in _only_of(piece.attributes["block"], mask).used_words()}
    return Counted(tally_answers(design, answers, cells, overall), min(blocks), max(blocks))


def choose_rows(piece: Rows, choice: Choice) -> Rows:
    """The rows for which a choice holds; the rows themselves when all of them do."""
    mask = _mask(piece, choice)
    if mask is None or mask.all():
        return piece
    return Rows(
        piece.answers[mask],
        piece.overall[mask],
        {name: column.take(mask) for name, column in piece.attributes.items()},
        # Hours that were not read are empty.
        piece.answered_hour[mask] if len(piece.answered_hour) else piece.answered_hour,
        piece.delay[mask] if len(piece.delay) else piece.delay,
        {name: column.take(mask) for name, column in piece.respondent.items()},
    )


def _column(piece: Rows, name: str) -> Coded:
    if name in piece.attributes:
        return piece.attributes[name]
    return piece.respondent.get(name, Coded(np.zeros(len(piece), dtype=np.uint8), ("",)))


def _mask(piece: Rows, choice: Choice) -> Mask | None:
    """Which rows hold; None when no filter says anything about this piece."""
    masks: list[Mask] = []
    if choice.units is not None:
        masks += _where_words(piece.attributes["unit"], [word in choice.units for word in piece.attributes["unit"].words])
    for name, wanted in choice.equal:
        if name not in piece.attributes:
            raise TallyError(f"Responses have no attribute {name!r}; choose one of {', '.join(piece.attributes)}.")
        masks += _where_words(piece.attributes[name], [word == wanted for word in piece.attributes[name].words])
    if choice.first_block is not None or choice.last_block is not None:
        column = piece.attributes["block"]
        first, last = choice.first_block or "", choice.last_block or "~"
        masks += _where_words(column, [first <= word <= last for word in column.words])
    for question, answer in choice.respondent:
        column = _column(piece, question)
        masks += _where_words(column, [word == answer for word in column.words])
    if choice.first_hour is not None:
        masks.append(piece.answered_hour >= choice.first_hour)
    if choice.last_hour is not None:
        masks.append(piece.answered_hour <= choice.last_hour)
    if choice.hours_of_day is not None:
        holds = np.array([hour in choice.hours_of_day for hour in range(24)], dtype=np.bool_)
        masks.append(holds[piece.answered_hour % 24])
    return np.logical_and.reduce(masks) if masks else None


def _where_words(column: Coded, holds: Sequence[bool]) -> list[Mask]:
    """A mask over rows from one over words; none at all when every word holds."""
    if all(holds):
        return []
    return [np.array(holds, dtype=np.bool_)[column.codes]]


def _only_of(column: Coded, mask: Mask | None) -> Coded:
    return column if mask is None else column.take(mask)


def _only(values: NDArray[np.uint8], mask: Mask | None) -> NDArray[np.uint8]:
    return values if mask is None else values[mask]


def _stack(pieces: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
