"""What a visit carries from page to page in hidden fields, read from a post and turned into a submission. Pure; nothing is remembered.

Everything that decides what is stored stands in the post itself, the moment of answering included, so that posting the same page
again gives the same submission and the one door can recognise it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeVar
from unicodedata import category
from uuid import UUID

from werkzeug.datastructures import MultiDict

from kiosk.codes import normalise_code
from kiosk.errors import CodeMistyped
from kiosk.visit import START, Visit, asked_codes
from survey_forms.reasons import ReasonsGiven, list_low_rated
from survey_forms.sheet import Rating, parse_rating
from survey_forms.submission import MAX_FURTHER_CODES, Submission
from survey_forms.text import is_code
from survey_forms.vocabulary import MODES, RESPONDENT_KINDS, STAGES, TOOK_CLASSES, Channel, Mode, RespondentKind, Stage, Took

RATING: Final = "rating-"
RESPONDENT: Final = "respondent-"
REASON: Final = "reason-"
REASON_TEXT: Final = "reason_text-"
OVERALL: Final = "overall"
CHANNELS_WITHOUT_DEVICE: Final[tuple[Channel, ...]] = ("invitation", "link", "poster")
LONGEST_KEPT: Final = 20_000  # characters of a comment carried along, so that one that is too long can still be shortened

# An answer may wait this long for its sending; a clock that says otherwise is wrong and the server's moment is taken.
_LATEST_AHEAD: Final = timedelta(minutes=5)
_LONGEST_WAIT: Final = timedelta(hours=24)

_Word = TypeVar("_Word", bound=str)


@dataclass(frozen=True, slots=True)
class FormState:
    """The answers and the envelope as they stand on one page. None and absence mean not answered yet."""

    page: str = START
    id: UUID | None = None
    started_at: datetime | None = None
    answered_at: datetime | None = None
    lang: str = "vi"
    code: str | None = None
    codes: tuple[str, ...] = ()
    channel: Channel | None = None
    instrument: str | None = None
    unit: str | None = None
    counter: str | None = None
    mode: Mode | None = None
    field: str | None = None
    stage: Stage | None = None
    kind: RespondentKind | None = None
    gave_feedback: bool | None = None
    drawn: tuple[str, ...] | None = None
    asked: tuple[str, ...] | None = None
    ratings: Mapping[str, Rating] = dataclass_field(default_factory=dict)
    overall: Rating | None = None
    respondent: Mapping[str, str] = dataclass_field(default_factory=dict)
    comment: str = ""
    may_quote: bool = False
    reasons: Mapping[str, tuple[str, ...]] = dataclass_field(default_factory=dict)
    reason_texts: Mapping[str, str] = dataclass_field(default_factory=dict)
    helped: bool = False
    took: Took | None = None
    repeats_previous: bool | None = None
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Incomplete(Exception):
    """A post that cannot become a submission yet: what is missing."""

    missing: Literal["id", "stage", "field", "visit"]


def parse_state(posted: Mapping[str, str]) -> FormState:
    """Read a post, whatever it holds. What cannot be understood is left out; the names of unreadable answers are noted.

    `posted` maps field names to their last value. Nothing raises: a tampered field only loses itself.
    """
    reasons: dict[str, tuple[str, ...]] = {}
    reason_texts: dict[str, str] = {}
    ratings: dict[str, Rating] = {}
    respondent: dict[str, str] = {}
    unreadable: list[str] = []
    for name, value in posted.items():
        if name.startswith(RATING) and is_code(name.removeprefix(RATING)):
            rating = _rating(value, name, unreadable)
            if rating is not None:
                ratings[name.removeprefix(RATING)] = rating
        elif name.startswith(RESPONDENT) and is_code(name.removeprefix(RESPONDENT)) and is_code(value):
            respondent[name.removeprefix(RESPONDENT)] = value
        elif name.startswith(REASON) and is_code(name.removeprefix(REASON)):
            if chips := _chips(posted, name):
                reasons[name.removeprefix(REASON)] = chips
        elif name.startswith(REASON_TEXT) and is_code(name.removeprefix(REASON_TEXT)) and value.strip():
            reason_texts[name.removeprefix(REASON_TEXT)] = _clean_text(value)
    return FormState(
        page=posted.get("page", START),
        id=_uuid4(posted.get("id", "")),
        started_at=_moment(posted.get("started_at", "")),
        answered_at=_moment(posted.get("answered_at", "")),
        lang=posted.get("lang", "vi"),
        code=_key(posted.get("code")),
        codes=_lines(posted.get("codes", "")),
        channel=_one_of(CHANNELS_WITHOUT_DEVICE, posted.get("channel")),
        instrument=_key(posted.get("instrument")),
        unit=_key(posted.get("unit")),
        counter=_key(posted.get("counter")),
        mode=_one_of(MODES, posted.get("mode")),
        field=_key(posted.get("field")),
        stage=_one_of(STAGES, posted.get("stage")),
        kind=_one_of(RESPONDENT_KINDS, posted.get("kind")),
        gave_feedback={"yes": True, "no": False}.get(posted.get("gave_feedback", "")),
        drawn=tuple(posted["drawn"].split()) if posted.get("drawn", "").strip() else None,
        asked=tuple(posted["asked"].split()) if posted.get("asked", "").strip() else None,
        ratings=ratings,
        overall=_rating(posted.get(OVERALL, ""), OVERALL, unreadable),
        respondent=respondent,
        comment=_clean_text(posted.get("comment", "")),
        may_quote=posted.get("may_quote") == "yes",
        reasons=reasons,
        reason_texts=reason_texts,
        helped=posted.get("helped") in ("yes", "on", "y", "true"),
        took=_one_of(TOOK_CLASSES, posted.get("took")),
        repeats_previous={"yes": True, "no": False}.get(posted.get("repeats_previous", "")),
        unreadable=tuple(unreadable),
    )


def posted_fields(state: FormState) -> Iterator[tuple[str, str]]:
    """Name and value of every hidden field that carries this state: what `parse_state` reads back."""
    plain = {
        "page": state.page,
        "id": str(state.id) if state.id else None,
        "started_at": state.started_at.isoformat() if state.started_at else None,
        "answered_at": state.answered_at.isoformat() if state.answered_at else None,
        "lang": state.lang,
        "code": state.code,
        "codes": "\n".join(state.codes) or None,
        "channel": state.channel,
        "instrument": state.instrument,
        "unit": state.unit,
        "counter": state.counter,
        "mode": state.mode,
        "field": state.field,
        "stage": state.stage,
        "kind": state.kind,
        "gave_feedback": _yes_no(state.gave_feedback),
        "drawn": " ".join(state.drawn) if state.drawn else None,
        "asked": " ".join(state.asked) if state.asked else None,
        "comment": state.comment or None,
        "may_quote": "yes" if state.may_quote else None,
        "helped": "yes" if state.helped else None,
        OVERALL: None if state.overall is None else str(state.overall),
        "took": state.took,
        "repeats_previous": _yes_no(state.repeats_previous),
    }
    yield from ((name, value) for name, value in plain.items() if value is not None)
    yield from ((RATING + code, str(rating)) for code, rating in state.ratings.items())
    yield from ((RESPONDENT + code, answer) for code, answer in state.respondent.items())
    yield from ((REASON + code, " ".join(chips)) for code, chips in state.reasons.items())
    yield from ((REASON_TEXT + code, text) for code, text in state.reason_texts.items())


def took_class(seconds: float) -> Took:
    """The class of an answering time; negative times, from a clock that was set back, count as the shortest.

    >>> took_class(29.9), took_class(30), took_class(119), took_class(120)
    ('<30', '30-59', '60-119', '>=120')
    """
    if seconds < 30:
        return "<30"
    if seconds < 60:
        return "30-59"
    return "60-119" if seconds < 120 else ">=120"


def build_submission(state: FormState, visit: Visit | None, now: datetime) -> Submission:
    """Turn the posted state into what the one door takes.

    With a visit, unit, channel, counter and mode are the server's word. Without one (the code opens nothing any more) the post speaks for
    itself: the one door knows whether this very sheet has been received before. Ratings of criteria that were not asked, as after a changed
    feedback answer, stay out. Raises Incomplete naming the missing part.
    """
    if state.id is None:
        raise Incomplete("id")
    stage = (visit.stage if visit else None) or state.stage
    if stage is None or (visit and stage not in visit.stages):
        raise Incomplete("stage")
    instrument = state.instrument or (visit.instrument.id if visit else None)
    unit = visit.desk.unit if visit else state.unit
    if instrument is None or unit is None or (visit is None and state.code is None):
        raise Incomplete("visit")
    field_code = _field(state, visit)
    asked = state.asked
    if asked is None and visit is not None and visit.instrument.id == instrument:
        asked = asked_codes(visit.instrument, stage, state.gave_feedback, state.drawn)
    ratings: dict[str, object] = {code: rating for code, rating in state.ratings.items() if asked is None or code in asked}
    answered_at = bounded_moment(state.answered_at, now)
    took = state.took or (took_class((answered_at - state.started_at).total_seconds()) if state.started_at else None)
    return Submission(
        id=state.id,
        instrument=instrument,
        unit=unit,
        field=field_code,
        channel=visit.channel if visit else "link" if state.channel == "link" else "invitation",
        answered_at=answered_at,
        ratings=ratings,
        code=state.code if visit is None else visit.code,
        codes=_further_codes(state, visit),
        counter=(visit.counter.code if visit.counter else None) if visit else state.counter,
        stage=stage,
        mode=visit.mode if visit else state.mode,
        kind=state.kind,
        helped=state.helped,
        asked=asked,
        took=took,
        repeats_previous=state.repeats_previous,
        overall=state.overall,
        comment=state.comment.strip() or None,
        may_quote=state.may_quote and bool(state.comment.strip()),
        respondent=dict(state.respondent),
        reasons=_reasons(state, visit, ratings),
    )


def _reasons(state: FormState, visit: Visit | None, ratings: Mapping[str, object]) -> dict[str, ReasonsGiven]:
    """What went wrong, of the criteria that are still rated low: a rating that was raised afterwards takes its reasons along."""
    given = {
        code: ReasonsGiven(chips=state.reasons.get(code, ()), text=state.reason_texts.get(code))
        for code in {**state.reasons, **state.reason_texts}
    }
    if visit is None:
        return given  # the door knows the instrument
    low = {criterion.code for criterion in list_low_rated(visit.instrument, ratings)}
    return {code: reasons for code, reasons in given.items() if code in low}


def _chips(posted: Mapping[str, str], name: str) -> tuple[str, ...]:
    """Ticked boxes arrive one by one, carried ones in one field with spaces between."""
    values = posted.getlist(name) if isinstance(posted, MultiDict) else [posted[name]]
    return tuple(dict.fromkeys(code for value in values for code in value.split() if is_code(code)))


def _further_codes(state: FormState, visit: Visit | None) -> tuple[str, ...] | None:
    """The further codes of somebody who acts for others, each once; one that cannot be read stays, for the one door to name."""
    first = state.code if visit is None else visit.code
    if first is None or state.kind != "authorised":
        return None
    codes = dict.fromkeys(_normalised(code) for code in state.codes)
    codes.pop(_normalised(first), None)
    return tuple(codes) or None


def _normalised(code: str) -> str:
    try:
        return normalise_code(code)
    except CodeMistyped:
        return code


def bounded_moment(moment: datetime | None, now: datetime) -> datetime:
    """The posted moment when it is believable, the server's otherwise."""
    if moment is None or not now - _LONGEST_WAIT <= moment <= now + _LATEST_AHEAD:
        return now
    return moment


def _field(state: FormState, visit: Visit | None) -> str:
    if visit is None:
        if state.field is None:
            raise Incomplete("visit")
        return state.field
    if visit.field is not None:
        return visit.field.code
    if state.field not in {choice.code for choice in visit.fields} or state.field is None:
        raise Incomplete("field")
    return state.field


def _rating(text: str, name: str, unreadable: list[str]) -> Rating | None:
    try:
        return parse_rating(text)
    except ValueError:
        unreadable.append(name)
        return None


def _one_of(words: tuple[_Word, ...], text: str | None) -> _Word | None:
    return next((word for word in words if word == text), None)


def _yes_no(answer: bool | None) -> str | None:
    return None if answer is None else "yes" if answer else "no"


def _uuid4(text: str) -> UUID | None:
    try:
        value = UUID(text)
    except ValueError:
        return None
    return value if value.version == 4 and str(value) == text.lower() else None


def _moment(text: str) -> datetime | None:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    return value.astimezone(UTC) if value.tzinfo and 2000 < value.year < 9000 else None


def _lines(text: str) -> tuple[str, ...]:
    """The lines of a text, at most as many as a sheet may carry codes and one more, so that a surplus is noticed."""
    lines = (" ".join("".join(c if c.isprintable() else " " for c in line).split())[:200] for line in re.split(r"[\r\n,;]+", text))
    return tuple(line for line in lines if line)[: MAX_FURTHER_CODES + 1]


def _key(text: str | None) -> str | None:
    cleaned = (text or "").strip()
    return cleaned if cleaned and len(cleaned) <= 200 and cleaned.isprintable() else None


def _clean_text(text: str) -> str:
    """Line ends as newlines, other control characters as spaces: a pasted tab must not cost anybody the sheet."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST_KEPT]
    return "".join(" " if c != "\n" and category(c) in ("Cc", "Cs") else c for c in lines)
