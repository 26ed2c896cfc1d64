"""The filter bar: what can be chosen, what is chosen, as a plain GET form."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from analytics.periods import Period, ReportingCalendar
from analytics.units import UnitTree
from app.dashboard.address import CHOSEN_DAYS
from app.dashboard.conditions import Known, list_hours, list_sections
from app.dashboard.pills import EVERYTHING, Choice, Filter, Group, Section, as_group
from app.queries.fields import list_fields
from app.queries.instruments import find_instrument, list_series
from app.queries.responses import find_days
from app.queries.targets import get_calendar
from app.queries.units import list_current, list_names, list_tops
from app.runtime import Runtime
from app.services.people import Person
from app.vietnamese import CHANNELS, METHODS, collation_key, name_period
from survey_forms.instrument import Question

CONFIDENCES: Final = {"0.9": "90%", "0.95": "95%", "0.99": "99%"}
FLAG_CHOICES: Final = {"without": "không tính", "with": "tính cả"}
_MOST_UNITS: Final = 250  # a longer list is no list; the page of units searches


@dataclass(frozen=True, slots=True)
class FilterBar:
    """The whole form: the lists one uses daily, those behind "Thêm điều kiện" in groups, the two days."""

    main: tuple[Filter, ...]
    hours: tuple[Filter, ...]
    sections: tuple[Section, ...]
    from_day: str
    to_day: str
    known: tuple[Known, ...] = ()
    """Filters whose characteristic not every form names."""

    @property
    def more(self) -> tuple[Filter, ...]:
        """The lists behind "Thêm điều kiện"."""
        return (*self.hours, *(one for section in self.sections for one in section.filters))

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return bool(self.from_day or self.to_day) or any(f.is_changed for f in (*self.main, *self.more))

    @property
    def n_more(self) -> int:
        """How many of the filters behind "Thêm điều kiện" are set."""
        return sum(map(bool, (self.from_day, self.to_day, *(one.chosen for one in self.more))))


def build_filter_bar(
    runtime: Runtime,
    query: Mapping[str, str],
    person: Person,
    tree: UnitTree,
    questions: Mapping[str, Question],
    units: Collection[str] | None,
    known: tuple[Known, ...] = (),
) -> FilterBar:
    """The form for one person. `units` are those the view counts, whose counters and tablets are listed; None: all."""
    with runtime.database.read() as session:
        today = runtime.today()
        days = find_days(session) or (today, today)
        periods = _list_periods(get_calendar(session, today), days[0], max(days[1], today))
        places = _list_units(session, tree, query.get("unit"), person, today)
        fields = Group(tuple(Choice(code, name) for code, name in list_fields(session).items()))
        instruments = _list_instruments(runtime, session)
        sections = list_sections(session, query, questions, units)
    chosen_period = CHOSEN_DAYS if "from" in query or "to" in query else query.get("period", "")
    return FilterBar(
        main=(
            Filter("period", "Kỳ", chosen_period, (Group((Choice("", "Tất cả"), Choice(CHOSEN_DAYS, "Chọn ngày"))), *periods)),
            Filter("unit", "Đơn vị", query.get("unit", ""), places),
            Filter("field", "Lĩnh vực", query.get("field", ""), (EVERYTHING, fields)),
            Filter("channel", "Kênh", query.get("channel", ""), (EVERYTHING, as_group(CHANNELS.items()))),
            Filter("method", "Cách tính", query.get("method", ""), (_with_default(METHODS.items(), "pooled"),)),
        ),
        hours=list_hours(query),
        sections=(
            *sections,
            Section(
                "Cách tính",
                (
                    Filter("instrument", "Phiếu khảo sát", query.get("instrument", ""), instruments),
                    Filter("confidence", "Độ tin cậy", query.get("confidence", ""), (_with_default(CONFIDENCES.items(), "0.95"),)),
                    Filter("flags", "Phiếu đã loại trừ", query.get("flags", ""), (_with_default(FLAG_CHOICES.items(), "without"),)),
                ),
            ),
        ),
        from_day=query.get("from", ""),
        to_day=query.get("to", ""),
        known=known,
    )


def _with_default(pairs: Iterable[tuple[str, str]], default: str) -> Group:
    return Group(tuple(Choice("" if value == default else value, name) for value, name in pairs))


def _list_periods(calendar: ReportingCalendar, first_on: date, last_on: date) -> tuple[Group, ...]:
    """Every period of the reporting years with responses and of the present one, latest year first, none wholly in the future."""
    groups = []
    for year in range(calendar.year_of(last_on), calendar.year_of(first_on) - 1, -1):
        periods = [
            (f"{year}", calendar.year(year)),
            (f"{year}-9M", calendar.nine_months(year)),
            *((f"{year}-H{n}", calendar.half(year, n)) for n in (1, 2)),
            *((f"{year}-Q{n}", calendar.quarter(year, n)) for n in (1, 2, 3, 4)),
            *((f"{year}-{n:02d}", calendar.month(year, n)) for n in range(1, 13)),
        ]
        named = tuple(Choice(value, _name_with_days(period)) for value, period in periods if period.first_on <= last_on)
        groups.append(Group(named, f"Năm {year}"))
    return tuple(groups)


def _name_with_days(period: Period) -> str:
    """Quý III/2025 (15/6 – 14/9)."""
    first, last = period.first_on, period.last_on
    return f"{name_period(period)} ({first.day}/{first.month} – {last.day}/{last.month})"


def _list_units(session: Session, tree: UnitTree, chosen: str | None, person: Person, today: date) -> tuple[Group, ...]:
    """The way down to the chosen unit and what lies directly below it (below a leaf: its neighbours)."""
    top = person.unit_key or get_top(session, today)
    known = chosen is not None and chosen in tree.ancestors_of_all()
    place = chosen if known and chosen is not None else top
    path: list[str] = []
    if place is not None:
        path = [place, *tree.ancestors(place)]
        path = path[: path.index(top) + 1] if top in path else path
    below = list(tree.children(place)) if place is not None else list_tops(session, today)
    if not below and len(path) > 1:
        below = list(tree.children(path[1]))
    below = list_current(session, below, today)
    names = list_names(session, [*path, *below])
    way = [Choice(key, names[key]) for key in reversed(path) if key != person.unit_key]
    listed = sorted((Choice(key, names[key]) for key in below if key not in path), key=lambda c: collation_key(c.name))
    whole = Choice("", names.get(person.unit_key or "", "Tất cả"))
    groups = [Group((whole,)), Group(tuple(way), "Từ trên xuống"), Group(tuple(listed[:_MOST_UNITS]), "Trực thuộc")]
    return tuple(group for group in groups if group.choices)


def get_top(session: Session, today: date) -> str | None:
    """The one unit everything lies under, if there is one."""
    tops = list_tops(session, today)
    return tops[0] if len(tops) == 1 else None


def _list_instruments(runtime: Runtime, session: Session) -> tuple[Group, ...]:
    """Each series, the kiosk's first as the default; each version too where a series has several."""
    kiosk = runtime.settings.kiosk_instrument.partition("@")[0]
    choices = []
    for series, versions in sorted(list_series(session).items(), key=lambda pair: pair[0] != kiosk):
        newest = find_instrument(runtime, session, versions[-1])
        title = (newest.title if newest is not None else None) or series
        choices.append(Choice("" if series == kiosk else series, title))
        if len(versions) > 1:
            choices += [Choice(version, f"{title}, bản {version.partition('@')[2]}") for version in versions]
    return (Group(tuple(choices)),)
