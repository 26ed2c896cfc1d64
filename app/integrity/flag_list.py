"""The list of flags: fifty a page, by state, kind and unit, and which of them one sentence can be written about at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, get_args

from sqlalchemy.orm import Session

from analytics.integrity import Kind
from app.errors import BadInputError
from app.integrity.reading import FlagView, find_sight, view_flags
from app.queries.integrity import FlagChoice, count_flags, list_flagged, list_flags
from app.queries.units import list_names
from app.services.integrity import STATES, why_not_decide, why_not_explain
from app.services.people import Person
from app.vietnamese import collation_key

PER_PAGE: Final = 50
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class FlagPage:
    """One page of the list. `open_to` are the flags the person may write about now; `ticked` those of a form that was sent back."""

    views: list[FlagView]
    open_to: frozenset[str]
    ticked: frozenset[str]
    counts: dict[str, int]
    n_all: int
    n_found: int
    page: int
    n_pages: int
    units: list[tuple[str, str]]
    kinds_found: list[Kind]
    chosen: dict[str, str]
    """The filters in use, by the name they bear in the address."""


def read_flag_page(session: Session, person: Person, args: Mapping[str, str], today: date, ticked: Collection[str]) -> FlagPage:
    """The page an address names. Raises BadInputError for a state or kind there is not."""
    state, kind, unit = (args.get(name, "").strip() for name in ("state", "kind", "unit"))
    if state not in ("", *STATES):
        raise BadInputError("`state` is one of: " + ", ".join(STATES))
    if kind not in ("", *KINDS):
        raise BadInputError("`kind` is one of: " + ", ".join(KINDS))
    flagged = list_flagged(session)
    everywhere = {place for places in flagged.values() for place in places}
    sight = find_sight(session, person, everywhere)
    places = everywhere if sight is None else sight
    counts = count_flags(session, FlagChoice(sight, unit, kind))
    n_found = sum(n for name, n in counts.items() if state in ("", name))
    n_pages = max(1, -(-n_found // PER_PAGE))
    text = args.get("page", "")
    page = min(max(int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 1, 1), n_pages)
    views = view_flags(session, list_flags(session, FlagChoice(sight, unit, kind, state), (page - 1) * PER_PAGE, PER_PAGE))
    names = list_names(session, places)
    return FlagPage(
        views=views,
        open_to=frozenset(view.id for view in views if _may_write(view, person, today)),
        ticked=frozenset(ticked),
        counts={name: counts.get(name, 0) for name in STATES},
        n_all=sum(count_flags(session, FlagChoice(sight)).values()),
        n_found=n_found,
        page=page,
        n_pages=n_pages,
        units=sorted(names.items(), key=lambda pair: collation_key(pair[1])),
        kinds_found=[one for one in KINDS if flagged.get(one, set()) & places],
        chosen={name: value for name, value in (("unit", unit), ("kind", kind), ("state", state)) if value},
    )


def _may_write(view: FlagView, person: Person, today: date) -> bool:
    refusal = why_not_decide(view, view.steps, person, today) if person.role == "analyst" else why_not_explain(view.steps, person)
    return refusal is None
