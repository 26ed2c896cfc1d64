"""Every sentence a citizen can read exists in English, and every word a script asks for exists at all."""

import re
from importlib.resources import files

from kiosk import wording
from survey_forms.translation import load_languages

TEMPLATES = sorted((file for file in (files("kiosk") / "templates" / "kiosk").iterdir() if file.name != "slip.html"), key=lambda f: f.name)
SCRIPTS = sorted((file for file in (files("kiosk") / "static").iterdir() if file.name.endswith(".js")), key=lambda f: f.name)
SAID = [value for name, value in vars(wording).items() if name.startswith("SAY_")]


def sentences() -> list[str]:
    """Every Vietnamese sentence of pages and scripts."""
    found = [*wording.WORDS.values(), *SAID, *(part for pair in wording.CODE_SENTENCES.values() for part in pair)]
    found += wording.ENROLMENT_SENTENCES.values()
    for template in TEMPLATES:
        for called in re.findall(r"\bt\(([^()]*)\)", template.read_text(encoding="utf-8")):
            found += re.findall(r'"([^"]+)"', called)
    return found


def test_every_sentence_has_its_english() -> None:
    assert load_languages()["en"].missing(sentences()) == ()


def test_no_sentence_shouts() -> None:
    assert [sentence for sentence in sentences() if "!" in sentence] == []


def test_no_vietnamese_stands_in_a_template_outside_a_translation() -> None:
    for template in TEMPLATES:
        text = re.sub(r"\{#.*?#\}|\{[{%].*?[}%]\}", "", template.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert re.findall(r"[À-ỹ]+", text) == [], template.name


def test_every_word_a_script_asks_for_exists() -> None:
    asked = {word for script in SCRIPTS for word in re.findall(r'\bt\("(\w+)"\)', script.read_text(encoding="utf-8"))}
    assert asked
    assert asked <= set(wording.WORDS)


def test_scripts_write_no_markup_and_keep_nothing() -> None:
    for script in SCRIPTS:
        text = script.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|localStorage|sessionStorage|document\.cookie", text
        ), script.name
        assert not re.search(r"[À-ỹ]", text), f"{script.name} holds words that cannot be translated"
