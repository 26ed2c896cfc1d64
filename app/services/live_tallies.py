"""The figures' tallies: closed parts from the store, open hours from the database, exclusions taken away."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import not_
from sqlalchemy.orm import Session

from analytics.design import Design
from analytics.store import Choice, Layer, LiveTally, Manifest, PartError, Rows, count_rows
from analytics.store.rows import join_rows
from analytics.tally import Tally
from app.queries.exclusions import LeftOut, is_left_out, list_left_out
from app.queries.stored_rows import count_received, read_rows
from app.runtime import Runtime
from app.services.store import StoreKeeper
from survey_forms import Instrument

_DIMENSIONS = ("unit", "field")


@dataclass(frozen=True, slots=True)
class _Apart:
    """Rows that stand beside the parts, by instrument version, and what they were read for."""

    key: tuple[object, ...]
    rows: dict[str, Rows]


_NOTHING = _Apart((), {})


@dataclass(frozen=True, slots=True)
class Sources:
    """Where responses stand as of one moment: parts, rows of hours no part holds, rows of the parts to be taken away.

    Equal `key` means equal responses.
    """

    manifest: Manifest
    tail: Mapping[str, Rows]
    left_out: Mapping[str, Rows]
    key: tuple[object, ...]


@dataclass(slots=True)
class LiveTallies:
    """Counts choices for one installation; what was read from the database is kept until it changes."""

    runtime: Runtime
    keeper: StoreKeeper = field(init=False)
    _tail: _Apart = field(default=_NOTHING, init=False)
    _left_out: _Apart = field(default=_NOTHING, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self.keeper = StoreKeeper(self.runtime)

    def count(
        self,
        instruments: tuple[Instrument, ...],
        choice: Choice,
        *,
        with_excluded: bool,
        by: tuple[str, ...] = _DIMENSIONS,
        of_pairs: bool = False,
    ) -> LiveTally:
        """The responses of a choice by attributes or questions about the respondent, as of now; `of_pairs` with every criterion a
        factor of its own.

        What is closed is counted when it is asked for, in the rows it is asked for. Raises AnalyticsError when stored rows
        contradict themselves.
        """

        def count_anew(error: PartError) -> tuple[Layer, ...]:
            # Merged away by another process since the list was read, or damaged: both end with a part that can be read.
            self.keeper.repair(error)
            return self._count(instruments, choice, with_excluded, by, of_pairs)

        return LiveTally(self._count(instruments, choice, with_excluded, by, of_pairs), count_anew)

    def warm(self, instruments: tuple[Instrument, ...]) -> None:
        """Bring up to date what pages asked for since the server started, and read the answers into memory. Raises PartError."""
        manifest = self.keeper.current()
        for instrument in instruments:
            self.keeper.views.warm(manifest, Design.of(instrument))

    def list_answered(self) -> frozenset[str]:
        """Ids of the questionnaire versions with any response, excluded or not."""
        manifest = self.keeper.current()
        with self.runtime.database.read() as session:
            tail = self._read_tail(session, manifest, ())
        return frozenset({part.instrument_id for part in manifest.parts} | set(tail))

    def _count(
        self, instruments: tuple[Instrument, ...], choice: Choice, with_excluded: bool, dimensions: tuple[str, ...], of_pairs: bool
    ) -> tuple[Layer, ...]:
        manifest = self.keeper.current()
        with self.runtime.database.read() as session:
            exclusions = () if with_excluded else list_left_out(session)
            tail = self._read_tail(session, manifest, exclusions)
            left_out = self._read_left_out(session, manifest, exclusions)
        layers = []
        for instrument in instruments:
            own = Design.of(instrument)
            view = self.keeper.views.open(manifest, own, choice, dimensions, of_pairs=of_pairs)
            design = own.one_factor_each() if of_pairs else own
            open_rows, gone = tail.get(instrument.id), left_out.get(instrument.id)
            layers.append(
                Layer(
                    view,
                    count_rows(design, [open_rows] if open_rows is not None else [], choice, dimensions),
                    count_rows(design, [gone], choice, dimensions).tally if gone is not None else Tally.empty(design, dimensions),
                )
            )
        return tuple(layers)

    def read_sources(self, *, with_excluded: bool) -> Sources:
        """The sources themselves, for figures that no tally holds. Raises AnalyticsError when stored rows contradict themselves."""
        manifest = self.keeper.current()
        with self.runtime.database.read() as session:
            exclusions = () if with_excluded else list_left_out(session)
            key = (manifest.made, manifest.epoch, manifest.closed_until, count_received(session, manifest.closed_until), exclusions)
            tail = self._read_tail(session, manifest, exclusions)
            return Sources(manifest, tail, self._read_left_out(session, manifest, exclusions), key)

    def _read_tail(self, session: Session, manifest: Manifest, exclusions: tuple[LeftOut, ...]) -> dict[str, Rows]:
        """Responses received in hours no part holds yet."""
        key = (manifest.closed_until, count_received(session, manifest.closed_until), exclusions)
        with self._lock:
            if self._tail.key != key:
                where = [not_(is_left_out(exclusions))] if exclusions else []
                read = read_rows(self.runtime, session, first_hour=manifest.closed_until, where=where) if key[1] else {}
                self._tail = _Apart(key, {name: rows for name, (_, rows) in read.items()})
            return self._tail.rows

    def _read_left_out(self, session: Session, manifest: Manifest, exclusions: tuple[LeftOut, ...]) -> dict[str, Rows]:
        """Closed responses that were excluded: their tally is taken away, the parts keep them."""
        key = (manifest.closed_until, manifest.made, exclusions)  # what was closed since the last time is read and added
        with self._lock:
            if self._left_out.key != key:
                known = self._left_out if self._left_out.key[1:] == key[1:] else _Apart((0, *key[1:]), {})
                read = {}
                if exclusions:
                    where = [is_left_out(exclusions)]
                    since = int(str(known.key[0]))
                    read = read_rows(self.runtime, session, first_hour=since, until_hour=manifest.closed_until, where=where)
                fresh = {name: rows for name, (_, rows) in read.items()}
                both = {name: [kept[name] for kept in (known.rows, fresh) if name in kept] for name in {*known.rows, *fresh}}
                self._left_out = _Apart(key, {name: join_rows(pieces) for name, pieces in both.items()})
            return self._left_out.rows
