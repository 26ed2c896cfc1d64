"""When a unit's desk is open: its week in spans of minutes, and days that are not like their weekday."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

Span = tuple[int, int]
"""Minutes since midnight, from … until; from < until <= 1440."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The hours of one unit. `week`: spans by weekday (0 Monday); a weekday without any is closed. `days`: True for a day that is
    open whatever its weekday (a working Saturday), False for a closed one (a holiday).

    `grace_minutes` before and after a span still count as open: somebody who came at the last minute rates a little later.
    An open day whose weekday is closed has the hours of all other weekdays together.
    """

    week: Mapping[int, tuple[Span, ...]]
    days: Mapping[date, bool] = field(default_factory=dict)
    grace_minutes: int = 30

    def spans(self, day: date) -> tuple[Span, ...]:
        """The spans in which the desk is open on a day, in order; none on a closed one.

        >>> week = {0: ((450, 690), (810, 1020)), 5: ((450, 690),)}
        >>> Opening(week, {date(2025, 9, 1): False}).spans(date(2025, 9, 1))
        ()
        >>> Opening(week, {date(2025, 9, 7): True}).spans(date(2025, 9, 7)), Opening(week).spans(date(2025, 9, 7))
        (((450, 690), (810, 1020)), ())
        """
        is_open = self.days.get(day)
        if is_open is False:
            return ()
        own = self.week.get(day.weekday(), ())
        if own or not is_open:
            return tuple(sorted(own))
        return tuple(sorted({span for spans in self.week.values() for span in spans}))

    def covers(self, day: date, hour_of_day: int) -> bool:
        """Whether the desk can be open at some moment of this hour.

        >>> [Opening({2: ((480, 1020),)}).covers(date(2025, 9, 10), hour) for hour in (6, 7, 17, 18)]
        [False, True, True, False]
        """
        begin, end = hour_of_day * 60, hour_of_day * 60 + 60
        return any(begin < until + self.grace_minutes and end > start - self.grace_minutes for start, until in self.spans(day))

    def states(self, day: date) -> bool:
        """Whether the office has said anything about this day.

        >>> UNSTATED.states(date(2025, 9, 2)), Opening(UNSTATED.week, {date(2025, 9, 2): False}).states(date(2025, 9, 2))
        (False, True)
        """
        return self.week is not UNSTATED.week or day in self.days


UNSTATED = Opening(dict.fromkeys(range(6), ((6 * 60, 19 * 60),)), grace_minutes=0)
"""Where an office has said nothing: from 6 to 19 h, not on Sundays. Wide, because a false question costs more than a late one;
Saturday counts as open, many desks are open that morning."""


@dataclass(frozen=True, slots=True)
class Openings:
    """The hours of every unit: its own, else the general ones; None: nothing is stated.

    >>> Openings().of("a") is UNSTATED, Openings(general=Opening({})).of("a").week
    (True, {})
    """

    general: Opening | None = None
    by_unit: Mapping[str, Opening] = field(default_factory=dict)

    def of(self, unit: str) -> Opening:
        """The hours in force at a unit."""
        return self.by_unit.get(unit) or self.general or UNSTATED
