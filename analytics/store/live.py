"""What a page stands on: closed parts, plus the rows of hours still open, minus what was excluded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from analytics.domains import tell_domain
from analytics.store.counting import Counted
from analytics.store.views import View, fold_tally
from analytics.tally import Tally, merge_tallies


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One questionnaire version: its closed view, its live tail and, by the same dimensions, the closed responses left out."""

    view: View
    tail: Counted
    left_out: Tally

    def fold(self, dimensions: tuple[str, ...], row_of: Mapping[str, str] | None) -> Tally:
        """The layer by dimensions. The view, which may be large, is folded once; only the small tallies are folded each time."""
        closed = self.view.fold(dimensions, row_of)
        if self.left_out.n_returned.any():
            closed = closed.minus(fold_tally(self.left_out, dimensions, row_of))
        if self.tail.first_block is None:
            return closed
        return closed + fold_tally(self.tail.tally, dimensions, row_of)


@dataclass(frozen=True, eq=False)
class LiveTally:
    """The responses of a choice by unit and field, of one or more versions of a series."""

    layers: tuple[Layer, ...]
    sample: LiveTally | None = None
    """Everybody the responses are a sub-group of (a domain); None: they are a sample of their own."""

    def by(self, *dimensions: str, row_of: Mapping[str, str] | None = None) -> Tally:
        """The tally by unit, field, both or neither; `row_of` counts each recorded unit in its row."""
        tally = merge_tallies([layer.fold(dimensions, row_of) for layer in self.layers])
        return tally if self.sample is None else tell_domain(tally, self.sample.by(*dimensions, row_of=row_of))

    @cached_property
    def tally(self) -> Tally:
        """The whole by unit and field. A province's is small; for thousands of units `by` with fewer cells costs less."""
        return self.by("unit", "field")

    @cached_property
    def is_empty(self) -> bool:
        """Whether nobody answered."""
        return not any(layer.fold((), None).n_returned.any() for layer in self.layers)

    @property
    def first_block(self) -> str | None:
        """The half-month of the earliest response, excluded or not; None without any."""
        blocks = [b for layer in self.layers for b in (layer.view.counted.first_block, layer.tail.first_block) if b is not None]
        return min(blocks, default=None)

    @property
    def last_block(self) -> str | None:
        """The half-month of the latest response, excluded or not; None without any."""
        blocks = [b for layer in self.layers for b in (layer.view.counted.last_block, layer.tail.last_block) if b is not None]
        return max(blocks, default=None)
