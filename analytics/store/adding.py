"""Adding up packed cells: the one loop of a page that is counted from cached tallies, compiled."""

from __future__ import annotations

from typing import Any

from analytics.kernel import Numbers, compiled


@compiled
def add_cells(numbers: Any, chosen: Numbers, target: Numbers, total: Numbers) -> None:
    """Add row chosen[i] of `numbers` [C, W], of any integer kind, to row target[i] of `total` [T, W]."""
    for place in range(len(chosen)):
        source, sink = numbers[chosen[place]], total[target[place]]
        for column in range(len(source)):
            sink[column] += source[column]
