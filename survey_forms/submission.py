"""One answer sheet in its envelope, as it arrives at the one door: for which unit, when, by which channel."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated
from uuid import RFC_4122, UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from survey_forms.errors import Problem, SheetError, field_of
from survey_forms.free_text import FreeText
from survey_forms.instrument import Instrument
from survey_forms.reasons import ReasonsGiven
from survey_forms.sheet import AnswerSheet, validate_sheet
from survey_forms.text import has_control_characters, is_code, normalise
from survey_forms.vocabulary import Channel, Mode, RespondentKind, Stage, Took

EARLIEST_YEAR = 2000
"""No such survey is older; a device whose clock says so has lost its battery."""

MAX_FURTHER_CODES = 99

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _read_id(value: object) -> object:
    return UUID(value) if isinstance(value, str) and _UUID.fullmatch(value) else value


def _check_id(value: UUID) -> UUID:
    if value.version != 4 or value.variant != RFC_4122:
        raise PydanticCustomError("envelope", "must be a random UUID (version 4), made by the sender")
    return value


def _read_time(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("envelope", "must be a date and time such as 2026-03-10T08:15:00+07:00") from None


def _to_utc(value: datetime) -> datetime:
    try:
        moment = value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("envelope", "is outside the calendar") from None
    if moment.year < EARLIEST_YEAR:
        raise PydanticCustomError("envelope", f"lies before the year {EARLIEST_YEAR}: set the clock of the device that sends it")
    return moment


def _check_key(value: str) -> str:
    key = normalise(value)
    if not key or len(key) > 200 or has_control_characters(key):
        raise PydanticCustomError("envelope", "must be 1 to 200 characters without control characters")
    return key


def _list_to_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


Key = Annotated[str, AfterValidator(_check_key)]
"""A code of ours or of the sender's. That it is known is checked later: an unknown unit is quarantined, not refused."""

Text = Annotated[str, AfterValidator(normalise)]


class Submission(BaseModel):
    """What the intake accepts. Only the envelope is checked here, the answers by `validate_sheet`.

    ``id`` is made by the sender, so that sending again is safe. ``answered_at`` needs a time zone and becomes UTC.
    ``resolving_unit`` is the unit that decided the dossier where that is not the desk. ``asked`` None means every
    criterion of the stage. ``codes`` are further rating codes beside ``code``, of the same unit and field: one agent with
    thirty dossiers answers once, and all are spent together or none. ``may_quote``: the office may quote the comment in public,
    without a name. ``reasons`` stand by criterion beside a low rating. Every string is NFC, and in free text the numbers by
    which somebody could be found are masked. Raises pydantic's
    ValidationError, without the values; see `read_submission` for problems by field.
    """

    # Rejected input must reach neither logs nor answers: it can hold what a citizen wrote.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    id: Annotated[UUID, BeforeValidator(_read_id), AfterValidator(_check_id)]
    instrument: Key
    unit: Key
    field: Key
    channel: Channel
    answered_at: Annotated[AwareDatetime, BeforeValidator(_read_time), AfterValidator(_to_utc)]
    ratings: dict[Text, object]
    code: Key | None = None
    codes: Annotated[tuple[Key, ...] | None, BeforeValidator(_list_to_tuple)] = None
    counter: Key | None = None
    procedure: Key | None = None
    resolving_unit: Key | None = None
    stage: Stage = "result"
    mode: Mode | None = None
    kind: RespondentKind | None = None
    helped: bool = False
    asked: Annotated[tuple[Text, ...] | None, BeforeValidator(_list_to_tuple)] = None
    took: Took | None = None
    repeats_previous: bool | None = None
    overall: object | None = None
    comment: FreeText | None = None
    may_quote: bool = False
    respondent: dict[Text, Text] = Field(default_factory=dict)
    reasons: dict[Text, ReasonsGiven] = Field(default_factory=dict)

    @field_validator("ratings", "respondent", "reasons", mode="before")
    @classmethod
    def _no_two_keys_become_one(cls, value: object) -> object:
        if isinstance(value, dict):
            keys = [key for key in value if isinstance(key, str)]
            if len({normalise(key) for key in keys}) != len(keys):
                raise PydanticCustomError("envelope", "names the same code twice in two Unicode spellings")
        return value

    @field_validator("codes")
    @classmethod
    def _further_codes_stand_beside_a_first(cls, codes: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
        if codes and info.data.get("code") is None:
            raise PydanticCustomError("envelope", "are further codes; put the first one into `code`")
        if codes and len(codes) > MAX_FURTHER_CODES:
            raise PydanticCustomError("envelope", f"are more than {MAX_FURTHER_CODES}; use a second sheet")
        return codes or None

    def sheet(self, instrument: Instrument) -> AnswerSheet:
        """The answers, checked against an instrument. Raises SheetError listing every problem."""
        return validate_sheet(
            instrument,
            ratings=self.ratings,
            stage=self.stage,
            asked=self.asked,
            overall=self.overall,
            comment=self.comment,
            respondent=self.respondent,
            may_quote=self.may_quote,
            reasons=self.reasons,
        )


_KINDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a field of a response",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "tuple_type": "must be a list",
    "model_type": "must be an object",
    "is_instance_of": "must be a random UUID (version 4), made by the sender",
    "datetime_type": "must be a date and time such as 2026-03-10T08:15:00+07:00",
    "timezone_aware": "needs a time zone, such as +07:00",
}


def read_submission(item: object) -> Submission:
    """Read one item of a decoded JSON body. Raises SheetError listing every problem by field, never with a value.

    >>> read_submission({"id": 1})
    Traceback (most recent call last):
    survey_forms.errors.SheetError: id: must be a random UUID (version 4), made by the sender; instrument: is missing; \
unit: is missing; field: is missing; channel: is missing; answered_at: is missing; ratings: is missing
    """
    try:
        return Submission.model_validate(item)
    except ValidationError as error:
        problems = []
        for details in error.errors(include_url=False, include_input=False):
            group, *rest = (step for step in details["loc"] if step != "[key]") if details["loc"] else ("response",)
            if details["type"] == "extra_forbidden" and not rest:
                field = str(group) if is_code(str(group)) else "?"
            elif rest and isinstance(rest[0], str):
                field = field_of(str(group), rest[0])
            else:
                field = str(group)
            if details["type"] == "literal_error":
                sentence = f"must be {details['ctx']['expected']}"
            else:
                sentence = _KINDS.get(details["type"], details["msg"])
            problems.append(Problem(field, sentence))
        raise SheetError(tuple(problems)) from None
