"""The work of one worker: a part becomes a tally of the dimensions asked for, and tallies are added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from analytics.cluster.folders import PartsFolder
from analytics.design import Design
from analytics.store.choice import Choice
from analytics.store.counting import Counted, count_rows, needed_attributes
from analytics.store.errors import PartError
from analytics.store.manifest import PartEntry
from analytics.store.part import read_part
from analytics.tally import Tally, merge_tallies

PROVINCE: Final = "province"
"""Asked for instead of unit: every response of a province is counted in the one unit that bears the province's name."""


@dataclass(frozen=True, slots=True, eq=False)
class PartCount:
    """What was counted, and from how much: parts and responses read, by which a sum proves that it counted each once."""

    counted: Counted
    n_parts: int
    n_rows: int


def count_part(folder: PartsFolder, design: Design, part: PartEntry, choice: Choice, dimensions: Sequence[str]) -> PartCount:
    """Count one part by the one-machine kernel; only the dimensions asked for leave the worker.

    A full cube of a large part is hundreds of megabytes, the same part by unit a few. Counting the same part twice gives equal
    results and changes nothing, so a part whose worker died is simply counted again. Raises PartError, which names province
    and part, as `read_part` does.
    """
    attributes = [name for name in dimensions if name != PROVINCE]
    names = {*needed_attributes(choice, attributes)}
    if choice.first_hour is not None or choice.last_hour is not None:
        names.add("answered_hour")
    try:
        rows = read_part(folder.open, design, part, None if choice.respondent else names)
    except PartError as error:
        raise PartError(f"{error.name} in {folder.name}", error.kind, error.problem) from None
    found = count_rows(design, [rows], choice, attributes)
    return PartCount(replace(found, tally=_in_province(found, folder, dimensions)), 1, len(rows))


def _in_province(found: Counted, folder: PartsFolder, dimensions: Sequence[str]) -> Tally:
    """Units keyed as among all provinces. One text before every key keeps the cells in their order."""
    tally = found.tally
    names = tuple("unit" if name == PROVINCE else name for name in dimensions)
    if found.first_block is None:
        return Tally.empty(tally.design, names)
    columns = {name: tally.cells[name].tolist() for name in tally.dimensions}
    if PROVINCE in dimensions:
        columns["unit"] = [folder.name] * tally.n_cells
    elif "unit" in columns:
        columns["unit"] = [folder.key_of(unit) for unit in columns["unit"]]
    cells = pd.DataFrame({name: pd.array(columns[name], dtype="str") for name in names}, index=pd.RangeIndex(tally.n_cells))
    return replace(tally, dimensions=names, cells=cells)


def add_counts(counts: Sequence[PartCount]) -> PartCount:
    """The sum of one or more counts by the same dimensions; any order and any grouping give the same integers."""
    firsts = [each.counted.first_block for each in counts if each.counted.first_block is not None]
    lasts = [each.counted.last_block for each in counts if each.counted.last_block is not None]
    tally = merge_tallies([each.counted.tally for each in counts])
    return PartCount(
        Counted(tally, min(firsts, default=None), max(lasts, default=None)),
        sum(each.n_parts for each in counts),
        sum(each.n_rows for each in counts),
    )
