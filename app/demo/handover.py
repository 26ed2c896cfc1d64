"""What is handed over once a demonstration serves: addresses, fresh keys, a sign-in, an invitation – and its file."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from app.demo.folder import DemoFolder
from app.demo.office import DemoOffice
from app.errors import ForbiddenError, UnauthenticatedError
from app.models import User
from app.runtime import Runtime
from app.services.codes import get_code, issue_codes
from app.services.invitations import find_slip
from app.services.keys import Permission, add_api_key, add_device, authenticate_key
from app.services.kiosk import load_desk
from app.services.people import Role, add_user, set_password
from kiosk.slips import slip_pdf

TABLET_LABEL = "Máy tính bảng của bản minh họa"
PROGRAM_LABEL = "Khóa đọc số liệu của bản minh họa"
_PASSWORD_ALPHABET = "23456789abcdefghijkmnpqrstuvwxyz"  # noqa: S105  # 32 signs nobody mistakes for another, not a password


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who can sign in; `unit_key` None is everywhere."""

    name: str
    role: Role
    title: str
    unit_key: str | None


@dataclass(frozen=True, slots=True)
class Handover:
    """Everything a person or a program needs to try the demonstration."""

    url: str
    device_key: str
    api_key: str
    analyst_name: str
    password: str
    people: tuple[DemoPerson, ...]
    slip_code: str
    slip_pdf: str
    instrument: str
    unit: str
    field: str

    @property
    def tablet(self) -> str:
        """Opened once on a browser, this makes it the tablet of a desk."""
        return f"{self.url}/tablet/{self.device_key}"

    @property
    def slip_url(self) -> str:
        """What the invitation's QR holds."""
        return f"{self.url}/r/{self.slip_code}"

    @property
    def analytics(self) -> str:
        """The analyst's page."""
        return f"{self.url}/analytics"

    @property
    def sign_in(self) -> str:
        """Where the analyst signs in."""
        return f"{self.url}/sign-in"

    def to_json(self) -> Mapping[str, object]:
        """The body of demo.json; others rely on its keys."""
        return {
            "url": self.url,
            "tablet": self.tablet,
            "analytics": self.analytics,
            "sign_in": self.sign_in,
            "device_key": self.device_key,
            "api_key": self.api_key,
            "analyst": {"name": self.analyst_name, "password": self.password},
            "slip": {"code": self.slip_code, "url": self.slip_url, "pdf": self.slip_pdf},
            "instrument": self.instrument,
            "unit": self.unit,
            "field": self.field,
        }


def renew_handover(runtime: Runtime, office: DemoOffice, folder: DemoFolder, earlier: Mapping[str, object]) -> Handover:
    """The keys of the `earlier` demo.json while they work, so that an open tablet keeps working; a fresh password and slip."""
    device_key = _find_working(runtime, earlier.get("device_key"), "submit responses")
    if device_key is None:
        device_key = add_device(runtime, unit_key=office.tablet_unit_key, label=TABLET_LABEL)[1]
    api_key = _find_working(runtime, earlier.get("api_key"), "read figures")
    if api_key is None:
        api_key = add_api_key(runtime, label=PROGRAM_LABEL, may=("read figures",), unit_key=office.top_unit_key)
    code = _print_invitation(runtime, office, folder)
    return Handover(
        url=runtime.settings.public_url,
        device_key=device_key,
        api_key=api_key,
        analyst_name=office.analyst_name,
        password=_renew_password(runtime, office),
        people=tuple(list_people(office)),
        slip_code=code,
        slip_pdf=str(folder.slip),
        instrument=runtime.settings.kiosk_instrument,
        unit=office.shown_unit_key,
        field=office.shown_field_code,
    )


def write_handover(handover: Handover, folder: DemoFolder) -> None:
    """Write demo.json, whole or not at all."""
    folder.write(folder.handover, orjson.dumps(handover.to_json(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _find_working(runtime: Runtime, key: object, permission: Permission) -> str | None:
    """The key itself while it still opens what it did."""
    if not isinstance(key, str):
        return None
    try:
        authenticate_key(runtime, key, permission)
    except (UnauthenticatedError, ForbiddenError):
        return None
    return key


def list_people(office: DemoOffice) -> list[DemoPerson]:
    """Who can sign in: the analyst first, then one for every other kind of work, and two who count paper together."""
    desk, top = office.shown_unit_key, office.top_unit_key
    return [
        DemoPerson(office.analyst_name, "analyst", office.analyst_title, top),
        DemoPerson("quantri", "administrator", "Quản trị hệ thống", None),
        DemoPerson("giamdoc", "unit_head", "Giám đốc Trung tâm", desk),
        DemoPerson("motcua", "officer", "Công chức Một cửa", desk),
        DemoPerson("kiemphieu1", "counter", "Người kiểm phiếu thứ nhất", desk),
        DemoPerson("kiemphieu2", "counter", "Người kiểm phiếu thứ hai", desk),
    ]


def _renew_password(runtime: Runtime, office: DemoOffice) -> str:
    """One fresh password for all of them, as long as this start of the demonstration lasts."""
    signs = [_PASSWORD_ALPHABET[byte % len(_PASSWORD_ALPHABET)] for byte in runtime.random_bytes(16)]
    password = "-".join("".join(signs[first : first + 4]) for first in range(0, 16, 4))
    for person in list_people(office):
        with runtime.database.read() as session:
            is_known = session.get(User, person.name) is not None
        if is_known:
            set_password(runtime, person.name, password)
        else:
            add_user(runtime, name=person.name, password=password, role=person.role, title=person.title, unit_key=person.unit_key)
    return password


def _print_invitation(runtime: Runtime, office: DemoOffice, folder: DemoFolder) -> str:
    """Issue a rating code, print its invitation as PDF, return the code."""
    (code,), _valid_until_on = issue_codes(
        runtime,
        unit_key=office.shown_unit_key,
        field_code=office.shown_field_code,
        counter_code=office.unit(office.shown_unit_key).counters[0],
        mode="in_person",
    )
    with runtime.database.read() as session:
        desk = load_desk(session, office.shown_unit_key, is_demonstration=True)
        slip = find_slip(runtime, desk, get_code(runtime, session, code), code)
    folder.write(folder.slip, slip_pdf(slip))
    return code
