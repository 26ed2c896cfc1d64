"""The stretches of time a line is cut into: reporting months, quarters, half-months, as the office's calendar has them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, get_args

from analytics.periods import Period, ReportingCalendar, block_end, block_start, half_month_block
from app.vietnamese import name_period

Step = Literal["month", "quarter", "half"]
STEPS: tuple[Step, ...] = get_args(Step)

_ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True, slots=True)
class Span:
    """Days first … last (both included) with their names. `key` sorts by time; `query` are the filters that choose these days."""

    key: str
    name: str
    short: str
    first_on: date
    last_on: date
    query: Mapping[str, str]
    period: Period | None = None
    """Where the days are a period of the calendar."""


def of_period(period: Period) -> Span:
    """The span of a month, quarter, half-year, nine months or year."""
    year, number = period.year, period.number
    match period.kind:
        case "month":
            code, short = f"{year}-{number:02d}", f"{number}/{year}"
        case "quarter":
            code, short = f"{year}-Q{number}", f"{_ROMAN[number - 1]}/{year}"
        case "half":
            code, short = f"{year}-H{number}", f"6T{number}/{year}"
        case "nine_months":
            code, short = f"{year}-9M", f"9T/{year}"
        case "year":
            code, short = f"{year}", f"{year}"
    return Span(code, name_period(period), short, period.first_on, period.last_on, {"period": code}, period)


def of_days(first_on: date, last_on: date) -> Span:
    """The span of any two days."""
    name = f"{first_on:%d/%m/%Y} – {last_on:%d/%m/%Y}"
    short = f"{first_on.day}/{first_on.month}–{last_on.day}/{last_on.month}"
    query = {"from": f"{first_on:%Y-%m-%d}", "to": f"{last_on:%Y-%m-%d}"}
    return Span(f"{first_on:%Y-%m-%d}", name, short, first_on, last_on, query)


def of_half_month(block: str) -> Span:
    """The span of a half-month block.

    >>> of_half_month("2025-07-2").name, of_half_month("2025-07-2").short
    ('15 – 31/7/2025', '15–31/7')
    """
    first_on, last_on = block_start(block), block_end(block)
    span = of_days(first_on, last_on)
    name = f"{first_on.day} – {last_on.day}/{last_on.month}/{last_on.year}"
    return replace(span, key=block, name=name, short=f"{first_on.day}–{last_on.day}/{last_on.month}")


def span_of(step: Step, calendar: ReportingCalendar) -> Callable[[date], Span]:
    """What finds the span a day belongs to."""
    if step == "month":
        return lambda day: of_period(calendar.month_of(day))
    if step == "quarter":
        return lambda day: of_period(calendar.quarter_of(day))
    return lambda day: of_half_month(half_month_block(day))


def list_spans(step: Step, calendar: ReportingCalendar, first_on: date, last_on: date) -> tuple[Span, ...]:
    """Every span with a day of first … last (both included), in order; the outer ones end where these days do.

    >>> [span.name.replace("\\xa0", " ") for span in list_spans("quarter", ReportingCalendar(), date(2025, 6, 14), date(2025, 6, 20))]
    ['Quý II/2025', 'Quý III/2025']
    >>> [span.query for span in list_spans("month", ReportingCalendar(1), date(2025, 6, 3), date(2025, 6, 20))]
    [{'from': '2025-06-03', 'to': '2025-06-20'}]
    """
    find = span_of(step, calendar)
    spans, day = [], first_on
    while day <= last_on:
        span = find(day)
        spans.append(_within(span, first_on, last_on))
        day = span.last_on + timedelta(days=1)
    return tuple(spans)


def _within(span: Span, first_on: date, last_on: date) -> Span:
    if first_on <= span.first_on and span.last_on <= last_on:
        return span
    days = of_days(max(span.first_on, first_on), min(span.last_on, last_on))
    return replace(span, first_on=days.first_on, last_on=days.last_on, query=days.query, period=None)


def before(span: Span, calendar: ReportingCalendar) -> Span:
    """The span just before: of the same kind, else as many days."""
    if span.period is not None:
        return of_period(calendar.before(span.period))
    last_on = span.first_on - timedelta(days=1)
    if _is_half_month(span):
        return of_half_month(half_month_block(last_on))
    return of_days(last_on - (span.last_on - span.first_on), last_on)


def year_before(span: Span, calendar: ReportingCalendar) -> Span:
    """The same span a year earlier."""
    if span.period is not None:
        return of_period(calendar.year_before(span.period))
    first_on, last_on = _a_year_back(span.first_on), _a_year_back(span.last_on)
    return of_half_month(half_month_block(first_on)) if _is_half_month(span) else of_days(first_on, last_on)


def _is_half_month(span: Span) -> bool:
    block = half_month_block(span.first_on)
    return (span.first_on, span.last_on) == (block_start(block), block_end(block))


def _a_year_back(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)
