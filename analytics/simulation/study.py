"""The studies that are published: which situations belong together, each with random numbers of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from numpy.random import Generator

from analytics.simulation.circumstances import CIRCUMSTANCES, UnderCircumstance, measure_circumstance
from analytics.simulation.coverage import CLAIM, Coverage, falls_short, list_fractions, list_situations, measure_all
from analytics.simulation.criterion_coverage import CriterionCoverage, measure_criteria
from analytics.simulation.ranks import LEAGUES, RankCoverage, measure_ranks
from analytics.simulation.visitors import PATTERNS, SHAPES, Pattern, Shape
from analytics.simulation.weighting_gain import CASELOADS, WeightingGain, measure_weighting

ORDINARY: tuple[Pattern, ...] = ("full", "gaps")
"""Patterns of a desk that puts one questionnaire to everybody; the others mix very unequal forms."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The hundred situations of one pattern of answers and one shape of correlation."""

    pattern: Pattern
    shape: Shape
    found: tuple[Coverage, ...]

    @property
    def least(self) -> Coverage:
        return min(self.found, key=lambda each: each.share)

    @property
    def mean_share(self) -> float:
        return sum(each.share for each in self.found) / len(self.found)

    @property
    def mean_width(self) -> float:
        return sum(each.mean_width for each in self.found) / len(self.found)

    @property
    def below(self) -> tuple[Coverage, ...]:
        """Situations below the claim as measured, the worst first."""
        return tuple(sorted((each for each in self.found if each.share < CLAIM), key=lambda each: each.share))

    @property
    def clearly_below(self) -> tuple[Coverage, ...]:
        """Those of them which chance does not explain."""
        return tuple(each for each in self.below if falls_short(each))


@dataclass(frozen=True, slots=True)
class CoverageStudy:
    """Coverage of each grid; by the part of visitors who answer, without and with the finite factor; under circumstances; of criteria."""

    runs: int
    grids: tuple[Grid, ...]
    plain_fractions: tuple[Coverage, ...]
    finite_fractions: tuple[Coverage, ...]
    circumstances: tuple[UnderCircumstance, ...]
    criteria: tuple[CriterionCoverage, ...]


def study_coverage(runs: int, rng: Generator, *, tell: Callable[[int, int], None] = lambda _done, _of: None) -> CoverageStudy:
    """Every situation `runs` times, every circumstance a tenth as often (there each visitor is drawn, not counted).

    `tell` hears before each part how many are done, of how many; a long study takes minutes.
    """
    grid_rng, plain_rng, finite_rng, circumstance_rng, criteria_rng = rng.spawn(5)
    of = len(SHAPES) * len(PATTERNS) + 3 + len(CIRCUMSTANCES)
    grids: list[Grid] = []
    for shape, own_rng in zip(SHAPES, grid_rng.spawn(len(SHAPES)), strict=True):
        for pattern, own in zip(PATTERNS, own_rng.spawn(len(PATTERNS)), strict=True):
            tell(len(grids), of)
            grids.append(Grid(pattern, shape, tuple(measure_all(list_situations(pattern, shape), runs, own))))
    fractions = list_fractions()
    tell(len(grids), of)
    plain = measure_all(fractions, runs, plain_rng)
    tell(len(grids) + 1, of)
    finite = measure_all(fractions, runs, finite_rng, is_finite=True)
    found: list[UnderCircumstance] = []
    for name, own in zip(CIRCUMSTANCES, circumstance_rng.spawn(len(CIRCUMSTANCES)), strict=True):
        tell(len(grids) + 2 + len(found), of)
        found.append(measure_circumstance(name, max(1, runs // 10), own))
    tell(of - 1, of)
    criteria = measure_criteria(runs, criteria_rng)
    return CoverageStudy(runs, tuple(grids), tuple(plain), tuple(finite), tuple(found), tuple(criteria))


def study_ranks(runs: int, rng: Generator) -> list[RankCoverage]:
    """Every league."""
    return [measure_ranks(league, runs, own) for league, own in zip(LEAGUES, rng.spawn(len(LEAGUES)), strict=True)]


def study_weighting(runs: int, rng: Generator) -> list[WeightingGain]:
    """Every caseload."""
    return [measure_weighting(name, runs, own) for name, own in zip(CASELOADS, rng.spawn(len(CASELOADS)), strict=True)]
