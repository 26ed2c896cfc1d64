"""Reading sheets out of their JSON text, compiled: keys of the questionnaire, levels of one digit, "no_opinion" and null."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from analytics.kernel import Bytes, Numbers, compiled

_QUOTE: Final = ord('"')
_OPEN: Final = ord("{")
_CLOSE: Final = ord("}")
_COLON: Final = ord(":")
_COMMA: Final = ord(",")
_SPACE: Final = ord(" ")
_ZERO: Final = ord("0")
_OTHER: Final = -1  # nothing this reader knows: orjson reads that sheet, and says what is wrong with it


@compiled
def _find_criterion(text: Bytes, at: int, end: int, first: int, codes: Bytes, code_ends: Numbers) -> int:
    """The criterion whose code and closing quote stand here, looked for from the `first` on; _OTHER for none."""
    n_codes = len(code_ends) - 1
    for step in range(n_codes):
        criterion = (first + step) % n_codes
        start, size = code_ends[criterion], code_ends[criterion + 1] - code_ends[criterion]
        if at + size < end and text[at + size] == _QUOTE:
            is_same = True
            for place in range(size):
                if text[at + place] != codes[start + place]:
                    is_same = False
                    break
            if is_same:
                return criterion
    return _OTHER


@compiled
def _is_here(text: Bytes, at: int, end: int, word: Bytes) -> bool:
    if at + len(word) > end:
        return False
    for place in range(len(word)):  # noqa: SIM110  # numba compiles no generator
        if text[at + place] != word[place]:
            return False
    return True


@compiled
def read_sheets(
    text: Bytes,
    bounds: Numbers,
    codes: Bytes,
    code_ends: Numbers,
    byte_of_digit: Bytes,
    words: Any,
    no_opinion: int,
    not_asked: int,
    answers: Any,
    is_left: Any,
) -> None:
    """Put the ratings of each sheet into its row of `answers` [N, K], which holds what was asked.

    Sheet i stands in bounds[i] … bounds[i + 1] − 1 of `text`.

    A sheet with anything unusual – another value, a key twice, one that is no criterion or was not asked, an escape – is left as it
    is and marked in `is_left` [N]. `words` are "no_opinion" in quotes and null.
    """
    opinion_word, null_word = words
    n_criteria = len(code_ends) - 1
    columns, values = np.empty(n_criteria, dtype=np.int64), np.empty(n_criteria, dtype=np.uint8)
    met_in = np.full(n_criteria, -1, dtype=np.int64)
    for row in range(len(bounds) - 1):
        at, end, n_met, following, is_read = bounds[row], bounds[row + 1], 0, 0, False
        if at < end and text[at] == _OPEN:
            at += 1
            is_read = at + 1 == end and text[at] == _CLOSE  # {}
            while not is_read:
                while at < end and text[at] == _SPACE:
                    at += 1
                if at >= end or text[at] != _QUOTE:
                    break
                criterion = _find_criterion(text, at + 1, end, following, codes, code_ends)
                if criterion == _OTHER or met_in[criterion] == row:
                    break
                met_in[criterion] = row
                following = criterion + 1
                at += 2 + code_ends[criterion + 1] - code_ends[criterion]
                if at >= end or text[at] != _COLON:
                    break
                at += 1
                while at < end and text[at] == _SPACE:
                    at += 1
                if at >= end:
                    break
                if _ZERO <= text[at] <= _ZERO + 9:
                    value = byte_of_digit[text[at] - _ZERO]
                    if value == not_asked:  # no level
                        break
                    columns[n_met], values[n_met] = criterion, value
                    n_met += 1
                    at += 1
                elif _is_here(text, at, end, opinion_word):
                    columns[n_met], values[n_met] = criterion, no_opinion
                    n_met += 1
                    at += len(opinion_word)
                elif _is_here(text, at, end, null_word):
                    at += len(null_word)
                else:
                    break
                if at >= end:
                    break
                if text[at] == _COMMA:
                    at += 1
                elif text[at] == _CLOSE and at + 1 == end:
                    is_read = True
                else:
                    break
        for place in range(n_met):
            is_read = is_read and answers[row, columns[place]] != not_asked
        is_left[row] = not is_read
        if is_read:
            for place in range(n_met):
                answers[row, columns[place]] = values[place]
