"""How often a verdict is wrong about the share among the period's visitors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from numpy.random import Generator

from analytics.intervals import pooled_interval
from analytics.results import Verdict
from analytics.simulation.coverage import FRACTION
from analytics.simulation.visitors import Pattern, draw_periods, list_form_kinds
from analytics.targets import judge


@dataclass(frozen=True, slots=True)
class Office:
    """An office held against `target`, whose share lies `offset` from it in the long run; answers correlate by `correlation`."""

    target: Fraction
    offset: Fraction
    n: int
    correlation: float = 0.4
    pattern: Pattern = "gaps"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdicts on periods whose visitors truly met the target and on those whose visitors truly missed it."""

    office: Office
    runs: int
    truly_met: dict[Verdict, int]
    truly_missed: dict[Verdict, int]

    @property
    def n_met(self) -> int:
        return sum(self.truly_met.values())

    @property
    def n_missed(self) -> int:
        return sum(self.truly_missed.values())

    @property
    def wrongly_praised(self) -> int:
        """Truly missed and called "met_clearly"."""
        return self.truly_missed.get("met_clearly", 0)

    @property
    def wrongly_blamed(self) -> int:
        """Truly met and called "missed_clearly"."""
        return self.truly_met.get("missed_clearly", 0)

    @property
    def wrong_point(self) -> int:
        """The bare đạt / chưa đạt of the point figure was wrong, whatever was said about the margin."""
        praised = sum(self.truly_missed.get(kind, 0) for kind in ("met_clearly", "met_within"))
        return praised + sum(self.truly_met.get(kind, 0) for kind in ("missed_clearly", "missed_within"))

    @property
    def decided(self) -> int:
        """Verdicts without "within": what a sample of this size can tell at all."""
        return sum(count for table in (self.truly_met, self.truly_missed) for kind, count in table.items() if kind.endswith("_clearly"))


def list_offices() -> tuple[Office, ...]:
    """Targets 90 % and 80 %, the share from 5 points below to 5 above, n 30–1 000.

    >>> len(list_offices())
    56
    """
    return tuple(
        Office(Fraction(target, 100), Fraction(points, 100), n)
        for target in (90, 80)
        for points in (-5, -2, -1, 0, 1, 2, 5)
        for n in (30, 100, 300, 1000)
    )


def measure_verdicts(office: Office, runs: int, rng: Generator) -> Verdicts:
    """Simulate an office's periods and let the product judge each.

    >>> import numpy as np
    >>> found = measure_verdicts(list_offices()[0], 200, np.random.default_rng(1))
    >>> found.n_met + found.n_missed
    200
    """
    kinds = list_form_kinds(float(office.target + office.offset), office.correlation, office.pattern)
    periods = draw_periods(kinds, office.n, round(office.n / FRACTION), runs, rng)
    low, high = pooled_interval(periods.respondents)
    met: Counter[Verdict] = Counter()
    missed: Counter[Verdict] = Counter()
    # Whole numbers decide which side the truth is on, as they do in the verdict.
    is_met = periods.satisfied * office.target.denominator >= office.target.numerator * periods.answers
    columns = (periods.respondents.x, periods.respondents.m, low, high, is_met)
    for x, m, own_low, own_high, own_met in zip(*(column.tolist() for column in columns), strict=True):
        verdict = judge(Fraction(x, m), n_respondents=office.n, target=office.target, low=own_low, high=own_high)
        if verdict is not None:
            (met if own_met else missed)[verdict] += 1
    return Verdicts(office, runs, dict(met), dict(missed))


def measure_all_verdicts(offices: Iterable[Office], runs: int, rng: Generator) -> list[Verdicts]:
    """Every office with random numbers of its own."""
    chosen = list(offices)
    return [measure_verdicts(office, runs, own) for office, own in zip(chosen, rng.spawn(len(chosen)), strict=True)]
