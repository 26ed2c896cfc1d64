"""Which responses a figure is about: read from the address, so that every view has a stable URL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, cast, get_args

from analytics.errors import PeriodError
from analytics.periods import Period, ReportingCalendar, parse_period
from analytics.results import METHODS, Method
from app.errors import BadInputError
from survey_forms.submission import EARLIEST_YEAR
from survey_forms.vocabulary import CHANNELS, STAGES

Flags = Literal["without", "with"]
FLAGS: tuple[Flags, ...] = get_args(Flags)
DIMENSIONS = ("unit", "field")
LATEST_YEAR = 2199
PARAMETERS = ("by", "from", "to", "period", "unit", "field", "channel", "stage", "instrument", "method", "confidence", "flags")


@dataclass(frozen=True, slots=True)
class Selection:
    """A choice of responses and how to count them. None everywhere means all; dates are inclusive, days in Việt Nam."""

    by: tuple[str, ...] = ()
    first_on: date | None = None
    last_on: date | None = None
    period: Period | None = None
    unit: str | None = None
    """Key of the top of a subtree: its descendants and their predecessors."""
    field: str | None = None
    channel: str | None = None
    stage: str | None = None
    instrument: str | None = None
    """A series, all its versions; or one version's id."""
    method: Method = "pooled"
    confidence: float = 0.95
    flags: Flags = "without"
    """Whether responses under a confirmed integrity flag (or another confirmed exclusion) are counted."""


def read_selection(args: Mapping[str, str], calendar: ReportingCalendar) -> Selection:
    """Read a selection from query parameters; empty ones count as absent.

    Parameters: by, from, to, period (2025-07, 2025-Q3, 2025-H1, 2025-9M, 2025), unit, field, channel, stage, instrument,
    method, confidence, flags (without, the default: confirmed integrity flags left out; with: counted). Raises
    BadInputError naming the parameter and what it may be.
    """
    given = {name: value.strip() for name, value in args.items() if value.strip()}
    period = _read_period(given, calendar)
    first_on = period.first_on if period else _read_day(given, "from")
    last_on = period.last_on if period else _read_day(given, "to")
    if first_on and last_on and first_on > last_on:
        raise BadInputError("`from` is later than `to`: swap them")
    return Selection(
        by=_read_by(given.get("by", "")),
        first_on=first_on,
        last_on=last_on,
        period=period,
        unit=given.get("unit"),
        field=given.get("field"),
        channel=_read_one_of(given, "channel", CHANNELS),
        stage=_read_one_of(given, "stage", STAGES),
        instrument=given.get("instrument"),
        method=cast(Method, _read_one_of(given, "method", METHODS) or "pooled"),
        confidence=_read_confidence(given.get("confidence", "0.95")),
        flags=cast(Flags, _read_one_of(given, "flags", FLAGS) or "without"),
    )


def _read_by(text: str) -> tuple[str, ...]:
    names = tuple(part.strip() for part in text.split(",") if part.strip())
    if any(name not in DIMENSIONS for name in names) or len(set(names)) != len(names):
        raise BadInputError("`by` is `unit`, `field` or `unit,field`")
    return tuple(name for name in DIMENSIONS if name in names)


def _read_period(given: Mapping[str, str], calendar: ReportingCalendar) -> Period | None:
    text = given.get("period")
    if text is None or text == "all":
        return None
    if "from" in given or "to" in given:
        raise BadInputError("give either `period` or `from` and `to`, not both")
    try:
        period = parse_period(text, calendar)
    except PeriodError:
        period = None
    if period is None or not EARLIEST_YEAR <= period.year <= LATEST_YEAR:
        raise BadInputError("`period` is like 2025-07, 2025-Q3, 2025-H1, 2025-9M or 2025")
    return period


def _read_day(given: Mapping[str, str], name: str) -> date | None:
    if name not in given:
        return None
    try:
        day = datetime.strptime(given[name], "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        day = date.min
    if not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        raise BadInputError(f"`{name}` is a day written like 2025-07-15, from {EARLIEST_YEAR} to {LATEST_YEAR}")
    return day


def _read_one_of(given: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str | None:
    value = given.get(name)
    if value is not None and value not in allowed:
        raise BadInputError(f"`{name}` is one of: {', '.join(allowed)}")
    return value


def _read_confidence(text: str) -> float:
    try:
        confidence = float(text)
    except ValueError:
        confidence = 0.0
    if not 0.5 <= confidence <= 0.9999:
        raise BadInputError("`confidence` is a number from 0.5 to 0.9999, for instance 0.95")
    return confidence
