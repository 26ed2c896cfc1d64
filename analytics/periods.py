"""Reporting periods and the half-month blocks they are made of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from analytics.errors import PeriodError

PeriodKind = Literal["month", "quarter", "half", "nine_months", "year"]

_MONTHS_OF: dict[PeriodKind, int] = {"month": 1, "quarter": 3, "half": 6, "nine_months": 9, "year": 12}
_PERIOD = re.compile(r"(?P<year>[0-9]{4})(?:-(?:(?P<month>[0-9]{2})|Q(?P<quarter>[0-9])|H(?P<half>[0-9])|(?P<nine>9M)))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """A reporting period; both days belong to it. `number` counts periods of its kind within the year, from 1."""

    kind: PeriodKind
    year: int
    number: int
    first_on: date
    last_on: date

    def blocks(self) -> tuple[str, ...]:
        """The half-month blocks it consists of, in order."""
        return blocks_of(self.first_on, self.last_on)


@dataclass(frozen=True, slots=True)
class ReportingCalendar:
    """When a reporting month begins: on the 15th of the month before (NĐ 09/2019, the default) or on the 1st.

    >>> calendar = ReportingCalendar()
    >>> print(calendar.quarter(2025, 3).first_on, calendar.quarter(2025, 3).last_on)
    2025-06-15 2025-09-14
    >>> print(calendar.year(2025).first_on, calendar.year(2025).last_on)
    2024-12-15 2025-12-14
    >>> print(ReportingCalendar(start_day=1).nine_months(2025).last_on)
    2025-09-30
    """

    start_day: int = 15

    def __post_init__(self) -> None:
        if self.start_day not in (1, 15):
            raise PeriodError(f"A reporting month starts on day 15 or on day 1, not on day {self.start_day}.")

    def month(self, year: int, number: int) -> Period:
        return self._period("month", year, number)

    def quarter(self, year: int, number: int) -> Period:
        return self._period("quarter", year, number)

    def half(self, year: int, number: int) -> Period:
        return self._period("half", year, number)

    def nine_months(self, year: int) -> Period:
        return self._period("nine_months", year, 1)

    def year(self, year: int) -> Period:
        return self._period("year", year, 1)

    def before(self, period: Period) -> Period:
        """The period of the same kind just before it; nine months have none but those of the year before.

        >>> calendar = ReportingCalendar()
        >>> print(calendar.before(calendar.quarter(2025, 1)).first_on, calendar.before(calendar.nine_months(2025)).last_on)
        2024-09-15 2024-09-14
        """
        if period.number > 1:
            return self._period(period.kind, period.year, period.number - 1)
        last = 1 if period.kind == "nine_months" else 12 // _MONTHS_OF[period.kind]
        return self._period(period.kind, period.year - 1, last)

    def year_before(self, period: Period) -> Period:
        """The same period a year earlier."""
        return self._period(period.kind, period.year - 1, period.number)

    def quarter_of(self, day: date) -> Period:
        """The reporting quarter a day belongs to."""
        month = self.month_of(day)
        return self.quarter(month.year, (month.number + 2) // 3)

    def month_of(self, day: date) -> Period:
        """The reporting month a day belongs to."""
        belongs_to_next = self.start_day == 15 and day.day >= 15
        months = day.year * 12 + day.month - 1 + belongs_to_next
        return self.month(months // 12, months % 12 + 1)

    def year_of(self, day: date) -> int:
        """The reporting year a day belongs to: with the default calendar 15/12/2024 belongs to 2025."""
        return self.month_of(day).year

    def _period(self, kind: PeriodKind, year: int, number: int) -> Period:
        length = _MONTHS_OF[kind]
        if not 1 <= number <= 12 // length:
            raise PeriodError(f"A year has no {kind} number {number}; they run from 1 to {12 // length}.")
        if not 1900 <= year <= 9998:
            raise PeriodError(f"The reporting year {year} is outside 1900 to 9998.")
        first_month = year * 12 + (number - 1) * length
        first_on, next_on = self._start_of(first_month), self._start_of(first_month + length)
        return Period(kind, year, number, first_on, next_on - timedelta(days=1))

    def _start_of(self, month: int) -> date:
        shifted = month - 1 if self.start_day == 15 else month
        return date(shifted // 12, shifted % 12 + 1, self.start_day)


def parse_period(text: str, calendar: ReportingCalendar | None = None) -> Period:
    """A period as addresses and commands write it: 2025-07, 2025-Q3, 2025-H1, 2025-9M or 2025. PeriodError otherwise.

    >>> parse_period("2025-H1").last_on.isoformat(), parse_period("2025-07", ReportingCalendar(1)).first_on.isoformat()
    ('2025-06-14', '2025-07-01')
    """
    found = _PERIOD.fullmatch(text)
    if found is None:
        raise PeriodError("A period is written 2025-07, 2025-Q3, 2025-H1, 2025-9M or 2025.")
    known = ReportingCalendar() if calendar is None else calendar
    year = int(found["year"])
    if found["month"]:
        return known.month(year, int(found["month"]))
    if found["quarter"]:
        return known.quarter(year, int(found["quarter"]))
    if found["half"]:
        return known.half(year, int(found["half"]))
    return known.nine_months(year) if found["nine"] else known.year(year)


def target_year(first_on: date, last_on: date, calendar: ReportingCalendar | None = None) -> int:
    """The year whose targets a figure over the days first … last (inclusive) is held against.

    The calendar year when all days lie in one, else the reporting year when they lie in one, else the year of the last day.

    >>> target_year(date(2025, 1, 2), date(2025, 12, 28)), target_year(date(2024, 12, 15), date(2025, 12, 14))
    (2025, 2025)
    """
    known = ReportingCalendar() if calendar is None else calendar
    in_one_reporting_year = known.year_of(first_on) == known.year_of(last_on)
    return known.year_of(last_on) if in_one_reporting_year and first_on.year != last_on.year else last_on.year


def half_month_block(day: date) -> str:
    """The unit of time in tallies: days 1–14 of a month are its block 1, the rest its block 2. Names sort by time.

    >>> half_month_block(date(2025, 7, 14)), half_month_block(date(2025, 7, 15))
    ('2025-07-1', '2025-07-2')
    """
    return f"{day.year:04d}-{day.month:02d}-{1 if day.day < 15 else 2}"


def block_start(block: str) -> date:
    """The first day of a block.

    >>> block_start("2025-07-2").isoformat()
    '2025-07-15'
    """
    year, month, half = (int(part) for part in block.split("-"))
    return date(year, month, 1 if half == 1 else 15)


def block_end(block: str) -> date:
    """The last day of a block.

    >>> block_end("2025-07-1").isoformat(), block_end("2024-02-2").isoformat()
    ('2025-07-14', '2024-02-29')
    """
    start = block_start(block)
    return start.replace(day=14) if start.day == 1 else (start.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def is_whole_blocks(first_on: date, last_on: date) -> bool:
    """Whether the days first … last (inclusive) are a union of blocks; other ranges have to be scanned."""
    return first_on <= last_on and first_on.day in (1, 15) and (last_on + timedelta(days=1)).day in (1, 15)


def blocks_of(first_on: date, last_on: date) -> tuple[str, ...]:
    """The blocks that make up the days first … last (inclusive). PeriodError when they cut through a block.

    >>> blocks_of(date(2025, 6, 15), date(2025, 7, 14))
    ('2025-06-2', '2025-07-1')
    """
    if not is_whole_blocks(first_on, last_on):
        raise PeriodError(f"{first_on} to {last_on} is not made of whole half-months (1–14, 15–end); scan the responses instead.")
    return tuple(half_month_block(day) for day in _block_starts(first_on, last_on))


def _block_starts(first_on: date, last_on: date) -> Iterator[date]:
    day = first_on
    while day <= last_on:
        yield day
        day = day.replace(day=15) if day.day == 1 else (day.replace(day=1) + timedelta(days=31)).replace(day=1)
