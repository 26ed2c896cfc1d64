"""At which desks a person may make invitations."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Counter
from app.queries.unit_cards import search_units
from app.queries.units import list_names
from app.services.people import Person
from app.vietnamese import collation_key
from kiosk.protocols import Choice

MOST_DESKS: Final = 40


@dataclass(frozen=True, slots=True)
class DeskList:
    """Desks offered by name; `is_cut` when there are more than fit."""

    desks: tuple[Choice, ...]
    is_cut: bool


def list_desks(session: Session, person: Person, search: str, today_only: set[str]) -> DeskList:
    """The person's own unit and every unit below it with a counter; a search looks at all units below.

    `today_only` are the keys of units that exist today and may be seen.
    """
    if search:
        keys = search_units(session, search, today_only)
    else:
        with_counters = set(session.scalars(select(Counter.unit_key).distinct()))
        keys = sorted((with_counters | {person.unit_key or ""}) & today_only)
    names = list_names(session, keys)
    choices = [Choice(key, names[key]) for key in keys]
    if not search:
        choices.sort(key=lambda choice: collation_key(choice.name))
    return DeskList(tuple(choices[:MOST_DESKS]), len(choices) > MOST_DESKS)
