"""Tallies of closed parts by the rows a page shows: what a page costs is the cells it is added up from."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Final

from analytics.design import Design
from analytics.errors import TallyError
from analytics.store.choice import STANDING, Choice
from analytics.store.counting import Counted, count_rows, needed_attributes
from analytics.store.cube import Cube, add_cubes
from analytics.store.folder import StoreFolder
from analytics.store.kept_parts import KeptParts
from analytics.store.manifest import Manifest, PartEntry
from analytics.store.part import read_part
from analytics.store.rows import ATTRIBUTES, Rows
from analytics.store.scope import WHOLE, Scope, narrow
from analytics.tally import Tally

_MOST_FOLD_BYTES: Final = 160 << 20
_MOST_SCOPES: Final = 64
_MOST_WARMED: Final = 4
"""Sets of rows for which merged parts are counted ahead: those of the pages opened last."""
_ROWS_TOGETHER: Final = 2_500_000
"""Rows counted at once: more would save an addition of tallies and cost the memory of the rows twice."""

Fold = Callable[[tuple[str, ...], "Mapping[str, str] | None"], Counted]


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """The responses of one choice received before `closed_until`, to be told apart by `dimensions` or fewer.

    Nothing is counted before it is asked for, because what a page needs – the rows of one level of the tree – is mostly far less
    than every unit by every field. Counting may raise PartError.
    """

    closed_until: int
    dimensions: tuple[str, ...]
    count: Fold

    def fold(self, dimensions: tuple[str, ...], row_of: Mapping[str, str] | None = None) -> Tally:
        """The view by some of its dimensions; `row_of` counts each unit in another's row."""
        unknown = [name for name in dimensions if name not in self.dimensions]
        if unknown:
            raise TallyError(f"A view by {', '.join(self.dimensions)} cannot be given by {', '.join(unknown)}.")
        return self.count(dimensions, row_of if "unit" in dimensions else None).tally

    @property
    def counted(self) -> Counted:
        """By all of its dimensions."""
        return self.count(self.dimensions, None)

    @property
    def first_block(self) -> str | None:
        """The half-month of its earliest response; None without any."""
        return self.count((), None).first_block

    @property
    def last_block(self) -> str | None:
        """The half-month of its latest response; None without any."""
        return self.count((), None).last_block


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is counted, by what, and in whose rows."""

    design: Design
    instrument_id: str  # versions of a series are equal designs
    choice: Choice
    of_pairs: bool
    dimensions: tuple[str, ...]
    scope: Scope

    @property
    def counted_as(self) -> Design:
        return self.design.one_factor_each() if self.of_pairs else self.design


@dataclass(slots=True)
class Views:
    """Views of one store, for many threads.

    What was counted stays right when parts are merged and is brought up to date by counting what was closed since, because
    responses are only ever added. It is forgotten when the store is made anew or a part turned out wrong.
    """

    folder: StoreFolder
    _parts: KeptParts = field(init=False)
    _folds: OrderedDict[_Asked, tuple[int, Counted]] = field(default_factory=OrderedDict, init=False)
    _scopes: OrderedDict[Scope, Scope] = field(default_factory=OrderedDict, init=False)
    _of: Manifest | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self._parts = KeptParts(self.folder)

    def open(
        self,
        manifest: Manifest,
        design: Design,
        choice: Choice,
        dimensions: tuple[str, ...] = ("unit", "field"),
        *,
        of_pairs: bool = False,
    ) -> View:
        """The closed responses of a choice by attributes or by questions about the respondent.

        `of_pairs` counts every criterion as a factor of its own, which the error of a mean of criteria needs; no cached tally
        holds that, so the answers are counted, once for each choice.
        """
        self._follow(manifest)

        def count(wanted: tuple[str, ...], row_of: Mapping[str, str] | None) -> Counted:
            scope = self._intern(Scope.of(choice.units, row_of))
            return self._bring_up_to_date(manifest, _Asked(design, design.instrument_id, choice, of_pairs, wanted, scope))

        return View(manifest.closed_until, dimensions, count)

    def warm(self, manifest: Manifest, design: Design) -> None:
        """Count what was closed since for everything that is kept, so that no page does. Raises PartError.

        Then read the answers into memory, the most recent first, so that no small choice waits for the disk.
        """
        self._follow(manifest)
        with self._lock:
            known = [asked for asked in self._folds if asked.instrument_id == design.instrument_id]
        for asked in known:
            self._bring_up_to_date(manifest, asked)
        # What a view holds stays right when parts are merged; the next one finds the merged part counted too.
        scopes = list(dict.fromkeys(asked.scope for asked in known if asked.scope.units is None and "unit" in asked.dimensions))
        for part in reversed(manifest.of_instrument(design.instrument_id)):
            if "unit" not in self._parts.tally(design, part).cells:
                for scope in scopes[-_MOST_WARMED:]:
                    self._parts.cube(design, part, scope, frozenset({"unit"}))
            if self._parts.has_room_for(part):
                self._parts.rows(design, part)

    def forget_folds(self) -> None:
        """Count anew from what is kept of the parts: for who measures, or doubts."""
        with self._lock:
            self._folds.clear()

    def _follow(self, manifest: Manifest) -> None:
        """Forget what does not belong to this list of parts."""
        with self._lock:
            if self._of is None or (self._of.made, self._of.epoch) != (manifest.made, manifest.epoch):
                self._folds.clear()
                self._parts.forget()
            elif self._of is not manifest:
                self._parts.keep_only(manifest.parts)
            self._of = manifest

    def _intern(self, scope: Scope) -> Scope:
        """One object for equal scopes, which remembers what was worked out for it."""
        with self._lock:
            known = self._scopes.setdefault(scope, scope)
            self._scopes.move_to_end(known)
            if len(self._scopes) > _MOST_SCOPES:
                self._scopes.popitem(last=False)
            return known

    def _bring_up_to_date(self, manifest: Manifest, asked: _Asked) -> Counted:
        with self._lock:
            is_current = self._of is not None and (self._of.made, self._of.epoch) == (manifest.made, manifest.epoch)
            known = self._folds.get(asked) if is_current else None
        # A page that began before the last refresh counts as of then: what was counted later would double its open hours.
        since = known[0] if known is not None and known[0] <= manifest.closed_until else None
        if known is not None and since == manifest.closed_until:
            return known[1]
        counted = self._count(manifest.of_instrument(asked.instrument_id), asked, since)
        if known is not None and since is not None:
            counted = known[1].plus(counted) if counted.first_block is not None else known[1]
        with self._lock:
            is_current = self._of is not None and (self._of.made, self._of.epoch) == (manifest.made, manifest.epoch)
            newest = self._folds.get(asked)
            if is_current and (newest is None or newest[0] <= manifest.closed_until):
                self._folds[asked] = (manifest.closed_until, counted)
                self._folds.move_to_end(asked)
                while len(self._folds) > 1 and sum(_bytes_of(kept.tally) for _, kept in self._folds.values()) > _MOST_FOLD_BYTES:
                    self._folds.popitem(last=False)
        return counted

    def _count(self, parts: Sequence[PartEntry], asked: _Asked, since: int | None) -> Counted:
        """Cubes where they tell enough apart, answers where they do not or are as quickly counted."""
        choice, scope, dimensions = asked.choice, asked.scope, asked.dimensions
        needed = frozenset({"block", *dimensions, *choice.attributes})
        inside = needed - (frozenset({"unit"}) - set(dimensions))  # a scope's cube holds only its units
        bare = replace(choice, units=None)
        tallies, cubes, pieces = [], [], []
        counted = Counted(Tally.empty(asked.counted_as, dimensions), None, None)
        for part in parts:
            if since is not None and part.until_hour <= since:
                continue
            straddles = part.first_hour < (since or 0)
            if choice.is_standing and set(dimensions) <= set(STANDING) and not asked.of_pairs and not straddles:
                tally = self._parts.tally(asked.design, part)
                if needed <= set(tally.cells):
                    tallies.append(tally)
                    continue
                cube = self._parts.cube(asked.design, part, scope, inside)
                if cube is not None:
                    cubes.append(cube)
                    continue
            rows = narrow(self._read(asked, part, with_delay=straddles), scope)
            # Part of a merged part was counted before it was merged.
            pieces.append(rows.take(rows.received_hour >= (since or 0)) if straddles else rows)
            if sum(map(len, pieces)) >= _ROWS_TOGETHER:
                counted, pieces = counted.plus(count_rows(asked.counted_as, pieces, bare, dimensions)), []
        if pieces:
            counted = counted.plus(count_rows(asked.counted_as, pieces, bare, dimensions))
        return self._add(asked, tallies, cubes, counted)

    def _add(self, asked: _Asked, tallies: Sequence[Cube], cubes: Sequence[Cube], counted: Counted) -> Counted:
        """Everything together; what is empty is not added, because adding copies."""
        choice = asked.choice
        found = [counted]
        if tallies:
            found.append(add_cubes(asked.design, tallies, choice, asked.dimensions, asked.scope))
        if cubes:
            found.append(add_cubes(asked.design, cubes, replace(choice, units=None), asked.dimensions, WHOLE))
        total, *others = [each for each in found if each.first_block is not None] or [counted]
        for other in others:
            total = total.plus(other)
        return total

    def _read(self, asked: _Asked, part: PartEntry, *, with_delay: bool) -> Rows:
        """The columns of a part that are needed. Those of standing choices stay in memory; other filters read theirs anew."""
        needed = needed_attributes(asked.choice, asked.dimensions)
        asks_respondents = bool(asked.choice.respondent) or not set(needed) <= set(ATTRIBUTES)
        names = {"unit", *(name for name in needed if name in ATTRIBUTES), *(("delay",) if with_delay else ())}
        if with_delay or asked.choice.needs_hours:
            names.add("answered_hour")
        if asks_respondents or not names <= set(STANDING):
            return read_part(self.folder.path, asked.design, part, names, with_respondents=asks_respondents)
        return self._parts.rows(asked.design, part)


def fold_tally(tally: Tally, dimensions: Sequence[str], row_of: Mapping[str, str] | None = None) -> Tally:
    """The tally by fewer dimensions, each unit counted in its row; a unit without a row stays itself."""
    if row_of is not None and "unit" in dimensions:
        units = tally.cells["unit"]
        tally = replace(tally, cells=tally.cells.assign(unit=units.map(lambda unit: row_of.get(unit, unit)).astype("str")))
    return tally.by(*dimensions)


def _bytes_of(tally: Tally) -> int:
    counts = (getattr(tally, item.name) for item in fields(Tally) if item.name not in ("design", "dimensions", "cells", "n_design"))
    return sum(values.nbytes for values in counts)
