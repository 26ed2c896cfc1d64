"""The true shares behind the demonstration: what an estimate from its responses must come near to.

An answer is a latent number cut into levels. Its mean is the sum of the effects of unit, field, factor and criterion, its
variance is 1, of which `PERSON_VARIANCE` belongs to the person (a content person is content with everything),
`FACTOR_VARIANCE` to the person's view of one factor, and the rest to the single answer. It is satisfied above 0, so the
true share of a criterion is Φ(sum of effects), whatever the correlations.

A factor's share pools criteria that are not answered equally often, so its truth is the mean of its criteria's shares,
weighted by the chance that a visitor of the desk is asked and answers – which is what Σx / Σm estimates.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from app.demo.office import DemoField, DemoOffice, DemoUnit
from app.demo.visits import FEEDBACK_SHARE, stage_shares
from survey_forms import STAGES, Instrument
from survey_forms.instrument import Criterion

Reals = NDArray[np.float64]

PERSON_VARIANCE = 0.40
FACTOR_VARIANCE = 0.10
OVERALL_PERSON_VARIANCE = 0.60
"""Of the overall question: it sums the visit up, so it says more about the person than a single criterion."""

BASE = 1.35
"""Satisfaction everywhere, before any effect: Φ(1.35) is 91.1 %."""

CUTS_FROM_SATISFIED = (-1.35, -0.80, 0.0, 1.25)
"""Where the latent answer passes from one of five levels to the next; satisfied begins at 0."""

CRITERION_EFFECTS: Mapping[str, float] = MappingProxyType(
    {"1.2": -0.22, "2.1": 0.06, "2.2": -0.04, "2.4": -0.26, "3.1": 0.18, "3.2": 0.12, "3.5": -0.20, "3.6": 0.06}
    | {"4.1": 0.05, "4.3": 0.04, "4.4": -0.08, "5.1": -0.16, "5.2": -0.30, "5.3": -0.52, "5.4": -0.66}
)
"""Weak points as plans of such offices name them: equipment, time limits, filling in at one go, handling of feedback."""

BLANK_SHARE = 0.025
NO_OPINION_SHARES: Mapping[str, float] = MappingProxyType({"2.3": 0.13, "4.4": 0.05})
"""Fees: many procedures are free of charge."""
OTHER_NO_OPINION_SHARE = 0.02
UNCONCERNED_ANSWER_SHARE = 0.32
"""How many of those who never gave feedback still judge how it is received; most others have not met with it."""
UNCONCERNED_BLANK_SHARE = 0.20


@dataclass(frozen=True, slots=True)
class TrueShare:
    """One line of the truth table: of a criterion, of a factor (criterion None) or of everything (both None)."""

    unit: str
    field: str
    factor: str | None
    criterion: str | None
    share: float


@dataclass(frozen=True, slots=True)
class AnswerChances:
    """For each criterion of the instrument, shape (n_criteria,): whether those asked leave it blank, rate it or neither.

    `rated` and `blank` are chances 0–1 of people who gave feedback before, `rated_otherwise` and `blank_otherwise` of the
    others; what is left is "không biết / chưa gặp". Criteria put to feedback givers only are 0 for the others.
    """

    rated: Reals
    blank: Reals
    rated_otherwise: Reals
    blank_otherwise: Reals
    is_for_givers: NDArray[np.bool_]


def answer_chances(instrument: Instrument) -> AnswerChances:
    """How often each criterion is answered by those it is put to."""
    codes = [criterion.code for criterion in instrument.criteria]
    no_opinion = np.array([NO_OPINION_SHARES.get(code, OTHER_NO_OPINION_SHARE) for code in codes])
    is_for_givers = np.array([c.asked_of == "feedback_givers" for c in instrument.criteria])
    about_feedback = np.array([_is_about_feedback(instrument, criterion) for criterion in instrument.criteria])
    blank = np.full(len(codes), BLANK_SHARE)
    rated = 1.0 - blank - no_opinion
    rated_otherwise = np.where(about_feedback, UNCONCERNED_ANSWER_SHARE, rated)
    blank_otherwise = np.where(about_feedback, UNCONCERNED_BLANK_SHARE, blank)
    return AnswerChances(
        rated,
        blank,
        np.where(is_for_givers, 0.0, rated_otherwise),
        np.where(is_for_givers, 0.0, blank_otherwise),
        is_for_givers,
    )


def _is_about_feedback(instrument: Instrument, criterion: Criterion) -> bool:
    """Whether the criterion stands in a factor that is partly put to feedback givers only."""
    return any(other.asked_of == "feedback_givers" for other in instrument.factor_of(criterion.code).criteria)


def latent_means(instrument: Instrument, unit: DemoUnit, field: DemoField) -> Reals:
    """The mean of the latent answer to each criterion, shape (n_criteria,)."""
    return np.array(
        [
            BASE
            + unit.effect
            + field.effect
            + unit.factor_effects.get(factor.code, 0.0)
            + field.factor_effects.get(factor.code, 0.0)
            + CRITERION_EFFECTS.get(criterion.code, 0.0)
            for factor in instrument.factors
            for criterion in factor.criteria
        ]
    )


def expected_answers(office: DemoOffice, instrument: Instrument, unit: DemoUnit) -> Reals:
    """Ratings one visitor of this desk gives to each criterion on average, 0–1, shape (n_criteria,)."""
    chances = answer_chances(instrument)
    by_stage = stage_shares(office, unit)
    is_asked = np.array([sum(by_stage[stage] for stage in STAGES if stage in criterion.stages) for criterion in instrument.criteria])
    return is_asked * (FEEDBACK_SHARE * chances.rated + (1 - FEEDBACK_SHARE) * chances.rated_otherwise)


def list_true_shares(office: DemoOffice, instrument: Instrument) -> Iterable[TrueShare]:
    """The truth table: every desk × field, for everything, for each factor and for each criterion."""
    factor_of = np.array([n for n, factor in enumerate(instrument.factors) for _criterion in factor.criteria])
    for unit in office.desks:
        weights = expected_answers(office, instrument, unit)
        for field in office.fields:
            shares = ndtr(latent_means(instrument, unit, field))
            yield TrueShare(unit.key, field.code, None, None, float(np.average(shares, weights=weights)))
            for number, factor in enumerate(instrument.factors):
                inside = factor_of == number
                pooled = float(np.average(shares[inside], weights=weights[inside]))
                yield TrueShare(unit.key, field.code, factor.code, None, pooled)
                for criterion, share in zip(factor.criteria, shares[inside], strict=True):
                    yield TrueShare(unit.key, field.code, factor.code, criterion.code, float(share))
