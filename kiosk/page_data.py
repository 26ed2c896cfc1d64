"""The instrument and the words of a visit as JSON for the script: all languages at once, so that switching keeps the answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kiosk.faces import faces
from kiosk.typography import hold_together
from kiosk.visit import Visit
from kiosk.wording import WORDS
from survey_forms.instrument import Instrument
from survey_forms.translation import Language


def visit_data(
    visit: Visit,
    languages: Mapping[str, Language],
    lang: str,
    now: datetime,
    addresses: Mapping[str, str],
    rotation: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """What `rate.js` starts from. Every text a person reads is keyed by its Vietnamese sentence in `texts`, held together for line breaks.

    `now_ms` lets the script tell the server's time without trusting the device's clock.
    """
    return {
        "lang": lang,
        "now_ms": int(now.timestamp() * 1000),
        "addresses": dict(addresses),
        "channel": visit.channel,
        "rotation": rotation,
        "device": visit.device_id,
        "office": visit.desk.office_name,
        "demonstration": visit.desk.demonstration,
        "envelope": {
            "instrument": visit.instrument.id,
            "unit": visit.desk.unit,
            "counter": visit.counter.code if visit.counter else None,
            "mode": visit.mode,
            "code": visit.code,
            "channel": None if visit.channel == "kiosk" else visit.channel,
        },
        "fields": [{"code": choice.code, "name": choice.name} for choice in visit.fields],
        "stages": list(visit.stages),
        "instrument": _instrument_data(visit.instrument),
        "words": WORDS,
        "languages": [{"code": language.code, "name": language.name, "texts": _texts(visit, language)} for language in languages.values()],
    }


def _texts(visit: Visit, language: Language) -> dict[str, str]:
    sentences = [
        *WORDS.values(),
        *visit.instrument.texts(),
        *(choice.name for choice in visit.fields),
        visit.desk.office_name,
    ]
    if language.code == "vi":
        return {sentence: hold_together(sentence) for sentence in sentences}
    # What is not translated is left out: the script then shows the Vietnamese sentence and says that it is one.
    return {sentence: language.texts[sentence] for sentence in sentences if sentence in language.texts}


def _instrument_data(instrument: Instrument) -> dict[str, Any]:
    return {
        "stem": instrument.stem,
        "low_levels": list(instrument.scale.low_levels),
        "overall": instrument.overall,
        "feedback_question": instrument.feedback_question,
        "levels": [
            {
                "level": face.level,
                "label": face.label,
                "mouth": face.mouth,
                "laughing": face.laughing,
                "tone": face.tone,
            }
            for face in faces(instrument.scale)
        ],
        "factors": [
            {
                "code": factor.code,
                "title": factor.title,
                "short": factor.short,
                "criteria": [
                    {
                        "code": c.code,
                        "text": c.text,
                        "stages": list(c.stages),
                        "asked_of": c.asked_of,
                        "reasons": [{"code": reason.code, "text": reason.text} for reason in c.reasons],
                    }
                    for c in factor.criteria
                ],
            }
            for factor in instrument.factors
        ],
        "questions": [
            {"code": q.code, "text": q.text, "options": [{"code": o.code, "text": o.text} for o in q.options]} for q in instrument.questions
        ],
    }
