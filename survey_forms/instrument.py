"""The instrument (phiếu khảo sát): a questionnaire is data. Factors hold criteria; a published one never changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from survey_forms.scale import Scale
from survey_forms.text import Code, Sentence
from survey_forms.vocabulary import ENVELOPE_COLUMNS, STAGES, AskedOf, Judges, Stage

DEFAULT_STEM: Final = "Ông/Bà hài lòng thế nào về việc:"
"""What a criterion is read after when its instrument does not say otherwise."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Option(_Part):
    """One answer offered: to a question, or to what went wrong with a criterion."""

    code: Code
    text: Sentence


class Criterion(_Part):
    """One statement a citizen rates (tiêu chí).

    Its stages are those of its factor unless it names fewer, and it judges whom its factor judges unless it names somebody else: the
    time limit stands among the procedures of the desk, but the unit that resolves the dossier keeps it or not. ``reasons`` are what
    somebody who rated it low can tick as what went wrong; none means that a few own words are all that can be said.
    """

    code: Code
    text: Sentence
    stages: tuple[Stage, ...] = STAGES
    asked_of: AskedOf = "everyone"
    judges: Judges = "desk"
    reasons: tuple[Option, ...] = ()

    @field_validator("stages")
    @classmethod
    def _stages_are_named_once(cls, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        return _each_stage_once(stages)

    @model_validator(mode="after")
    def _reasons_differ(self) -> Self:
        _refuse_repeats((reason.code, ("reasons", index, "code")) for index, reason in enumerate(self.reasons))
        return self


class Factor(_Part):
    """A group of criteria (yếu tố) with one share of its own, and whom its criteria judge unless they say otherwise.

    ``short`` is for narrow places such as the progress bar. Raises ValidationError when a criterion names a stage at
    which its factor is not asked.
    """

    code: Code
    title: Sentence
    short: Sentence | None = None
    judges: Judges = "desk"
    # Stands before the criteria because they are checked against it: pydantic validates in this order.
    stages: tuple[Stage, ...] = STAGES
    criteria: tuple[Criterion, ...]

    @field_validator("stages")
    @classmethod
    def _stages_are_named_once(cls, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        return _each_stage_once(stages)

    @field_validator("criteria")
    @classmethod
    def _criteria_take_after_their_factor(cls, criteria: tuple[Criterion, ...], info: ValidationInfo) -> tuple[Criterion, ...]:
        if not criteria:
            raise PydanticCustomError("structure", "a factor needs at least one criterion")
        stages: tuple[Stage, ...] | None = info.data.get("stages")
        judges: Judges | None = info.data.get("judges")
        if stages is None or judges is None:
            return criteria  # the factor's own stages or judges are wrong, and that is the error to report
        settled = []
        for index, criterion in enumerate(criteria):
            if "judges" not in criterion.model_fields_set:
                criterion = criterion.model_copy(update={"judges": judges})
            if "stages" not in criterion.model_fields_set:
                criterion = criterion.model_copy(update={"stages": stages})
            elif not set(criterion.stages) <= set(stages):
                raise PydanticCustomError(
                    "structure",
                    "{problem}",
                    {
                        "problem": f"the factor is asked only at {', '.join(stages)}; name no other stage here, "
                        "or widen the stages of the factor",
                        "at": (index, "stages"),
                    },
                )
            settled.append(criterion)
        return tuple(settled)


class Question(_Part):
    """A question about the respondent or what happened, answered by one option or not at all; outside the index."""

    code: Code
    text: Sentence
    options: tuple[Option, ...]

    @model_validator(mode="after")
    def _options_differ(self) -> Self:
        if len(self.options) < 2:
            raise _structure("a question needs at least two options", ("options",))
        _refuse_repeats((option.code, ("options", index, "code")) for index, option in enumerate(self.options))
        return self


class Instrument(_Part):
    """One version of a questionnaire.

    ``id`` is ``series@version``. A wording fix is a new version of the same series; a change of meaning starts a new
    series. Codes of factors, of criteria and of questions are unique, each among their own kind. Raises ValidationError
    when a code repeats, nothing is asked, or a criterion is for those who gave feedback and nothing asks who did.

    >>> instrument = Instrument(
    ...     series="vi-du", version="1.0",
    ...     scale=Scale(levels=(0, 1), satisfied_from=1, labels=("Không hài lòng", "Hài lòng")),
    ...     factors=(Factor(code="1", title="Kết quả", stages=("result",),
    ...                     criteria=(Criterion(code="1.1", text="Kết quả đúng hẹn"),)),),
    ... )
    >>> instrument.id, [criterion.code for criterion in instrument.criteria_at("filing")]
    ('vi-du@1.0', [])
    >>> instrument.factor_of("1.1").title
    'Kết quả'
    """

    series: Code
    version: Code
    title: Sentence | None = None
    scale: Scale
    factors: tuple[Factor, ...]
    stem: Sentence = DEFAULT_STEM
    overall: Sentence | None = None
    feedback_question: Sentence | None = None
    questions: tuple[Question, ...] = ()

    @model_validator(mode="after")
    def _codes_are_unique_and_questions_complete(self) -> Self:
        if not self.factors:
            raise _structure("an instrument needs at least one factor", ("factors",))
        _refuse_repeats((factor.code, ("factors", index, "code")) for index, factor in enumerate(self.factors))
        _refuse_repeats(
            (criterion.code, ("factors", place, "criteria", index, "code"))
            for place, factor in enumerate(self.factors)
            for index, criterion in enumerate(factor.criteria)
        )
        _refuse_repeats((question.code, ("questions", index, "code")) for index, question in enumerate(self.questions))
        if self.feedback_question is None:
            for place, factor in enumerate(self.factors):
                for index, criterion in enumerate(factor.criteria):
                    if criterion.asked_of == "feedback_givers":
                        raise _structure(
                            "this criterion is for those who gave feedback, but the instrument never asks who did; "
                            "add feedback_question, or ask it of everyone",
                            ("factors", place, "criteria", index, "asked_of"),
                        )
        return self

    @property
    def id(self) -> str:
        """``series@version``, what answers are stored under."""
        return f"{self.series}@{self.version}"

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """Every criterion in the order of the form."""
        return tuple(criterion for factor in self.factors for criterion in factor.criteria)

    def criteria_at(self, stage: Stage) -> tuple[Criterion, ...]:
        """The criteria asked at a stage, in the order of the form; empty when the stage asks none."""
        return tuple(criterion for criterion in self.criteria if stage in criterion.stages)

    @cached_property
    def _by_code(self) -> dict[str, tuple[Factor, Criterion]]:
        return {criterion.code: (factor, criterion) for factor in self.factors for criterion in factor.criteria}

    def criterion(self, code: str) -> Criterion:
        """The criterion of a code. Raises KeyError when the instrument has none."""
        return self._by_code[code][1]

    def factor_of(self, criterion_code: str) -> Factor:
        """The factor a criterion belongs to. Raises KeyError when the instrument has no such criterion."""
        return self._by_code[criterion_code][0]

    def texts(self) -> tuple[str, ...]:
        """Every Vietnamese text a person reads, each once, in the order of the form: what a translation must cover."""
        return tuple(dict.fromkeys(self._texts()))

    def _texts(self) -> Iterator[str]:
        yield from filter(None, (self.title, self.stem))
        yield from self.scale.labels
        for factor in self.factors:
            yield from filter(None, (factor.title, factor.short))
            for criterion in factor.criteria:
                yield criterion.text
                yield from (reason.text for reason in criterion.reasons)
        yield from filter(None, (self.overall, self.feedback_question))
        for question in self.questions:
            yield question.text
            yield from (option.text for option in question.options)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 (hex) over what a citizen was asked: series, version, codes, scale and every Vietnamese text.

        It is what keeps a published version from changing unseen. Stages, ``asked_of`` and ``judges`` are left out:
        they say when and of whom a question is asked, not what it means. So are ``reasons``: they are offered after the
        ratings and enter no figure of the index, so an office may sharpen them under a version already published; the
        price is a rule kept by hand – a reason's code never takes another meaning. Comments, key order and white space
        of the file do not reach it.
        """
        content = {
            "series": self.series,
            "version": self.version,
            "title": self.title,
            "scale": self.scale.model_dump(),
            "factors": [
                {
                    "code": factor.code,
                    "title": factor.title,
                    "short": factor.short,
                    "criteria": [[criterion.code, criterion.text] for criterion in factor.criteria],
                }
                for factor in self.factors
            ],
            "stem": self.stem,
            "overall": self.overall,
            "feedback_question": self.feedback_question,
            "questions": [question.model_dump() for question in self.questions],
        }
        canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def _each_stage_once(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    if not stages or len(set(stages)) != len(stages):
        raise PydanticCustomError("structure", "name one or both of filing and result, each once")
    return stages


def _structure(problem: str, at: tuple[str | int, ...], first_at: tuple[str | int, ...] | None = None) -> Exception:
    return PydanticCustomError("structure", "{problem}", {"problem": problem, "at": at, "first_at": first_at})


def _refuse_repeats(codes: Iterator[tuple[str, tuple[str | int, ...]]]) -> None:
    seen: dict[str, tuple[str | int, ...]] = {}
    for code, at in codes:
        # A table's header is read without regard to capitals: "a" and "A" would be one column.
        if code.casefold() in seen:
            raise _structure(f"the code {code!r} is used twice; give each a code of its own", at, seen[code.casefold()])
        if code.casefold() in ENVELOPE_COLUMNS:
            raise _structure(f"the code {code!r} is the name of a column of every table of responses; choose another", at)
        seen[code.casefold()] = at
