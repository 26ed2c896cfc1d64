"""Finished figures: frozen, in full precision, with None where something is undefined. Words for them live in `app`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

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

    `factors` and `criteria` are empty where only the overall index was asked for.
    """

    unit: str | None
    field: str | None
    respondents: int
    overall: Estimate
    factors: Mapping[str, Estimate]
    criteria: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """The index of every cell, with the method and the confidence it was computed at."""

    instrument: str
    method: Method
    confidence: float
    cells: tuple[Cell, ...]

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
                }
                for cell in self.cells
            ],
        }
