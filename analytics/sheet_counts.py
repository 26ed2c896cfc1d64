"""Answer sheets as counts of what they say: everything that drivers and alpha need, and it adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.design import NO_OPINION, Design
from analytics.errors import TallyError
from analytics.patterns import Patterns, add_patterns, count_patterns

Reals = NDArray[np.float64]

_BLOCK_ROWS: Final = 1 << 20


@dataclass(frozen=True, slots=True, eq=False)
class SheetCounts:
    """How often which answers occur together. Sheets of any number come down to as many rows as there are different ones.

    `within` holds for each factor the different answers to its k criteria, [P, k]: the position of the level on the
    scale plus one, 0 without a rating (blank, "không biết" and not asked alike). `across` holds the different sheets as
    the importance of factors sees them, [P, F + 1]: for each factor the code of its mean (see `mean_of_codes`), then
    the overall question in the coding of `within`.
    """

    design: Design
    within: tuple[Patterns, ...]
    across: Patterns

    @property
    def n_sheets(self) -> int:
        """Sheets counted, whatever they hold."""
        return self.across.n_rows

    @property
    def size(self) -> int:
        """Bytes of the arrays."""
        return self.across.size + sum(part.size for part in self.within)

    def minus(self, other: SheetCounts) -> SheetCounts:
        """Without sheets that are among these. Raises DesignError or TallyError when the two do not fit together."""
        within = tuple(mine.minus(others) for mine, others in zip(self.within, other.within, strict=True))
        return SheetCounts(self.design.pooled_with(other.design), within, self.across.minus(other.across))

    def factor_means(self) -> Reals:
        """The mean level of each factor in every row of `across`, [P, F]; NaN where it has no rating."""
        codes = self.across.codes
        means = [mean_of_codes(self.design, factor)[codes[:, factor]] for factor in range(self.design.n_factors)]
        return np.column_stack(means) if means else np.empty((len(codes), 0))

    def overall_levels(self) -> Reals:
        """The overall answer of every row of `across` as the level written on the scale, [P]; NaN without one."""
        return np.array([np.nan, *self.design.levels])[self.across.codes[:, -1]]

    def performance(self) -> dict[str, float]:
        """The pooled share of satisfied answers of every factor that somebody rated, over all sheets."""
        shares = {}
        for code, answers in zip(self.design.factor_codes, self.within, strict=True):
            given = int(answers.counts @ (answers.codes > 0).sum(axis=1))
            satisfied = int(answers.counts @ (answers.codes > self.design.satisfied_from).sum(axis=1))
            if given:
                shares[code] = satisfied / given
        return shares


def count_sheets(design: Design, answers: NDArray[np.uint8], overall: NDArray[np.uint8]) -> SheetCounts:
    """Count N sheets [N, K] with their overall answers [N], in the coding of `Design`; no sheets give no row.

    Memory beyond the sheets grows with the different ones only. Raises TallyError for a byte that is no answer.

    >>> design = Design("demo", ("1.0",), ("1", "2"), ("A",), (0, 0), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> counts = count_sheets(design, np.array([[5, 4], [0, 4], [5, 4]], dtype=np.uint8), np.array([5, 0, 5], dtype=np.uint8))
    >>> counts.within[0].codes.tolist(), counts.factor_means().tolist(), counts.across.counts.tolist()
    ([[0, 4], [5, 4]], [[4.0], [4.5]], [1, 2])
    """
    blocks = [
        _count_block(design, answers[start : start + _BLOCK_ROWS], overall[start : start + _BLOCK_ROWS])
        for start in range(0, max(len(answers), 1), _BLOCK_ROWS)
    ]
    return add_sheets(blocks)


def count_nothing(design: Design) -> SheetCounts:
    """The counts of no sheet: what every sum starts from."""
    return count_sheets(design, np.empty((0, design.n_criteria), dtype=np.uint8), np.empty(0, dtype=np.uint8))


def add_sheets(parts: Sequence[SheetCounts]) -> SheetCounts:
    """All sheets of one or more counts. Raises DesignError when questionnaires differ."""
    design = parts[0].design
    for part in parts[1:]:
        design = design.pooled_with(part.design)
    within = tuple(add_patterns([part.within[factor] for part in parts]) for factor in range(design.n_factors))
    return SheetCounts(design, within, add_patterns([part.across for part in parts]))


@lru_cache(maxsize=256)
def mean_of_codes(design: Design, factor: int) -> Reals:
    """The mean level behind each code of a factor in `across`; code 0 is NaN, no rating.

    A code stands for how many criteria were rated and the sum of their levels. Division of whole numbers is rounded
    rightly, so that equal means are equal numbers.

    >>> mean_of_codes(Design("demo", ("1.0",), ("1", "2"), ("A",), (0, 0), (1, 2, 3), satisfied_from=2), 0).tolist()
    [nan, 1.0, 2.0, 3.0, 1.0, 1.5, 2.0, 2.5, 3.0]
    """
    lowest, span = min(design.levels), max(design.levels) - min(design.levels)
    n_items = design.factor_positions.count(factor)
    means = [(rated * lowest + above) / rated for rated in range(1, n_items + 1) for above in range(rated * span + 1)]
    found = np.array([np.nan, *means])
    found.flags.writeable = False  # it is kept and lent to everybody
    return found


def _count_block(design: Design, answers: NDArray[np.uint8], overall: NDArray[np.uint8]) -> SheetCounts:
    level_of = np.zeros(256, dtype=np.uint8)
    level_of[1 : design.n_levels + 1] = np.arange(1, design.n_levels + 1)
    for values in (answers, overall):
        if ((values > design.n_levels) & (values < NO_OPINION)).any():
            raise TallyError(f"A sheet of {design.instrument_id} holds a byte that is no answer: its scale has {design.n_levels} levels.")
    within, mean_codes, sizes = [], [], []
    for factor in range(design.n_factors):
        columns = [level_of[answers[:, place]] for place in np.flatnonzero(design.factor_of == factor).tolist()]
        found, pattern_of = count_patterns(columns, [design.n_levels + 1] * len(columns))
        within.append(found)
        mean_codes.append(_mean_codes(design, found)[pattern_of])
        sizes.append(len(mean_of_codes(design, factor)))
    across, _ = count_patterns([*mean_codes, level_of[overall]], [*sizes, design.n_levels + 1])
    return SheetCounts(design, tuple(within), across)


def _mean_codes(design: Design, answers: Patterns) -> NDArray[np.int32]:
    """The code of the mean of every different set of answers to a factor's criteria."""
    lowest, span = min(design.levels), max(design.levels) - min(design.levels)
    above = np.array([0, *(level - lowest for level in design.levels)])[answers.codes].sum(axis=1)
    rated = (answers.codes > 0).sum(axis=1)
    # Before the codes of m ratings stand 0 and, for every fewer i, the i·span + 1 possible sums.
    before = 1 + (rated - 1) * rated // 2 * span + (rated - 1)
    return np.where(rated > 0, before + above, 0).astype(np.int32)
