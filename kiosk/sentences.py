"""Every Vietnamese sentence a citizen can read on screen or paper, beside the questionnaire: what a language file has to cover."""

import re
from importlib.resources import files

from kiosk import wording
from kiosk.paper_form import PAPER_WORDS
from survey_forms import Instrument, Language


def list_screen_sentences() -> tuple[str, ...]:
    """Those of pages and scripts, each once. What a single template says is read out of the template."""
    found = [*wording.WORDS.values(), *(value for name, value in vars(wording).items() if name.startswith("SAY_"))]
    found += [part for pair in wording.CODE_SENTENCES.values() for part in pair]
    found += [*wording.ENROLMENT_SENTENCES.values(), *wording.FURTHER_CODE_SENTENCES.values()]
    folder = files("kiosk") / "templates" / "kiosk"
    for template in sorted(folder.iterdir(), key=lambda each: each.name):
        if template.name == "slip.html":
            continue  # the slip goes out in Vietnamese only
        for called in re.findall(r"\bt\(([^()]*)\)", template.read_text(encoding="utf-8")):
            found += re.findall(r'"([^"]+)"', called)
    return tuple(dict.fromkeys(found))


def list_missing(language: Language, instrument: Instrument) -> tuple[str, ...]:
    """What stays Vietnamese in this language: of the screens, of the paper form and of one questionnaire."""
    return language.missing((*instrument.texts(), *list_screen_sentences(), *PAPER_WORDS.values()))
