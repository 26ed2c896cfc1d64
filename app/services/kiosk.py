"""What the citizen's pages are mounted with: devices, invitations, the questionnaire, the one door."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import ConfigurationError
from app.models import Counter, Field, Unit
from app.queries.instruments import find_instrument
from app.queries.units import is_of_day, is_within, list_successors
from app.runtime import Runtime
from app.services.codes import CodeRefusedError, get_code
from app.services.enrolment import redeem_enrolment_code
from app.services.installation import get_installation
from app.services.intake import Sender, submit_responses
from app.services.keys import find_device
from kiosk.protocols import Choice, CodeProblem, Desk, Device, Invitation, Outcome
from survey_forms import STAGES, Instrument, Submission
from survey_forms.vocabulary import Asking


class DeskServices:
    """KioskServices over the database."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._is_demonstration = get_installation(runtime).kind == "demonstration"

    def find_device(self, key: str) -> Device | None:
        """The enrolled, unrevoked tablet of this key."""
        with self._runtime.database.read() as session:
            device = find_device(session, key)
            if device is None:
                return None
            desk = load_desk(session, device.unit_key, self._is_demonstration)
            counter = next((c for c in desk.counters if c.code == device.counter_code), None)
            return Device(device.id, desk, counter)

    def enrol(self, code: str) -> str | CodeProblem:
        """Spend an enrolment code for a device's key."""
        return redeem_enrolment_code(self._runtime, code)

    def find_invitation(self, code: str) -> Invitation | CodeProblem:
        """What a typed or scanned code opens."""
        with self._runtime.database.read() as session:
            try:
                row = get_code(self._runtime, session, code)
            except CodeRefusedError as error:
                return CodeProblem(error.kind)
            desk = load_desk(session, row.unit_key, self._is_demonstration)
            used = {"filing": row.filing_used_on, "result": row.result_used_on}
            return Invitation(
                desk=desk,
                field=next(f for f in desk.fields if f.code == row.field_code),
                counter=next((c for c in desk.counters if c.code == row.counter_code), None),
                mode=row.mode,  # type: ignore[arg-type]  # written from the same vocabulary
                stages_left=tuple(stage for stage in STAGES if used[stage] is None),
                valid_until_on=row.valid_until_on,
                channel="link" if row.handed_out == "link" else "invitation",
            )

    def find_desk(self, unit: str) -> Desk | None:
        """The desk of a unit that exists today: neither ended nor still to come."""
        with self._runtime.database.read() as session:
            if not is_of_day(session.get(Unit, unit), self._runtime.today()):
                return None
            return load_desk(session, unit, self._is_demonstration)

    def list_successors(self, unit: str) -> tuple[Choice, ...]:
        """The units of today that an ended unit went over into, however many steps ago; empty for any other key."""
        today = self._runtime.today()
        with self._runtime.database.read() as session:
            row = session.get(Unit, unit)
            if row is None or row.valid_to_on is None or row.valid_to_on >= today:
                return ()
            return tuple(Choice(found.key, found.name) for found in list_successors(session, unit, today))

    def takes_sheets_for(self, device: Device, desk: Desk) -> bool:
        """Whether a desk is the tablet's own or stands below it."""
        with self._runtime.database.read() as session:
            return is_within(session, desk.unit, device.desk.unit)

    def asking(self, desk: Desk) -> Asking:  # noqa: ARG002  # one way of asking per installation so far
        """How much the desks of this installation ask one citizen."""
        return self._runtime.settings.asking

    def instrument_for(self, desk: Desk) -> Instrument:  # noqa: ARG002  # one kiosk questionnaire per installation so far
        """The questionnaire the desks of this installation ask."""
        return self.kiosk_instrument()

    def kiosk_instrument(self) -> Instrument:
        """The questionnaire SIPAS_KIOSK_INSTRUMENT names. Raises ConfigurationError when it is not published."""
        instrument_id = self._runtime.settings.kiosk_instrument
        with self._runtime.database.read() as session:
            instrument = find_instrument(self._runtime, session, instrument_id)
        if instrument is None:
            raise ConfigurationError(
                f"SIPAS_KIOSK_INSTRUMENT names {instrument_id}, which is not published: `sipas db upgrade` publishes new files"
            )
        return instrument

    def submit(self, submission: Submission, device: Device | None) -> Outcome:
        """Hand one sheet to the one door."""
        sender = Sender(device.id, device.desk.unit) if device is not None else Sender()
        receipt = submit_responses(self._runtime, [submission], sender)
        if receipt.acknowledged:
            return Outcome("acknowledged", None)
        if receipt.quarantined:
            return Outcome("quarantined", receipt.quarantined[0][1])
        return Outcome("rejected", receipt.rejected[0][1])

    def now(self) -> datetime:
        """The present moment."""
        return self._runtime.clock()

    def new_id(self) -> UUID:
        """A fresh UUIDv4 from the installation's randomness."""
        return UUID(bytes=self._runtime.random_bytes(16), version=4)


def load_desk(session: Session, unit_key: str, is_demonstration: bool) -> Desk:
    """A desk as citizens see it: its office's name, every field, its counters and where to send feedback."""
    unit = session.get_one(Unit, unit_key)
    fields = session.scalars(select(Field).order_by(Field.position, Field.code)).all()
    counters = session.scalars(select(Counter).where(Counter.unit_key == unit_key).order_by(Counter.code)).all()
    return Desk(
        unit=unit.key,
        unit_name=unit.name,
        office_name=unit.office_name or f"Bộ phận Một cửa {unit.name}",
        fields=tuple(Choice(f.code, f.name) for f in fields),
        counters=tuple(Choice(c.code, c.name) for c in counters),
        contacts=unit.contacts,
        demonstration=is_demonstration,
    )
