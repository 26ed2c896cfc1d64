"""Opening hours as people write them: weekdays T2 … CN, spans "7:30-11:30 13:30-17:00"."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from analytics.integrity import Span

WEEKDAYS: Final = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
"""From Monday, as Vietnamese calendars name them."""
CLOSED: Final = "closed"
_SPAN = re.compile(r"(\d{1,2})(?:[:h](\d{2})?)?-(\d{1,2})(?:[:h](\d{2})?)?", re.ASCII)
_DAY: Final = 24 * 60


def read_spans(text: str) -> tuple[Span, ...]:
    """Minutes since midnight of every span, in order. Raises ValueError for anything else, for spans that overlap or are empty.

    >>> read_spans("7h30-11h30; 13:30-17:00"), read_spans("closed")
    (((450, 690), (810, 1020)), ())
    """
    if text.strip().lower() in ("", CLOSED):
        return ()
    found = [_SPAN.fullmatch(part) for part in re.split(r"[;,\s]+", text.strip().lower())]
    spans = []
    for one in found:
        if one is None:
            raise ValueError("not a span of hours")
        begin, end = (int(one[at]) * 60 + int(one[at + 1] or 0) for at in (1, 3))
        if int(one[2] or 0) > 59 or int(one[4] or 0) > 59 or not begin < end <= _DAY:
            raise ValueError("a span ends after it begins, within one day")
        spans.append((begin, end))
    spans.sort()
    if any(left[1] > right[0] for left, right in pairwise(spans)):
        raise ValueError("spans overlap")
    return tuple(spans)


def write_spans(spans: Iterable[Span]) -> str:
    """The one spelling that is stored.

    >>> write_spans(((450, 690), (810, 1020)))
    '07:30-11:30 13:30-17:00'
    """
    return " ".join(f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}" for begin, end in spans)


def tell_spans(spans: Iterable[Span]) -> str:
    """The spans for a reader.

    >>> tell_spans(((450, 690), (780, 1020)))
    '7\\xa0giờ\\xa030–11\\xa0giờ\\xa030 và 13\\xa0giờ–17\\xa0giờ'
    """
    return " và ".join(f"{_tell(begin)}–{_tell(end)}" for begin, end in spans)


def _tell(minute: int) -> str:
    return f"{minute // 60}\u00a0giờ" + (f"\u00a0{minute % 60:02}" if minute % 60 else "")
