"""What the citizen's pages need from whoever mounts them. Tables, clocks and random numbers stay on the other side."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Final, Literal, Protocol
from uuid import UUID

from survey_forms.instrument import Instrument
from survey_forms.submission import Submission
from survey_forms.vocabulary import Asking, Channel, Mode, Stage


@dataclass(frozen=True, slots=True)
class Choice:
    """A field or a counter that is offered."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Desk:
    """One one-stop desk as citizens see it."""

    unit: str
    unit_name: str
    office_name: str
    fields: tuple[Choice, ...]
    counters: tuple[Choice, ...]
    contacts: str
    demonstration: bool


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled tablet: which desk it stands at and, if known, at which counter."""

    id: str
    desk: Desk
    counter: Choice | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a rating code carries, so that nothing of it has to be asked again."""

    desk: Desk
    field: Choice
    counter: Choice | None
    mode: Mode | None
    stages_left: tuple[Stage, ...]
    valid_until_on: date
    channel: Channel = "invitation"
    """`link` for a code that was sent by SMS or Zalo."""


class CodeProblem(Enum):
    """Why a typed or scanned code opens no form."""

    mistyped = "mistyped"
    unknown = "unknown"
    used = "used"
    expired = "expired"


GONE: Final = (CodeProblem.used, CodeProblem.expired)
"""Problems of codes that did open something once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the one door said. `acknowledged` and `quarantined` are both kept by the server; `rejected` is not."""

    status: Literal["acknowledged", "quarantined", "rejected"]
    reason: str | None


@dataclass(frozen=True, slots=True)
class BoxAddresses:
    """Where an enrolled tablet sends what it has stored: batches of responses, and its heartbeat; both by bearer key.

    `public_key` is the P-256 point, in base64, to which a box saved to a file is sealed.
    """

    responses: str
    heartbeat: str
    public_key: str


class KioskServices(Protocol):
    """The services the kiosk is mounted with."""

    def enrol(self, code: str) -> str | CodeProblem:
        """Spend a one-time enrolment code; the key of the device it stands for, or why it opens nothing."""
        ...

    def find_device(self, key: str) -> Device | None:
        """The enrolled device of this key, if any."""
        ...

    def find_invitation(self, code: str) -> Invitation | CodeProblem:
        """What a code in any spelling opens; `mistyped` when its check character is wrong."""
        ...

    def find_desk(self, unit: str) -> Desk | None:
        """The desk of a unit of today, for its poster; None when there is none."""
        ...

    def list_successors(self, unit: str) -> tuple[Choice, ...]:
        """The units of today an ended unit went over into; empty when it has not ended or was never there."""
        ...

    def takes_sheets_for(self, device: Device, desk: Desk) -> bool:
        """Whether the one door takes this tablet's sheets for this desk: its own, and those below it."""
        ...

    def asking(self, desk: Desk) -> Asking:
        """How much this desk asks one citizen."""
        ...

    def instrument_for(self, desk: Desk) -> Instrument:
        """The questionnaire this desk asks today."""
        ...

    def submit(self, submission: Submission, device: Device | None) -> Outcome:
        """Hand one answer sheet to the one door; sending the same id and content twice is safe."""
        ...

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def new_id(self) -> UUID:
        """A fresh random UUID of version 4."""
        ...
