"""What a run finds: one flag says where, which numbers, and how unlikely they are – or which rule they break."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "burst", "repeats", "short_took", "outside_hours", "repeats_block", "short_block", "desk_phone_gap", "above_dossiers", "helped_codes",
    "non_neutral",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
"""The first four are about a device in one hour, the others about a unit in one half-month."""


@dataclass(frozen=True, slots=True)
class Place:
    """A device in one hour, or (`device` None) a unit in one half-month. Hours since 1970-01-01T00Z, both inclusive."""

    unit: str
    device: str | None
    first_hour: int
    last_hour: int
    block: str


@dataclass(frozen=True, slots=True)
class HourPoint:
    """One hour of the flagged device's day: hour of the day 0–23 as the clock on the wall shows it, sheets, and how many are usual."""

    hour_of_day: int
    sheets: int
    usual: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """The numbers behind a flag.

    `count` of `of` is what was seen (sheets, repeats, short sheets, helped codes, responses of `of` dossiers); `expected`
    the count chance would give. `share` and `usual` are 0–1: the place's and its comparison's. `hours`: the day around a
    flagged hour. `peers`: the shares (or gaps) of the other units of that half-month, rising. Empty or None: not of this kind.
    """

    count: int
    of: int | None = None
    expected: float | None = None
    share: float | None = None
    usual: float | None = None
    hours: tuple[HourPoint, ...] = ()
    peers: tuple[float, ...] = ()
    open_minutes: tuple[tuple[int, int], ...] | None = None
    """The spans in which the desk is open that day by the hours the office stated, () on a closed one; None: nothing is stated."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing to ask about. Either a `p_value` with its Benjamini–Hochberg value over the run, or a rule that was broken."""

    kind: Kind
    place: Place
    evidence: Evidence
    p_value: float | None = None
    adjusted_p: float | None = None

    @property
    def is_rule(self) -> bool:
        """Whether a rule was broken, with no chance about it."""
        return self.p_value is None


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One test that was made. `flag` None: it cannot be raised, for its p-value or its small numbers, and only counts among the tests."""

    p_value: float
    flag: Flag | None
