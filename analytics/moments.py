"""First and second moments of respondents' satisfied answers x and given answers m: all that a ratio needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """Sums over the n valid respondents of a cell; every field has the same shape (any), int64.

    x: satisfied answers of a respondent, m: answers given, so 0 ≤ x ≤ m. Moments of disjoint respondents add.
    `n_design`: where they are those of a sub-group, the valid respondents of the whole sample it is a domain of; None: its own.
    """

    n: Counts
    x: Counts
    m: Counts
    xx: Counts
    xm: Counts
    mm: Counts
    n_design: Counts | None = None

    @property
    def n_sampled(self) -> Counts:
        """The sampling units behind the variance: of a sub-group everybody, for the others contribute zero."""
        return self.n if self.n_design is None else self.n_design

    def share(self) -> Reals:
        """R = Σx / Σm, NaN where nobody answered."""
        with np.errstate(invalid="ignore"):
            return self.x / np.where(self.m == 0, np.nan, self.m)

    def residual_sum(self) -> Reals:
        """Σ(x − R m)² over respondents, computed in integers and divided once at the end; NaN where nobody answered.

        In floating point Σx² − 2RΣxm + R²Σm² cancels: where everybody is exactly one third satisfied it leaves noise of
        either sign instead of 0. So M²Σx² − 2XMΣxm + X²Σm² is formed exactly. It fits 64 bits for a few ten thousand
        respondents; larger cells take Python's integers, which have no end.

        >>> one_third = Moments(*(np.array([v]) for v in (7, 7, 21, 7, 21, 63)))  # seven times x = 1 of m = 3
        >>> one_third.residual_sum().tolist()
        [0.0]
        """
        if self.m.size == 0:
            return np.zeros(self.m.shape)
        # x ≤ m bounds every term by M² Σm²; the three terms together stay below four times that.
        largest = int(self.m.max()) ** 2 * int(self.mm.max())
        kind: type = np.int64 if 4 * largest < 2**63 else object
        sums: list[NDArray[Any]] = [part.astype(kind) for part in (self.x, self.m, self.xx, self.xm, self.mm)]
        x, m, xx, xm, mm = sums
        exact: Reals = (m * m * xx - 2 * x * m * xm + x * x * mm).astype(np.float64)
        return exact / np.where(self.m == 0, np.nan, self.m.astype(np.float64) ** 2)
