"""At which desks a person may make invitations, and what one invitation needs."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ForbiddenError, NotFoundError
from app.models import Counter, RatingCode, Unit
from app.queries.unit_cards import search_units
from app.queries.units import is_within, list_names
from app.runtime import Runtime
from app.services.installation import get_installation
from app.services.kiosk import load_desk
from app.services.people import Person
from app.vietnamese import collation_key
from kiosk.protocols import Choice, Desk
from kiosk.slips import InvitationSlip

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


def get_desk(runtime: Runtime, session: Session, person: Person, unit_key: str) -> Desk:
    """The desk of a unit within the person's place. Raises NotFoundError, ForbiddenError."""
    unit = session.get(Unit, unit_key)
    if unit is None or (unit.valid_to_on is not None and unit.valid_to_on < runtime.today()):
        raise NotFoundError("no unit of today has this key")
    if person.unit_key is not None and not is_within(session, unit_key, person.unit_key):
        raise ForbiddenError("this desk is outside the place the account stands for")
    return load_desk(session, unit_key, get_installation(runtime).kind == "demonstration")


def make_slip(runtime: Runtime, desk: Desk, row: RatingCode, code: str) -> InvitationSlip:
    """The slip of a code just issued, with the address its QR holds."""
    field = next(choice for choice in desk.fields if choice.code == row.field_code)
    counter = next((choice for choice in desk.counters if choice.code == row.counter_code), None)
    return InvitationSlip(
        office_name=desk.office_name,
        unit_name=desk.unit_name,
        field_name=field.name,
        counter_name=counter.name if counter is not None else None,
        code=code,
        url=f"{runtime.settings.public_url}/r/{code}",
        valid_until_on=row.valid_until_on,
        contacts=desk.contacts,
        demonstration=desk.demonstration,
    )
