"""Closed responses of a choice as counts of different sheets: what drivers need, counted once for each choice and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from analytics.design import Design
from analytics.sheet_counts import SheetCounts, add_sheets, count_nothing, count_sheets
from analytics.store.choice import Choice
from analytics.store.counting import choose_answers, needed_attributes
from analytics.store.folder import StoreFolder
from analytics.store.manifest import Manifest, PartEntry
from analytics.store.part import read_part
from analytics.store.rows import Rows

_MOST_BYTES: Final = 128 << 20


@dataclass(frozen=True, slots=True)
class _View:
    closed_until: int
    counts: SheetCounts


@dataclass(slots=True)
class SheetViews:
    """Counts of one store's sheets, for many threads.

    A part is read, counted and let go: memory is one part's rows and the different sheets met. What was closed since the last time
    is added, because responses are only ever added; everything is forgotten when the store is made anew or a part turned out wrong.
    """

    folder: StoreFolder
    _views: OrderedDict[tuple[str, Choice], _View] = field(default_factory=OrderedDict, init=False)
    _of: tuple[str, int] = field(default=("", 0), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def open(self, manifest: Manifest, design: Design, choice: Choice) -> SheetCounts:
        """The closed responses of a choice. Raises PartError for a part that cannot be used."""
        with self._lock:
            if self._of != (manifest.made, manifest.epoch):
                self._views.clear()
                self._of = (manifest.made, manifest.epoch)
            key = (design.instrument_id, choice)
            known = self._views.get(key)
            if known is None or known.closed_until > manifest.closed_until:
                known = _View(0, count_nothing(design))
            if known.closed_until < manifest.closed_until:
                fresh = self._count(manifest.of_instrument(design.instrument_id), design, choice, known.closed_until)
                known = _View(manifest.closed_until, add_sheets([known.counts, *fresh]))
            self._views[key] = known
            self._views.move_to_end(key)
            while len(self._views) > 1 and sum(view.counts.size for view in self._views.values()) > _MOST_BYTES:
                self._views.popitem(last=False)
            return known.counts

    def _count(self, parts: Sequence[PartEntry], design: Design, choice: Choice, since: int) -> list[SheetCounts]:
        # A choice of standing filters looks at few columns; any other may look at all.
        names = needed_attributes(choice, ()) if choice.is_standing else None
        found = []
        for part in parts:
            if part.until_hour <= since:
                continue
            straddles = part.first_hour < since  # a merged part, some of which was counted before it was merged
            hours = ("answered_hour", "delay") if straddles else ()
            rows = read_part(self.folder.path, design, part, None if names is None else (*names, *hours))
            found.append(count_rows_as_sheets(design, [rows.take(rows.received_hour >= since) if straddles else rows], choice))
        return found


def count_rows_as_sheets(design: Design, pieces: Sequence[Rows], choice: Choice) -> SheetCounts:
    """Count the rows for which a choice holds; no pieces give the counts of no sheet."""
    counted = [count_sheets(design, *choose_answers(piece, choice)) for piece in pieces]
    return add_sheets(counted) if counted else count_nothing(design)
