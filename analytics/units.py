"""The tree of units over time: who lies under whom, who followed whom, and in which row a recorded unit counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter

from analytics.errors import UnitError


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by its own key (official codes change their meaning over time) and the unit it lies or lay under."""

    key: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Succession:
    """From `effective_on` the unit `new` follows `old`. `share` is the part of `old` that went there; None: unknown."""

    old: str
    new: str
    share: Fraction | None
    effective_on: date


@dataclass(frozen=True, slots=True)
class Fold:
    """Where each recorded unit counts.

    `row_of` has every unit that was asked for, so that totals are conserved. Those in `unassigned` could not be given
    to exactly one row: they are their own row there and are reported apart.
    """

    row_of: Mapping[str, str]
    unassigned: tuple[str, ...]


class UnitTree:
    """Units with their successions.

    A predecessor counts wholly in its successor when it has only one and the share is 1 or unknown. A unit that was
    split counts in a row only when all its parts do. Raises UnitError for a key given twice, a parent or successor
    that is not among the units, and a cycle, naming the units.

    >>> tree = UnitTree(
    ...     [Unit("T"), Unit("xã A", "T"), Unit("xã A1"), Unit("xã A2")],
    ...     [Succession("xã A1", "xã A", None, date(2025, 7, 1)), Succession("xã A2", "xã A", None, date(2025, 7, 1))],
    ... )
    >>> tree.subtree("T")
    ('T', 'xã A', 'xã A1', 'xã A2')
    >>> tree.fold(["xã A", "xã A1"], rows=["xã A"]).row_of
    {'xã A': 'xã A', 'xã A1': 'xã A'}
    """

    def __init__(self, units: Iterable[Unit], successions: Iterable[Succession] = ()) -> None:
        self._parent: dict[str, str | None] = {}
        self._children: dict[str, list[str]] = {}
        self._successions: dict[str, list[Succession]] = {}
        self._predecessors: dict[str, list[str]] = {}
        for unit in units:
            if unit.key in self._parent:
                raise UnitError(f"Unit {unit.key} is given twice; a key names one unit.")
            self._parent[unit.key] = unit.parent
        for key, parent in self._parent.items():
            if parent is not None:
                self._known(parent, f"the parent of unit {key}")
                self._children.setdefault(parent, []).append(key)
        for step in successions:
            self._known(step.old, f"the predecessor of unit {step.new}")
            self._known(step.new, f"the successor of unit {step.old}")
            if step.share is not None and not 0 < step.share <= 1:
                raise UnitError(f"The share of unit {step.old} that went to {step.new} is above 0 and at most 1.")
            if any(known.new == step.new for known in self._successions.get(step.old, ())):
                raise UnitError(f"That unit {step.new} follows unit {step.old} is given twice.")
            self._successions.setdefault(step.old, []).append(step)
            if sum(known.share or 0 for known in self._successions[step.old]) > 1:
                raise UnitError(f"The shares of unit {step.old} that went to its successors add up to more than 1.")
            self._predecessors.setdefault(step.new, []).append(step.old)
        self._refuse_cycles()

    def _known(self, key: str, role: str = "") -> None:
        if key not in self._parent:
            raise UnitError(f"Unit {key}{', ' + role + ',' if role else ''} is not among the units.")

    def _refuse_cycles(self) -> None:
        onward = {
            key: {step.new for step in self._successions.get(key, ())} | ({parent} if parent is not None else set())
            for key, parent in self._parent.items()
        }
        try:
            TopologicalSorter(onward).prepare()
        except CycleError as error:
            circle = " – ".join(error.args[1])
            raise UnitError(f"These units lie under or follow one another in a circle: {circle}.") from error

    @property
    def keys(self) -> tuple[str, ...]:
        """Every unit, in no particular order."""
        return tuple(self._parent)

    def children(self, key: str) -> tuple[str, ...]:
        """The units directly below, sorted."""
        self._known(key)
        return tuple(sorted(self._children.get(key, ())))

    def ancestors(self, key: str) -> tuple[str, ...]:
        """The units above, nearest first."""
        self._known(key)
        above = []
        parent = self._parent[key]
        while parent is not None:
            above.append(parent)
            parent = self._parent[parent]
        return tuple(above)

    def ancestors_of_all(self) -> dict[str, tuple[str, ...]]:
        """Every unit's ancestors, nearest first: what a TargetBook needs."""
        return {key: self.ancestors(key) for key in self._parent}

    def successions(self, key: str) -> tuple[Succession, ...]:
        """The units that followed this one, sorted by day and key."""
        self._known(key)
        return tuple(sorted(self._successions.get(key, ()), key=lambda step: (step.effective_on, step.new)))

    def predecessions(self, key: str) -> tuple[Succession, ...]:
        """The units that this one followed, sorted by day and key."""
        self._known(key)
        steps = (step for old in self._predecessors.get(key, ()) for step in self._successions[old] if step.new == key)
        return tuple(sorted(steps, key=lambda step: (step.effective_on, step.old)))

    def subtree(self, key: str) -> tuple[str, ...]:
        """The unit, its descendants, and the predecessors of all of these with their descendants, sorted.

        A unit that was split is in the subtree of each unit that received a part; `fold` tells to which row it may be
        counted.
        """
        self._known(key)
        found, waiting = {key}, [key]
        while waiting:
            unit = waiting.pop()
            for near in (*self._children.get(unit, ()), *self._predecessors.get(unit, ())):
                if near not in found:
                    found.add(near)
                    waiting.append(near)
        return tuple(sorted(found))

    def fold(self, keys: Iterable[str], rows: Collection[str]) -> Fold:
        """The row in which each recorded unit counts.

        A unit counts in itself if it is a row, else in the row its successors lead to, else in the nearest row above
        it, else where the units above it were succeeded. Where both its successors and its own ancestors lead to a
        row, the row below the other wins, and with neither below the other its own ancestors' (the map it was recorded
        on).
        """
        for row in rows:
            self._known(row)
        wanted = set(rows)
        memory: dict[str, str | None] = {}
        row_of: dict[str, str] = {}
        unassigned = []
        for key in keys:
            self._known(key)
            found = self._row_of(key, wanted, memory)
            if found is None and key not in row_of:
                unassigned.append(key)
            row_of[key] = key if found is None else found
        return Fold(row_of, tuple(unassigned))

    def _row_of(self, key: str, rows: Collection[str], memory: dict[str, str | None]) -> str | None:
        if key in memory:
            return memory[key]
        row: str | None
        if key in rows:
            row = key
        else:
            steps = self._successions.get(key, ())
            parent = self._parent[key]
            following = self._row_of_successors(steps, rows, memory)
            above = next((ancestor for ancestor in self.ancestors(key) if ancestor in rows), None)
            if following is not None and above is not None:
                row = following if above in self.ancestors(following) else above
            elif following is not None or above is not None:
                row = following if above is None else above
            else:
                # What became of the units above says something only about a unit whose own succession is not recorded.
                row = None if steps or parent is None else self._row_of(parent, rows, memory)
        memory[key] = row
        return row

    def _row_of_successors(self, steps: Collection[Succession], rows: Collection[str], memory: dict[str, str | None]) -> str | None:
        shares = [step.share for step in steps]
        known = sum(share for share in shares if share is not None)
        if not steps or (None not in shares and known < 1):
            return None
        ends = {self._row_of(step.new, rows, memory) for step in steps}
        return ends.pop() if len(ends) == 1 else None
