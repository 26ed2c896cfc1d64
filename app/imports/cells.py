"""What a cell may hold: types that read a text strictly, each with a sentence that says what is allowed."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from analytics.errors import TargetError
from analytics.targets import parse_share
from survey_forms.text import has_control_characters

_LONGEST = 500
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_LOCAL_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_FLAGS = {"1": True, "0": False, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class TextOnly:
    """Mark of a column of codes: a workbook must keep it as text, because a number loses its leading zeros."""


def _read_text(text: str) -> str:
    if len(text) > _LONGEST or has_control_characters(text):
        raise ValueError("too long, or control characters")
    return text


def _read_lines(text: str) -> str:
    if len(text) > _LONGEST or has_control_characters(text, allowed="\n"):
        raise ValueError("too long, or control characters")
    return text


def _read_day(text: str) -> date:
    if found := _DAY.fullmatch(text):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _LOCAL_DAY.fullmatch(text):
        return date(int(found[3]), int(found[2]), int(found[1]))
    raise ValueError("not a day")


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the calendar") from None


def _read_whole(text: str) -> int:
    if _WHOLE.fullmatch(text) is None:
        raise ValueError("not a whole number")
    return int(text)


def _read_flag(text: str) -> bool:
    if text.lower() not in _FLAGS:
        raise ValueError("neither 1 nor 0")
    return _FLAGS[text.lower()]


def _read_share(text: str) -> str:
    """The exact decimal text of a share: "90%" is "0.9"."""
    try:
        share = parse_share(text)
    except TargetError:
        raise ValueError("not a share") from None
    decimal = (Decimal(share.numerator) / Decimal(share.denominator)).normalize()
    if Fraction(decimal) != share:
        raise ValueError("more digits than a document prints")
    return f"{decimal:f}"


def _read_id(text: str) -> UUID:
    found = UUID(text)
    if found.version != 4 or str(found) != text.lower():
        raise ValueError("not a random UUID")
    return found


def _read_codes(text: str) -> tuple[str, ...]:
    return tuple(re.split(r"[;\s]+", text.strip("; ")))


Text = Annotated[str, BeforeValidator(_read_text), Field(description=f"a line of at most {_LONGEST} characters")]
Lines = Annotated[str, BeforeValidator(_read_lines), Field(description=f"a text of at most {_LONGEST} characters")]
Code = Annotated[str, BeforeValidator(_read_text), Field(description="a code"), TextOnly()]
UnitReference = Annotated[
    str,
    BeforeValidator(_read_text),
    Field(description="a unit: its key, its official code now valid, or its exact name where only one bears it"),
]
FieldReference = Annotated[
    str, BeforeValidator(_read_text), Field(description="a field: its code, or its exact name where only one bears it")
]
Day = Annotated[date, BeforeValidator(_read_day), Field(description="a day as 2025-07-01 or 01/07/2025")]
Moment = Annotated[
    datetime,
    BeforeValidator(_read_moment),
    Field(description="a moment with its zone, as 2025-07-01T09:00+07:00"),
]
Whole = Annotated[
    int,
    BeforeValidator(_read_whole),
    Field(description="a whole number from 0 on, in digits alone"),
]
Year = Annotated[int, BeforeValidator(_read_whole), Field(ge=1900, le=9998, description="a year in four digits; empty: every year")]
Flag = Annotated[bool, BeforeValidator(_read_flag), Field(description="1 or 0")]
Share = Annotated[str, BeforeValidator(_read_share), Field(description="a share between 0 and 1, as 0.9 or 90%")]
ResponseId = Annotated[UUID, BeforeValidator(_read_id), Field(description="a random UUID (version 4)")]
Codes = Annotated[tuple[str, ...], BeforeValidator(_read_codes), Field(description="codes, a space or semicolon between them")]
Block = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-[12]$", description="a half-month as 2025-07-1 (1–14) or 2025-07-2 (15–end)"),
]
