"""One visit: what is known before the first question, and the pages a visit without scripts goes through."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kiosk.protocols import Choice, Desk, Device, Invitation
from survey_forms.instrument import Criterion, Factor, Instrument
from survey_forms.reasons import list_low_rated
from survey_forms.rotation import MOST_ASKED
from survey_forms.vocabulary import STAGES, Asking, Channel, Mode, RespondentKind, Stage

START, STAGE, FIELD, KIND, FEEDBACK, OVERALL, REASONS, QUESTIONS, CODES, FINISH = (
    "start",
    "stage",
    "field",
    "kind",
    "feedback",
    "overall",
    "reasons",
    "questions",
    "codes",
    "finish",
)
_FACTOR = "factor:"


@dataclass(frozen=True, slots=True)
class Visit:
    """Where and about what somebody rates. `fields` and `stages` are what may still be chosen; one entry means it is settled."""

    desk: Desk
    instrument: Instrument
    channel: Channel
    fields: tuple[Choice, ...]
    stages: tuple[Stage, ...]
    counter: Choice | None
    mode: Mode | None
    code: str | None
    asking: Asking = "full"
    device_id: str | None = None

    @property
    def field(self) -> Choice | None:
        """The field when only one is possible."""
        return self.fields[0] if len(self.fields) == 1 else None

    @property
    def stage(self) -> Stage | None:
        """The stage when only one is possible."""
        return self.stages[0] if len(self.stages) == 1 else None


def visit_at_device(device: Device, instrument: Instrument, asking: Asking = "full") -> Visit:
    """A visit at an enrolled tablet: the desk is known, stage and field are asked."""
    stages = tuple(stage for stage in STAGES if instrument.criteria_at(stage))
    return Visit(device.desk, instrument, "kiosk", device.desk.fields, stages, device.counter, None, None, asking, device.id)


def visit_by_poster(desk: Desk, counter: Choice | None, instrument: Instrument, asking: Asking = "full") -> Visit:
    """A visit by the poster of a desk: no code, stage and field are asked, its answers are counted apart."""
    stages = tuple(stage for stage in STAGES if instrument.criteria_at(stage))
    return Visit(desk, instrument, "poster", desk.fields, stages, counter, None, None, asking)


def visit_by_invitation(invitation: Invitation, instrument: Instrument, code: str, asking: Asking = "full") -> Visit:
    """A visit by a rating code, which settles unit, field, counter and mode."""
    stages = tuple(stage for stage in invitation.stages_left if instrument.criteria_at(stage))
    return Visit(
        invitation.desk,
        instrument,
        invitation.channel,
        (invitation.field,),
        stages,
        invitation.counter,
        invitation.mode,
        code,
        asking,
    )


def criteria_in_question(instrument: Instrument, stage: Stage, drawn: tuple[str, ...] | None = None) -> tuple[Criterion, ...]:
    """The criteria of the stage, or those of them that were drawn for this visit."""
    return tuple(c for c in instrument.criteria_at(stage) if drawn is None or c.code in drawn)


def asks_about_feedback(instrument: Instrument, stage: Stage) -> bool:
    """Whether a criterion of this stage depends on the feedback question."""
    return any(criterion.asked_of == "feedback_givers" for criterion in instrument.criteria_at(stage))


def asked_codes(instrument: Instrument, stage: Stage, gave_feedback: bool | None, drawn: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """The criteria put to this person: those in question, and the ones for feedback givers only after a yes."""
    return tuple(c.code for c in criteria_in_question(instrument, stage, drawn) if c.asked_of == "everyone" or gave_feedback)


def explainable(instrument: Instrument, ratings: Mapping[str, object], asked: Iterable[str]) -> tuple[Criterion, ...]:
    """The criteria rated low that have reasons to choose from."""
    return tuple(criterion for criterion in list_low_rated(instrument, ratings, asked) if criterion.reasons)


def is_drawn(instrument: Instrument, stage: Stage, drawn: tuple[str, ...] | None) -> bool:
    """Whether this can be a handful of that stage: what a page carries along is only believed when it can be."""
    possible = {criterion.code for criterion in instrument.criteria_at(stage)}
    return drawn is not None and set(drawn) <= possible and len(set(drawn)) == len(drawn) == min(MOST_ASKED, len(possible))


def factors_at(instrument: Instrument, stage: Stage, drawn: tuple[str, ...] | None = None) -> tuple[Factor, ...]:
    """The factors with at least one criterion in question at this stage."""
    in_question = {criterion.code for criterion in criteria_in_question(instrument, stage, drawn)}
    return tuple(f for f in instrument.factors if any(criterion.code in in_question for criterion in f.criteria))


def factor_page(factor: Factor) -> str:
    """The name of a factor's page."""
    return _FACTOR + factor.code


def factor_of_page(instrument: Instrument, page: str) -> Factor | None:
    """The factor a page asks about, or None for the other pages."""
    return next((factor for factor in instrument.factors if factor_page(factor) == page), None)


def pages(
    visit: Visit,
    stage: Stage | None,
    gave_feedback: bool | None,
    drawn: tuple[str, ...] | None = None,
    kind: RespondentKind | None = None,
    ratings: Mapping[str, object] | None = None,
) -> tuple[str, ...]:
    """The pages of this visit in order. Before the stage is known only the pages up to that choice can be told.

    The feedback question stands before the first factor that holds a criterion depending on it; a factor whose every criterion falls
    away is left out. Whoever rated something low is asked once, after everything is rated, what went wrong: asked after each low
    rating it would slow people down and teach them that a good rating is the shorter way. Questions about the person come after all
    ratings. Whoever acts for others may add the codes of further dossiers.
    """
    instrument = visit.instrument
    stage = visit.stage or stage
    before = [START]
    if visit.stage is None:
        before.append(STAGE)
    if visit.field is None:
        before.append(FIELD)
    before.append(KIND)
    if stage is None:
        return tuple(before)
    asked = set(asked_codes(instrument, stage, gave_feedback, drawn))
    in_question = criteria_in_question(instrument, stage, drawn)
    middle: list[str] = []
    for factor in factors_at(instrument, stage, drawn):
        depends = any(c.asked_of == "feedback_givers" and c in in_question for c in factor.criteria)
        if depends and FEEDBACK not in middle:
            middle.append(FEEDBACK)
        if any(criterion.code in asked for criterion in factor.criteria):
            middle.append(factor_page(factor))
    if instrument.overall:
        middle.append(OVERALL)
    if explainable(instrument, ratings or {}, asked):
        middle.append(REASONS)
    if instrument.questions:
        middle.append(QUESTIONS)
    if visit.code is not None and kind == "authorised":
        middle.append(CODES)
    return (*before, *middle, FINISH)


def page_after(order: tuple[str, ...], page: str) -> str:
    """The page after this one; the first when the page is not among them, the last stays."""
    if page not in order:
        return order[0]
    return order[min(order.index(page) + 1, len(order) - 1)]


def page_before(order: tuple[str, ...], page: str) -> str:
    """The page before this one; the first stays."""
    if page not in order:
        return order[0]
    return order[max(order.index(page) - 1, 0)]
