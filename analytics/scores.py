"""The mean score (1–5) and the converted score (out of 100): printed beside the share, never in its column."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from analytics.errors import FigureError


def mean_score(levels: Sequence[int], counts: Sequence[int]) -> Fraction | None:
    """The mean of the levels answered, exactly; None when nobody answered.

    `levels` are those of the scale, `counts` how many answers each got. Blanks and "không biết" are in neither. Raises FigureError
    when the two do not go together.

    >>> mean_score((1, 2, 3, 4, 5), (0, 0, 1, 2, 1)), mean_score((1, 2), (0, 0))
    (Fraction(4, 1), None)
    """
    if len(levels) != len(counts):
        raise FigureError(f"A scale of {len(levels)} levels has {len(levels)} counts, not {len(counts)}.")
    answers = sum(counts)
    return Fraction(sum(level * n for level, n in zip(levels, counts, strict=True)), answers) if answers else None


def converted_score(levels: Sequence[int], counts: Sequence[int]) -> Fraction | None:
    """The mean score as a part of the best level, out of 100 (mean / 5 × 100 on the five-level scale).

    None when nobody answered, and on a scale with levels below zero, where such a part means nothing.

    >>> converted_score((1, 2, 3, 4, 5), (0, 0, 1, 2, 1)), converted_score((-1, 0, 1), (0, 0, 5))
    (Fraction(80, 1), None)
    """
    mean = mean_score(levels, counts)
    return None if mean is None or levels[0] < 0 else mean / levels[-1] * 100
