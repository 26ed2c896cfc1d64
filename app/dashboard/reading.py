"""What one request reads once: the evidence of the selection, its names and days, the figure of the whole."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from analytics.periods import ReportingCalendar, half_month_block
from analytics.results import Cell
from analytics.tally import Tally
from analytics.units import UnitTree
from app.errors import BadInputError
from app.queries.exclusions import list_kinds_left_out
from app.queries.fields import list_fields
from app.queries.responses import find_days
from app.queries.targets import CriterionFloor, find_floor, get_calendar
from app.queries.units import list_current, list_names, list_tops
from app.services.figures import Evidence, Figures
from app.services.installation import get_installation
from app.services.people import Person

Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class Beside:
    """The figure of the whole when confirmed flags are treated the other way."""

    whole: Cell
    n_returned: int
    has_flags: bool
    """Whether confirmed flags are in force, here or elsewhere."""
    has_by_hand: bool
    """Whether exclusions made by hand are."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The evidence of one view and what is needed to name it."""

    evidence: Evidence
    query: Mapping[str, str]
    place: str | None
    """The unit the view is about: the chosen one, else where the person stands; None when the tree has several tops."""
    tops: tuple[str, ...]
    """The units shown first when no place holds them together."""
    fields: Mapping[str, str]
    """Every field's name by code, in the order of the register."""
    calendar: ReportingCalendar
    stored: Days | None
    """First and last day of all stored responses."""
    days: Days | None
    """First and last day the figures are about; None without a response."""
    total: Tally
    """All responses of the selection in one cell."""
    whole: Cell
    """The figures of that cell, with the target of the place and the chosen field."""
    floor: CriterionFloor | None
    today: date
    beside: Beside | None
    """The same figure with confirmed flags counted, or left out where the view counts them; None where that is the same."""

    @property
    def n_returned(self) -> int:
        """Responses of the selection, valid or not."""
        return int(self.total.n_returned[0])


def read_view(figures: Figures, query: Mapping[str, str], person: Person) -> Reading:
    """Gather a view's evidence within the person's place.

    Raises BadInputError for a filter that cannot be read, ForbiddenError outside the person's place, AnalyticsError when the
    stored rows contradict each other.
    """
    runtime = figures.runtime
    selection = figures.read_selection(query)
    evidence = figures.gather(selection, person.unit_key)
    today = runtime.today()
    with runtime.database.read() as session:
        fields = list_fields(session)
        if selection.field is not None and selection.field not in fields:
            raise BadInputError("`field` is the code of a field; the list of fields shows them")
        tops = tuple(list_tops(session, today))
        place = selection.unit or person.unit_key or _find_place(evidence, get_installation(runtime).top_unit_key, tops)
        above = () if place is None else (place, *evidence.tree.ancestors(place))
        floor = find_floor(session, above, evidence.year)
        stored = find_days(session)
        calendar = get_calendar(session, today)
    total = evidence.live.by()
    whole = compute_whole(figures, evidence, total, place)
    days = _days_of(evidence, stored)
    beside = _read_beside(figures, evidence, person, place, int(total.n_returned[0]))
    return Reading(evidence, query, place, tops, fields, calendar, stored, days, total, whole, floor, today, beside)


def _read_beside(figures: Figures, evidence: Evidence, person: Person, place: str | None, n_returned: int) -> Beside | None:
    with figures.runtime.database.read() as session:
        kinds = list_kinds_left_out(session)
        if not kinds:
            return None
    selection = evidence.selection
    other = figures.gather(replace(selection, flags="without" if selection.flags == "with" else "with"), person.unit_key)
    total = other.live.by()
    if int(total.n_returned[0]) == n_returned:
        return None
    return Beside(compute_whole(figures, other, total, place), int(total.n_returned[0]), "flag" in kinds, "hand" in kinds)


def compute_whole(figures: Figures, evidence: Evidence, total: Tally, place: str | None) -> Cell:
    """The figures of all responses together, with the target of the place and the chosen field."""
    field = evidence.selection.field
    pairs = figures.count_pairs(evidence)
    as_pairs = None if pairs is None else as_one_cell(pairs, place, field)
    return figures.compute(evidence, as_one_cell(total, place, field), pairs=as_pairs).cells[0]


def _find_place(evidence: Evidence, top_unit_key: str | None, tops: tuple[str, ...]) -> str | None:
    """The unit that holds everything together: the only top of the tree, or the installation's where all was recorded below it."""
    if len(tops) == 1:
        return tops[0]
    if top_unit_key is not None and set(evidence.live.by("unit").cells["unit"]) <= set(evidence.tree.subtree(top_unit_key)):
        return top_unit_key
    return None


def _days_of(evidence: Evidence, stored: Days | None) -> Days | None:
    """The chosen days; where there is no bound, those of the first and last half-month with a response of the selection."""
    first_on, last_on = evidence.selection.first_on, evidence.selection.last_on
    first_block, last_block = evidence.live.first_block, evidence.live.last_block
    if stored is None or evidence.live.is_empty or first_block is None or last_block is None:
        return (first_on, last_on) if first_on and last_on else None
    # The first and last half-month of all are known to the day.
    if first_on is None:
        first_on = stored[0] if first_block == half_month_block(stored[0]) else _first_day(first_block)
    if last_on is None:
        last_on = stored[1] if last_block == half_month_block(stored[1]) else _last_day(last_block)
    return first_on, last_on


def _first_day(block: str) -> date:
    year, month, half = block.split("-")
    return date(int(year), int(month), 1 if half == "1" else 15)


def _last_day(block: str) -> date:
    year, month, half = (int(part) for part in block.split("-"))
    return date(year, month, 14) if half == 1 else date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)


def as_one_cell(tally: Tally, unit: str | None, field: str | None) -> Tally:
    """All responses as the cell of one unit and field, so that this cell's own target is held against them."""
    return replace(tally.by(), dimensions=("unit", "field"), cells=pd.DataFrame({"unit": [unit], "field": [field]}, dtype=object))


def in_one_unit(tally: Tally, unit: str | None) -> Tally:
    """The tally by field, every cell borne by one unit, so that this unit's targets are held against them."""
    by_field = tally.by("field")
    cells = pd.DataFrame({"unit": [unit] * by_field.n_cells, "field": by_field.cells["field"].tolist()}, dtype=object)
    return replace(by_field, dimensions=("unit", "field"), cells=cells)


def list_rows(figures: Figures, tree: UnitTree, place: str | None, tops: tuple[str, ...], today: date) -> tuple[str, ...]:
    """The units a view of this place tells apart: those directly below it that exist today, else the place itself.

    Units that have ended are no rows: they count in their successors. Below a place that has ended itself, they are.
    """
    below = tops if place is None else tree.children(place)
    with figures.runtime.database.read() as session:
        current = tuple(list_current(session, below, today))
        place_ended = place is not None and not list_current(session, [place], today)
    rows = below if place_ended else current
    return rows or ((place,) if place is not None else ())


def name_units(figures: Figures, keys: set[str]) -> dict[str, str]:
    """Names of units by key."""
    with figures.runtime.database.read() as session:
        return list_names(session, keys)
