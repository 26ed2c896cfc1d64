"""What a page stands on: closed parts, plus the rows of hours still open, minus what was excluded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

from analytics.domains import tell_domain
from analytics.store.counting import Counted
from analytics.store.errors import PartError
from analytics.store.views import View, fold_tally
from analytics.tally import Tally, merge_tallies

_Answer = TypeVar("_Answer")
_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One questionnaire version: its closed view, its live tail and, by the same dimensions, the closed responses left out."""

    view: View
    tail: Counted
    left_out: Tally

    def fold(self, dimensions: tuple[str, ...], row_of: Mapping[str, str] | None) -> Tally:
        """The layer by dimensions. The view keeps what it counted; only the small tallies are folded each time."""
        closed = self.view.fold(dimensions, row_of)
        if self.left_out.n_returned.any():
            closed = closed.minus(fold_tally(self.left_out, dimensions, row_of))
        if self.tail.first_block is None:
            return closed
        return closed + fold_tally(self.tail.tally, dimensions, row_of)


@dataclass(eq=False)
class LiveTally:
    """The responses of a choice, of one or more versions of a series, told apart by what is asked for.

    `count_anew` gives the layers again after a part could not be used: merged away by another process since the list was read, or
    damaged. It raises what it cannot mend.
    """

    layers: tuple[Layer, ...]
    count_anew: Callable[[PartError], tuple[Layer, ...]] | None = None
    sample: LiveTally | None = None
    """Everybody the responses are a sub-group of (a domain); None: they are a sample of their own."""

    def by(self, *dimensions: str, row_of: Mapping[str, str] | None = None) -> Tally:
        """The tally by unit, field, both or neither; `row_of` counts each recorded unit in its row."""
        tally = self._ask(lambda layers: merge_tallies([layer.fold(dimensions, row_of) for layer in layers]))
        return tally if self.sample is None else tell_domain(tally, self.sample.by(*dimensions, row_of=row_of))

    @cached_property
    def tally(self) -> Tally:
        """The whole by unit and field. A province's is small; for thousands of units `by` with fewer cells costs less."""
        return self.by("unit", "field")

    @cached_property
    def is_empty(self) -> bool:
        """Whether nobody answered."""
        return not self.by().n_returned.any()

    @property
    def first_block(self) -> str | None:
        """The half-month of the earliest response, excluded or not; None without any."""
        return min(self._blocks(), default=None)

    @property
    def last_block(self) -> str | None:
        """The half-month of the latest response, excluded or not; None without any."""
        return max(self._blocks(), default=None)

    def _blocks(self) -> list[str]:
        def both(layer: Layer) -> tuple[str | None, ...]:
            return (layer.view.first_block, layer.view.last_block, layer.tail.first_block, layer.tail.last_block)

        return self._ask(lambda layers: [block for layer in layers for block in both(layer) if block is not None])

    def _ask(self, question: Callable[[tuple[Layer, ...]], _Answer]) -> _Answer:
        for _ in range(_ATTEMPTS - 1):
            try:
                return question(self.layers)
            except PartError as error:
                if self.count_anew is None:
                    raise
                self.layers = self.count_anew(error)
        return question(self.layers)
