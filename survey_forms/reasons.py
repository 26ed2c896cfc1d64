"""What went wrong (lý do chưa hài lòng): reasons somebody may add to a low rating, ticked from a list or in a few own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict

from survey_forms.errors import Problem, field_of
from survey_forms.free_text import FreeText, check_free_text
from survey_forms.instrument import Criterion, Instrument
from survey_forms.text import Code, normalise

MAX_REASON_CHARACTERS: Final = 300
"""A sentence or two; the comment has room for more."""


def _list_to_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


class ReasonsGiven(BaseModel):
    """What somebody said about one criterion: codes of its reasons, and own words."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    chips: Annotated[tuple[Code, ...], BeforeValidator(_list_to_tuple)] = ()
    text: FreeText | None = None


def list_low_rated(instrument: Instrument, ratings: Mapping[str, object], asked: Iterable[str] | None = None) -> tuple[Criterion, ...]:
    """The criteria rated below the middle of the scale, in the order of the form: those whose reasons can be given.

    ``asked`` None means that every rating counts. “Không biết / chưa gặp” and blanks are never low.

    >>> from survey_forms.loader import find_instrument
    >>> [each.code for each in list_low_rated(find_instrument("kiosk-default"), {"1.1": 3, "1.2": 2, "3.1": 1, "3.2": "no_opinion"})]
    ['1.2', '3.1']
    """
    low = set(instrument.scale.low_levels)
    among = None if asked is None else set(asked)
    return tuple(c for c in instrument.criteria if ratings.get(c.code) in low and (among is None or c.code in among))


def check_reasons(
    instrument: Instrument, ratings: Mapping[str, object], reasons: Mapping[str, ReasonsGiven], problems: list[Problem]
) -> dict[str, ReasonsGiven]:
    """The reasons in the order of the form, chips in the order of the instrument; those that say nothing are left out."""
    low = {criterion.code: criterion for criterion in list_low_rated(instrument, ratings)}
    checked: dict[str, ReasonsGiven] = {}
    for key, given in reasons.items():
        field, code = field_of("reasons", key), normalise(key)
        if not given.chips and not (given.text or "").strip():
            continue
        if code not in low:
            problems.append(Problem(field, "only a criterion rated below the middle of the scale has reasons"))
            continue
        known = [reason.code for reason in low[code].reasons]
        if not set(given.chips) <= set(known):
            problems.append(Problem(field, f"names a reason the criterion does not have; its reasons are {', '.join(known) or 'none'}"))
        text = None if given.text is None else check_free_text(given.text, field, MAX_REASON_CHARACTERS, problems)
        chips = tuple(reason for reason in known if reason in given.chips)
        if chips or text:
            checked[code] = ReasonsGiven(chips=chips, text=text)
    return {criterion.code: checked[criterion.code] for criterion in instrument.criteria if criterion.code in checked}
