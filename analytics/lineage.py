"""Any period on any map: where responses recorded on one day's units count among the units of another day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

import numpy as np

from analytics.errors import UnitError
from analytics.intervals import pooled_interval
from analytics.moments import Moments
from analytics.units import Succession, UnitTree

# Why a unit could not be given to the units of the map: it was split and a share, or the rest, is not recorded; it was
# formed later out of several; nothing leads from it to the map.
UndividedKind = Literal["split_unknown", "rest_unknown", "merged_later", "outside"]


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a recorded unit (above 0, at most 1) that counts in a row."""

    row: str
    share: Fraction


@dataclass(frozen=True, slots=True)
class Undivided:
    """A recorded unit that stays a row of its own, with the reason and the rows it would have gone to."""

    unit: str
    kind: UndividedKind
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MapFold:
    """Recorded units on the map of a day. The parts of every unit add up to 1, so that totals are conserved."""

    parts: Mapping[str, tuple[Part, ...]]
    undivided: tuple[Undivided, ...]

    @property
    def divided(self) -> tuple[str, ...]:
        """Units that count in more than one row, by known shares."""
        return tuple(unit for unit, parts in self.parts.items() if len(parts) > 1)


@dataclass(frozen=True, slots=True)
class ApportionedShare:
    """A pooled share on another map. Respondents and answers may be fractions; `by_share` is the part of the respondents
    that is, because their unit was divided. Undefined ends are None."""

    respondents: Fraction
    satisfied: Fraction
    answers: Fraction
    share: Fraction | None
    low: float | None
    high: float | None
    by_share: Fraction


def is_in_force(tree: UnitTree, key: str, on: date) -> bool:
    """Whether a unit exists on a day: begun (it followed somebody by then, or nobody ever) and not yet followed.

    A unit under one that is not in force is not either: a room closes with its commune.
    """
    for each in (key, *tree.ancestors(key)):
        before = tree.predecessions(each)
        if before and before[0].effective_on > on:
            return False
        if any(step.effective_on <= on for step in tree.successions(each)):
            return False
    return True


def fold_to(tree: UnitTree, keys: Iterable[str], on: date, rows: Collection[str] | None = None) -> MapFold:
    """Where each recorded unit counts among the units of the map of day `on`.

    `rows` are the units wanted (default: all in force that day). A unit counts in itself if it is a row. One that ended by then
    counts where its successors do: wholly in an only one (share 1 or unknown), in several by their known shares, which
    must add up to 1. One that began later counts in its predecessor when it has only one, whatever part of it it was.
    Otherwise in the nearest row above, else where the unit above it counts. A split without known shares and a merger
    looked at from before still count wholly where all their parts lead to the same row; if not, the unit is its own
    row and named in `undivided`. Unknown keys and rows raise UnitError.

    >>> from analytics.units import Succession, Unit
    >>> day = date(2025, 7, 1)
    >>> tree = UnitTree([Unit(key) for key in ("old", "A", "B")],
    ...     [Succession("old", "A", Fraction(2, 5), day), Succession("old", "B", Fraction(3, 5), day)])
    >>> [(part.row, str(part.share)) for part in fold_to(tree, ["old"], date(2025, 12, 31)).parts["old"]]
    [('A', '2/5'), ('B', '3/5')]
    >>> fold_to(tree, ["A"], date(2025, 6, 30)).parts["A"]
    (Part(row='old', share=Fraction(1, 1)),)
    """
    wanted = {key for key in tree.ancestors_of_all() if is_in_force(tree, key, on)} if rows is None else set(rows)
    for row in wanted:
        tree.ancestors(row)  # raises for an unknown one
    fold = _Folding(tree, on, wanted)
    parts: dict[str, tuple[Part, ...]] = {}
    undivided: dict[str, Undivided] = {}
    for key in keys:
        found = fold.parts_of(key)
        if isinstance(found, Undivided):
            # Its parent's or successor's trouble is reported under the unit that was recorded.
            undivided[key] = Undivided(key, found.kind, found.rows)
            parts[key] = (Part(key, Fraction(1)),)
        else:
            parts[key] = tuple(Part(row, found[row]) for row in sorted(found))
    return MapFold(parts, tuple(undivided.values()))


class _Folding:
    """One walk over the tree; remembers what it found for every unit."""

    def __init__(self, tree: UnitTree, on: date, rows: set[str]) -> None:
        self._tree, self._on, self._rows = tree, on, rows
        self._memory: dict[str, dict[str, Fraction] | Undivided] = {}
        self._walking: set[str] = set()

    def parts_of(self, key: str) -> dict[str, Fraction] | Undivided:
        if key in self._memory:
            return self._memory[key]
        if key in self._walking:  # later units formed of a unit below them: nothing on this map
            return Undivided(key, "outside", ())
        self._walking.add(key)
        found = self._find(key)
        self._walking.discard(key)
        self._memory[key] = found
        return found

    def _find(self, key: str) -> dict[str, Fraction] | Undivided:
        tree = self._tree
        above = tree.ancestors(key)
        if key in self._rows:
            return {key: Fraction(1)}
        after = [step for step in tree.successions(key) if step.effective_on <= self._on]
        before = tree.predecessions(key)
        found: dict[str, Fraction] | Undivided
        if after:
            found = self._forward(key, after)
        elif before and before[0].effective_on > self._on:
            found = self._backward(key, [step.old for step in before])
        else:
            found = Undivided(key, "outside", ())
        if not isinstance(found, Undivided):
            return found
        row = next((each for each in above if each in self._rows), None)
        if row is not None:
            return {row: Fraction(1)}
        if above and found.kind == "outside":
            return self.parts_of(above[0])
        return found

    def _forward(self, key: str, steps: Sequence[Succession]) -> dict[str, Fraction] | Undivided:
        ends = [self.parts_of(step.new) for step in steps]
        known = [step.share for step in steps if step.share is not None]
        if len(steps) == 1 and sum(known, Fraction()) in (0, 1):
            return ends[0]
        reached = _rows_of(ends)
        if len(known) == len(steps) and sum(known) < 1:
            return Undivided(key, "rest_unknown", reached)
        single = _single(ends)
        if single is not None:
            return single
        if len(known) < len(steps):
            return Undivided(key, "split_unknown", reached)
        parts: dict[str, Fraction] = {}
        for share, end in zip(known, ends, strict=True):
            if isinstance(end, Undivided):
                return Undivided(key, end.kind, reached)
            for row, part in end.items():
                parts[row] = parts.get(row, Fraction()) + share * part
        return parts

    def _backward(self, key: str, predecessors: Sequence[str]) -> dict[str, Fraction] | Undivided:
        ends = [self.parts_of(old) for old in predecessors]
        if len(ends) == 1:
            return ends[0]
        single = _single(ends)
        return Undivided(key, "merged_later", _rows_of(ends)) if single is None else single


def _single(ends: Sequence[dict[str, Fraction] | Undivided]) -> dict[str, Fraction] | None:
    """The one row that all ends are, if they are."""
    if any(isinstance(end, Undivided) for end in ends):
        return None
    rows = _rows_of(ends)
    return {rows[0]: Fraction(1)} if len(rows) == 1 else None


def _rows_of(ends: Sequence[dict[str, Fraction] | Undivided]) -> tuple[str, ...]:
    return tuple(sorted({row for end in ends for row in (end.rows if isinstance(end, Undivided) else end)}))


def apportion(units: Sequence[str], moments: Moments, fold: MapFold, confidence: float = 0.95) -> dict[str, ApportionedShare]:
    """Pooled shares of the rows of a map from the moments of the recorded units, each array [C] beside `units` [C].

    A tally counts persons and is never cut. Where a unit was divided, each row gets that part of every sum – what it
    would hold on average if each respondent had gone to it with that chance –, exactly, so that respondents and answers
    add up to what was recorded. The interval is the steadied one on these sums; not knowing who went where is not in
    it, hence `by_share`. Raises UnitError for a unit that the fold does not have.

    >>> moments = Moments(*(np.array([v]) for v in (3, 3, 6, 5, 6, 12)))
    >>> fold = MapFold({"old": (Part("A", Fraction(1, 3)), Part("B", Fraction(2, 3)))}, ())
    >>> rows = apportion(["old"], moments, fold)
    >>> [(row, str(each.respondents), str(each.share), str(each.by_share)) for row, each in rows.items()]
    [('A', '1', '1/2', '1'), ('B', '2', '1/2', '1')]
    """
    names = ("n", "x", "m", "xx", "xm", "mm")
    columns = {name: getattr(moments, name).tolist() for name in names}
    sums: dict[str, dict[str, Fraction]] = {}
    divided: dict[str, Fraction] = {}
    for place, unit in enumerate(units):
        if unit not in fold.parts:
            raise UnitError(f"Unit {unit} was not folded onto the map; give fold_to all recorded units.")
        for part in fold.parts[unit]:
            row = sums.setdefault(part.row, dict.fromkeys(names, Fraction()))
            for name in names:
                row[name] += part.share * columns[name][place]
            if part.share != 1:
                divided[part.row] = divided.get(part.row, Fraction()) + part.share * columns["n"][place]
    return {row: _share_of(sums[row], divided.get(row, Fraction()), confidence) for row in sorted(sums)}


def _share_of(sums: Mapping[str, Fraction], divided: Fraction, confidence: float) -> ApportionedShare:
    # The interval's formulas take sums of any real size; only exact residuals (standard errors) need whole numbers.
    reals = Moments(*(np.array([float(sums[name])]) for name in ("n", "x", "m", "xx", "xm", "mm")))
    low, high = (float(end[0]) for end in pooled_interval(reals, confidence))
    return ApportionedShare(
        respondents=sums["n"],
        satisfied=sums["x"],
        answers=sums["m"],
        share=sums["x"] / sums["m"] if sums["m"] else None,
        low=None if low != low else low,
        high=None if high != high else high,
        by_share=divided / sums["n"] if sums["n"] else Fraction(),
    )
