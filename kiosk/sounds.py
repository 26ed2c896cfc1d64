"""Recordings a tablet or phone reads its questions from: what can be recorded, under which file name, and what there is.

A recording is named by what it says and not by its words – the criterion's code under its questionnaire's series, the screen
word's key, the field's code – so that a person can record from a list and a minor fix of wording needs no new name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kiosk.protocols import Choice
from kiosk.wording import WORDS
from survey_forms.instrument import Instrument
from survey_forms.text import is_code

SPOKEN_WORDS: Final = (
    "invite",
    "invite_more",
    "stage_question",
    "filing",
    "filing_more",
    "result",
    "result_more",
    "field_question",
    "kind_question",
    "individual",
    "individual_more",
    "organisation",
    "organisation_more",
    "authorised",
    "authorised_more",
    "yes",
    "no",
    "no_opinion",
    "skip",
    "reasons_title",
    "reasons_more",
    "codes_title",
    "codes_more",
    "finish_title",
    "comment_advice",
    "send",
    "thanks_title",
    "thanks_text",
    "saved_text",
)
"""The words of the screens that are read aloud; `speech.js` asks for these and no others."""


@dataclass(frozen=True, slots=True)
class Recordable:
    """A Vietnamese sentence that can be recorded, and its file's name without the ending: `kiosk-default/criterion-1.1`."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SoundFile:
    """One recording on the disk. `digest` stands in its address, so that a browser may keep it for good."""

    path: Path
    mimetype: str
    digest: str

    @property
    def address_part(self) -> str:
        """Its place in addresses: another file, another address."""
        return f"{self.digest}{self.path.suffix.lower()}"


@dataclass(frozen=True, slots=True)
class SoundShelf:
    """The recordings of an installation: by language, then by name without ending. Empty where nothing was recorded."""

    files: Mapping[str, Mapping[str, SoundFile]] = field(default_factory=dict)

    def find(self, address_part: str) -> SoundFile | None:
        """The recording of an address, if it is one of ours."""
        return next((file for each in self.files.values() for file in each.values() if file.address_part == address_part), None)

    def by_sentence(self, instrument: Instrument, fields: Iterable[Choice]) -> dict[str, dict[str, str]]:
        """For each language with recordings: the Vietnamese sentence and the place of its recording in addresses."""
        recordables = list(list_recordables(instrument, fields))
        found = {
            lang: {each.sentence: names[each.name].address_part for each in reversed(recordables) if each.name in names}
            for lang, names in self.files.items()
        }
        return {lang: sentences for lang, sentences in found.items() if sentences}


def list_recordables(instrument: Instrument, fields: Iterable[Choice]) -> Iterator[Recordable]:
    """Everything that is read aloud of one questionnaire at one desk, in the order of the form.

    A field whose code cannot be a file's name is left out; its name is then read by a voice or not at all.
    """
    for word in SPOKEN_WORDS:
        yield Recordable(f"screens/{word}", WORDS[word])
    for choice in fields:
        if is_code(choice.code):
            yield Recordable(f"fields/{choice.code}", choice.name)
    series = instrument.series
    yield Recordable(f"{series}/stem", instrument.stem)
    for level, label in zip(instrument.scale.levels, instrument.scale.labels, strict=True):
        yield Recordable(f"{series}/level-{level}", label)
    for criterion in instrument.criteria:
        yield Recordable(f"{series}/criterion-{criterion.code}", criterion.text)
    if instrument.overall:
        yield Recordable(f"{series}/overall", instrument.overall)
    if instrument.feedback_question:
        yield Recordable(f"{series}/feedback", instrument.feedback_question)
    for question in instrument.questions:
        yield Recordable(f"{series}/question-{question.code}", question.text)
        for option in question.options:
            yield Recordable(f"{series}/question-{question.code}-{option.code}", option.text)
