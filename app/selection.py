"""Which responses a figure is about: read from the address, so that every view has a stable URL."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, cast, get_args

from analytics.errors import PeriodError
from analytics.periods import Period, ReportingCalendar, parse_period
from analytics.results import METHODS, Method
from app.errors import BadInputError
from survey_forms.submission import EARLIEST_YEAR
from survey_forms.vocabulary import CHANNELS, MODES, RESPONDENT_KINDS, STAGES, TOOK_CLASSES

Flags = Literal["without", "with"]
FLAGS: tuple[Flags, ...] = get_args(Flags)
DIMENSIONS = ("unit", "field")
LATEST_YEAR = 2199
HELPED = {"yes": "1", "no": "0"}
"""Whether somebody helped, as an address says it and as the store keeps it."""
PLACES = ("counter", "device", "procedure", "mode")
"""Where and how the dossier was taken in: cells of these are samples of their own."""
TRAITS = ("kind", "helped", "took")
"""What the respondent was, beside the questions of the form: sub-groups by these are domains."""
PARAMETERS = (
    *("by", "from", "to", "from_hour", "to_hour", "period", "unit", "field", "channel", "stage"),
    *(*PLACES, *TRAITS, "instrument", "method", "confidence", "flags"),
)


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
    counter: str | None = None
    device: str | None = None
    procedure: str | None = None
    mode: str | None = None
    kind: str | None = None
    helped: str | None = None
    """yes or no."""
    took: str | None = None
    respondent: tuple[tuple[str, str], ...] = ()
    """Questions about the respondent and the answer wanted to each."""
    from_hour: int | None = None
    to_hour: int | None = None
    """Answered from this full hour of the day to before that one, in Việt Nam; None: from midnight, to midnight."""
    instrument: str | None = None
    """A series, all its versions; or one version's id."""
    method: Method = "pooled"
    confidence: float = 0.95
    flags: Flags = "without"
    """Whether responses under a confirmed integrity flag (or another confirmed exclusion) are counted."""

    @property
    def circumstances(self) -> tuple[tuple[str, str], ...]:
        """Attributes of the store that cells are chosen by."""
        return self._pairs(("field", "channel", "stage", *PLACES))

    @property
    def traits(self) -> tuple[tuple[str, str], ...]:
        """Attributes of the store that say what the respondent was."""
        return tuple((name, HELPED[value] if name == "helped" else value) for name, value in self._pairs(TRAITS))

    @property
    def is_domain(self) -> bool:
        """Whether it names a sub-group of the respondents, whose errors are those of the whole sample."""
        return bool(self.traits or self.respondent)

    @property
    def has_dossiers(self) -> bool:
        """Whether dossiers are counted for just such a selection: by place and field, when they are finished."""
        narrowed = self.channel or self._pairs(PLACES) or self.is_domain or self.cuts_days
        return not narrowed and self.stage != "filing"

    @property
    def cuts_days(self) -> bool:
        """Whether only some hours of a day are chosen."""
        return self.from_hour is not None or self.to_hour is not None

    @property
    def hours(self) -> range:
        """The hours of the day chosen, in Việt Nam."""
        return range(self.from_hour or 0, 24 if self.to_hour is None else self.to_hour)

    def _pairs(self, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        return tuple((name, value) for name in names if (value := getattr(self, name)) is not None)


def read_selection(
    args: Mapping[str, str], calendar: ReportingCalendar, questions: Mapping[str, Collection[str]] | None = None
) -> Selection:
    """Read a selection from query parameters; empty ones count as absent.

    Parameters: by, from, to, period (2025-07, 2025-Q3, 2025-H1, 2025-9M, 2025), from_hour (0–23) and to_hour (1–24), full hours
    of the day, the second not included; unit, field, channel, stage, counter, device, procedure, mode, kind, helped (yes, no), took,
    instrument, method, confidence, flags (without, the default: confirmed integrity flags left out; with: counted). `questions` are
    what respondents were asked about themselves, with the codes of their answers: each is a parameter too. Raises BadInputError
    naming the parameter and what it may be.
    """
    given = {name: value.strip() for name, value in args.items() if value.strip()}
    period = _read_period(given, calendar)
    first_on = period.first_on if period else _read_day(given, "from")
    last_on = period.last_on if period else _read_day(given, "to")
    if first_on and last_on and first_on > last_on:
        raise BadInputError("`from` is later than `to`: swap them")
    from_hour, to_hour = _read_hour(given, "from_hour", range(24)), _read_hour(given, "to_hour", range(1, 25))
    if from_hour is not None and to_hour is not None and from_hour >= to_hour:
        raise BadInputError("`from_hour` is not before `to_hour`: the hours are those from the one to before the other")
    asked = questions or {}
    return Selection(
        by=_read_by(given.get("by", "")),
        first_on=first_on,
        last_on=last_on,
        period=period,
        unit=given.get("unit"),
        field=given.get("field"),
        channel=_read_one_of(given, "channel", CHANNELS),
        stage=_read_one_of(given, "stage", STAGES),
        counter=given.get("counter"),
        device=given.get("device"),
        procedure=given.get("procedure"),
        mode=_read_one_of(given, "mode", MODES),
        kind=_read_one_of(given, "kind", RESPONDENT_KINDS),
        helped=_read_one_of(given, "helped", tuple(HELPED)),
        took=_read_one_of(given, "took", TOOK_CLASSES),
        respondent=tuple((code, given[code]) for code in asked if _read_one_of(given, code, tuple(asked[code])) is not None),
        from_hour=from_hour,
        to_hour=to_hour,
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


def _read_hour(given: Mapping[str, str], name: str, allowed: range) -> int | None:
    if name not in given:
        return None
    text = given[name]
    hour = int(text) if text.isascii() and text.isdecimal() and len(text) <= 2 else -1
    if hour not in allowed:
        raise BadInputError(f"`{name}` is a full hour of the day, {allowed[0]} to {allowed[-1]}")
    return hour


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
