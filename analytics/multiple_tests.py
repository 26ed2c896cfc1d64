"""Many tests at once: p-values adjusted so that the many do not pass for the few. Blanks are no tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from analytics.errors import FigureError

Reals = NDArray[np.float64]


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """P-values adjusted for the false discovery rate (Benjamini, Hochberg, JRSS B 57, 1995).

    The i-th smallest of m is multiplied by m/i; going down from the largest p none may exceed the one above it. None
    (undefined) stays None and does not count in m; no p at all gives none back, one alone stays as it is. A p-value
    outside 0–1 or NaN raises FigureError.

    >>> benjamini_hochberg([0.01, None, 0.04, 0.03, 0.005])
    [0.02, None, 0.04, 0.04, 0.02]
    """
    return _adjust(p_values, _step_up)


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """P-values adjusted so that the chance of a single false alarm keeps its level (Holm, Scand. J. Statist. 6, 1979).

    The i-th smallest of m is multiplied by m − i + 1; going up from the smallest none may fall below the one before it.
    None, errors and small m as in `benjamini_hochberg`.

    >>> holm([0.01, None, 0.04, 0.03, 0.005])
    [0.03, None, 0.06, 0.06, 0.02]
    """
    return _adjust(p_values, _step_down)


def _step_up(rising: Reals) -> Reals:
    m = len(rising)
    scaled = rising * m / np.arange(1, m + 1)
    scaled[-1] = rising[-1]  # p·m/m may round; the largest stays as it is
    return np.asarray(np.minimum.accumulate(scaled[::-1])[::-1])


def _step_down(rising: Reals) -> Reals:
    return np.asarray(np.maximum.accumulate(rising * np.arange(len(rising), 0, -1)))


def _adjust(p_values: Sequence[float | None], adjust: Callable[[Reals], Reals]) -> list[float | None]:
    places = [place for place, p in enumerate(p_values) if p is not None]
    known = np.array([p for p in p_values if p is not None], dtype=np.float64)
    if not ((known >= 0) & (known <= 1)).all():  # NaN compares as false and is refused with the others
        raise FigureError("A p-value lies between 0 and 1; give None where there is none.")
    adjusted: list[float | None] = [None] * len(p_values)
    if len(known):
        order = np.argsort(known, kind="stable")
        for number, value in zip(order.tolist(), np.minimum(adjust(known[order]), 1.0).tolist(), strict=True):
            adjusted[places[number]] = value
    return adjusted
