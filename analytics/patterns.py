"""Different rows of small whole numbers with how often each occurs: what ten million sheets come down to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.errors import TallyError

Numbers = NDArray[np.integer[Any]]

_DENSE: Final = 1 << 20
"""Up to so many possible rows a table of them is counted into; beyond, the rows that occur are hashed."""
_ROOM: Final = 1 << 62


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """P different rows of C numbers, `codes` [P, C], and how often each occurs, `counts` [P], none of them 0.

    Sorted by the first column, then the second, and so on: the same rows in any order give the same patterns.
    """

    codes: NDArray[np.int32]
    counts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def n_rows(self) -> int:
        """Rows behind the patterns."""
        return int(self.counts.sum())

    @property
    def size(self) -> int:
        """Bytes of the arrays."""
        return self.codes.nbytes + self.counts.nbytes

    def minus(self, other: Patterns) -> Patterns:
        """These rows without others, which must be among them. Raises TallyError when they are not."""
        rest = add_patterns([self, Patterns(other.codes, -other.counts)])
        if (rest.counts < 0).any():
            raise TallyError("Only sheets that were counted can be taken away again; count both from the same rows.")
        return rest


def count_patterns(columns: Sequence[Numbers], sizes: Sequence[int]) -> tuple[Patterns, NDArray[np.intp]]:
    """The different rows of C columns of N numbers each, and for each row its pattern [N].

    Column j holds numbers from 0 to sizes[j] − 1. No rows give no pattern.

    >>> found, pattern_of = count_patterns([np.array([2, 0, 2]), np.array([1, 1, 1])], [3, 2])
    >>> found.codes.tolist(), found.counts.tolist(), pattern_of.tolist()
    ([[0, 1], [2, 1]], [1, 2], [1, 0, 1])
    """
    key, n_possible = _number_rows(columns, sizes)
    if n_possible <= _DENSE:
        occurs = np.bincount(key, minlength=n_possible)
        used = np.flatnonzero(occurs)
        place_of = np.zeros(n_possible, dtype=np.intp)
        place_of[used] = np.arange(len(used))
        pattern_of, counts = place_of[key], occurs[used]
    else:
        met, values = pd.factorize(key)
        order = np.argsort(values)
        place_of = np.empty(len(values), dtype=np.intp)
        place_of[order] = np.arange(len(values))
        pattern_of = place_of[met]
        counts = np.bincount(pattern_of, minlength=len(values))
    some_row = np.empty(len(counts), dtype=np.intp)
    some_row[pattern_of] = np.arange(len(key))  # which of the equal rows stands for them does not matter
    codes = np.empty((len(counts), len(columns)), dtype=np.int32)
    for place, column in enumerate(columns):
        codes[:, place] = column[some_row]
    return Patterns(codes, counts.astype(np.int64)), pattern_of


def add_patterns(parts: Sequence[Patterns]) -> Patterns:
    """All rows of several; what adds up to nothing goes.

    >>> one = count_patterns([np.array([2, 0, 2])], [3])[0]
    >>> both = add_patterns([one, one])
    >>> both.codes.tolist(), both.counts.tolist(), len(both.minus(both))
    ([[0], [2]], [2, 4], 0)
    """
    if len(parts) == 1:
        return parts[0]
    codes = np.concatenate([part.codes for part in parts])
    sizes = (codes.max(axis=0, initial=0) + 1).tolist()
    merged, pattern_of = count_patterns(list(codes.T), sizes)
    counts = np.zeros(len(merged), dtype=np.int64)
    np.add.at(counts, pattern_of, np.concatenate([part.counts for part in parts]))
    left = counts != 0
    return Patterns(merged.codes[left], counts[left])


def _number_rows(columns: Sequence[Numbers], sizes: Sequence[int]) -> tuple[NDArray[np.int64], int]:
    """One number per row that sorts like the columns one after the other, and how many such numbers there may be."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    room = 1
    for column, size in zip(columns, sizes, strict=True):
        if room * size > _ROOM:  # many wide columns: number the beginnings that occur, of which there are at most N
            values, key = np.unique(key, return_inverse=True)
            room = len(values)
        key = key * size + column
        room *= size
    return key, room
