"""Vietnamese text in one spelling: Unicode NFC, so that equal words are equal strings, hashes and file names."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

# A no-break space is left alone: it holds Vietnamese compounds together at a line end.
_BREAKABLE_SPACE = re.compile(r"[ \t\r\n]+")
_CODE = re.compile(r"[^\W_][\w.\-]{0,63}")


def normalise(text: str) -> str:
    """The NFC form of a text. Applying it twice changes nothing.

    >>> normalise("Ba\\u0300") == "B\\u00e0"
    True
    """
    return unicodedata.normalize("NFC", text)


def one_line(text: str) -> str:
    """NFC, without space around it, every run of breakable white space made one space: how a sentence of an instrument
    is kept, so that folding a line in its file changes neither the sentence nor its hash.

    >>> one_line("  Thủ tục\\n  hành chính ")
    'Thủ tục hành chính'
    """
    return _BREAKABLE_SPACE.sub(" ", normalise(text)).strip()


def has_control_characters(text: str, *, allowed: str = "") -> bool:
    """Whether a text holds a control character or half a surrogate pair: neither can be printed, nor stored everywhere.

    >>> has_control_characters("a\\x00b"), has_control_characters("a\\nb", allowed="\\n")
    (True, False)
    """
    return any(unicodedata.category(character) in ("Cc", "Cs") for character in text if character not in allowed)


def is_code(text: str) -> bool:
    """Whether a text can be a code: 1 to 64 letters, digits, dots, dashes and underscores, a letter or digit first.

    >>> is_code("1.1"), is_code("an-my-2023"), is_code("a b")
    (True, True, False)
    """
    return _CODE.fullmatch(text) is not None


def _sentence(text: str) -> str:
    tidy = one_line(text)
    if not tidy:
        raise PydanticCustomError("wording", "is empty; write the text, or leave an optional key out")
    if has_control_characters(tidy):
        raise PydanticCustomError("wording", "holds a control character; type the text again without it")
    return tidy


def _code(text: str) -> str:
    code = normalise(text)
    if not is_code(code):
        raise PydanticCustomError(
            "wording",
            "is not a code; use 1 to 64 letters, digits, dots, dashes and underscores, a letter or digit first",
        )
    return code


Sentence = Annotated[str, AfterValidator(_sentence)]
"""A text a person reads: one line, NFC, never empty."""

Code = Annotated[str, AfterValidator(_code)]
"""A short name that stands in CSV headings, forms and addresses."""
