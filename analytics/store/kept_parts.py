"""What is kept in memory of closed parts: their answers, and cubes of them, each read or counted when it is first asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from analytics.design import Design
from analytics.store.choice import STANDING
from analytics.store.cube import Cube, make_cube
from analytics.store.cube_file import find_cube, keep_cube
from analytics.store.folder import StoreFolder
from analytics.store.manifest import PartEntry
from analytics.store.part import read_part, read_tally
from analytics.store.rows import Rows
from analytics.store.scope import Scope, list_stretches, narrow

_MOST_ROW_BYTES: Final = 320 << 20
_MOST_CUBE_BYTES: Final = 192 << 20
_GRAINS: Final = (("field", "channel", "stage", "block"), ("field", "block"), ("channel", "stage", "block"), ("block",))
"""Of cubes made for a scope, the finest first; the rows of the scope are told apart besides."""
_ROWS_PER_CELL: Final = 16
"""A cell is some 260 numbers of one or two bytes, added up as fast as three responses are counted, measured."""
_MOST_CELLS: Final = 16_384
"""Of one part: eight megabytes at most."""
_FEWEST_ROWS: Final = 10_000
"""Fewer are counted in the time it takes to look for a cube."""

_Key = tuple[str, Scope, bool]


@dataclass(slots=True)
class KeptParts:
    """Answers and cubes of one folder's parts, for many threads. A part's name stands for one content: nothing here grows old."""

    folder: StoreFolder
    _rows: dict[str, tuple[PartEntry, Rows]] = field(default_factory=dict, init=False)
    _tallies: OrderedDict[str, Cube] = field(default_factory=OrderedDict, init=False)
    _cubes: OrderedDict[_Key, Cube | None] = field(default_factory=OrderedDict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _working: threading.Lock = field(default_factory=threading.Lock, init=False)
    """Held while one part is read or counted, so that nobody does what another is doing; what is kept is looked up without it."""

    def forget(self) -> None:
        """Begin anew: a part turned out wrong."""
        with self._lock:
            self._rows.clear()
            self._tallies.clear()
            self._cubes.clear()

    def keep_only(self, parts: Sequence[PartEntry]) -> None:
        """Let go of parts that were merged into others."""
        names = {part.name for part in parts}
        with self._lock:
            for kept in (self._rows, self._tallies):
                for name in [name for name in kept if name not in names]:
                    del kept[name]
            for key in [key for key in self._cubes if key[0] not in names]:
                del self._cubes[key]

    def tally(self, design: Design, part: PartEntry) -> Cube:
        """The tally cached beside a part. Raises PartError."""
        with self._lock:
            known = self._tallies.get(part.name)
        if known is None:
            known = Cube.of(read_tally(self.folder.path, design, part))
            with self._lock:
                self._tallies[part.name] = known
                _bound(self._tallies, _MOST_CUBE_BYTES)
        return known

    def rows(self, design: Design, part: PartEntry) -> Rows:
        """The answers of a part with what standing choices look at. Raises PartError.

        More than may be kept of are read anew: the most recent hours stay, because they are asked for most.
        """
        with self._lock:
            known = self._rows.get(part.name)
        if known is not None:
            return known[1]
        rows = read_part(self.folder.path, design, part, STANDING)
        with self._lock:
            self._rows[part.name] = (part, rows)
            while len(self._rows) > 1 and sum(_row_bytes(kept) for _, kept in self._rows.values()) > _MOST_ROW_BYTES:
                del self._rows[min(self._rows, key=lambda name: self._rows[name][0].first_hour)]
        return rows

    def has_room_for(self, part: PartEntry) -> bool:
        """Whether the answers of a part are in memory, or can be without letting go of others."""
        with self._lock:
            held = sum(_row_bytes(kept) for _, kept in self._rows.values())
            n_held = sum(len(kept) for _, kept in self._rows.values())
            each = held / n_held if n_held else 0
            return part.name in self._rows or held + each * part.n_rows <= _MOST_ROW_BYTES

    def cube(self, design: Design, part: PartEntry, scope: Scope, needed: frozenset[str]) -> Cube | None:
        """A cube of a scope that tells the needed dimensions apart; None where counting the answers is no slower.

        Made once for each part and scope and kept beside the part where it counts all units, so that the next start finds it.
        Raises PartError.
        """
        key = (part.name, scope, "unit" in needed)
        with self._lock:
            is_known, known = key in self._cubes, self._cubes.get(key)
            if is_known:
                self._cubes.move_to_end(key)
        if not is_known:
            with self._working:
                with self._lock:
                    is_known, known = key in self._cubes, self._cubes.get(key)
                if not is_known:
                    known = self._find_or_make(design, part, scope, with_unit=key[2])
                    with self._lock:
                        self._cubes[key] = known
                        _bound(self._cubes, _MOST_CUBE_BYTES)
        return known if known is not None and needed <= set(known.cells) else None

    def _find_or_make(self, design: Design, part: PartEntry, scope: Scope, *, with_unit: bool) -> Cube | None:
        if part.n_rows < _FEWEST_ROWS:
            return None
        is_kept = scope.units is None and with_unit
        found = find_cube(self.folder.path, design, part, scope) if is_kept else None
        if found is not None:
            return found
        kept = self.rows(design, part)
        n_rows, n_places = _extent(kept, scope)
        if n_rows < _FEWEST_ROWS:
            return None
        for grain in _GRAINS:
            n_cells = n_places if with_unit else 1
            for name in grain:
                n_cells *= max(len(kept.attributes[name].words), 1)
            if n_cells * _ROWS_PER_CELL <= n_rows and n_cells <= _MOST_CELLS:
                cube = make_cube(design, narrow(kept, scope), ("unit", *grain) if with_unit else grain)
                if is_kept:
                    keep_cube(self.folder.path, part, scope, cube)
                return cube
        return None


def _extent(rows: Rows, scope: Scope) -> tuple[int, int]:
    """How many responses a scope holds, and of how many rows."""
    column = rows.attributes["unit"]
    holds = scope.holds(column.words)
    return len(rows) if holds.all() else len(list_stretches(column, holds)), len(scope.rows_of(column.words)[0])


def _row_bytes(rows: Rows) -> int:
    return rows.answers.nbytes + rows.overall.nbytes + sum(column.codes.nbytes for column in rows.attributes.values())


def _bound(cubes: OrderedDict[_Key, Cube | None] | OrderedDict[str, Cube], most: int) -> None:
    """Let go of those not asked for the longest."""
    held = sum(cube.n_bytes for cube in cubes.values() if cube is not None)
    while held > most and len(cubes) > 1:
        _, gone = cubes.popitem(last=False)
        held -= gone.n_bytes if gone is not None else 0
