"""Whether asking each visitor a handful of the criteria gives the same figures as asking all of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.special import ndtri

from analytics.cell_figures import Figures, compute_figures
from analytics.design import NO_OPINION, NOT_ASKED, Design
from analytics.tally import Tally, tally_answers
from survey_forms.instrument import Instrument
from survey_forms.rotation import MOST_ASKED, SEED_BYTES, draw_rotation
from survey_forms.vocabulary import Stage

Reals = NDArray[np.float64]

_BLOCK_RUNS = 50


@dataclass(frozen=True, slots=True)
class RotatingDesk:
    """A desk with one tablet: `n` of `n_visitors` answered. Criteria differ in share from `lowest` to `highest`.

    Answers of one visitor correlate through a leaning that is `person_variance` of the latent answer's variance of 1; "không biết" is
    said to the criteria with chances from 0 to `no_opinion`, so that they do not weigh alike.
    """

    n: int = 210
    n_visitors: int = 840
    lowest: float = 0.70
    highest: float = 0.98
    person_variance: float = 0.5
    no_opinion: float = 0.3
    stage: Stage = "result"


@dataclass(frozen=True, slots=True)
class AskedTwoWays:
    """One share when six are asked and when all are: estimate − truth on average with its Monte Carlo error, intervals, width."""

    code: str | None  # None: the overall index
    true_share: float
    rotating_bias: float
    rotating_error: float
    full_bias: float
    full_error: float
    rotating_covered: int
    full_covered: int
    rotating_width: float
    full_width: float


@dataclass(frozen=True, slots=True)
class RotationReport:
    """Over `runs` periods of a desk; the overall index, then factors, then criteria."""

    desk: RotatingDesk
    instrument: str
    asked: int
    runs: int
    overall: AskedTwoWays
    factors: tuple[AskedTwoWays, ...]
    criteria: tuple[AskedTwoWays, ...]

    @property
    def greatest_z(self) -> float:
        """The largest |bias| of rotating in its Monte Carlo errors, over every share."""
        return max(abs(each.rotating_bias) / each.rotating_error for each in (self.overall, *self.factors, *self.criteria))

    @property
    def greatest_z_expected(self) -> float:
        """What unbiased shares stay below 99 times of 100 (Bonferroni over all of them)."""
        n_shares = 1 + len(self.factors) + len(self.criteria)
        return float(-ndtri(0.01 / 2 / n_shares))


def measure_rotation(instrument: Instrument, runs: int, rng: Generator, desk: RotatingDesk | None = None) -> RotationReport:
    """Draw visitors with an opinion on every criterion of the stage; ask some of them a handful, and the same people everything.

    The truth is the share among all visitors, had each been asked everything. Which criteria are asked is what a tablet with a seed of its
    own would draw in every run. Criteria of other stages are left out.

    >>> from survey_forms import find_instrument
    >>> report = measure_rotation(find_instrument("kiosk-default"), 3, np.random.default_rng(1))
    >>> report.asked, len(report.criteria), report.runs
    (6, 21, 3)
    """
    desk = RotatingDesk() if desk is None else desk
    design = Design.of(instrument)
    blocks = [_measure(instrument, design, desk, min(_BLOCK_RUNS, runs - start), rng) for start in range(0, runs, _BLOCK_RUNS)]
    estimates, lows, highs = (np.concatenate(parts, axis=1) for parts in list(zip(*blocks, strict=True))[:3])  # [ask, runs, shares]
    truth = np.concatenate([block[3] for block in blocks])
    codes: list[str | None] = [None, *design.factor_codes, *design.criterion_codes]
    shares = [
        _compare(code, estimates[:, :, place], lows[:, :, place], highs[:, :, place], truth[:, place])
        for place, code in enumerate(codes)
        if not np.isnan(truth[:, place]).all()
    ]
    n_factors = sum(share.code in design.factor_codes for share in shares)
    n_asked = min(MOST_ASKED, len(instrument.criteria_at(desk.stage)))
    return RotationReport(
        desk, design.instrument_id, n_asked, runs, shares[0], tuple(shares[1 : 1 + n_factors]), tuple(shares[1 + n_factors :])
    )


def _measure(instrument: Instrument, design: Design, desk: RotatingDesk, runs: int, rng: Generator) -> tuple[Reals, Reals, Reals, Reals]:
    """Estimates, lows and highs [2, runs, shares] (rotating, full), and the truth [runs, shares]."""
    at_stage = {criterion.code for criterion in instrument.criteria_at(desk.stage)}
    everybody = (runs, desk.n_visitors, design.n_criteria)
    # Steps of the golden ratio: high and low shares, and rare and frequent "không biết", lie scattered over the form.
    order = np.argsort((np.arange(design.n_criteria) * 0.6180339887498949) % 1)
    shares = np.linspace(desk.lowest, desk.highest, design.n_criteria)[order]
    unknown = np.linspace(0, desk.no_opinion, design.n_criteria)[np.roll(order, 5)]
    person = rng.standard_normal((runs, desk.n_visitors, 1)) * sqrt(desk.person_variance)
    latent = person + rng.standard_normal(everybody) * sqrt(1 - desk.person_variance)
    satisfied, neutral = np.uint8(design.n_levels), np.uint8(design.satisfied_from)
    sheets = np.where(latent < ndtri(shares), satisfied, neutral)
    sheets[rng.random(everybody) < unknown] = NO_OPINION
    sheets[:, :, [code not in at_stage for code in design.criterion_codes]] = NOT_ASKED
    answered = sheets[:, : desk.n]  # visitors are alike, so the first n are n chosen at random
    rotating = np.where(_draw_asked(instrument, design, desk, runs, rng), answered, np.uint8(NOT_ASKED))
    figures = [_figures(design, part) for part in (rotating, answered, sheets)]
    truth = _shares(figures[2])
    both = figures[:2]
    return np.stack([_shares(f) for f in both]), np.stack([f.low for f in both]), np.stack([f.high for f in both]), truth


def _draw_asked(instrument: Instrument, design: Design, desk: RotatingDesk, runs: int, rng: Generator) -> NDArray[np.bool_]:
    """Which criteria the desk's tablet asks at each visit, [runs, n, K]."""
    columns = {code: column for column, code in enumerate(design.criterion_codes)}
    asked = np.zeros((runs, desk.n, design.n_criteria), dtype=np.bool_)
    for run in range(runs):
        seed = rng.bytes(SEED_BYTES)
        for turn in range(desk.n):
            codes = draw_rotation(instrument, desk.stage, seed=seed, label="unit|field|result", turn=turn)
            asked[run, turn, [columns[code] for code in codes]] = True
    return asked


def _figures(design: Design, sheets: NDArray[np.uint8]) -> Figures:
    """The product's figures of every run: each is a cell of one tally."""
    runs, n, n_criteria = sheets.shape
    names = np.repeat(np.array([f"{run:06}" for run in range(runs)], dtype=object), n)
    tally: Tally = tally_answers(design, sheets.reshape(runs * n, n_criteria), {"unit": names})
    return compute_figures(tally, "pooled", 0.95)[0]


def _shares(figures: Figures) -> Reals:
    with np.errstate(invalid="ignore"):
        return np.asarray(figures.satisfied / np.where(figures.answers == 0, np.nan, figures.answers))


def _compare(code: str | None, estimates: Reals, lows: Reals, highs: Reals, truth: Reals) -> AskedTwoWays:
    """Of one share; a run in which nobody of the rotating desk answered it counts as not covered and is in no mean."""
    off = estimates - truth
    covered = ((lows <= truth) & (truth <= highs)).sum(axis=1)
    bias, n_known = np.nanmean(off, axis=1), (~np.isnan(off)).sum(axis=1)
    error = np.nanstd(off, axis=1) / np.sqrt(n_known)
    width = np.nanmean(highs - lows, axis=1)
    return AskedTwoWays(
        code,
        float(np.nanmean(truth)),
        float(bias[0]),
        float(error[0]),
        float(bias[1]),
        float(error[1]),
        int(covered[0]),
        int(covered[1]),
        float(width[0]),
        float(width[1]),
    )
