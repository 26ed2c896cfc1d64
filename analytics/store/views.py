"""Tallies of closed parts, counted once for each choice and kept: what a page costs is its cells."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Final

from analytics.design import Design
from analytics.store.choice import STANDING, Choice
from analytics.store.counting import Counted, count_rows, needed_attributes
from analytics.store.errors import StoreError
from analytics.store.folder import StoreFolder
from analytics.store.manifest import Manifest, PartEntry
from analytics.store.part import read_part, read_tally
from analytics.store.rows import ATTRIBUTES, Rows
from analytics.tally import Tally

_MOST_VIEW_BYTES: Final = 400 << 20
_MOST_ROW_BYTES: Final = 96 << 20
_MOST_FOLDS: Final = 16
_ROWS_TOGETHER: Final = 2_500_000
"""Rows counted at once: more would save an addition of tallies and cost the memory of the rows twice."""


@dataclass(slots=True)
class View:
    """What was counted for one choice from everything received before `closed_until`, and its foldings."""

    closed_until: int
    counted: Counted
    _folds: OrderedDict[object, Tally] = field(default_factory=OrderedDict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def fold(self, dimensions: tuple[str, ...], row_of: Mapping[str, str] | None = None) -> Tally:
        """The view by fewer dimensions; `row_of` counts each unit in another's row. Kept for the next page that asks the same."""
        key = (dimensions, None if row_of is None else frozenset(row_of.items()))
        with self._lock:
            known = self._folds.get(key)
            if known is None:
                known = self._folds[key] = fold_tally(self.counted.tally, dimensions, row_of)
                if len(self._folds) > _MOST_FOLDS:
                    self._folds.popitem(last=False)
            return known

    @property
    def size(self) -> int:
        """Bytes of its counts."""
        return sum(_bytes_of(tally) for tally in (self.counted.tally, *list(self._folds.values())))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a view counts, and by what."""

    design: Design
    choice: Choice
    dimensions: tuple[str, ...]
    of_pairs: bool


@dataclass(slots=True)
class Views:
    """Views of one store, for many threads.

    A view stays right when parts are merged and is brought up to date by counting what was closed since, because responses are
    only ever added. It is forgotten when the store is made anew or a part turned out wrong.
    """

    folder: StoreFolder
    _views: OrderedDict[tuple[str, tuple[str, ...], Choice, bool], View] = field(default_factory=OrderedDict, init=False)
    _rows: OrderedDict[tuple[str, tuple[str, ...]], Rows] = field(default_factory=OrderedDict, init=False)
    _of: tuple[str, int] = field(default=("", 0), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

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
        Raises PartError for a part that cannot be used.
        """
        with self._lock:
            if self._of != (manifest.made, manifest.epoch):
                self._views.clear()
                self._rows.clear()
                self._of = (manifest.made, manifest.epoch)
            key = (design.instrument_id, dimensions, choice, of_pairs)
            asked = _Asked(design, choice, dimensions, of_pairs)
            view = self._views[key] = self._bring_up_to_date(self._views.get(key), manifest, asked)
            self._views.move_to_end(key)
            while len(self._views) > 1 and sum(kept.size for kept in self._views.values()) > _MOST_VIEW_BYTES:
                self._views.popitem(last=False)
            return view

    def _bring_up_to_date(self, view: View | None, manifest: Manifest, asked: _Asked) -> View:
        since = None if view is None else view.closed_until
        if view is not None and since == manifest.closed_until:
            return view
        if since is not None and since > manifest.closed_until:
            raise StoreError("The store went back in time while it was read; load the page again.")
        fresh = self._count(manifest.of_instrument(asked.design.instrument_id), asked, since)
        if view is None:
            return View(manifest.closed_until, fresh)
        if fresh.first_block is not None:
            return View(manifest.closed_until, view.counted.plus(fresh))
        view.closed_until = manifest.closed_until
        return view

    def _count(self, parts: Sequence[PartEntry], asked: _Asked, since: int | None) -> Counted:
        """Cached tallies where they tell enough apart, answers where they do not."""
        design, choice, dimensions = asked.design, asked.choice, asked.dimensions
        counted_as = design.one_factor_each() if asked.of_pairs else design
        counted = Counted(Tally.empty(counted_as, dimensions), None, None)
        pieces = []
        for part in parts:
            if since is not None and part.until_hour <= since:
                continue
            if not asked.of_pairs and choice.is_standing and (since is None or part.first_hour >= since):
                tally = read_tally(self.folder.path, design, part)
                if {"block", *dimensions, *choice.attributes} <= set(tally.dimensions):
                    counted = counted.plus(_select(tally, choice, dimensions))
                    continue
            straddles = part.first_hour < (since or 0)
            rows = self._read(design, part, choice, dimensions, with_delay=straddles)
            # Part of a merged part was counted before it was merged.
            pieces.append(rows.take(rows.received_hour >= (since or 0)) if straddles else rows)
            if sum(map(len, pieces)) >= _ROWS_TOGETHER:
                counted, pieces = counted.plus(count_rows(counted_as, pieces, choice, dimensions)), []
        return counted.plus(count_rows(counted_as, pieces, choice, dimensions)) if pieces else counted

    def _read(self, design: Design, part: PartEntry, choice: Choice, dimensions: tuple[str, ...], *, with_delay: bool) -> Rows:
        """The columns of a part that a choice needs. Those of standing choices stay in memory; other filters read theirs anew."""
        needed = needed_attributes(choice, dimensions)
        asks_respondents = bool(choice.respondent) or not set(needed) <= set(ATTRIBUTES)
        names = {*(name for name in needed if name in ATTRIBUTES), *(("delay",) if with_delay else ())}
        if with_delay or choice.needs_hours:
            names.add("answered_hour")
        if asks_respondents or not names <= set(STANDING):
            return read_part(self.folder.path, design, part, names, with_respondents=asks_respondents)
        key = (part.name, STANDING)
        if key not in self._rows:
            self._rows[key] = read_part(self.folder.path, design, part, STANDING)
        self._rows.move_to_end(key)
        rows = self._rows[key]
        while len(self._rows) > 1 and sum(_row_bytes(kept) for kept in self._rows.values()) > _MOST_ROW_BYTES:
            self._rows.popitem(last=False)
        return rows


def fold_tally(tally: Tally, dimensions: Sequence[str], row_of: Mapping[str, str] | None = None) -> Tally:
    """The tally by fewer dimensions, each unit counted in its row; a unit without a row stays itself."""
    if row_of is not None:
        units = tally.cells["unit"]
        tally = replace(tally, cells=tally.cells.assign(unit=units.map(lambda unit: row_of.get(unit, unit)).astype("str")))
    return tally.by(*dimensions)


def _select(tally: Tally, choice: Choice, dimensions: Sequence[str]) -> Counted:
    """The cells of a cached tally for which a standing choice holds."""
    cells = tally.cells
    chosen = cells["block"].between(choice.first_block or "", choice.last_block or "~").to_numpy(dtype=bool)
    if choice.units is not None:
        chosen = chosen & cells["unit"].isin(choice.units).to_numpy(dtype=bool)
    for name, wanted in choice.equal:
        chosen = chosen & (cells[name] == wanted).to_numpy(dtype=bool)
    kept = tally if chosen.all() else tally.where(chosen)
    if kept.n_cells == 0:
        return Counted(Tally.empty(tally.design, dimensions), None, None)
    return Counted(kept.by(*dimensions), str(kept.cells["block"].min()), str(kept.cells["block"].max()))


def _bytes_of(tally: Tally) -> int:
    counts = (getattr(tally, item.name) for item in fields(Tally) if item.name not in ("design", "dimensions", "cells", "n_design"))
    return sum(values.nbytes for values in counts)


def _row_bytes(rows: Rows) -> int:
    return rows.answers.nbytes + rows.overall.nbytes + sum(column.codes.nbytes for column in rows.attributes.values())
