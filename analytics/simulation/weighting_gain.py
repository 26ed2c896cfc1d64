"""What weighting to the dossiers gains where fields answer unequally, and what it costs where they do not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from analytics.design import Design
from analytics.index_report import Question, compute_report
from analytics.population import Population
from analytics.results import Estimate
from analytics.tally import tally_answers

Reals = NDArray[np.float64]

_BLOCK_RUNS = 200
_N_CRITERIA = 10


@dataclass(frozen=True, slots=True)
class Field:
    """A field's dossiers of the period, its long-run share, and the chance that one of its visitors answers."""

    dossiers: int
    share: float
    rate: float


CASELOADS: Mapping[str, tuple[Field, ...]] = MappingProxyType(
    {
        "equal_rates": (Field(900, 0.95, 0.15), Field(500, 0.92, 0.15), Field(600, 0.75, 0.15), Field(200, 0.85, 0.15)),
        "twice": (Field(900, 0.95, 0.20), Field(500, 0.92, 0.20), Field(600, 0.75, 0.10), Field(200, 0.85, 0.10)),
        "fivefold": (Field(900, 0.95, 0.25), Field(500, 0.92, 0.15), Field(600, 0.75, 0.05), Field(200, 0.85, 0.10)),
        "hard_cases_hardly_asked": (Field(900, 0.95, 0.30), Field(500, 0.92, 0.30), Field(600, 0.75, 0.02), Field(200, 0.85, 0.02)),
    }
)
"""Certification, civil status, land, others at a commune's size: land is the least satisfied and the least asked."""


@dataclass(frozen=True, slots=True)
class WeightingGain:
    """Of `runs` periods, for the plain and the weighted index: estimate − truth on average, root mean square error, coverage.

    `undefined`: periods without a weighted figure, left out of its means and counted as not covered. `collapsed`: periods in which a
    field without any response made the office's fields one stratum.
    """

    name: str
    runs: int
    mean_n: float
    mean_truth: float
    plain_bias: float
    weighted_bias: float
    plain_error: float
    weighted_error: float
    plain_covered: int
    weighted_covered: int
    plain_width: float
    weighted_width: float
    undefined: int
    collapsed: int


def measure_weighting(name: str, runs: int, rng: Generator, *, correlation: float = 0.4) -> WeightingGain:
    """Simulate `CASELOADS[name]` as that many offices of one report, and compare each with the share among all its visitors.

    >>> found = measure_weighting("fivefold", 40, np.random.default_rng(1))
    >>> found.plain_bias > 0.02, abs(found.weighted_bias) < found.plain_bias
    (True, True)
    """
    blocks = [_measure(CASELOADS[name], min(_BLOCK_RUNS, runs - start), rng, correlation) for start in range(0, runs, _BLOCK_RUNS)]
    n, truth, collapsed = (np.concatenate([block[place] for block in blocks]) for place in range(3))
    plain, weighted = (np.concatenate([block[place] for block in blocks]) for place in (3, 4))  # [runs, 3]: share, low, high
    plain_off, weighted_off = plain[:, 0] - truth, weighted[:, 0] - truth
    return WeightingGain(
        name,
        runs,
        mean_n=float(n.mean()),
        mean_truth=float(truth.mean()),
        plain_bias=float(plain_off.mean()),
        weighted_bias=float(np.nanmean(weighted_off)),
        plain_error=sqrt(float((plain_off**2).mean())),
        weighted_error=sqrt(float(np.nanmean(weighted_off**2))),
        plain_covered=int(((plain[:, 1] <= truth) & (truth <= plain[:, 2])).sum()),
        weighted_covered=int(((weighted[:, 1] <= truth) & (truth <= weighted[:, 2])).sum()),
        plain_width=float((plain[:, 2] - plain[:, 1]).mean()),
        weighted_width=float(np.nanmean(weighted[:, 2] - weighted[:, 1])),
        undefined=int(np.isnan(weighted[:, 0]).sum()),
        collapsed=int(collapsed.sum()),
    )


def _measure(fields: tuple[Field, ...], runs: int, rng: Generator, correlation: float) -> tuple[Reals, Reals, Reals, Reals, Reals]:
    """Respondents, truth and collapse of each run, [runs]; share, low and high of its plain and its weighted index, [runs, 3]."""
    design = Design(
        "simulated",
        ("1.0",),
        tuple(str(place) for place in range(1, _N_CRITERIA + 1)),
        ("A",),
        (0,) * _N_CRITERIA,
        (1, 2, 3, 4, 5),
        satisfied_from=3,
    )
    names = np.array([f"{run:06}" for run in range(runs)], dtype=object)
    n_satisfied, n_answers = np.zeros(runs), 0
    sheets, units, places = [], [], []
    size = (1 - correlation) / correlation
    for place, field in enumerate(fields):
        leaning = rng.beta(field.share * size, (1 - field.share) * size, (runs, field.dossiers))
        is_satisfied = rng.random((runs, field.dossiers, _N_CRITERIA)) < leaning[:, :, None]
        n_satisfied += is_satisfied.sum(axis=(1, 2))
        n_answers += field.dossiers * _N_CRITERIA
        answering = rng.random((runs, field.dossiers)) < field.rate
        sheets.append(np.where(is_satisfied[answering], np.uint8(5), np.uint8(2)))
        units.append(np.repeat(names, answering.sum(axis=1)))
        places.append(np.full(int(answering.sum()), str(place), dtype=object))
    tally = tally_answers(design, np.concatenate(sheets), {"unit": np.concatenate(units), "field": np.concatenate(places)})
    population = Population({(name, str(place)): field.dossiers for name in names.tolist() for place, field in enumerate(fields)})
    report = compute_report(tally, ("unit",), Question(), population=population, is_strict=False)
    by_name = {cell.unit: cell for cell in report.cells[1:]}  # the first is the whole, which means nothing here
    cells = [by_name[name] for name in names.tolist()]
    at_one = {collapse.unit for collapse in report.notes.collapses} if report.notes is not None else set()
    return (
        np.array([cell.respondents for cell in cells], dtype=np.float64),
        n_satisfied / n_answers,
        np.array([name in at_one for name in names.tolist()], dtype=np.float64),
        np.array([_ends(cell.overall) for cell in cells]),
        np.array([_ends(cell.weighted) for cell in cells]),
    )


def _ends(estimate: Estimate | None) -> tuple[float, float, float]:
    if estimate is None or estimate.share is None or estimate.low is None or estimate.high is None:
        return np.nan, np.nan, np.nan
    return estimate.share, estimate.low, estimate.high
