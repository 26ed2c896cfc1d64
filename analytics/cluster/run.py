"""One tally of many provinces' parts: counted where the workers are, added in a tree, accounted for at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from analytics.cluster.errors import ClusterError, import_extra
from analytics.cluster.folders import PartsFolder
from analytics.cluster.listing import Listing, list_parts, refuse_confusion
from analytics.cluster.part_count import MOST_ROWS_TOGETHER, Asked, PartCount, Piece, add_counts, count_pieces
from analytics.design import Design
from analytics.store.choice import Choice
from analytics.store.counting import Counted
from analytics.store.errors import PartError
from analytics.tally import Tally

_ADDED_TOGETHER: Final = 8
"""Tallies added by one task: a wide tree asks the scheduler for few tasks, a narrow one lets additions begin early."""
_MOST_TRIES: Final = 3
TASKS_PER_WORKER: Final = 3


@dataclass(frozen=True, slots=True)
class ProvinceParts:
    """What one folder gave: parts and responses of the questionnaires it lists, excluded ones among them, and the hour (since
    1970-01-01T00Z, exclusive) until which they are counted. `n_excluded` is None where excluded responses are counted."""

    province: str
    n_parts: int
    n_rows: int
    n_excluded: int | None
    until_hour: int


@dataclass(frozen=True, slots=True, eq=False)
class ClusterTally:
    """The sum over all folders without what is excluded, and what it was made of.

    The half-months of `counted` are those of all responses, excluded or not. `pairs` is None where it was not asked for or would
    be too large. `others` are the versions of the same series that lie in the folders and were not asked for.
    """

    counted: Counted
    pairs: Tally | None
    provinces: tuple[ProvinceParts, ...]
    others: tuple[str, ...]


def tally_parts(
    client: Any,
    folders: Sequence[PartsFolder],
    designs: Sequence[Design],
    dimensions: Sequence[str],
    choice: Choice | None = None,
    *,
    with_pairs: bool = False,
    with_excluded: bool = False,
) -> ClusterTally:
    """Count every part of a questionnaire's versions once, by unit, field and other attributes, or by `province` instead of unit.

    `client` is a `distributed.Client`. The result equals, integer for integer, what one machine counts from the same parts:
    counting a part has no effect but its result, Dask keeps one result for each part however often a worker died over it, and
    at the end parts and responses are compared with the lists. Excluded responses are counted the same way and taken away, unless
    `with_excluded` is asked for. A folder whose parts are merged while they are read is read again from its new list. Responses of
    hours not closed yet are in no part.

    Raises ClusterError when folders repeat or cannot be read, none holds an answer to the questionnaire, workers die over one
    part again and again, or the sum does not account for all; PartError naming a part that is damaged or foreign; DesignError for
    versions of different series.
    """
    refuse_confusion(folders, dimensions)
    asked = Asked(tuple(dimensions), choice or Choice(), with_pairs)
    for attempt in range(_MOST_TRIES):
        listings = list_parts(folders, with_excluded=with_excluded)
        pieces = [piece for listing in listings for piece in listing.pieces(designs)]
        taken = [piece for listing in listings for piece in listing.excluded_pieces(designs)]
        if not pieces:
            _refuse_nothing(listings, designs)
        try:
            total, gone = _count(client, [pieces, taken], asked)
        except PartError as error:
            has_moved = error.kind == "missing" and listings != list_parts(folders, with_excluded=with_excluded)
            if has_moved and attempt + 1 < _MOST_TRIES:
                continue  # parts of finished days were merged in between
            raise
        break
    assert total is not None  # noqa: S101  # there are pieces
    check_all_counted_once(total, pieces)
    counted, pairs = total.counted, total.pairs
    if gone is not None:
        check_all_counted_once(gone, taken)
        counted = replace(counted, tally=counted.tally.minus(gone.counted.tally))
        # Cells of what is taken away are among those of the whole: where these are not too many, neither are those.
        pairs = None if pairs is None or gone.pairs is None else pairs.minus(gone.pairs)
    return ClusterTally(counted, pairs, tuple(_describe(listing, designs) for listing in listings), _list_others(listings, designs))


def _refuse_nothing(listings: Sequence[Listing], designs: Sequence[Design]) -> None:
    known = sorted({part.instrument_id for listing in listings for part in listing.parts.parts})
    wanted = ", ".join(design.instrument_id for design in designs)
    raise ClusterError(f"No part holds answers to {wanted}; there are {', '.join(known) or 'no parts at all'}.")


def _count(client: Any, groups: Sequence[Sequence[Piece]], asked: Asked) -> tuple[PartCount | None, ...]:
    """The sum of each group of pieces, all counted at the same time; None for no piece."""
    n_workers = max(1, sum(client.nthreads().values()))
    shares = [share_out(pieces, n_workers) for pieces in groups]
    # pure=False: keys of this run alone, so that nothing another client of the scheduler computed is taken for it.
    leaves = [client.map(count_pieces, some, asked=asked, pure=False) if some else [] for some in shares]
    share_of = {leaf.key: share for ours, some in zip(leaves, shares, strict=True) for leaf, share in zip(ours, some, strict=True)}
    try:
        found = client.gather([add_in_tree(client, some) for some in leaves if some])
    except import_extra("distributed").KilledWorker as error:
        task = " and ".join(map(str, share_of.get(str(error.task), ()))) or "a sum of parts"
        raise ClusterError(f"Workers died over {task} again and again; look whether they have memory enough.") from None
    if not all(isinstance(each, PartCount) for each in found):
        raise ClusterError("The workers run another version of the program; install the same one everywhere.")
    sums = iter(found)
    return tuple(next(sums) if some else None for some in leaves)


def share_out(pieces: Sequence[Piece], n_workers: int) -> list[tuple[Piece, ...]]:
    """Pieces into tasks, each piece in one: some tasks for each worker, of neighbouring parts of one folder, the largest first.

    A task for every part would be the simplest, and is what made two processes little faster than one: every task leaves a tally as
    large as that of all parts together, and half of them cross from one worker to the other before they are added. Few tasks of
    many parts leave few tallies; a few for each worker are needed, so that a slow worker does not keep the others waiting. Of 24 parts
    by 3 300 units the busier of two processes took two thirds of one process' processor time with a task for each, and half with these.
    """
    n_rows = sum(piece.part.n_rows for piece in pieces)
    most = min(MOST_ROWS_TOGETHER, n_rows / (n_workers * TASKS_PER_WORKER))
    tasks: list[list[Piece]] = []
    sizes: list[int] = []
    for piece in pieces:
        is_near = bool(tasks) and tasks[-1][-1].folder == piece.folder and tasks[-1][-1].design == piece.design
        if is_near and sizes[-1] + piece.part.n_rows <= most:
            tasks[-1].append(piece)
            sizes[-1] += piece.part.n_rows
        else:
            tasks.append([piece])
            sizes.append(piece.part.n_rows)
    # A large task that is begun last keeps one worker busy while all others have nothing left to do.
    return [tuple(task) for _, task in sorted(zip(sizes, tasks, strict=True), key=lambda sized: -sized[0])]


def add_in_tree(client: Any, leaves: Sequence[Any]) -> Any:
    """The future of the sum of futures of PartCount. Sums are made by the workers: one tally comes back, not one per part."""
    level = list(leaves)
    while len(level) > 1:
        groups = [level[start : start + _ADDED_TOGETHER] for start in range(0, len(level), _ADDED_TOGETHER)]
        level = [client.submit(add_counts, group, pure=False) for group in groups]
    return level[0]


def check_all_counted_once(total: PartCount, pieces: Sequence[Piece]) -> None:
    """Raises ClusterError unless the sum was made of as many parts and responses as are listed."""
    n_rows = sum(piece.part.n_rows for piece in pieces)
    if (total.n_parts, total.n_rows) != (len(pieces), n_rows):
        raise ClusterError(
            f"{total.n_parts} parts with {total.n_rows} responses were counted where {len(pieces)} with {n_rows} are listed; "
            "nothing is given out. Run it again."
        )


def _describe(listing: Listing, designs: Sequence[Design]) -> ProvinceParts:
    pieces = listing.pieces(designs)
    n_excluded = None if listing.excluded is None else sum(piece.part.n_rows for piece in listing.excluded_pieces(designs))
    return ProvinceParts(listing.folder.name, len(pieces), sum(piece.part.n_rows for piece in pieces), n_excluded, listing.until_hour)


def _list_others(listings: Sequence[Listing], designs: Sequence[Design]) -> tuple[str, ...]:
    asked, series = {design.instrument_id for design in designs}, {design.series for design in designs}
    found = {part.instrument_id for listing in listings for part in listing.parts.parts}
    return tuple(sorted(name for name in found - asked if name.partition("@")[0] in series))
