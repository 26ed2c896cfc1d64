"""Drivers of the overall answer for a choice of responses: from the stored answers themselves, all of them, computed once."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from analytics.drivers import DriverReport, report_drivers
from analytics.store import Choice
from analytics.store.sums import sheets_recipe
from app.services.live_sums import LiveSums
from survey_forms import Instrument

_MOST_REPORTS: Final = 64

_Key = tuple[tuple[str, ...], Choice, bool]


@dataclass(slots=True)
class Drivers:
    """Computes drivers for one installation. A report is kept until a response, a part or an exclusion comes or goes."""

    sums: LiveSums
    _reports: OrderedDict[_Key, tuple[tuple[object, ...], DriverReport]] = field(default_factory=OrderedDict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def report(self, instruments: tuple[Instrument, ...], choice: Choice, *, with_excluded: bool) -> DriverReport:
        """The drivers of a choice, as of now; confirmed exclusions are left out unless `with_excluded`.

        One request computes at a time: the work of ten million responses done twice at once would take twice as long for both.
        Raises AnalyticsError when stored rows contradict themselves, and what `report_drivers` raises.
        """
        key = (tuple(instrument.id for instrument in instruments), choice, with_excluded)
        with self._lock:
            known = self._reports.get(key)
            if known is None or known[0] != self.sums.live.read_sources(with_excluded=with_excluded).key:
                counts, as_of = self.sums.count(instruments, choice, sheets_recipe, with_excluded=with_excluded)
                known = self._reports[key] = (as_of, report_drivers(counts))
            self._reports.move_to_end(key)
            while len(self._reports) > _MOST_REPORTS:
                self._reports.popitem(last=False)
            return known[1]
