"""Which responses to count: the filters a page or a person asks for."""

from __future__ import annotations

from dataclasses import dataclass

STANDING = ("unit", "field", "channel", "stage", "block")
"""What the finest cached tally tells apart; a filter on anything else reads the answers themselves."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Filters, all of which must hold; None everywhere means all. It is hashable: what was counted for it is kept under it.

    Blocks are half-months and inclusive. Hours are hours answered since 1970-01-01T00Z, inclusive, for days that cut through a
    half-month. `hours_of_day` are hours since midnight UTC (0–23) on any day. `equal` holds pairs of attribute and value (field,
    channel, stage, counter, device, procedure, mode, kind, helped, took, repeats); `respondent` pairs of question and answer (sex,
    age, …).
    """

    first_block: str | None = None
    last_block: str | None = None
    first_hour: int | None = None
    last_hour: int | None = None
    units: frozenset[str] | None = None
    equal: tuple[tuple[str, str], ...] = ()
    respondent: tuple[tuple[str, str], ...] = ()
    hours_of_day: frozenset[int] | None = None

    @property
    def attributes(self) -> frozenset[str]:
        """The attributes it looks at.

        >>> sorted(Choice(first_block="2025-07-1", equal=(("field", "ho-tich"),)).attributes)
        ['block', 'field']
        """
        named = {name for name, _ in self.equal}
        if self.units is not None:
            named.add("unit")
        if self.first_block is not None or self.last_block is not None:
            named.add("block")
        return frozenset(named)

    @property
    def is_standing(self) -> bool:
        """Whether a tally by the standing dimensions can answer it."""
        return not self.needs_hours and not self.respondent and self.attributes <= set(STANDING)

    @property
    def needs_hours(self) -> bool:
        """Whether it looks at the hour of an answer."""
        return self.first_hour is not None or self.last_hour is not None or self.hours_of_day is not None
