"""Counts, errors and interval ends of every share of every cell, as arrays; which share is which is `index`'s business."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analytics.intervals import ratio_standard_error, steadied_effective_size, wilson_interval
from analytics.mean_shares import ShareMoments, linearise, mean_standard_error, steady
from analytics.moments import Counts, Moments
from analytics.results import Method, Parts
from analytics.tally import Tally

Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Arrays [C, 1 + F + K]: the overall index, then the factors, then the criteria; NaN where undefined."""

    satisfied: Counts
    answers: Counts
    se: Reals
    low: Reals
    high: Reals


@dataclass(frozen=True, slots=True, eq=False)
class Sureness:
    """Of the overall index, each [C]: its steadied variance, design effect and effective size; NaN where undefined."""

    variance: Reals
    design_effect: Reals
    effective_size: Reals


def compute_figures(
    tally: Tally,
    method: Method,
    confidence: float,
    *,
    pairs: Tally | None = None,
    finite: Reals | None = None,
    wanted: Parts = "all",
) -> tuple[Figures, Sureness]:
    """Figures of a tally under a method, and how sure its overall index is.

    `pairs` is the same tally with every criterion a factor of its own: without it means of criteria have no error. `finite`
    [C] is 1 − n/N of each cell: variances are multiplied by it and effective sizes divided, so that at n = N every
    interval is its own share. With `wanted` "overall" errors and ends are [C, 1]; the counts stay whole for a mean of shares,
    which needs them.
    """
    factor = np.ones(tally.n_cells) if finite is None else finite
    shares = overall_shares(tally, method, pairs)
    overall = tally.overall_moments()
    undefined = np.full(tally.n_cells, np.nan)
    if shares is None:
        sureness = Sureness(undefined, undefined, undefined)
    else:
        steadied = steady(shares)
        size = steadied_effective_size(overall) if method == "pooled" else steadied.effective_size
        with np.errstate(divide="ignore"):
            sureness = Sureness(steadied.variance * factor, steadied.design_effect * factor, size / factor)
    whole = _overall_figures(overall, shares, sureness, confidence, factor, is_pooled=method == "pooled")
    if wanted == "overall":
        if method != "pooled":
            satisfied = np.concatenate([whole.satisfied, tally.sum_x, tally.satisfied], axis=1)
            whole = replace(whole, satisfied=satisfied, answers=np.concatenate([whole.answers, tally.sum_m, tally.answers], axis=1))
        return whole, sureness
    parts = [
        whole,
        _factor_figures(tally, method, confidence, pairs, factor),
        _ratio_figures(_criterion_moments(tally), confidence, factor, is_respondent_wise=False),
    ]
    return (
        Figures(
            satisfied=np.concatenate([part.satisfied for part in parts], axis=1),
            answers=np.concatenate([part.answers for part in parts], axis=1),
            se=np.concatenate([part.se for part in parts], axis=1),
            low=np.concatenate([part.low for part in parts], axis=1),
            high=np.concatenate([part.high for part in parts], axis=1),
        ),
        sureness,
    )


def overall_shares(tally: Tally, method: Method, pairs: Tally | None = None) -> ShareMoments | None:
    """The shares whose mean is the overall index under a method; None for `criteria_mean` without `pairs`."""
    if method == "pooled":
        return ShareMoments.of_overall(tally)
    if method == "factor_mean":
        return ShareMoments.of_factors(tally)
    return None if pairs is None else ShareMoments.of_factors(pairs)


def _overall_figures(
    overall: Moments, shares: ShareMoments | None, sureness: Sureness, confidence: float, factor: Reals, *, is_pooled: bool
) -> Figures:
    x, m = overall.x[:, None], overall.m[:, None]
    if shares is None:
        undefined = np.full(m.shape, np.nan)
        return Figures(x, m, undefined, undefined, undefined)
    if is_pooled:
        se, share = ratio_standard_error(overall), overall.share()
    else:
        se = mean_standard_error(shares)
        share = linearise(shares.x.astype(np.float64), shares.m.astype(np.float64))[0]
    low, high = wilson_interval(share, sureness.effective_size, confidence)
    return Figures(x, m, (se * np.sqrt(factor))[:, None], low[:, None], high[:, None])


def _factor_figures(tally: Tally, method: Method, confidence: float, pairs: Tally | None, factor: Reals) -> Figures:
    moments = tally.factor_moments()
    if method != "criteria_mean":
        return _ratio_figures(moments, confidence, factor, is_respondent_wise=True)
    se, low, high = (np.full(moments.m.shape, np.nan) for _ in range(3))
    if pairs is not None:
        criteria = ShareMoments.of_factors(pairs)
        for place in range(tally.design.n_factors):
            own = criteria.only(tally.design.factor_of == place)
            steadied = steady(own)
            share = linearise(own.x.astype(np.float64), own.m.astype(np.float64))[0]
            se[:, place] = mean_standard_error(own) * np.sqrt(factor)
            with np.errstate(divide="ignore"):
                low[:, place], high[:, place] = wilson_interval(share, steadied.effective_size / factor, confidence)
    return Figures(moments.x, moments.m, se, low, high)


def _ratio_figures(moments: Moments, confidence: float, factor: Reals, *, is_respondent_wise: bool) -> Figures:
    """Pooled shares, whose respondents are the sampling units, or single criteria, whose answers are."""
    size = steadied_effective_size(moments) if is_respondent_wise else moments.m.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = wilson_interval(moments.share(), size / factor[:, None], confidence)
    return Figures(moments.x, moments.m, ratio_standard_error(moments) * np.sqrt(factor)[:, None], *ends)


def _criterion_moments(tally: Tally) -> Moments:
    """Of a criterion x and m are 0 or 1, so squares are the counts themselves."""
    x, m = tally.satisfied, tally.answers
    n_design = None if tally.n_design is None else np.broadcast_to(tally.n_design[:, None], x.shape)
    return Moments(np.broadcast_to(tally.n_valid[:, None], x.shape), x, m, x, x, m, n_design)
