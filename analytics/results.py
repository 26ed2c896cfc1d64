"""Finished figures: frozen, in full precision, with None where something is undefined. Words for them live in `app`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from analytics.strata import Collapse, StratumProblem

Method = Literal["pooled", "criteria_mean", "factor_mean"]
METHODS: tuple[Method, ...] = get_args(Method)

Parts = Literal["all", "overall"]
"""Which figures of a cell are wanted: all, or only the overall index, which is what a table of many cells shows."""

Verdict = Literal["no_data", "insufficient", "met_clearly", "met_within", "missed_within", "missed_clearly"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One share with its counts, its uncertainty and its verdict. Shares, se, ends and target are 0–1.

    Under a mean method `share` is the mean while `satisfied` and `answers` stay sums, so share ≠ satisfied/answers
    there. None: share without any answer; se, low, high where no interval is defined; target and verdict where none is
    set.
    """

    share: float | None
    satisfied: int
    answers: int
    se: float | None
    low: float | None
    high: float | None
    target: float | None
    verdict: Verdict | None


_NAMES = tuple(item.name for item in fields(Estimate))


def _plain(estimate: Estimate) -> dict[str, Any]:
    """As a dict; `asdict` does the same through a deep copy, ten times slower, and a report holds tens of thousands."""
    return {name: getattr(estimate, name) for name in _NAMES}


@dataclass(frozen=True, slots=True)
class Cell:
    """The figures of one unit and field; None stands for all of them. `respondents` are the valid ones.

    `overall` is the official figure, unweighted. `weighted` is the same share weighted to the dossiers, with its own
    verdict; its `satisfied` and `answers` are the answers given, not weighted ones. `design_effect` (steadied) and
    `effective_size`, the independent answers it is worth, are those of `weighted` where there is one, else of `overall`.
    Rank 1 is the best of those ranked; `rank_low` to `rank_high` is its interval. None: not asked for, or undefined.
    `factors` and `criteria` are empty where only the overall index was asked for.
    """

    unit: str | None
    field: str | None
    respondents: int
    overall: Estimate
    factors: Mapping[str, Estimate]
    criteria: Mapping[str, Estimate]
    weighted: Estimate | None = None
    design_effect: float | None = None
    effective_size: float | None = None
    rank: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None


@dataclass(frozen=True, slots=True)
class WeightingNotes:
    """Strata brought together, and those that keep their cells from having a weighted figure."""

    collapses: tuple[Collapse, ...]
    problems: tuple[StratumProblem, ...]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """The index of every cell, with the method and the confidence it was computed at."""

    instrument: str
    method: Method
    confidence: float
    cells: tuple[Cell, ...]
    notes: WeightingNotes | None = None
    """What is to be said about the weighted figures; None where no population was given. Not in the JSON."""

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists, numbers and None, ready for any JSON writer; nothing is rounded."""
        return {
            "instrument": self.instrument,
            "method": self.method,
            "confidence": self.confidence,
            "cells": [
                {
                    "unit": cell.unit,
                    "field": cell.field,
                    "respondents": cell.respondents,
                    "overall": _plain(cell.overall),
                    "factors": {code: _plain(estimate) for code, estimate in cell.factors.items()},
                    "criteria": {code: _plain(estimate) for code, estimate in cell.criteria.items()},
                    "weighted": None if cell.weighted is None else _plain(cell.weighted),
                    "design_effect": cell.design_effect,
                    "effective_size": cell.effective_size,
                    "rank": cell.rank,
                    "rank_low": cell.rank_low,
                    "rank_high": cell.rank_high,
                }
                for cell in self.cells
            ],
        }
