"""Reporting periods of both calendars, and the half-months they are made of."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import PeriodError
from analytics.periods import (
    Period,
    ReportingCalendar,
    blocks_of,
    half_month_block,
    is_whole_blocks,
    parse_period,
)

REPORTING, CALENDAR = ReportingCalendar(), ReportingCalendar(start_day=1)
calendars = st.sampled_from([REPORTING, CALENDAR])
days = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("text", "calendar", "first", "last"),
    [
        ("2025-07", REPORTING, "2025-06-15", "2025-07-14"),
        ("2025-01", REPORTING, "2024-12-15", "2025-01-14"),
        ("2025-Q3", REPORTING, "2025-06-15", "2025-09-14"),
        ("2025-H1", REPORTING, "2024-12-15", "2025-06-14"),
        ("2025-9M", REPORTING, "2024-12-15", "2025-09-14"),
        ("2025", REPORTING, "2024-12-15", "2025-12-14"),
        ("2025-02", CALENDAR, "2025-02-01", "2025-02-28"),
        ("2024-02", CALENDAR, "2024-02-01", "2024-02-29"),
        ("2025-Q3", CALENDAR, "2025-07-01", "2025-09-30"),
        ("2025-H2", CALENDAR, "2025-07-01", "2025-12-31"),
        ("2025-9M", CALENDAR, "2025-01-01", "2025-09-30"),
        ("2025", CALENDAR, "2025-01-01", "2025-12-31"),
    ],
)
def test_periods_have_their_days(text: str, calendar: ReportingCalendar, first: str, last: str) -> None:
    period = parse_period(text, calendar)
    assert (period.first_on.isoformat(), period.last_on.isoformat()) == (first, last)


def test_the_reporting_calendar_is_the_one_unless_said() -> None:
    assert parse_period("2025-07") == Period("month", 2025, 7, date(2025, 6, 15), date(2025, 7, 14))


@given(day=days, calendar=calendars)
def test_every_day_belongs_to_exactly_one_month(day: date, calendar: ReportingCalendar) -> None:
    month = calendar.month_of(day)
    assert month.first_on <= day <= month.last_on
    assert calendar.month_of(month.first_on) == calendar.month_of(month.last_on) == month
    assert calendar.month_of(month.last_on + timedelta(days=1)) != month
    assert calendar.year_of(day) == month.year
    year = calendar.year(month.year)
    assert year.first_on <= day <= year.last_on


@given(year=st.integers(2000, 2100), calendar=calendars)
def test_longer_periods_are_their_months_end_to_end(year: int, calendar: ReportingCalendar) -> None:
    months = [calendar.month(year, number) for number in range(1, 13)]
    for before, after in pairwise(months):
        assert before.last_on + timedelta(days=1) == after.first_on
    for number in range(1, 5):
        quarter = calendar.quarter(year, number)
        assert (quarter.first_on, quarter.last_on) == (
            months[3 * number - 3].first_on, months[3 * number - 1].last_on
        )  # fmt: skip
    for number in (1, 2):
        half = calendar.half(year, number)
        assert (half.first_on, half.last_on) == (months[6 * number - 6].first_on, months[6 * number - 1].last_on)
    assert calendar.nine_months(year).last_on == months[8].last_on
    assert (calendar.year(year).first_on, calendar.year(year).last_on) == (months[0].first_on, months[11].last_on)


@given(year=st.integers(2000, 2100), number=st.integers(1, 12), calendar=calendars)
def test_both_calendars_are_unions_of_half_month_blocks(year: int, number: int, calendar: ReportingCalendar) -> None:
    for period in (calendar.month(year, number), calendar.quarter(year, (number + 2) // 3), calendar.year(year)):
        every_day = [period.first_on + timedelta(days=step) for step in range((period.last_on - period.first_on).days + 1)]
        assert period.blocks() == tuple(dict.fromkeys(map(half_month_block, every_day)))
        outside = (period.first_on - timedelta(days=1), period.last_on + timedelta(days=1))
        assert not set(map(half_month_block, outside)) & set(period.blocks())
    assert len(calendar.month(year, number).blocks()) == 2


@given(first=days, length=st.integers(0, 60))
def test_a_range_that_cuts_a_block_is_refused(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    neighbours = (first - timedelta(days=1), last + timedelta(days=1))
    cuts = half_month_block(neighbours[0]) == half_month_block(first) or (half_month_block(neighbours[1]) == half_month_block(last))
    assert is_whole_blocks(first, last) == (not cuts)
    if cuts:
        with pytest.raises(PeriodError, match="scan the responses"):
            blocks_of(first, last)


def test_block_names_sort_by_time() -> None:
    blocks = REPORTING.year(2025).blocks()
    assert list(blocks) == sorted(blocks)
    assert (blocks[0], blocks[-1], len(blocks)) == ("2024-12-2", "2025-12-1", 24)


@pytest.mark.parametrize(
    "text", ["", "2025-13", "2025-00", "2025-Q5", "2025-Q0", "2025-H3", "2025-6M", "25-07", "2025-7", "2025-07-01", "0000"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(PeriodError):
        parse_period(text)


def test_a_month_starts_on_the_15th_or_the_1st() -> None:
    with pytest.raises(PeriodError, match="not on day 10"):
        ReportingCalendar(start_day=10)


@pytest.mark.parametrize("calendar", [ReportingCalendar(15), ReportingCalendar(1)])
@given(year=st.integers(1901, 9000), place=st.sampled_from([("month", 12), ("quarter", 4), ("half", 2), ("year", 1)]), n=st.integers(1, 12))
def test_the_period_before_ends_where_this_one_begins(calendar: ReportingCalendar, year: int, place: tuple[str, int], n: int) -> None:
    kind, count = place
    period = calendar.year(year) if kind == "year" else getattr(calendar, kind)(year, (n - 1) % count + 1)
    before = calendar.before(period)
    assert before.kind == period.kind
    assert before.last_on + timedelta(days=1) == period.first_on
    assert calendar.year_before(period).number == period.number
    assert calendar.year_before(period).year == year - 1


def test_nine_months_have_those_of_the_year_before() -> None:
    assert REPORTING.before(REPORTING.nine_months(2025)) == REPORTING.year_before(REPORTING.nine_months(2025))


@given(st.dates(date(1901, 1, 1), date(9000, 1, 1)))
def test_the_quarter_of_a_day_holds_it(day: date) -> None:
    quarter = REPORTING.quarter_of(day)
    assert quarter.first_on <= day <= quarter.last_on
