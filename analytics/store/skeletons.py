"""Reading many sheets at once: texts that differ only in the digits of their ratings are compared as one block of bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

_DIGIT: Final = re.compile(rb'": ?([0-9])(?=[,}])')
_FEWEST: Final = 16
"""Sheets of one length worth a block; fewer are read one by one."""
_MOST_TRIED: Final = 12
"""Skeletons looked for among the sheets of one length."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Sheets with the same criteria in the same order, told by place: `digits` [n, len(rated)], and the rest they share."""

    rows: NDArray[np.intp]
    rated: tuple[str, ...]
    digits: NDArray[np.uint8]
    others: dict[str, object]


def find_alike(texts: Sequence[str]) -> Iterator[Alike]:
    """Groups of JSON objects that are equal but for one-digit values; each text in one group at most, many in none.

    >>> (found,) = find_alike(['{"1.1":5,"1.2":"no_opinion"}', '{"1.1":3,"1.2":"no_opinion"}'] * 8)
    >>> found.rated, found.digits[:2].tolist(), found.others
    (('1.1',), [[5], [3]], {'1.2': 'no_opinion'})
    """
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    for length, n in zip(*np.unique(lengths, return_counts=True), strict=True):
        if n < _FEWEST:
            continue
        rows = np.flatnonzero(lengths == length)
        joined = "".join([texts[row] for row in rows.tolist()])
        if not joined.isascii():
            continue
        block = np.frombuffer(joined.encode(), dtype=np.uint8).reshape(-1, int(length))
        for _ in range(_MOST_TRIED):
            if len(rows) < _FEWEST:
                break
            places, rated, others = _lay_bare(block[0].tobytes())
            shared = np.ones(int(length), dtype=bool)
            shared[places] = False
            same = (block[:, shared] == block[0, shared]).all(axis=1)
            digits = block[:, places] - np.uint8(ord("0"))
            same &= (digits <= 9).all(axis=1)
            if rated and len(places) == len(rated):
                yield Alike(rows[same], rated, digits[same], others)
            same[0] = True
            rows, block = rows[~same], block[~same]


def _lay_bare(text: bytes) -> tuple[list[int], tuple[str, ...], dict[str, object]]:
    """Where the digits stand, the criteria they rate, and everything else. A text that is not that simple gives no criteria."""
    places = [found.start(1) for found in _DIGIT.finditer(text)]
    values = orjson.loads(text)
    rated = tuple(key for key, value in values.items() if type(value) is int and 0 <= value <= 9)
    return places, rated, {key: value for key, value in values.items() if key not in rated}
