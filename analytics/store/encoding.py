"""From rows as a database hands them over to arrays: the one place where stored answers are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from analytics.design import BLANK, NO_OPINION, NOT_ASKED, Design, encode_sheet
from analytics.errors import DesignError
from analytics.store.rows import ATTRIBUTES, Coded, Codes, Rows
from survey_forms.vocabulary import NO_OPINION as NO_OPINION_WORD

_WORDS: Final = tuple(np.frombuffer(word, dtype=np.uint8) for word in (orjson.dumps(NO_OPINION_WORD), b"null"))


@dataclass(frozen=True, slots=True)
class RawRows:
    """N rows column by column. `ratings`, `asked` and `respondent` are JSON text: an object, a list, an object; None: not given.

    `attributes` holds every name of ATTRIBUTES; None is not known. `overall` is a level or "no_opinion" as text. Texts are Python's or
    Arrow's: strings, or words of a dictionary.
    """

    attributes: Mapping[str, Texts]
    ratings: Sequence[str] | pa.StringArray
    asked: Texts
    overall: Texts
    answered_hour: Sequence[int] | NDArray[np.int32]
    received_hour: Sequence[int] | NDArray[np.int32]
    respondent: Sequence[str | None] | pa.StringArray


Texts: TypeAlias = "Sequence[str | None] | pa.DictionaryArray"


class _Numbers(dict[str | None, int]):
    """The number of each word in the order they are met."""

    def __missing__(self, word: str | None) -> int:
        number = self[word] = len(self)
        return number


def _number(numbers: dict[str | None, int], texts: Texts) -> NDArray[np.int32]:
    """The number of each text; of a dictionary only its words are looked at."""
    if not isinstance(texts, pa.DictionaryArray):
        return np.fromiter(map(numbers.__getitem__, texts), dtype=np.int32, count=len(texts))
    place = [numbers[word] for word in texts.dictionary.to_pylist()]
    indices = texts.indices
    if indices.null_count:
        indices, place = indices.fill_null(len(place)), [*place, numbers[None]]
    codes: NDArray[np.int32] = np.array(place, dtype=np.int32)[indices.to_numpy()]
    return codes


def _said(texts: Sequence[str | None] | pa.StringArray) -> Iterator[tuple[int, str]]:
    """The rows that hold a text, and the text."""
    if isinstance(texts, pa.Array):
        rows = np.flatnonzero(texts.is_valid().to_numpy(zero_copy_only=False))
        yield from zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True)
    else:
        yield from ((row, text) for row, text in enumerate(texts) if text is not None)


def _text_at(texts: Sequence[str | None] | pa.Array, row: int) -> str | None:
    found = texts[row]
    return found.as_py() if isinstance(found, pa.Scalar) else found


class _OverallBytes(dict[str | None, int]):
    """The byte of an answer to the overall question; what is no level is no opinion, as everywhere."""

    def __missing__(self, word: str | None) -> int:
        return NO_OPINION


@dataclass(slots=True)
class _Column:
    numbers: _Numbers = field(default_factory=_Numbers)
    pieces: list[Codes] = field(default_factory=list)

    def add(self, values: Texts) -> None:
        codes = _number(self.numbers, values)
        # Millions of rows wait here until a rebuild has read them all: narrow numbers keep that within bounds.
        self.pieces.append(codes.astype(np.min_scalar_type(max(len(self.numbers) - 1, 0))))

    def finish(self) -> Coded:
        codes: Codes = np.concatenate(self.pieces) if self.pieces else np.empty(0, dtype=np.uint8)
        self.pieces = []
        return Coded.of(codes, [word or "" for word in self.numbers])


class RowEncoder:
    """Takes rows of one questionnaire batch by batch and gives them back as `Rows`.

    `asked_at` names the criteria of each stage, for rows that do not say what was asked. Raises DesignError naming the criterion
    for an answer the questionnaire does not know, as `encode_sheet` does.

    >>> design = Design("demo", ("1.0",), ("1", "2"), ("A",), (0, 0), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> encoder = RowEncoder(design, {"result": ("1", "2"), "filing": ("1",)})
    >>> nothing = dict.fromkeys(ATTRIBUTES, (None, None))
    >>> raw = RawRows(nothing | {"stage": ("result", "filing")}, ['{"1": 5}', '{"1": "no_opinion"}'], (None, None), ("4", None),
    ...               (10, 11), (10, 13), (None, None))
    >>> encoder.add(raw)
    >>> rows = encoder.finish()
    >>> rows.answers.tolist(), rows.overall.tolist(), rows.delay.tolist()
    ([[5, 0], [254, 255]], [4, 0], [0, 2])
    """

    def __init__(self, design: Design, asked_at: Mapping[str, Sequence[str]]) -> None:
        self._design = design
        self._asked_at = asked_at
        self._answers: list[NDArray[np.uint8]] = []
        self._overall: list[NDArray[np.uint8]] = []
        self._hours: list[NDArray[np.int32]] = []
        self._delays: list[NDArray[np.int32]] = []
        self._columns = {name: _Column() for name in ATTRIBUTES}
        self._respondent: dict[str, list[tuple[int, str]]] = {}
        self._n_rows = 0
        self._byte_of: dict[object, int] = {level: place + 1 for place, level in enumerate(design.levels)}
        self._byte_of |= {NO_OPINION_WORD: NO_OPINION, None: BLANK}
        self._overall_byte = _OverallBytes({None: BLANK})
        self._overall_byte |= {str(level): place + 1 for place, level in enumerate(design.levels)}
        self._byte_of_digit = np.array([self._byte_of.get(digit, NOT_ASKED) for digit in range(10)], dtype=np.uint8)
        codes = [code.encode() for code in design.criterion_codes]
        self._code_bytes = (np.frombuffer(b"".join(codes), dtype=np.uint8), np.cumsum([0, *map(len, codes)], dtype=np.int64))
        self._layouts: dict[tuple[str, ...], tuple[bytes, int]] = {}
        self._blank_sheets: list[NDArray[np.uint8]] = []
        self._blank_of: dict[tuple[str | None, str | None], int] = {}

    def add(self, raw: RawRows) -> None:
        """Encode one batch."""
        if len(raw.ratings) == 0:
            return
        self._answers.append(self._encode_answers(raw))
        self._overall.append(_number(self._overall_byte, raw.overall).astype(np.uint8))
        answered = np.array(raw.answered_hour, dtype=np.int32)
        self._hours.append(answered)
        self._delays.append(np.array(raw.received_hour, dtype=np.int32) - answered)
        for name, column in self._columns.items():
            column.add(raw.attributes[name])
        for row, text in _said(raw.respondent):
            for question, answer in (orjson.loads(text) or {}).items():
                self._respondent.setdefault(question, []).append((self._n_rows + row, str(answer)))
        self._n_rows += len(raw.ratings)

    def finish(self) -> Rows:
        """Everything added so far, in the order it was added; the encoder is empty then."""
        nothing = np.empty(0, dtype=np.int32)
        answers = np.concatenate(self._answers) if self._answers else np.empty((0, self._design.n_criteria), dtype=np.uint8)
        self._answers = []
        rows = Rows(
            answers,
            np.concatenate(self._overall) if self._overall else np.empty(0, dtype=np.uint8),
            {name: column.finish() for name, column in self._columns.items()},
            np.concatenate(self._hours) if self._hours else nothing,
            np.concatenate(self._delays) if self._delays else nothing,
            {question: self._finish_respondent(question) for question in sorted(self._respondent)},
        )
        self._overall, self._hours, self._delays, self._respondent, self._n_rows = [], [], [], {}, 0
        return rows

    def _finish_respondent(self, question: str) -> Coded:
        said = self._respondent[question]
        words = _Numbers({"": 0})
        codes = np.zeros(self._n_rows, dtype=np.int32)
        codes[[row for row, _ in said]] = [words[answer] for _, answer in said]
        return Coded.of(codes, [word or "" for word in words])

    def _encode_answers(self, raw: RawRows) -> NDArray[np.uint8]:
        """[n, K]. The blank sheet of each row first, then every rating at its row and column in one assignment."""
        stages = raw.attributes["stage"]
        sheets = self._blank_sheets_of(raw.asked, stages)
        answers = np.array(self._blank_sheets)[sheets]
        is_left = self._read_plain(raw.ratings, answers)
        columns: list[bytes] = []
        values: list[bytes] = []
        widths: list[int] = []
        layouts, get, loads = self._layouts, self._byte_of.__getitem__, orjson.loads
        left = np.flatnonzero(is_left)
        for row in left.tolist():
            text = _text_at(raw.ratings, row) or ""
            ratings = loads(text)
            keys = tuple(ratings)
            layout = layouts.get(keys)
            if layout is None:
                layout = layouts[keys] = self._lay_out(keys)
            # A level is written as digits alone. An "e" or a further point may be `true` or 4.0, which equal a level in Python.
            if text.count(".") != layout[1] or "e" in text:
                self._refuse(raw, row)
            columns.append(layout[0])
            widths.append(len(keys))
            try:
                values.append(bytes(map(get, ratings.values())))
            except (KeyError, TypeError):
                self._refuse(raw, row)
                raise
        given = np.frombuffer(b"".join(values), dtype=np.uint8)
        row_of = np.repeat(left, widths)
        column_of = np.frombuffer(b"".join(columns), dtype=np.uint8)
        put = given != BLANK
        if not put.all():
            given, row_of, column_of = given[put], row_of[put], column_of[put]
        unasked = np.flatnonzero(answers[row_of, column_of] == NOT_ASKED)
        if len(unasked):
            self._refuse(raw, int(row_of[unasked[0]]))
        answers[row_of, column_of] = given
        return answers

    def _read_plain(self, texts: Sequence[str] | pa.StringArray, answers: NDArray[np.uint8]) -> NDArray[np.bool_]:
        """Fill in the sheets that are as plain as almost all are; which ones are left to be read one by one."""
        from analytics.store.sheet_text import read_sheets  # numba is loaded when the first rows are read

        is_left = np.ones(len(texts), dtype=np.bool_)
        if isinstance(texts, pa.Array):
            _, offsets, content = texts.buffers()
            bounds = np.frombuffer(offsets, dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
            text = np.frombuffer(content, dtype=np.uint8)
        else:
            joined = "".join(texts)
            if not joined.isascii():
                return is_left
            bounds = np.cumsum(np.fromiter((0, *map(len, texts)), dtype=np.int64, count=len(texts) + 1))
            text = np.frombuffer(joined.encode(), dtype=np.uint8)
        read_sheets(text, bounds, *self._code_bytes, self._byte_of_digit, _WORDS, NO_OPINION, NOT_ASKED, answers, is_left)
        return is_left

    def _lay_out(self, keys: tuple[str, ...]) -> tuple[bytes, int]:
        """The columns of these criteria, and how many points their codes hold."""
        try:
            columns = bytes(self._design.criterion_codes.index(key) for key in keys)
        except ValueError:
            unknown = next(key for key in keys if key not in self._design.criterion_codes)
            raise DesignError(f"Criterion {unknown} is not part of instrument {self._design.instrument_id}.") from None
        return columns, sum(key.count(".") for key in keys)

    def _blank_sheets_of(self, asked: Texts, stages: Texts) -> NDArray[np.intp]:
        """The number of each row's blank sheet: what was put to this person, or to everybody at this stage."""
        texts, words = _Numbers(), _Numbers()
        of_text, of_word = _number(texts, asked).astype(np.int64), _number(words, stages)
        pairs, numbers = np.unique(of_text * len(words) + of_word, return_inverse=True)
        said, stage_words = list(texts), list(words)
        sheets = [self._blank_sheet_of(said[pair // len(words)], stage_words[pair % len(words)]) for pair in pairs.tolist()]
        return np.array(sheets, dtype=np.intp)[numbers]

    def _blank_sheet_of(self, text: str | None, stage: str | None) -> int:
        number = self._blank_of.get((text, stage))
        if number is None:
            codes = orjson.loads(text) if text is not None else None
            if codes is None:
                codes = self._asked_at[stage or ""]
            number = self._blank_of[text, stage] = len(self._blank_sheets)
            self._blank_sheets.append(encode_sheet(self._design, codes, {}))
        return number

    def _refuse(self, raw: RawRows, row: int) -> None:
        """Let `encode_sheet` say what is wrong with a row; it returns when nothing is."""
        text, stage = _text_at(raw.asked, row), _text_at(raw.attributes["stage"], row)
        asked = orjson.loads(text) if text is not None else None
        encode_sheet(
            self._design, asked if asked is not None else self._asked_at[stage or ""], orjson.loads(_text_at(raw.ratings, row) or "")
        )
