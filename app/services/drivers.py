"""Drivers of the overall answer for a choice of responses: from the stored answers themselves, all of them, computed once."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from analytics.design import Design
from analytics.drivers import DriverReport, report_drivers
from analytics.sheet_counts import SheetCounts, add_sheets
from analytics.store import Choice, PartError
from analytics.store.sheet_views import SheetViews, count_rows_as_sheets
from app.services.live_tallies import LiveTallies, Sources
from survey_forms import Instrument

_ATTEMPTS: Final = 3
_MOST_REPORTS: Final = 64

_Key = tuple[tuple[str, ...], Choice, bool]


@dataclass(slots=True)
class Drivers:
    """Computes drivers for one installation. A report is kept until a response, a part or an exclusion comes or goes."""

    live: LiveTallies
    _views: SheetViews = field(init=False)
    _reports: OrderedDict[_Key, tuple[tuple[object, ...], DriverReport]] = field(default_factory=OrderedDict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        self._views = SheetViews(self.live.keeper.folder)

    def report(self, instruments: tuple[Instrument, ...], choice: Choice, *, with_excluded: bool) -> DriverReport:
        """The drivers of a choice, as of now; confirmed exclusions are left out unless `with_excluded`.

        One request computes at a time: the work of ten million responses done twice at once would take twice as long for both.
        Raises AnalyticsError when stored rows contradict themselves, and what `report_drivers` raises.
        """
        key = (tuple(instrument.id for instrument in instruments), choice, with_excluded)
        with self._lock:
            sources = self.live.read_sources(with_excluded=with_excluded)
            known = self._reports.get(key)
            if known is None or known[0] != sources.key:
                sources, counts = self._count(sources, instruments, choice, with_excluded)
                known = self._reports[key] = (sources.key, report_drivers(counts))
            self._reports.move_to_end(key)
            while len(self._reports) > _MOST_REPORTS:
                self._reports.popitem(last=False)
            return known[1]

    def _count(
        self, sources: Sources, instruments: tuple[Instrument, ...], choice: Choice, with_excluded: bool
    ) -> tuple[Sources, SheetCounts]:
        for _ in range(_ATTEMPTS - 1):
            try:
                return sources, self._count_once(sources, instruments, choice)
            except PartError as error:
                # Merged away by another process since the list was read, or damaged: both end with a part that can be read.
                self.live.keeper.repair(error)
                sources = self.live.read_sources(with_excluded=with_excluded)
        return sources, self._count_once(sources, instruments, choice)

    def _count_once(self, sources: Sources, instruments: tuple[Instrument, ...], choice: Choice) -> SheetCounts:
        versions = []
        for instrument in instruments:
            design = Design.of(instrument)
            counts = self._views.open(sources.manifest, design, choice)
            if (gone := sources.left_out.get(instrument.id)) is not None:
                counts = counts.minus(count_rows_as_sheets(design, [gone], choice))
            if (rows := sources.tail.get(instrument.id)) is not None:
                counts = add_sheets([counts, count_rows_as_sheets(design, [rows], choice)])
            versions.append(counts)
        return add_sheets(versions)
