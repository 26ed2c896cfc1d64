"""What is settled before looking: opening hours, the false discovery rate, the least numbers worth a question."""

from __future__ import annotations

from dataclasses import dataclass, field

from analytics.integrity.opening import Openings


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
    openings: Openings = field(default_factory=Openings)
