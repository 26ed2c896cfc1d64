"""One tally of many provinces' parts: counted where the workers are, added in a tree, accounted for at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from analytics.cluster.errors import ClusterError, import_extra
from analytics.cluster.folders import PartsFolder
from analytics.cluster.part_count import PROVINCE, PartCount, add_counts, count_part
from analytics.design import Design
from analytics.store.choice import Choice
from analytics.store.counting import Counted
from analytics.store.errors import PartError
from analytics.store.manifest import Manifest, PartEntry

_ADDED_TOGETHER: Final = 8
"""Tallies added by one task: a wide tree asks the scheduler for few tasks, a narrow one lets additions begin early."""
_MOST_TRIES: Final = 3

Piece = tuple[PartsFolder, PartEntry]


@dataclass(frozen=True, slots=True)
class ProvinceParts:
    """What one folder gave: parts and responses of the questionnaire, and the hour (since 1970-01-01T00Z) it is closed until."""

    province: str
    n_parts: int
    n_rows: int
    closed_until: int


@dataclass(frozen=True, slots=True, eq=False)
class ClusterTally:
    """The sum over all folders, and what it was made of."""

    counted: Counted
    provinces: tuple[ProvinceParts, ...]


def tally_parts(
    client: Any, folders: Sequence[PartsFolder], design: Design, dimensions: Sequence[str], choice: Choice | None = None
) -> ClusterTally:
    """Count every part of a questionnaire once, by unit, field and other attributes, or by `province` instead of unit.

    `client` is a `distributed.Client`. The result equals, integer for integer, what one machine counts from the same parts:
    counting a part has no effect but its result, Dask keeps one result for each part however often a worker died over it, and
    at the end parts and responses are compared with the lists. A folder whose parts are merged while they are read is read
    again from its new list. Responses of hours not closed yet are in no part, and excluded ones are still in them.

    Raises ClusterError when folders repeat or cannot be read, none holds an answer to the questionnaire, workers die over one
    part again and again, or the sum does not account for all; PartError naming a part that is damaged or foreign.
    """
    _refuse_confusion(folders, dimensions)
    for attempt in range(_MOST_TRIES):
        manifests = {folder: folder.manifest() for folder in folders}
        _refuse_the_same_store(manifests)
        pieces = [(folder, part) for folder, listed in manifests.items() for part in listed.of_instrument(design.instrument_id)]
        if not pieces:
            known = sorted({part.instrument_id for listed in manifests.values() for part in listed.parts})
            raise ClusterError(f"No part holds answers to {design.instrument_id}; there are {', '.join(known) or 'no parts at all'}.")
        try:
            total = _count(client, pieces, design, choice or Choice(), tuple(dimensions))
        except PartError as error:
            has_moved = error.kind == "missing" and any(folder.manifest() != listed for folder, listed in manifests.items())
            if has_moved and attempt + 1 < _MOST_TRIES:
                continue  # parts of finished days were merged in between
            raise
        break
    check_all_counted_once(total, pieces)
    return ClusterTally(total.counted, tuple(_describe(folder, listed, design) for folder, listed in manifests.items()))


def _refuse_confusion(folders: Sequence[PartsFolder], dimensions: Sequence[str]) -> None:
    names = [folder.province for folder in folders]
    if not folders or len(set(names)) != len(names) or (len(names) > 1 and "" in names):
        raise ClusterError("Give at least one folder of parts; where there are several, each the name of its province, each name once.")
    if any("/" in name for name in names):
        raise ClusterError("A province's name stands before its units' keys with a slash between; it cannot have one itself.")
    if PROVINCE in dimensions and ("unit" in dimensions or "" in names):
        raise ClusterError("By province needs folders with a province's name, and is asked for instead of by unit.")


def _refuse_the_same_store(manifests: Mapping[PartsFolder, Manifest]) -> None:
    """A copy under another name would be counted twice: a store knows the database it comes from."""
    seen: dict[str, PartsFolder] = {}
    for folder, listed in manifests.items():
        if (first := seen.setdefault(listed.database, folder)) is not folder:
            raise ClusterError(f"{first.name} and {folder.name} are parts of one database; its responses would be counted twice.")


def _count(client: Any, pieces: Sequence[Piece], design: Design, choice: Choice, dimensions: tuple[str, ...]) -> PartCount:
    # pure=False: keys of this run alone, so that nothing another client of the scheduler computed is taken for it.
    leaves = client.map(
        count_part,
        [folder for folder, _ in pieces],
        [design] * len(pieces),
        [part for _, part in pieces],
        [choice] * len(pieces),
        [dimensions] * len(pieces),
        pure=False,
    )
    part_of = {leaf.key: f"{part.name} in {folder.name}" for leaf, (folder, part) in zip(leaves, pieces, strict=True)}
    try:
        found = add_in_tree(client, leaves).result()
    except import_extra("distributed").KilledWorker as error:
        task = part_of.get(str(error.task), "a sum of parts")
        raise ClusterError(f"Workers died over {task} again and again; look whether they have memory enough.") from None
    if not isinstance(found, PartCount):
        raise ClusterError("The workers run another version of the program; install the same one everywhere.")
    return found


def add_in_tree(client: Any, leaves: Sequence[Any]) -> Any:
    """The future of the sum of futures of PartCount. Sums are made by the workers: one tally comes back, not one per part."""
    level = list(leaves)
    while len(level) > 1:
        groups = [level[start : start + _ADDED_TOGETHER] for start in range(0, len(level), _ADDED_TOGETHER)]
        level = [client.submit(add_counts, group, pure=False) for group in groups]
    return level[0]


def check_all_counted_once(total: PartCount, pieces: Sequence[Piece]) -> None:
    """Raises ClusterError unless the sum was made of as many parts and responses as are listed."""
    n_rows = sum(part.n_rows for _, part in pieces)
    if (total.n_parts, total.n_rows) != (len(pieces), n_rows):
        raise ClusterError(
            f"{total.n_parts} parts with {total.n_rows} responses were counted where {len(pieces)} with {n_rows} are listed; "
            "nothing is given out. Run it again."
        )


def _describe(folder: PartsFolder, listed: Manifest, design: Design) -> ProvinceParts:
    parts = listed.of_instrument(design.instrument_id)
    return ProvinceParts(folder.name, len(parts), sum(part.n_rows for part in parts), listed.closed_until)
