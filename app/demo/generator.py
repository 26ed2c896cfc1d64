"""Generated responses: deterministic in the seed, with the shares of `truth` and the circumstances of `visits`.

Values in, values out: nothing here knows a database, a clock or another source of chance than the seed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from app.demo.comments import CRITICAL, CRITICAL_IN_FIELD, PLEASED
from app.demo.office import DemoOffice
from app.demo.truth import (
    BLANK_SHARE,
    CUTS_FROM_SATISFIED,
    FACTOR_VARIANCE,
    OVERALL_PERSON_VARIANCE,
    PERSON_VARIANCE,
    answer_chances,
    latent_means,
)
from app.demo.visits import Visits, draw_visits
from app.services.generated_ids import mark_generated
from survey_forms import STAGES, Channel, Instrument, Mode, RespondentKind, Stage, Took
from survey_forms.vocabulary import CHANNELS, MODES, NO_OPINION, RESPONDENT_KINDS, TOOK_CLASSES

NOT_PUT, BLANK, CANNOT_SAY = -3, -2, -1
"""What stands in the array of answers instead of a level's position (0–4)."""

_COMMENT_SHARE = 0.045
_PROCEDURE_SHARE = 0.6
_TOLD_ABOUT_SELF_SHARE = 0.7

Answers = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class GeneratedResponse:
    """One response as its sender sent it, with the tablet it was sent from and the hour it arrived.

    `answered_hour`, `received_hour`: whole hours since 1970-01-01T00Z. `asked` None: every criterion of the stage.
    """

    id: UUID
    unit: str
    field: str
    procedure: str | None
    counter: str | None
    channel: Channel
    stage: Stage
    mode: Mode
    kind: RespondentKind
    helped: bool
    asked: tuple[str, ...] | None
    ratings: Mapping[str, int | str]
    overall: int | str | None
    took: Took | None
    repeats_previous: bool | None
    comment: str | None
    respondent: Mapping[str, str]
    device_id: str | None
    answered_hour: int
    received_hour: int

    @property
    def is_coded(self) -> bool:
        """Whether a rating code was spent: that of the invitation."""
        return self.channel == "invitation"


def generate_responses(office: DemoOffice, instrument: Instrument, *, n: int, seed: int) -> Iterator[GeneratedResponse]:
    """n responses to a five-level instrument, the same for the same arguments, in no order of time.

    Latent answer = mean + √PERSON_VARIANCE·person + √FACTOR_VARIANCE·(person, factor) + rest, all standard normal; two
    answers of one person correlate by 0.4, within a factor by 0.5. Whether a criterion is asked and answered does not
    depend on it. Raises ValueError for a scale of other than five levels satisfied from the fourth.
    """
    scale = instrument.scale
    if len(scale.levels) != 5 or scale.position(scale.satisfied_from) != 3:
        raise ValueError(f"{instrument.id}: responses are generated for five levels satisfied from the fourth only")
    rng = np.random.default_rng(seed)
    visits = draw_visits(rng, office, n)
    answers, overall = _draw_answers(rng, office, instrument, visits)
    repeats = _repeats_previous(visits, answers)
    extras = _Extras(rng, office, instrument, n)
    return _assemble(office, instrument, visits, answers, overall, repeats, extras)


def _draw_answers(rng: Generator, office: DemoOffice, instrument: Instrument, visits: Visits) -> tuple[Answers, Answers]:
    """Answers [n, K] and the overall question [n], as positions on the scale or NOT_PUT, BLANK, CANNOT_SAY."""
    n, n_factors = len(visits), len(instrument.factors)
    factor_of = np.array([number for number, factor in enumerate(instrument.factors) for _criterion in factor.criteria])
    means = np.array([[latent_means(instrument, desk, field) for field in office.fields] for desk in office.desks])
    mean = means[visits.unit, visits.field]
    person = rng.standard_normal(n)
    view = rng.standard_normal((n, n_factors))
    rest = rng.standard_normal(mean.shape)
    latent = mean + np.sqrt(PERSON_VARIANCE) * person[:, None] + np.sqrt(FACTOR_VARIANCE) * view[:, factor_of]
    latent += np.sqrt(1 - PERSON_VARIANCE - FACTOR_VARIANCE) * rest
    answers = np.searchsorted(CUTS_FROM_SATISFIED, latent).astype(np.int8)
    _leave_unanswered(rng, instrument, visits, answers)
    impression = mean.mean(axis=1) + np.sqrt(OVERALL_PERSON_VARIANCE) * person
    impression += np.sqrt(1 - OVERALL_PERSON_VARIANCE) * rng.standard_normal(n)
    overall = np.searchsorted(CUTS_FROM_SATISFIED, impression).astype(np.int8)
    overall[(rng.random(n) < BLANK_SHARE) | visits.is_empty] = BLANK
    return answers, overall


def _leave_unanswered(rng: Generator, instrument: Instrument, visits: Visits, answers: Answers) -> None:
    """Take away what was not asked, left blank or could not be judged."""
    chances = answer_chances(instrument)
    gave = visits.gave_feedback[:, None]
    draw = rng.random(answers.shape)
    rated, blank = np.where(gave, chances.rated, chances.rated_otherwise), np.where(gave, chances.blank, chances.blank_otherwise)
    answers[draw >= rated] = CANNOT_SAY
    answers[(draw >= rated) & (draw < rated + blank) | visits.is_empty[:, None]] = BLANK
    at_stage = np.array([[stage in criterion.stages for criterion in instrument.criteria] for stage in STAGES])
    # The paper form prints every criterion of the stage; whoever is not concerned leaves it empty.
    passed_over = ~gave & chances.is_for_givers
    is_paper = (visits.channel == CHANNELS.index("paper"))[:, None]
    answers[passed_over & is_paper] = BLANK
    answers[(passed_over & ~is_paper) | ~at_stage[visits.stage]] = NOT_PUT


def _repeats_previous(visits: Visits, answers: Answers) -> NDArray[np.bool_]:
    """Whether a tablet's visitor gave exactly the answers of the one before, as the tablet would have noticed."""
    repeats = np.zeros(len(visits), dtype=np.bool_)
    order = np.lexsort((visits.answered_minute, visits.answered_hour, visits.tablet, visits.unit))
    order = order[visits.tablet[order] >= 0]
    before, after = order[:-1], order[1:]
    same_tablet = (visits.unit[before] == visits.unit[after]) & (visits.tablet[before] == visits.tablet[after])
    repeats[after] = same_tablet & (answers[before] == answers[after]).all(axis=1)
    return repeats


class _Extras:
    """Draws that only some responses use: ids, procedures, comments, answers about the respondent."""

    def __init__(self, rng: Generator, office: DemoOffice, instrument: Instrument, n: int) -> None:
        self._office, self._instrument = office, instrument
        self._id_bytes = rng.bytes(16 * n)
        self._procedure = rng.random((n, 2))
        self._comment = rng.random((n, 2))
        self._respondent = rng.random((n, 1 + len(instrument.questions)))

    def id(self, row: int) -> UUID:
        """A random UUID of version 4, marked as generated."""
        return mark_generated(self._id_bytes[16 * row : 16 * row + 16])

    def procedure(self, row: int, field: int) -> str | None:
        """A procedure of the field, where it has some and this person named one."""
        procedures = self._office.fields[field].procedures
        is_named, which = self._procedure[row]
        return procedures[int(which * len(procedures))].code if procedures and is_named < _PROCEDURE_SHARE else None

    def comment(self, row: int, field: int, overall: int) -> str | None:
        """A sentence that fits the overall impression; most people write none."""
        is_written, which = self._comment[row]
        if is_written >= _COMMENT_SHARE or overall < 0:
            return None
        critical = CRITICAL_IN_FIELD.get(self._office.fields[field].code, ()) * 2 + CRITICAL
        sentences = PLEASED if overall >= 3 else critical
        return sentences[int(which * len(sentences))]

    def respondent(self, row: int, kind: int) -> dict[str, str]:
        """Answers about the respondent; organisations are not asked, and it is everybody's own choice."""
        is_told, *which = self._respondent[row]
        if RESPONDENT_KINDS[kind] == "organisation" or is_told >= _TOLD_ABOUT_SELF_SHARE:
            return {}
        return {
            question.code: question.options[int(draw * len(question.options))].code
            for question, draw in zip(self._instrument.questions, which, strict=True)
        }


def _assemble(
    office: DemoOffice,
    instrument: Instrument,
    visits: Visits,
    answers: Answers,
    overall: Answers,
    repeats: NDArray[np.bool_],
    extras: _Extras,
) -> Iterator[GeneratedResponse]:
    codes = [criterion.code for criterion in instrument.criteria]
    word: dict[int, int | str] = dict(enumerate(instrument.scale.levels)) | {CANNOT_SAY: NO_OPINION}
    for row in range(len(visits)):
        desk, field = office.desks[visits.unit[row]], int(visits.field[row])
        sheet, channel = answers[row].tolist(), CHANNELS[visits.channel[row]]
        tablet, counter, took = int(visits.tablet[row]), int(visits.counter[row]), int(visits.took[row])
        impression = int(overall[row])
        yield GeneratedResponse(
            id=extras.id(row),
            unit=desk.key,
            field=office.fields[field].code,
            procedure=extras.procedure(row, field),
            counter=desk.counters[counter] if counter >= 0 else None,
            channel=channel,
            stage=STAGES[visits.stage[row]],
            mode=MODES[visits.mode[row]],
            kind=RESPONDENT_KINDS[visits.kind[row]],
            helped=bool(visits.helped[row]),
            asked=None if channel == "paper" else tuple(c for c, a in zip(codes, sheet, strict=True) if a != NOT_PUT),
            ratings={code: word[answer] for code, answer in zip(codes, sheet, strict=True) if answer >= CANNOT_SAY},
            overall=word[impression] if impression >= CANNOT_SAY else None,
            took=TOOK_CLASSES[took] if took >= 0 else None,
            repeats_previous=bool(repeats[row]) if tablet >= 0 else None,
            comment=extras.comment(row, field, impression),
            respondent=extras.respondent(row, int(visits.kind[row])),
            device_id=desk.tablets[tablet] if tablet >= 0 else None,
            answered_hour=int(visits.answered_hour[row]),
            received_hour=int(visits.received_hour[row]),
        )
