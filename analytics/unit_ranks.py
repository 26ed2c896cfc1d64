"""Ranks of the cells of a tally: exact shares and steadied variances of the index, handed to the ranking."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analytics.cell_figures import overall_shares
from analytics.index import exact_overall_shares
from analytics.mean_shares import steady
from analytics.ranking import Rank, rank_units
from analytics.results import Method
from analytics.tally import Tally
from analytics.targets import N_MIN


def rank_cells(
    tally: Tally,
    method: Method = "pooled",
    *,
    pairs: Tally | None = None,
    finite: NDArray[np.float64] | None = None,
    n_min: int = N_MIN,
    confidence: float = 0.95,
) -> list[Rank | None]:
    """The rank of each cell among the units, within its field where the tally has fields; in the order of the cells.

    By the exact unweighted index under `method`, so that ties are ties; None below `n_min` valid respondents or without an
    answer. `criteria_mean` without `pairs` knows no variance: every unit may then have every rank. `finite` [C] is 1 − n/N.

    >>> from analytics.design import Design
    >>> from analytics.tally import tally_answers
    >>> design = Design("demo", ("1.0",), ("1",), ("A",), (0,), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> answers = np.array([[5]] * 40 + [[1]] * 40, dtype=np.uint8)
    >>> rank_cells(tally_answers(design, answers, {"unit": np.array(["a"] * 40 + ["b"] * 40)}))
    [Rank(rank=1, low=1, high=1), Rank(rank=2, low=2, high=2)]
    """
    shares = exact_overall_shares(tally, method)
    moments = overall_shares(tally, method, pairs)
    variances = np.full(tally.n_cells, np.nan) if moments is None else steady(moments).variance
    if finite is not None:
        variances = variances * finite
    fields = tally.cells["field"].tolist() if "field" in tally.dimensions else [None] * tally.n_cells
    groups: dict[str | None, list[int]] = {}
    for number, field in enumerate(fields):
        groups.setdefault(field, []).append(number)
    ranks: list[Rank | None] = [None] * tally.n_cells
    for members in groups.values():
        found = rank_units(
            [shares[number] for number in members],
            variances[members].tolist(),
            tally.n_valid[members].tolist(),
            n_min=n_min,
            confidence=confidence,
        )
        for number, rank in zip(members, found, strict=True):
            ranks[number] = rank
    return ranks
