"""The small strip under the overall index: point, interval and target on one line, as places in percent of its width."""

import math
from dataclasses import dataclass
from typing import Final

from analytics.results import Estimate

_NARROWEST: Final = 1.5
"""Percentage points: marks closer together than this are not blown up any further."""
_ROOM: Final = 1.2  # on each side, in widths of what is marked


@dataclass(frozen=True, slots=True)
class Strip:
    """Places along the strip, 0 at its left end and 100 at its right; None where there is nothing to mark."""

    first_percent: int
    last_percent: int
    point: float
    low: float | None
    high: float | None
    target: float | None


def build_strip(estimate: Estimate) -> Strip | None:
    """The strip around an estimate and its target; None without an answer.

    Its ends are whole percents with room on both sides of everything marked: bars start from zero, a strip that only marks
    places need not, and a narrow interval must still be seen.
    """
    if estimate.share is None:
        return None
    marks = [m * 100 for m in (estimate.share, estimate.low, estimate.high, estimate.target) if m is not None]
    room = max(max(marks) - min(marks), _NARROWEST) * _ROOM
    first, last = max(0, math.floor(min(marks) - room)), min(100, math.ceil(max(marks) + room))

    def place(share: float | None) -> float | None:
        return None if share is None else round((share * 100 - first) / (last - first) * 100, 3)

    return Strip(first, last, place(estimate.share) or 0.0, place(estimate.low), place(estimate.high), place(estimate.target))
