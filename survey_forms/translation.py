"""Languages beside Vietnamese, keyed by the Vietnamese sentence: one file per language for instruments and screens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path as FilePath
from types import MappingProxyType

from survey_forms.document import Document, Path, path_name, read_document
from survey_forms.errors import TranslationError
from survey_forms.text import is_code, normalise, one_line

_KEYS = ("language", "name", "instruments", "screens")


@dataclass(frozen=True, slots=True)
class Language:
    """A language a citizen can choose. ``code`` is what <html lang> says, ``name`` its own name for itself.

    >>> english = load_languages()["en"]
    >>> english.translate("Hài lòng"), english.translate("Không có trong tệp")
    ('Satisfied', 'Không có trong tệp')
    """

    code: str
    name: str
    texts: Mapping[str, str]

    def translate(self, text: str) -> str:
        """The sentence in this language; the Vietnamese one where the translation is missing."""
        return self.texts.get(text, text)

    def missing(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Those of the sentences that have no translation, each once; none are missing in Vietnamese itself."""
        if self.code == VIETNAMESE.code:
            return ()
        return tuple(dict.fromkeys(text for text in texts if text not in self.texts))


VIETNAMESE = Language(code="vi", name="Tiếng Việt", texts=MappingProxyType({}))


def load_languages(own: FilePath | None = None) -> dict[str, Language]:
    """Vietnamese first, then every language of a file, by code. Raises TranslationError when a file is wrong.

    ``own`` is an office's folder of further files, none of them when it is not there. A file of a language that is shipped
    adds to it, and where both translate a sentence the office's words hold.
    """
    languages = {VIETNAMESE.code: VIETNAMESE}
    folder = resources.files("survey_forms") / "lang"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".yaml"):
            language = _load_language_file(file.name)
            languages[language.code] = language
    for path in sorted(own.glob("*.yaml")) if own is not None else ():
        language = load_language(path)
        shipped = languages.get(language.code)
        if shipped is not None:
            language = Language(language.code, language.name, MappingProxyType({**shipped.texts, **language.texts}))
        languages[language.code] = language
    return languages


def load_language(path: FilePath) -> Language:
    """Read a language file. Raises TranslationError when it cannot be read or is not right."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise TranslationError(str(path), None, None, "the file is not UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise TranslationError(str(path), None, None, f"the file cannot be read ({error.strerror or type(error).__name__})") from error
    return parse_language(text, normalise(path.as_posix()))


def parse_language(text: str, file: str) -> Language:
    """Read a language from YAML text; ``file`` is its name, which must be ``code.yaml``.

    Raises TranslationError with file and line for an unknown or repeated key, an empty or missing text, a sentence
    translated in two ways.
    """
    document = read_document(text.removeprefix("\ufeff"), file, TranslationError)
    for key in document.content:
        if key not in _KEYS:
            raise _wrong(document, file, (key,), f"is not a key of this format; use {', '.join(_KEYS)}")
    for key in _KEYS:
        if key not in document.content:
            raise TranslationError(file, 1, key, "is missing; add it")
    code = _text_at(document, file, ("language",))
    if not is_code(code) or code == VIETNAMESE.code or file.rpartition("/")[2] != f"{code}.yaml":
        raise _wrong(document, file, ("language",), "must be the name of the file without .yaml, and not vi")
    texts: dict[str, str] = {}
    for section in ("instruments", "screens"):
        for vietnamese, translated in _read_section(document, file, section).items():
            if texts.setdefault(vietnamese, translated) != translated:
                raise _wrong(document, file, (section, vietnamese), "has another translation elsewhere in the file; keep one")
    return Language(code=code, name=_text_at(document, file, ("name",)), texts=MappingProxyType(texts))


@cache
def _load_language_file(name: str) -> Language:
    file = resources.files("survey_forms") / "lang" / name
    return parse_language(file.read_text(encoding="utf-8"), name)


def _read_section(document: Document, file: str, section: str) -> dict[str, str]:
    entries = document.content[section]
    if not isinstance(entries, dict):
        raise _wrong(document, file, (section,), "must map Vietnamese sentences to their translations")
    return {one_line(vietnamese): _text_at(document, file, (section, vietnamese)) for vietnamese in entries}


def _text_at(document: Document, file: str, path: Path) -> str:
    value: object = document.content
    for step in path:
        value = value[step] if isinstance(value, dict) else None
    if not isinstance(value, str) or not one_line(value):
        raise _wrong(document, file, path, "needs a text; put it in quotes if it is a number or holds a colon")
    return one_line(value)


def _wrong(document: Document, file: str, path: Path, problem: str) -> TranslationError:
    return TranslationError(file, document.line_of(path), path_name(path), problem)
