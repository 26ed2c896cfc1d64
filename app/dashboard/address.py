"""The address of a view: which filters it carries, in one spelling, so that a view has one stable URL."""

from collections.abc import Iterable, Mapping
from typing import Final

from app.selection import PLACES, TRAITS

FILTERS: Final = (
    *("period", "from", "to", "from_hour", "to_hour", "unit", "field", "channel", "stage", *PLACES, *TRAITS),
    *("instrument", "method", "confidence", "flags"),
)
CHOSEN_DAYS: Final = "days"
"""Value of the period list that means: the two days beside it."""
_DEFAULTS: Final = {"period": "all", "method": "pooled", "confidence": "0.95", "flags": "without"}


def clean_query(args: Mapping[str, str], more: tuple[str, ...] = (), questions: Iterable[str] = ()) -> dict[str, str]:
    """The filters given, in order, without empty ones and defaults; `more` names parameters a page has besides, `questions` are the
    codes of what respondents were asked about themselves.

    A named period goes before the two days; the days count when the list says so or names nothing.

    >>> clean_query({"unit": "", "method": "pooled", "period": "2025-Q3", "from": "2025-01-01"})
    {'period': '2025-Q3'}
    >>> clean_query({"period": "days", "from": "2025-01-01", "field": "ho-tich"})
    {'from': '2025-01-01', 'field': 'ho-tich'}
    """
    given = {name: args.get(name, "").strip() for name in dict.fromkeys((*FILTERS, *questions, *more))}
    given = {name: value for name, value in given.items() if value and value != _DEFAULTS.get(name)}
    if given.get("period") == CHOSEN_DAYS:
        del given["period"]
    elif "period" in given:
        given.pop("from", None)
        given.pop("to", None)
    return given


def change_query(query: Mapping[str, str], **changes: str | None) -> dict[str, str]:
    """The same view with some filters changed; None takes one away.

    >>> change_query({"unit": "a", "field": "b"}, unit=None, stage="result")
    {'field': 'b', 'stage': 'result'}
    """
    changed = {**query, **changes}
    return {name: value for name, value in changed.items() if value is not None}
