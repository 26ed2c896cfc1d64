"""Invitations: codes issued for a desk and turned into what is printed, sent or shown. Used by the desk's page and by the API."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import quote

from sqlalchemy.orm import Session

from app.errors import BadInputError, ForbiddenError, NotFoundError
from app.models import RatingCode, Unit
from app.queries.units import is_of_day, is_within
from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.installation import get_installation
from app.services.kiosk import load_desk
from kiosk.protocols import Choice, Desk
from kiosk.slips import InvitationSlip
from survey_forms import HandedOut, Mode

MOST_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class InvitationOrder:
    """What is wanted: how many codes for one desk and field, and how they reach their holders."""

    unit_key: str
    field_code: str
    counter_code: str | None = None
    mode: Mode | None = None
    how_many: int = 1
    handed_out: HandedOut = "paper"


@dataclass(frozen=True, slots=True)
class Invitations:
    """Codes just issued. Only here do they stand in plain: print or send them now, they cannot be had again."""

    slips: tuple[InvitationSlip, ...]
    valid_until_on: date


def get_desk(runtime: Runtime, session: Session, unit_key: str, within_key: str | None) -> Desk:
    """The desk of a unit of today, within somebody's place (None: the whole tree). Raises NotFoundError, ForbiddenError."""
    unit = session.get(Unit, unit_key)
    if not is_of_day(unit, runtime.today()):
        raise NotFoundError("no unit of today has this key")
    if within_key is not None and not is_within(session, unit_key, within_key):
        raise ForbiddenError("this desk is outside the place the account stands for")
    return load_desk(session, unit_key, get_installation(runtime).kind == "demonstration")


def make_invitations(runtime: Runtime, desk: Desk, order: InvitationOrder) -> Invitations:
    """Issue the codes of an order at a desk that `get_desk` has allowed. Raises BadInputError naming what the desk does not have."""
    field = find_choice(desk.fields, order.field_code)
    if field is None:
        raise BadInputError("`field` is the code of a field")
    counter = find_choice(desk.counters, order.counter_code)
    if order.counter_code is not None and counter is None:
        raise BadInputError("`counter` is the code of a counter of this desk")
    if not 1 <= order.how_many <= MOST_AT_ONCE:
        raise BadInputError(f"`how_many` is a whole number from 1 to {MOST_AT_ONCE}")
    codes, valid_until_on = issue_codes(
        runtime,
        unit_key=desk.unit,
        field_code=field.code,
        counter_code=order.counter_code,
        mode=order.mode,
        how_many=order.how_many,
        handed_out=order.handed_out,
    )
    slips = tuple(make_slip(runtime, desk, field, counter, code, valid_until_on) for code in codes)
    return Invitations(slips, valid_until_on)


def make_slip(runtime: Runtime, desk: Desk, field: Choice, counter: Choice | None, code: str, valid_until_on: date) -> InvitationSlip:
    """What one invitation shows, with the address its QR holds."""
    return InvitationSlip(
        office_name=desk.office_name,
        unit_name=desk.unit_name,
        field_name=field.name,
        counter_name=counter.name if counter is not None else None,
        code=code,
        url=f"{runtime.settings.public_url}/r/{code}",
        valid_until_on=valid_until_on,
        contacts=desk.contacts,
        demonstration=desk.demonstration,
    )


def find_slip(runtime: Runtime, desk: Desk, row: RatingCode, code: str) -> InvitationSlip:
    """The slip of a code somebody holds in plain, at its own desk."""
    field = next(choice for choice in desk.fields if choice.code == row.field_code)
    return make_slip(runtime, desk, field, find_choice(desk.counters, row.counter_code), code, row.valid_until_on)


def poster_address(runtime: Runtime, desk: Desk, counter: Choice | None) -> str:
    """The address on a desk's poster."""
    place = "/".join(quote(code, safe="") for code in (desk.unit, *((counter.code,) if counter else ())))
    return f"{runtime.settings.public_url}/p/{place}"


def find_choice(choices: tuple[Choice, ...], code: str | None) -> Choice | None:
    """The choice of a code, or None."""
    return next((choice for choice in choices if choice.code == code), None)
