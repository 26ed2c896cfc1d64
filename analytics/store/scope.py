"""A scope: which units are counted, and in whose row each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.store.rows import Coded, Codes, Rows, narrowest


@dataclass(frozen=True, slots=True)
class Scope:
    """`units` None counts all; `row_of` None keeps each unit in a row of its own, as does a unit it does not name.

    Two scopes are equal when they count the same units in the same rows. What is worked out for a list of words is kept: the parts
    of a store share theirs.

    >>> scope = Scope.of(frozenset({"a", "b"}), {"a": "x", "b": "x", "c": "x"})
    >>> scope.holds(("a", "b", "c")).tolist(), scope.rows_of(("a", "b", "c"))[0]
    ([True, True, False], ('x',))
    """

    units: frozenset[str] | None
    row_of: frozenset[tuple[str, str]] | None
    _rows: Mapping[str, str] | None = field(compare=False, repr=False)
    _held: dict[tuple[str, ...], NDArray[np.bool_]] = field(default_factory=dict, init=False, compare=False, repr=False)
    _placed: dict[tuple[str, ...], tuple[tuple[str, ...], Codes]] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def of(cls, units: frozenset[str] | None, row_of: Mapping[str, str] | None) -> Scope:
        """The scope of a choice's units and a page's rows."""
        return cls(units, None if row_of is None else frozenset(row_of.items()), row_of)

    def holds(self, words: tuple[str, ...]) -> NDArray[np.bool_]:
        """Which of these units are counted."""
        known = self._held.get(words)
        if known is None:
            units = self.units
            known = np.array([units is None or word in units for word in words], dtype=np.bool_)
            self._held[words] = known
        return known

    def rows_of(self, words: tuple[str, ...]) -> tuple[tuple[str, ...], Codes]:
        """The rows of those that are counted, sorted, and for each of these units the place of its row; 0 for one that is not."""
        known = self._placed.get(words)
        if known is None:
            rows = words if self._rows is None else [self._rows.get(word, word) for word in words]
            row_words = tuple(sorted({row for row, holds in zip(rows, self.holds(words), strict=True) if holds}))
            place = {word: number for number, word in enumerate(row_words)}
            known = self._placed[words] = (row_words, np.array([place.get(row, 0) for row in rows], dtype=narrowest(len(row_words))))
        return known


WHOLE: Final = Scope.of(None, None)
"""Every unit, in a row of its own."""


def narrow(rows: Rows, scope: Scope) -> Rows:
    """The rows of a scope, their units named by the row they are counted in.

    The rows of a part are sorted by unit, so those of a subtree are a few stretches: the others are not looked at.
    """
    column = rows.attributes["unit"]
    holds = scope.holds(column.words)
    is_whole = bool(holds.all())
    if not is_whole:
        chosen = list_stretches(column, holds)
        rows = replace(
            rows,
            answers=rows.answers[chosen],
            overall=rows.overall[chosen],
            attributes={name: each.take(chosen) for name, each in rows.attributes.items()},
            answered_hour=rows.answered_hour[chosen] if len(rows.answered_hour) else rows.answered_hour,
            delay=rows.delay[chosen] if len(rows.delay) else rows.delay,
            respondent={name: each.take(chosen) for name, each in rows.respondent.items()},
        )
    if scope.row_of is None and is_whole:
        return rows
    row_words, place = scope.rows_of(column.words)
    return replace(rows, attributes={**rows.attributes, "unit": Coded(place[rows.attributes["unit"].codes], row_words)})


def list_stretches(column: Coded, holds: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The rows whose word holds, of a column that never falls."""
    wanted = np.flatnonzero(holds)
    starts = np.searchsorted(column.codes, wanted.astype(column.codes.dtype))
    lengths = np.searchsorted(column.codes, wanted.astype(column.codes.dtype), side="right") - starts
    ends = np.cumsum(lengths)
    found: NDArray[np.intp] = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts - (ends - lengths), lengths)
    return found
