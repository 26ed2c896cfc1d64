"""A desk that lives in memory: what the kiosk's protocols ask for, with nothing behind it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from kiosk.codes import new_code, normalise_code
from kiosk.errors import CodeMistyped
from kiosk.protocols import Choice, CodeProblem, Desk, Device, Invitation, Outcome
from survey_forms.errors import SheetError
from survey_forms.instrument import Instrument
from survey_forms.loader import find_instrument
from survey_forms.submission import Submission
from survey_forms.vocabulary import Asking, Stage

DEVICE_KEY = "a-key-only-this-test-knows"
OPEN, USED, EXPIRED, RESULT_ONLY, NOBODYS = (new_code(bytes([n] * 7)) for n in (11, 22, 33, 44, 55))
ENROLMENT = new_code(bytes([66] * 7))

DESK = Desk(
    unit="xa-mot",
    unit_name="xã Một",
    office_name="Trung tâm Phục vụ hành chính công xã Một",
    fields=(Choice("dat-dai", "Đất đai"), Choice("ho-tich", "Hộ tịch"), Choice("xay-dung", "Xây dựng")),
    counters=(Choice("q1", "Quầy 1"),),
    contacts="Điện thoại: 0256 000 000",
    demonstration=False,
)


@dataclass
class DeskInMemory:
    """Keeps what was submitted, by id; the same id twice is acknowledged when the content is the same, as at the one door."""

    instrument: Instrument = field(default_factory=lambda: find_instrument("kiosk-default"))
    desk: Desk = DESK
    moment: datetime = datetime(2026, 3, 10, 1, 15, tzinfo=UTC)
    kept: dict[UUID, Submission] = field(default_factory=dict)
    arrivals: list[tuple[Submission, Device | None]] = field(default_factory=list)
    used_up: set[str] = field(default_factory=set)
    answer: Outcome | None = None
    n_ids: int = 0
    how_much: Asking = "full"
    successors: dict[str, tuple[Choice, ...]] = field(default_factory=dict)

    def find_device(self, key: str) -> Device | None:
        return Device("tablet-1", self.desk, None) if key == DEVICE_KEY else None

    def enrol(self, code: str) -> str | CodeProblem:
        try:
            known = normalise_code(code)
        except CodeMistyped:
            return CodeProblem.mistyped
        if known in self.used_up:
            return CodeProblem.used
        if known != ENROLMENT:
            return CodeProblem.unknown
        self.used_up.add(known)
        return DEVICE_KEY

    def find_invitation(self, code: str) -> Invitation | CodeProblem:
        try:
            known = normalise_code(code)
        except CodeMistyped:
            return CodeProblem.mistyped
        if known == USED or known in self.used_up:
            return CodeProblem.used
        if known == EXPIRED:
            return CodeProblem.expired
        if known in (OPEN, RESULT_ONLY):
            stages: tuple[Stage, ...] = ("filing", "result") if known == OPEN else ("result",)
            return Invitation(self.desk, self.desk.fields[0], self.desk.counters[0], "in_person", stages, date(2026, 6, 30))
        return CodeProblem.unknown

    def find_desk(self, unit: str) -> Desk | None:
        return self.desk if unit == self.desk.unit else None

    def list_successors(self, unit: str) -> tuple[Choice, ...]:
        return self.successors.get(unit, ())

    def takes_sheets_for(self, device: Device, desk: Desk) -> bool:
        return device.desk == desk

    def asking(self, desk: Desk) -> Asking:
        assert desk == self.desk
        return self.how_much

    def instrument_for(self, desk: Desk) -> Instrument:
        assert desk == self.desk
        return self.instrument

    def submit(self, submission: Submission, device: Device | None) -> Outcome:
        self.arrivals.append((submission, device))
        if self.answer is not None:
            return self.answer
        if submission.id in self.kept:
            return Outcome("acknowledged" if self.kept[submission.id] == submission else "quarantined", None)
        if submission.code in self.used_up:
            return Outcome("rejected", "the code has been used")
        try:
            submission.sheet(self.instrument)
        except SheetError as error:
            return Outcome("rejected", str(error))
        self.kept[submission.id] = submission
        return Outcome("acknowledged", None)

    def now(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment

    def new_id(self) -> UUID:
        self.n_ids += 1
        return UUID(int=self.n_ids, version=4)
