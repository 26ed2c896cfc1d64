"""Responses as arrays: one byte per answer, everything else as numbers into short lists of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

ATTRIBUTES: Final = (
    "unit",
    "field",
    "channel",
    "stage",
    "block",
    "counter",
    "device",
    "procedure",
    "mode",
    "kind",
    "helped",
    "took",
    "repeats",
)
"""The dictionary-coded columns of a response; "" stands for not known."""


Codes: TypeAlias = NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A column of words: `words` sorted, without repeats; `codes` [N] the place of each row's word, in the narrowest integers."""

    codes: Codes
    words: tuple[str, ...]

    @classmethod
    def of(cls, codes: Codes, words: Sequence[str]) -> Coded:
        """Words in any order, used or not, brought into the one order that equal columns share.

        >>> column = Coded.of(np.array([0, 2, 0], dtype=np.int32), ["b", "unused", "a"])
        >>> column.words, column.codes.tolist()
        (('a', 'b'), [1, 0, 1])
        """
        used = np.bincount(codes, minlength=len(words)) > 0 if len(codes) else np.zeros(len(words), dtype=bool)
        kept = tuple(sorted({word for word, is_used in zip(words, used, strict=True) if is_used}))
        place = {word: position for position, word in enumerate(kept)}
        moved = np.array([place.get(word, 0) for word in words], dtype=narrowest(len(kept)))
        return cls(moved[codes] if len(words) else np.zeros(len(codes), dtype=np.uint8), kept)

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Coded:
        """The same words, only these rows."""
        return Coded(self.codes[chosen], self.words)

    def texts(self) -> pd.Categorical:
        """As a categorical of pandas."""
        return pd.Categorical.from_codes(self.codes, categories=pd.Index(self.words, dtype=object))

    def used_words(self) -> list[str]:
        """The words that occur."""
        used = np.bincount(self.codes, minlength=len(self.words)) > 0
        return [word for word, is_used in zip(self.words, used, strict=True) if is_used]

    def equals(self, other: Coded) -> bool:
        """Same words, same rows."""
        return self.words == other.words and np.array_equal(self.codes, other.codes)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """N responses to one questionnaire, K criteria. No id, no order of arrival once sorted.

    `answers` [N, K] and `overall` [N] are in the coding of `Design`. `attributes` holds some or all of ATTRIBUTES.
    `answered_hour` [N] counts hours since 1970-01-01T00Z, `delay` [N] the hours from answered to received, never negative.
    `respondent` holds what people said about themselves, question by question, "" for nothing: it is kept in a file of its
    own, because it can be erased.
    """

    answers: NDArray[np.uint8]
    overall: NDArray[np.uint8]
    attributes: Mapping[str, Coded]
    answered_hour: NDArray[np.int32]
    delay: NDArray[np.int32]
    respondent: Mapping[str, Coded]

    def __len__(self) -> int:
        return len(self.answers)

    @property
    def received_hour(self) -> NDArray[np.int32]:
        """The hour each response came in."""
        return self.answered_hour + self.delay

    def take(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> Rows:
        """Only these rows, or all in another order."""
        return Rows(
            self.answers[chosen],
            self.overall[chosen],
            {name: column.take(chosen) for name, column in self.attributes.items()},
            self.answered_hour[chosen],
            self.delay[chosen],
            {name: column.take(chosen) for name, column in self.respondent.items()},
        )

    def in_order(self) -> Rows:
        """Sorted by the standing cell, then by what the rows say: equal sets of rows become equal arrays, and nothing of the order
        in which they came is left."""
        return self._with_used_words()._sorted()

    def _with_used_words(self) -> Rows:
        attributes = {name: Coded.of(column.codes, column.words) for name, column in self.attributes.items()}
        respondent = {name: Coded.of(column.codes, column.words) for name, column in self.respondent.items()}
        said = {name: column for name, column in sorted(respondent.items()) if column.words != ("",)}
        return Rows(self.answers, self.overall, attributes, self.answered_hour, self.delay, said)

    def _sorted(self) -> Rows:
        names = [name for name in ATTRIBUTES if name in self.attributes]
        standing = mix_codes([self.attributes[name] for name in names[:5]], len(self))
        # What follows sorts only within a cell. Counter, device and hour close together compress well; the last key is a hash of
        # everything, so that rows that tie on it are equal.
        near = mix_codes([self.attributes[name] for name in names[5:7]], len(self)) * (1 << 24) + (self.answered_hour & 0xFFFFFF)
        odd = (np.arange(1, 64, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)) | np.uint64(1)
        rest = [*(self.attributes[name].codes for name in names[7:]), self.delay, self.overall]
        rest += [column.codes for _, column in sorted(self.respondent.items())]
        fingerprint = np.zeros(len(self), dtype=np.uint64)
        for column in [*self.answers.T, *rest]:
            fingerprint = (fingerprint + column.astype(np.uint64) + odd[3]) * odd[0]
            fingerprint ^= fingerprint >> np.uint64(29)
        return self.take(np.lexsort((fingerprint, near, standing)))

    def equals(self, other: Rows) -> bool:
        """Same rows in the same order, to the last byte."""
        return (
            all(np.array_equal(getattr(self, name), getattr(other, name)) for name in ("answers", "overall", "answered_hour", "delay"))
            and _same(self.attributes, other.attributes)
            and _same(self.respondent, other.respondent)
        )


def narrowest(n_words: int) -> type[np.integer[Any]]:
    """The smallest integers that tell so many words apart."""
    return np.uint8 if n_words <= 1 << 8 else np.uint16 if n_words <= 1 << 16 else np.int32


def _same(left: Mapping[str, Coded], right: Mapping[str, Coded]) -> bool:
    return left.keys() == right.keys() and all(column.equals(right[name]) for name, column in left.items())


def mix_codes(columns: Sequence[Coded], n_rows: int) -> NDArray[np.int64]:
    """One number per row that sorts like the columns one after the other."""
    mixed = np.zeros(n_rows, dtype=np.int64)
    for column in columns:
        mixed = mixed * max(len(column.words), 1) + column.codes
    return mixed


def join_coded(columns: Sequence[Coded]) -> Coded:
    """Columns one below the other over the union of their words.

    >>> both = join_coded([Coded(np.array([0], dtype=np.int32), ("b",)), Coded(np.array([0], dtype=np.int32), ("a",))])
    >>> both.words, both.codes.tolist()
    (('a', 'b'), [1, 0])
    """
    if len(columns) == 1:
        return columns[0]
    words = tuple(sorted({word for column in columns for word in column.words}))
    place = {word: position for position, word in enumerate(words)}
    kind = narrowest(len(words))
    moved = [np.array([place[word] for word in column.words], dtype=kind) for column in columns]
    codes = [map_[column.codes] if len(map_) else column.codes.astype(kind) for map_, column in zip(moved, columns, strict=True)]
    return Coded(np.concatenate(codes), words)


def join_rows(parts: Sequence[Rows]) -> Rows:
    """Rows one below the other; they must be answers to one questionnaire and hold the same attributes."""
    if len(parts) == 1:
        return parts[0]
    questions = sorted({name for part in parts for name in part.respondent})
    silent = {id(part): Coded(np.zeros(len(part), dtype=np.uint8), ("",)) for part in parts}
    return Rows(
        np.concatenate([part.answers for part in parts]),
        np.concatenate([part.overall for part in parts]),
        {name: join_coded([part.attributes[name] for part in parts]) for name in parts[0].attributes},
        np.concatenate([part.answered_hour for part in parts]),
        np.concatenate([part.delay for part in parts]),
        {name: join_coded([part.respondent.get(name, silent[id(part)]) for part in parts]) for name in questions},
    )
