"""From one survey to the next: the change of every share, how sure it is, and whether it may be compared at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from analytics.design import NO_OPINION, NOT_ASKED, Design
from analytics.errors import ChangeError
from analytics.intervals import steadied_effective_size, wilson_interval
from analytics.moments import Moments
from analytics.multiple_tests import benjamini_hochberg
from analytics.response_table import Sheets
from analytics.tally import Tally, tally_answers


@dataclass(frozen=True, slots=True)
class Difference:
    """Later share minus earlier share, −1…1, with its interval. None where it or its test is not defined."""

    earlier: float | None
    later: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    p_adjusted: float | None


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """Every compared figure. `criteria` has only those answered in both; `left_out` those of one side alone."""

    instrument: str
    confidence: float
    respondents: tuple[int, int]
    overall: Difference
    factors: dict[str, Difference]
    criteria: dict[str, Difference]
    left_out: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists, numbers and None; nothing is rounded."""
        return {
            "instrument": self.instrument,
            "confidence": self.confidence,
            "respondents": list(self.respondents),
            "overall": _to_json(self.overall),
            "factors": {code: _to_json(each) for code, each in self.factors.items()},
            "criteria": {code: _to_json(each) for code, each in self.criteria.items()},
            "left_out": list(self.left_out),
        }


def _to_json(change: Difference) -> dict[str, float | None]:
    names = ("difference", "low", "high", "p", "p_adjusted")  # the shares themselves are what `sipas index` gives
    return {name: getattr(change, name) for name in names}


@dataclass(frozen=True, slots=True)
class _Share:
    """One side of a comparison: a share and the number of independent answers it is worth; NaN where undefined."""

    share: float
    size: float


def newcombe_interval(
    earlier: tuple[float, float, float], later: tuple[float, float, float]
) -> tuple[float, float]:  # fmt: skip
    """Interval of the difference later − earlier from two shares with their intervals, each (share, low, high).

    Newcombe's hybrid score interval: with D = p₂ − p₁ its ends are D − √((p₂ − l₂)² + (u₁ − p₁)²) and D + √((u₂ − p₂)²
    + (p₁ − l₁)²). From two Wilson intervals it is method 10 of R. G. Newcombe, Statistics in Medicine 17 (1998)
    873–890; from two steadied intervals the same construction serves pooled shares. The ends stay within −1…1. NaN in,
    NaN out.

    >>> from analytics.intervals import wilson_interval
    >>> low, high = wilson_interval([48 / 80, 56 / 70], [80, 70])  # Newcombe's example (a), the other way round
    >>> [round(end, 4) for end in newcombe_interval((48 / 80, low[0], high[0]), (56 / 70, low[1], high[1]))]
    [0.0524, 0.3339]
    """
    p_1, low_1, high_1 = earlier
    p_2, low_2, high_2 = later
    difference = p_2 - p_1
    down = sqrt((p_2 - low_2) ** 2 + (high_1 - p_1) ** 2)
    up = sqrt((high_2 - p_2) ** 2 + (p_1 - low_1) ** 2)
    return difference - down, difference + up


def score_p_value(share_1: float, size_1: float, share_2: float, size_2: float) -> float | None:
    """Two-sided p of the hypothesis that two shares are equal: the pooled score test.

    z = (p₂ − p₁) / √(p̄(1 − p̄)(1/n₁ + 1/n₂)), p̄ the two pooled by size; for counts it is what R's `prop.test(…,
    correct = FALSE)` prints. Sizes may be real (effective) ones. None without answers on either side, and where all
    answers of both are alike (p̄ of 0 or 1): there is no spread to hold the difference against.

    >>> round(score_p_value(0.6, 80, 0.8, 70), 9)
    0.008045081
    >>> score_p_value(1.0, 30, 1.0, 40) is None
    True
    """
    if not (size_1 > 0 and size_2 > 0):
        return None
    pooled = (share_1 * size_1 + share_2 * size_2) / (size_1 + size_2)
    # By the shares, not by p̄: 1.0 pooled with 1.0 may come out a hair below 1.
    if share_1 == share_2 and share_1 in (0.0, 1.0):
        return None
    z = (share_2 - share_1) / sqrt(pooled * (1 - pooled) * (1 / size_1 + 1 / size_2))
    return float(2 * ndtr(-abs(z)))


def common_criteria(earlier: Sheets, later: Sheets) -> NDArray[np.bool_]:
    """Which criteria somebody answered in both, [K]."""
    return _answered(earlier.answers) & _answered(later.answers)


def _answered(answers: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray(((answers > 0) & (answers < NO_OPINION)).any(axis=0))


def compare_sheets(design_1: Design, earlier: Sheets, design_2: Design, later: Sheets, *, confidence: float = 0.95) -> ChangeReport:
    """The change from one set of sheets to the other, on the criteria that both answered.

    Factors and the overall index of either side are computed on these criteria alone: a question that is new this year
    must not pass for a change of opinion. Raises ChangeError for two series, naming both.
    """
    _refuse_other_series(design_1, design_2)
    common = common_criteria(earlier, later)
    one_sided = (_answered(earlier.answers) | _answered(later.answers)) & ~common
    tallies = []
    for design, sheets in ((design_1, earlier), (design_2, later)):
        answers = sheets.answers
        if one_sided.any():
            answers = answers.copy()
            answers[:, one_sided] = NOT_ASKED
        tallies.append(tally_answers(design, answers, {}))
    left_out = tuple(code for code, alone in zip(design_1.criterion_codes, one_sided.tolist(), strict=True) if alone)
    return compare_tallies(*tallies, confidence=confidence, left_out=left_out)


def have_same_criteria(earlier: Tally, later: Tally) -> bool:
    """Whether every criterion somebody answered on one side was answered on the other too; see `compare_pairs` if not."""
    return bool(((earlier.by().answers > 0) == (later.by().answers > 0)).all())


def compare_pairs(design: Design, earlier: Tally, later: Tally, *, confidence: float = 0.95) -> ChangeReport:
    """The change on the common criteria from tallies in which every criterion is a factor of its own.

    `design` is the questionnaire as it is; the tallies are by its `one_factor_each`, whose moments of all pairs of criteria hold
    those of any choice of them. The figures are those of `compare_sheets` but for one count: who answered nothing else than a
    criterion left out stays a respondent, with zero of the rest, as everywhere a factor is left blank. Raises ChangeError for
    two series.
    """
    _refuse_other_series(earlier.design, later.design)
    answered = [side.by().answers[0] > 0 for side in (earlier, later)]
    common, alone = answered[0] & answered[1], answered[0] ^ answered[1]
    left_out = tuple(code for code, is_alone in zip(design.criterion_codes, alone.tolist(), strict=True) if is_alone)
    sides = (keep_criteria(side, design, common) for side in (earlier, later))
    return compare_tallies(*sides, confidence=confidence, left_out=left_out)


def keep_criteria(pairs: Tally, design: Design, kept: NDArray[np.bool_]) -> Tally:
    """The tally as if only some criteria ([K], True) had been asked, from one in which each is a factor of its own.

    The answers to the others count as not asked; everybody returned and valid stays so.

    >>> design = Design("demo", ("1.0",), ("1", "2"), ("A",), (0, 0), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> pairs = tally_answers(design.one_factor_each(), np.array([[5, 1], [5, 5]], dtype=np.uint8), {})
    >>> only = keep_criteria(pairs, design, np.array([True, False]))
    >>> only.sum_x.tolist(), only.sum_m.tolist(), only.sum_xx.tolist()
    ([[2]], [[2]], [[[2]]])
    """
    member = (design.factor_of[:, None] == np.arange(design.n_factors)) & kept[:, None]  # [K, F]
    into = member.astype(np.int64)
    not_asked = np.where(kept, pairs.n_not_asked, pairs.n_returned[:, None])
    return replace(
        pairs,
        design=replace(design, versions=pairs.design.versions),
        level_counts=np.where(kept[:, None], pairs.level_counts, 0),
        n_not_asked=not_asked,
        sum_x=pairs.sum_x @ into,
        sum_m=pairs.sum_m @ into,
        sum_xx=into.T @ pairs.sum_xx @ into,
        sum_xm=into.T @ pairs.sum_xm @ into,
        sum_mm=into.T @ pairs.sum_mm @ into,
        n_blank=np.where(kept, pairs.n_blank, 0),
        n_no_opinion=np.where(kept, pairs.n_no_opinion, 0),
    )


def compare_tallies(earlier: Tally, later: Tally, *, confidence: float = 0.95, left_out: tuple[str, ...] = ()) -> ChangeReport:
    """The change from one tally to the other; each is taken as a whole.

    Criteria: Newcombe's interval from two Wilson intervals, p from the score test on the answers. Factors and overall:
    the same from the two steadied intervals, p from the score test on their effective sizes. (A test with the
    linearised standard errors would call certain what the interval does not: where every respondent is satisfied that
    error is 0.) `p_adjusted` is Benjamini–Hochberg over all figures of the report that have a p. Undefined: a share
    nobody answered on either side; for factors and overall fewer than two valid respondents. Raises ChangeError for
    two series or when a criterion was answered on one side only (see `compare_sheets`,
    `compare_pairs`).

    >>> design = Design("demo", ("1.0",), ("1",), ("A",), (0,), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> votes = [np.repeat(np.array([[5], [1]], dtype=np.uint8), split, axis=0) for split in ((48, 32), (56, 14))]
    >>> change = compare_tallies(*(tally_answers(design, sheets, {}) for sheets in votes)).criteria["1"]
    >>> round(change.difference, 9), round(change.low, 6), round(change.high, 6), round(change.p, 6)
    (0.2, 0.052431, 0.333873, 0.008045)
    """
    _refuse_other_series(earlier.design, later.design)
    design = earlier.design.pooled_with(later.design)
    sides = [tally.by() for tally in (earlier, later)]
    answered = [side.answers[0] > 0 for side in sides]
    if (answered[0] != answered[1]).any():
        codes = [code for code, alone in zip(design.criterion_codes, (answered[0] != answered[1]).tolist(), strict=True) if alone]
        raise ChangeError(f"Criteria {', '.join(codes)} were answered on one side only; compare the sheets, on the common criteria.")
    shares_1, shares_2 = (_shares(side) for side in sides)
    figures = [_difference(one, two, confidence) for one, two in zip(shares_1, shares_2, strict=True)]
    adjusted = benjamini_hochberg([each.p for each in figures])
    figures = [replace(each, p_adjusted=p) for each, p in zip(figures, adjusted, strict=True)]
    after_factors = 1 + design.n_factors
    criteria = zip(design.criterion_codes, figures[after_factors:], strict=True)
    return ChangeReport(
        instrument=design.instrument_id,
        confidence=confidence,
        respondents=(int(sides[0].n_valid[0]), int(sides[1].n_valid[0])),
        overall=figures[0],
        factors=dict(zip(design.factor_codes, figures[1:after_factors], strict=True)),
        criteria={code: each for code, each in criteria if code not in left_out},
        left_out=left_out,
    )


def _refuse_other_series(earlier: Design, later: Design) -> None:
    if earlier != later:
        raise ChangeError(
            f"Instruments {earlier.instrument_id} and {later.instrument_id} are different series; "
            "a change is computed within one series only."
        )


def _shares(side: Tally) -> list[_Share]:
    """Overall, factors, criteria of a tally with one cell."""
    found: list[_Share] = []
    overall = side.overall_moments()
    factors = side.factor_moments()
    for moments in (overall, Moments(*(getattr(factors, name)[0] for name in ("n", "x", "m", "xx", "xm", "mm")))):
        sizes = steadied_effective_size(moments)
        found += [_Share(share, size) for share, size in zip(moments.share().tolist(), sizes.tolist(), strict=True)]
    for x, n in zip(side.satisfied[0].tolist(), side.answers[0].tolist(), strict=True):
        found.append(_Share(x / n if n else float("nan"), float(n)))
    return found


def _difference(earlier: _Share, later: _Share, confidence: float) -> Difference:
    low, high = wilson_interval([earlier.share, later.share], [earlier.size, later.size], confidence)
    ends = newcombe_interval((earlier.share, low[0], high[0]), (later.share, low[1], high[1]))
    known = [None if value != value else float(value) for value in (earlier.share, later.share, later.share - earlier.share, *ends)]
    p = score_p_value(earlier.share, earlier.size, later.share, later.size)
    return Difference(known[0], known[1], known[2], known[3], known[4], p, p_adjusted=None)
