"""What is settled before looking: opening hours, the false discovery rate, the least numbers worth a question."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When a desk can be open: hours of the day first … last inclusive (17: until 17:59), on these weekdays (0 Monday)."""

    first_hour: int = 6
    last_hour: int = 18
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4, 5})
    """Saturday too: many desks open that morning."""
    holidays: frozenset[date] = field(default_factory=frozenset)

    def covers(self, day: date, hour_of_day: int) -> bool:
        """Whether a desk can be open in this hour.

        >>> OfficeHours().covers(date(2025, 9, 10), 18), OfficeHours().covers(date(2025, 9, 14), 9)
        (True, False)
        """
        return self.first_hour <= hour_of_day <= self.last_hour and day.weekday() in self.weekdays and day not in self.holidays


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings of a run. `level`: flags whose adjusted p-value is at most this are raised.

    0.01, not 0.05: a flag asks an office to account for itself, so a false one costs more than a late one. The least
    numbers keep a run from asking about three sheets, however unlikely they are.
    """

    level: float = 0.01
    least_burst: int = 8
    """Sheets in an hour."""
    least_marked: int = 5
    """Repeats or short sheets in an hour."""
    least_outside: int = 3
    """Sheets in an hour in which no desk is open."""
    least_block: int = 20
    """Sheets of a unit in a half-month, on each side of a comparison."""
    least_helped: int = 8
    least_peers: int = 5
    """Other units a unit is held against; with fewer there is no test."""
    hours: OfficeHours = field(default_factory=OfficeHours)
