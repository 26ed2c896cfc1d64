"""One text column of a response file: every distinct text is understood once, and rows only look it up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.design import BLANK, NO_OPINION
from analytics.errors import CellProblem
from survey_forms.instrument import Instrument
from survey_forms.sheet import parse_rating
from survey_forms.vocabulary import CHANNELS, STAGES
from survey_forms.vocabulary import NO_OPINION as NO_OPINION_WORD

_MOST_PER_COLUMN: Final = 20  # no more bad cells of one column are ever shown
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)

Meaning = TypeVar("Meaning")


class BadCell(NamedTuple):
    """A bad cell with its place in the file; sorts by row, then by column."""

    row: int
    position: int
    problem: CellProblem


class CellRefused(ValueError):
    """A text that means nothing here; the message says what is allowed."""


class Meanings:
    """What a text stands for in each kind of column. Every method raises CellRefused saying what is allowed."""

    def __init__(self, instrument: Instrument) -> None:
        self._instrument = instrument
        self._codes = [criterion.code for criterion in instrument.criteria]
        self.everything = np.ones(len(self._codes), dtype=np.bool_)
        levels = ", ".join(str(level) for level in instrument.scale.levels)
        self._allowed = f"allowed are {levels}, {NO_OPINION_WORD}, or nothing for blank, written exactly so."

    def rating(self, text: str) -> int:
        try:
            rating = parse_rating(text)
            if rating is None:
                return BLANK
            return NO_OPINION if rating == NO_OPINION_WORD else self._instrument.scale.position(rating) + 1
        except ValueError:
            raise CellRefused(self._allowed) from None

    def instrument(self, text: str) -> None:
        if text not in ("", self._instrument.id, self._instrument.series):
            raise CellRefused(
                f"this row answers another instrument than {self._instrument.id}; instruments never pool, keep each in a file of its own."
            )

    def overall(self, text: str) -> int:
        if text and self._instrument.overall is None:
            raise CellRefused(f"{self._instrument.id} has no overall question; leave it empty.")
        return self.rating(text)

    def dimension(self, name: str) -> Callable[[str], str]:
        def understand(text: str) -> str:
            if text != text.strip():
                raise CellRefused("a space stands before or after the text; remove it.")
            if not text and name in ("unit", "field"):
                raise CellRefused(f"every response needs its {name}; it is empty.")
            if name == "channel":
                self.channel(text)
            return unicodedata.normalize("NFC", text)

        return understand

    def channel(self, text: str) -> None:
        if text and text not in CHANNELS:
            raise CellRefused(f"allowed are {', '.join(CHANNELS)}, or nothing where it is not known.")

    def stage(self, text: str) -> NDArray[np.bool_]:
        """Which criteria are asked at a stage; the stage of an empty cell is result."""
        for stage in STAGES:
            if (text or "result") == stage:
                asked = {criterion.code for criterion in self._instrument.criteria_at(stage)}
                return np.array([code in asked for code in self._codes])
        raise CellRefused(f"allowed are {' and '.join(STAGES)}, or nothing for result.")

    def asked(self, text: str) -> NDArray[np.bool_]:
        """Which criteria a list of codes names; an empty cell names all."""
        if not text:
            return self.everything
        named = [code for code in re.split(r"[ ;]+", text) if code]
        if not named or len(set(named)) != len(named) or not set(named) <= set(self._codes):
            raise CellRefused(f"allowed are criterion codes of {self._instrument.id}, each once, separated by spaces or semicolons.")
        return np.array([code in named for code in self._codes])

    def day(self, text: str) -> date | None:
        if not text:
            return None
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass  # a day such as 2025-02-30: refused like every other text below
        raise CellRefused("a day is written 2025-07-01, or left empty.")


class TextColumn:
    """A column of a block as numbers into its few distinct texts. Bad cells go to `found`."""

    def __init__(self, name: str, position: int, values: pa.ChunkedArray, first_row: int, found: list[BadCell]) -> None:
        encoded = values.combine_chunks()
        if not pa.types.is_dictionary(encoded.type):
            encoded = encoded.dictionary_encode(null_encoding="encode")
        self._texts: list[str] = [text or "" for text in encoded.dictionary.to_pylist()] + [""]
        indices = encoded.indices.fill_null(len(self._texts) - 1)  # a null of an already encoded column
        self._index: NDArray[Any] = indices.to_numpy(zero_copy_only=False)
        self._name, self._position, self._first_row, self._found = name, position, first_row, found

    @staticmethod
    def can_hold(kind: pa.DataType) -> bool:
        """Whether a column of this type is text; a column of nothing but nulls is."""
        value_kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        return any(test(value_kind) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null))

    def translate(self, understand: Callable[[str], Any], if_refused: object, kind: type[np.generic]) -> NDArray[Any]:
        """Each row's meaning, as an array of `kind` (with further axes where a meaning is itself an array)."""
        meanings: NDArray[Any] = np.array(self.distinct(understand, if_refused), dtype=kind)
        return np.asarray(meanings[self._index])

    def distinct(self, understand: Callable[[str], Meaning], if_refused: Any = None) -> list[Meaning]:
        """The meaning of each distinct text; refused ones are reported in every row that has them."""
        meanings: list[Meaning] = []
        refusals: dict[int, str] = {}
        for number, text in enumerate(self._texts):
            try:
                meanings.append(understand(text))
            except CellRefused as refusal:
                meanings.append(if_refused)
                refusals[number] = str(refusal)
        if refusals:
            # One look at all rows, however many different texts are refused.
            refused = np.isin(self._index, list(refusals))
            for row in np.flatnonzero(refused)[:_MOST_PER_COLUMN].tolist():
                self._note(row, refusals[int(self._index[row])])
        return meanings

    def is_empty(self) -> NDArray[np.bool_]:
        """Which rows hold no text."""
        return np.asarray(np.array([text == "" for text in self._texts])[self._index], dtype=np.bool_)

    def report(self, bad: NDArray[np.bool_], problem: str) -> None:
        """Note the first rows where `bad` holds."""
        for row in np.flatnonzero(bad)[:_MOST_PER_COLUMN].tolist():
            self._note(row, problem)

    def _note(self, row: int, problem: str) -> None:
        number = self._first_row + row
        self._found.append(BadCell(number, self._position, CellProblem(number, self._name, problem)))
