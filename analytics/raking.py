"""Raking: weights that meet the published totals of several characteristics, and the error that is left beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.errors import RakingError

Reals = NDArray[np.float64]

MOST_SWEEPS: Final = 10_000
# Relative to each total. The error of a weight is of that size, so that eight printed digits are right with room to spare.
_TOLERANCE: Final = 1e-12
# Totals as people publish them add up to the last printed digit; beyond that they are different totals.
_SAME_TOTAL: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """N weights, what they came from, and the margins they meet."""

    weights: Reals  # [N] positive
    start: Reals  # [N] weights before raking
    margins: tuple[NDArray[np.int64], ...]  # per margin [N]: the number of the respondent's category
    n_sweeps: int

    @property
    def design_effect(self) -> float:
        """Kish's K = n Σw² / (Σw)² ≥ 1."""
        return float(len(self.weights) * (self.weights**2).sum() / self.weights.sum() ** 2)

    def share(self, satisfied: ArrayLike, answers: ArrayLike) -> float | None:
        """R = Σ w x / Σ w m over respondents with x satisfied of m answers; None where nobody answered."""
        x, m = self._read(satisfied, answers)
        total = float(self.weights @ m)
        return float(self.weights @ x) / total if total else None

    def standard_error(self, satisfied: ArrayLike, answers: ArrayLike) -> float | None:
        """Standard error of that share from the residuals on the margins; None for n ≤ 1 and where nobody answered.

        z = (x − R m)/Σ w m is regressed on the dummies of all margins by least squares weighted with the weights before
        raking; with the residuals e, v = n/(n−1) Σ (w e − mean)². What R's `survey` prints for `svyratio` after
        `calibrate(…, calfun = "raking")`. Taking the weights for fixed would use z instead of e and can overstate the error
        several times over; a share the margins themselves fix has error 0.
        """
        x, m = self._read(satisfied, answers)
        total, n = float(self.weights @ m), len(m)
        if n < 2 or not total:
            return None
        ratio = float(self.weights @ x) / total
        z = (x - ratio * m) / total
        dummies = np.concatenate([np.eye(int(codes.max()) + 1)[codes] for codes in self.margins], axis=1)
        root = np.sqrt(self.start)
        # The dummies of several margins are linearly dependent; least squares of smallest norm leaves the same residuals.
        coefficients, *_rest = np.linalg.lstsq(dummies * root[:, None], z * root, rcond=None)
        parts = self.weights * (z - dummies @ coefficients)
        variance = n / (n - 1) * float(((parts - parts.mean()) ** 2).sum())
        noise = 1e-26 * float((self.weights**2 * z**2).sum())  # what rounding leaves of a share that the margins fix
        return 0.0 if variance <= noise else variance**0.5

    def _read(self, satisfied: ArrayLike, answers: ArrayLike) -> tuple[Reals, Reals]:
        x, m = np.asarray(satisfied, dtype=np.float64), np.asarray(answers, dtype=np.float64)
        if x.shape != self.weights.shape or m.shape != self.weights.shape:
            raise RakingError(
                f"There are {len(self.weights)} weights; give as many satisfied and given answers, not {x.shape} and {m.shape}."
            )
        return x, m


def rake(
    margins: Mapping[str, Sequence[str]],
    totals: Mapping[str, Mapping[str, float]],
    start: ArrayLike | None = None,
) -> Raked:
    """Weights of N respondents whose sums in every category of every margin are the published totals.

    `margins`: per characteristic the category of each respondent; `totals`: per characteristic the total of each category,
    all adding up to the same number; `start`: positive weights to begin with (1 unless given), which stay in proportion
    within a combination of categories. Iterative proportional fitting (Deming and Stephan 1940), until every total is met to
    10⁻¹² of itself.

    Raises RakingError: no margin or no respondent; other names in `margins` than in `totals`; a total that is not positive;
    margins that add up differently; a category with a total and no respondent, or with a respondent and no total; a start
    weight that is not positive; margins that contradict each other because combinations of categories are empty (then the
    totals are never met).

    >>> raked = rake({"sex": ["m", "m", "f", "f"], "area": ["u", "r", "u", "r"]},
    ...              {"sex": {"m": 30, "f": 70}, "area": {"u": 40, "r": 60}})
    >>> raked.weights.round(9).tolist()
    [12.0, 18.0, 28.0, 42.0]
    """
    codes, goals = _number(margins, totals)
    n = len(codes[0])
    weights = np.ones(n) if start is None else np.array(start, dtype=np.float64)
    if weights.shape != (n,) or not (np.isfinite(weights) & (weights > 0)).all():
        raise RakingError(f"Weights to begin with are {n} numbers above 0, one for each respondent.")
    begun = weights.copy()
    for sweep in range(1, MOST_SWEEPS + 1):
        for own, goal in zip(codes, goals, strict=True):
            weights = weights * (goal / np.bincount(own, weights, minlength=len(goal)))[own]
            if not (weights > 0).all():
                break  # a weight has sunk to nothing: it would divide by zero next, and no positive weights meet these totals
        off = max(
            float(np.abs(np.bincount(own, weights, minlength=len(goal)) / goal - 1).max()) for own, goal in zip(codes, goals, strict=True)
        )
        if off <= _TOLERANCE:
            return Raked(weights, begun, codes, sweep)
        if not (weights > 0).all():
            break
    raise RakingError(
        f"No weights meet these margins ({', '.join(totals)}): after {sweep} rounds a total is still off by {off:.1e} of itself. "
        "Combinations of categories without a respondent make them contradict each other; bring small categories together or drop a margin."
    )


def _number(
    margins: Mapping[str, Sequence[str]], totals: Mapping[str, Mapping[str, float]]
) -> tuple[tuple[NDArray[np.int64], ...], list[Reals]]:
    """Per margin the number of each respondent's category, and the totals in that order."""
    if not margins or set(margins) != set(totals):
        raise RakingError(
            f"Margins of respondents ({', '.join(margins)}) and totals ({', '.join(totals)}) need the same names, at least one."
        )
    sizes = {name: len(categories) for name, categories in margins.items()}
    if len(set(sizes.values())) != 1 or 0 in sizes.values():
        raise RakingError("Every margin needs one category for each respondent, and at least one respondent: " + str(sizes) + ".")
    sums = {name: float(sum(totals[name].values())) for name in margins}
    for name, own in totals.items():
        wrong = [category for category, total in own.items() if not 0 < total < float("inf")]
        if wrong or not own:
            raise RakingError(f"Margin {name}: the total of {', '.join(wrong) or 'no category'} is no number above 0.")
    first = next(iter(sums))
    for name, total in sums.items():
        if abs(total - sums[first]) > _SAME_TOTAL * sums[first]:
            raise RakingError(f"Margins {first} and {name} sum to {sums[first]:g} and {total:g}; they must count the same people.")
    codes, goals = [], []
    for name, categories in margins.items():
        known = {category: number for number, category in enumerate(totals[name])}
        strange = sorted(set(categories) - known.keys())
        if strange:
            raise RakingError(f"Margin {name}: respondents are of category {', '.join(strange)}, which has no total.")
        empty = [category for category in known if category not in set(categories)]
        if empty:
            raise RakingError(f"Margin {name}: category {', '.join(empty)} has a total and no respondent; bring it together with another.")
        codes.append(np.array([known[category] for category in categories], dtype=np.int64))
        goals.append(np.array(list(totals[name].values()), dtype=np.float64))
    return tuple(codes), goals
