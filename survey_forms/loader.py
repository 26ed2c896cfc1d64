"""Instruments out of YAML files: strict about every field, and precise about where a file is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path as FilePath

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from survey_forms.document import Document, Path, path_name, read_document
from survey_forms.errors import InstrumentError
from survey_forms.instrument import Instrument

_KINDS = {
    "string_type": "must be a text in quotes",
    "int_type": "must be a whole number without quotes",
    "tuple_type": "must be a list in square brackets, or one item per line after a dash",
    "model_type": "must be a group of keys and values",
    "model_attributes_type": "must be a group of keys and values",
    "missing": "is missing; add it",
    "extra_forbidden": "is not a key of this format; check its spelling or take it out",
}


def parse_instrument(text: str, file: str) -> Instrument:
    """Read an instrument from YAML text; ``file`` is its name for messages.

    Required keys are series, version, scale and factors, the rest has defaults. Raises InstrumentError for the first
    thing wrong, with file, line and field: broken YAML, a repeated or unknown key, a repeated code, a missing label, a
    scale without satisfied_from, a wrong type, an empty text, a code or version that is not in quotes.

    >>> parse_instrument('series: vi-du', "vi-du.yaml")
    Traceback (most recent call last):
    survey_forms.errors.InstrumentError: vi-du.yaml, line 1, version: is missing; add it
    """
    document = read_document(text.removeprefix("\ufeff"), file, InstrumentError)
    try:
        return Instrument.model_validate(_with_numbers_as_labels(document.content))
    except ValidationError as error:
        # pydantic lists in the order of the model; the reader goes through the file from the top.
        # A missing key comes last: it is often the other half of a misspelt one.
        first = min(
            error.errors(include_url=False),
            key=lambda details: (details["type"] == "missing", document.line_of(_path(details))),
        )
        path = _path(first)
        problem = _sentence(first, path, document)
        raise InstrumentError(file, document.line_of(path), path_name(path), problem) from None


def load_instrument(path: FilePath | str) -> Instrument:
    """Read an instrument file. Raises InstrumentError when it cannot be read or is not right."""
    file = FilePath(path)
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InstrumentError(str(path), None, None, "the file is not UTF-8; save it as UTF-8") from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InstrumentError(str(path), None, None, f"the file cannot be read ({reason}); check its name") from error
    return parse_instrument(text, str(path))


def load_shipped() -> dict[str, Instrument]:
    """Every instrument that comes with the product, by id, in the order of their ids."""
    loaded = [_load_shipped_file(file.name) for file in _shipped_files()]
    return {instrument.id: instrument for instrument in sorted(loaded, key=_age)}


def find_instrument(id_or_path: str) -> Instrument:
    """The instrument of an id (``kiosk-default@1.0``), the latest version of a series, or a YAML file.

    Raises InstrumentError when it is none of them, naming the shipped ids, or when the file is wrong. A file is looked
    for only after the ids, so that a stray file cannot take the place of a shipped instrument. The argument is an
    administrator's word: never pass on a name that arrived from outside, for it may open a file.
    """
    series, _, version = id_or_path.partition("@")
    # A shipped file's name begins with its series: only the files that can match are read.
    candidates = [_load_shipped_file(file.name) for file in _shipped_files() if file.name.startswith(series)]
    matches = [
        instrument for instrument in candidates if instrument.series == series and (instrument.version == version or "@" not in id_or_path)
    ]
    if matches:
        return max(matches, key=_age)
    if id_or_path and (FilePath(id_or_path).is_file() or FilePath(id_or_path).suffix in (".yaml", ".yml")):
        return load_instrument(id_or_path)
    known = ", ".join(load_shipped())
    raise InstrumentError(id_or_path or "(empty)", None, None, f"there is no such instrument or file; name a YAML file or one of {known}")


def _shipped_files() -> Iterator[Traversable]:
    folder = resources.files("survey_forms") / "instruments"
    return (file for file in sorted(folder.iterdir(), key=lambda file: file.name) if file.name.endswith(".yaml"))


@cache
def _load_shipped_file(name: str) -> Instrument:
    file = resources.files("survey_forms") / "instruments" / name
    return parse_instrument(file.read_text(encoding="utf-8"), name)


def _age(instrument: Instrument) -> tuple[str, list[tuple[int, str]]]:
    # 1.10 comes after 1.9: runs of digits are compared as numbers.
    parts = re.findall(r"\d+|[^\d.]+", instrument.version)
    return instrument.series, [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def _with_numbers_as_labels(content: dict[str, object]) -> dict[str, object]:
    """Labels that are plain whole numbers (a scale 0–10) need no quotes: unlike a code, nothing can be lost."""
    scale = content.get("scale")
    if not isinstance(scale, dict) or not isinstance(scale.get("labels"), tuple):
        return content
    labels = tuple(str(label) if type(label) is int else label for label in scale["labels"])
    return {**content, "scale": {**scale, "labels": labels}}


def _path(details: ErrorDetails) -> Path:
    at = details.get("ctx", {}).get("at", ())
    return (*details["loc"], *at)


def _sentence(details: ErrorDetails, path: Path, document: Document) -> str:
    kind = details["type"]
    if kind == "string_type" and path in document.written:
        written = document.written[path]
        if details["input"] is None:
            return "is empty; write the text, or leave an optional key out"
        what = "a truth value" if isinstance(details["input"], bool) else "a number, and 1.10 would become 1.1"
        return f'{written} without quotes is {what}; write "{written}" in quotes'
    if kind == "literal_error":
        return f"must be {details['ctx']['expected']}"
    sentence = _KINDS.get(kind, details["msg"])
    first_at = details.get("ctx", {}).get("first_at")
    return sentence if first_at is None else f"{sentence} (first in line {document.line_of(first_at)})"
