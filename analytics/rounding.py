"""Percentages as the state prints them: half-up, in decimal, never by binary floating point."""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction
from math import isfinite

from analytics.errors import FigureError


def percent_half_up(numerator: int, denominator: int, places: int = 2) -> Decimal:
    """100 × numerator / denominator, rounded half-up (away from zero) to `places` decimals.

    Exact on integers of any size. 0 of n is 0.00; a denominator of 0 has no percentage and raises FigureError, as does
    a negative number of places. Why not `round`: it is half-to-even on binary numbers, round(89.985, 2) is 89.98 where
    an office prints 89,99.

    >>> percent_half_up(17997, 20000), percent_half_up(17999, 20000), percent_half_up(18001, 20000)
    (Decimal('89.99'), Decimal('90.00'), Decimal('90.01'))
    >>> percent_half_up(-1, 8, places=0)
    Decimal('-13')
    """
    if denominator == 0:
        raise FigureError("A percentage of 0 answers does not exist; show that there are no data.")
    if places < 0:
        raise FigureError(f"A percentage has 0 or more decimal places, not {places}.")
    sign = -1 if (numerator < 0) != (denominator < 0) else 1
    scaled = 2 * abs(numerator) * 100 * 10**places + abs(denominator)
    # scaleb in a context wide enough: the default 28 digits would silently round a huge numerator.
    with localcontext() as context:
        context.prec = max(28, len(str(scaled)) + 2)
        return Decimal(sign * (scaled // (2 * abs(denominator)))).scaleb(-places)


def share_to_percent(share: Fraction | float, places: int = 2) -> Decimal:
    """A share (0–1) as a percentage, rounded half-up. Where counts are known, `percent_half_up` is the exact way.

    A float stands for the shortest decimal that reads back as it (its `repr`): 0.85005 means 0.85005 and not the binary
    number slightly below. NaN and infinities raise FigureError.

    >>> share_to_percent(0.85005), share_to_percent(Fraction(2, 3))
    (Decimal('85.01'), Decimal('66.67'))
    """
    if isinstance(share, float):
        if not isfinite(share):
            raise FigureError("A share that is not a finite number has no percentage; show that there are no data.")
        share = Fraction(repr(float(share)))  # float() first: numpy prints its scalars as np.float64(…)
    return percent_half_up(share.numerator, share.denominator, places)
