"""What the closed responses of a choice add up to, for figures that no cached tally holds: counted once from the answers, then kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Generic, TypeVar

from analytics.design import Design
from analytics.sheet_counts import SheetCounts, add_sheets, count_nothing, count_sheets
from analytics.store.choice import Choice
from analytics.store.counting import choose_rows, count_rows, needed_attributes
from analytics.store.folder import StoreFolder
from analytics.store.manifest import Manifest, PartEntry
from analytics.store.part import read_part
from analytics.store.rows import Coded, Rows
from analytics.tally import Tally, merge_tallies

_MOST_BYTES: Final = 192 << 20
Sum = TypeVar("Sum")


@dataclass(frozen=True, slots=True)
class Recipe(Generic[Sum]):
    """How rows of one questionnaire become something that adds. `name` tells recipes apart; `needs` are the attributes it looks at."""

    name: Hashable
    design: Design
    needs: tuple[str, ...]
    nothing: Sum
    count: Callable[[Rows], Sum]
    add: Callable[[Sequence[Sum]], Sum]
    minus: Callable[[Sum, Sum], Sum]
    size: Callable[[Sum], int]

    def count_chosen(self, rows: Rows, choice: Choice) -> Sum:
        """The sum of the rows for which a choice holds."""
        return self.count(choose_rows(rows, choice))


def sheets_recipe(design: Design) -> Recipe[SheetCounts]:
    """Counts of different sheets: what drivers are computed from."""
    return Recipe(
        name="sheets",
        design=design,
        needs=(),
        nothing=count_nothing(design),
        count=lambda rows: count_sheets(design, rows.answers, rows.overall),
        add=add_sheets,
        minus=SheetCounts.minus,
        size=lambda counts: counts.size,
    )


def pairs_recipe(design: Design, dimensions: tuple[str, ...], row_of: Mapping[str, str] | None) -> Recipe[Tally]:
    """The tally with every criterion a factor of its own, which the error of a mean of criteria needs; units counted in their rows.

    Units go into their rows before anything is counted: a cell is thousands of numbers, and a page has few rows.
    """
    counted_as = design.one_factor_each()
    if "unit" not in dimensions:
        row_of = None

    def count(rows: Rows) -> Tally:
        return count_rows(counted_as, [_in_rows(rows, row_of)], Choice(), dimensions).tally

    return Recipe(
        name=("pairs", dimensions, None if row_of is None else frozenset(row_of.items())),
        design=design,
        needs=dimensions,
        nothing=Tally.empty(counted_as, dimensions),
        count=count,
        add=merge_tallies,
        minus=Tally.minus,
        size=lambda tally: 8 * tally.n_cells * (3 * design.n_criteria**2 + (design.n_levels + 5) * design.n_criteria),
    )


def _in_rows(rows: Rows, row_of: Mapping[str, str] | None) -> Rows:
    if row_of is None:
        return rows
    units = rows.attributes["unit"]
    folded = Coded.of(units.codes, [row_of.get(word, word) for word in units.words])
    return replace(rows, attributes={**rows.attributes, "unit": folded})


@dataclass(frozen=True, slots=True)
class _Kept:
    closed_until: int
    total: Any
    size: int


@dataclass(slots=True)
class PartSums:
    """Sums over the parts of one store, for many threads.

    A part is read, counted and let go: memory is one part's rows and what they add up to. What was closed since the last time is
    added, because responses are only ever added; everything is forgotten when the store is made anew or a part turned out wrong.
    """

    folder: StoreFolder
    _kept: OrderedDict[tuple[str, Choice, Hashable], _Kept] = field(default_factory=OrderedDict, init=False)
    _of: tuple[str, int] = field(default=("", 0), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def open(self, manifest: Manifest, choice: Choice, recipe: Recipe[Sum]) -> Sum:
        """The closed responses of a choice. Raises PartError for a part that cannot be used."""
        with self._lock:
            if self._of != (manifest.made, manifest.epoch):
                self._kept.clear()
                self._of = (manifest.made, manifest.epoch)
            key = (recipe.design.instrument_id, choice, recipe.name)
            known = self._kept.get(key)
            if known is None or known.closed_until > manifest.closed_until:
                known = _Kept(0, recipe.nothing, 0)
            if known.closed_until < manifest.closed_until:
                total: Sum = known.total
                for part in manifest.of_instrument(recipe.design.instrument_id):
                    if part.until_hour > known.closed_until:
                        total = recipe.add([total, self._count(part, choice, recipe, known.closed_until)])
                known = _Kept(manifest.closed_until, total, recipe.size(total))
            self._kept[key] = known
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and sum(kept.size for kept in self._kept.values()) > _MOST_BYTES:
                self._kept.popitem(last=False)
            found: Sum = known.total
            return found

    def _count(self, part: PartEntry, choice: Choice, recipe: Recipe[Sum], since: int) -> Sum:
        straddles = part.first_hour < since  # a merged part, some of which was counted before it was merged
        # A choice of standing filters looks at few columns; any other may look at all.
        names = {*needed_attributes(choice, recipe.needs), *(("answered_hour", "delay") if straddles else ())}
        rows = read_part(self.folder.path, recipe.design, part, names if choice.is_standing else None)
        return recipe.count_chosen(rows.take(rows.received_hour >= since) if straddles else rows, choice)
