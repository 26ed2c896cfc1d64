"""The tally: the one additive structure that every printed figure is computed from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analytics.counting import count_answers
from analytics.design import Design
from analytics.errors import TallyError
from analytics.grouping import Dimension, number_cells, sum_rows
from analytics.moments import Counts, Moments


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts and moments of every cell. C cells, K criteria, L levels, F factors; everything int64.

    `cells` holds one row per cell with the dimensions (unit, field, channel, …) as text, sorted, without repeats. With
    no dimension there is always exactly one cell, the whole, even when nobody answered. Moments are sums over valid
    respondents (at least one rating); blanks, "không biết" and not asked are counted over all returned forms, so that
    for each criterion the levels and these three add up to `n_returned`.

    Tallies of disjoint responses add: `a + b`. Months, units and offices merge that way and their intervals stay right,
    because the second moments add too.

    A tally of a sub-group by what a respondent is (a domain, see `analytics.domains`) also carries how many were sampled in
    each cell, so that errors stay those of the whole sample however cells are brought together.
    """

    design: Design
    dimensions: tuple[str, ...]
    cells: pd.DataFrame
    level_counts: Counts  # [C, K, L]
    n_blank: Counts  # [C, K]
    n_no_opinion: Counts  # [C, K]
    n_not_asked: Counts  # [C, K]
    n_returned: Counts  # [C]
    n_valid: Counts  # [C]
    sum_x: Counts  # [C, F] satisfied answers
    sum_m: Counts  # [C, F] answers given
    sum_xx: Counts  # [C, F, F] Σ x_j x_k
    sum_xm: Counts  # [C, F, F] Σ x_j m_k, not symmetric
    sum_mm: Counts  # [C, F, F] Σ m_j m_k
    overall_levels: Counts  # [C, L] the overall question, outside the index; valid respondents
    n_design: Counts | None = None  # [C] of a domain: valid respondents of its whole sample; None: each cell is its own sample

    @classmethod
    def empty(cls, design: Design, dimensions: Sequence[str] = ()) -> Tally:
        """The tally of no response at all: what every sum starts from."""
        nobody = np.empty((0, design.n_criteria), dtype=np.uint8)
        return tally_answers(design, nobody, {name: np.empty(0, dtype=object) for name in dimensions})

    @property
    def n_cells(self) -> int:
        return len(self.n_valid)

    def __add__(self, other: Tally) -> Tally:
        """All responses of both. Raises DesignError or TallyError naming both sides when they do not fit together."""
        return merge_tallies([self, other])

    def minus(self, other: Tally) -> Tally:
        """The responses of this tally without those of another, which must be among them; cells nobody is left in go.

        Raises DesignError or TallyError when the two do not fit together or a count would fall below zero.
        """
        n_design = None if other.n_design is None else -other.n_design
        rest = merge_tallies([self, replace(other, n_design=n_design, **{name: -getattr(other, name) for name in _COUNTS})])
        if any((getattr(rest, name) < 0).any() for name in _COUNTS):
            raise TallyError("Only responses that were counted can be taken away again; count both from the same rows.")
        return rest.where(rest.n_returned > 0) if self.dimensions else rest

    def by(self, *dimensions: str) -> Tally:
        """The same responses told apart by fewer dimensions; none gives the whole in one cell."""
        unknown = [name for name in dimensions if name not in self.dimensions]
        if unknown or len(set(dimensions)) != len(dimensions):
            raise TallyError(
                f"A tally by {_named(self.dimensions)} cannot be given by {_named(dimensions)}; name some of its dimensions, each once."
            )
        return _merge(self.design, dimensions, [self])

    def where(self, mask: ArrayLike) -> Tally:
        """Only the cells for which `mask` (one truth value per cell) holds."""
        chosen = np.asarray(mask)
        if chosen.dtype != np.bool_ or chosen.shape != (self.n_cells,):
            raise TallyError(f"where() takes {self.n_cells} truth values, one for each cell, not {chosen.shape}.")
        kept = {name: getattr(self, name)[chosen] for name in _COUNTS}
        n_design = None if self.n_design is None else self.n_design[chosen]
        return _merge(self.design, self.dimensions, [Tally(self.design, self.dimensions, self.cells[chosen], **kept, n_design=n_design)])

    def equals(self, other: Tally) -> bool:
        """Same questionnaire, same cells, same counts."""
        return (
            self.design == other.design
            and self.dimensions == other.dimensions
            and self.cells.equals(other.cells)
            and all(np.array_equal(getattr(self, name), getattr(other, name)) for name in _COUNTS)
            and (self.n_design is None) == (other.n_design is None)
            and np.array_equal(self.n_sampled, other.n_sampled)
        )

    @property
    def n_sampled(self) -> Counts:
        """The valid respondents of each cell's sample, [C]: those of the cell, unless it is a domain of more."""
        return self.n_valid if self.n_design is None else self.n_design

    @property
    def satisfied(self) -> Counts:
        """Satisfied answers per cell and criterion, [C, K]."""
        return np.asarray(self.level_counts[:, :, self.design.satisfied_from :].sum(axis=2))

    @property
    def answers(self) -> Counts:
        """Answers per cell and criterion, [C, K]."""
        return np.asarray(self.level_counts.sum(axis=2))

    def overall_moments(self) -> Moments:
        """Moments over all criteria of a respondent, each [C]: the sums over all pairs of factors."""
        return Moments(
            self.n_valid,
            self.sum_x.sum(axis=1),
            self.sum_m.sum(axis=1),
            self.sum_xx.sum(axis=(1, 2)),
            self.sum_xm.sum(axis=(1, 2)),
            self.sum_mm.sum(axis=(1, 2)),
            self.n_design,
        )

    def factor_moments(self) -> Moments:
        """Moments within each factor, each [C, F]; n is the cell's number of valid respondents throughout."""
        n = np.broadcast_to(self.n_valid[:, None], self.sum_x.shape)
        xx, xm, mm = (np.diagonal(part, axis1=1, axis2=2) for part in (self.sum_xx, self.sum_xm, self.sum_mm))
        n_design = None if self.n_design is None else np.broadcast_to(self.n_design[:, None], self.sum_x.shape)
        return Moments(n, self.sum_x, self.sum_m, xx, xm, mm, n_design)


_COUNTS = tuple(item.name for item in fields(Tally) if item.name not in ("design", "dimensions", "cells", "n_design"))


def _named(dimensions: Sequence[str]) -> str:
    return "(" + ", ".join(dimensions) + ")"


def merge_tallies(tallies: Sequence[Tally]) -> Tally:
    """The sum of one or more tallies over the union of their cells.

    Raises TallyError without a tally or when dimensions differ, DesignError when questionnaires differ.
    """
    if not tallies:
        raise TallyError("There is no tally to add up; start from Tally.empty(design, dimensions).")
    design, dimensions = tallies[0].design, tallies[0].dimensions
    for tally in tallies[1:]:
        design = design.pooled_with(tally.design)
        if tally.dimensions != dimensions:
            raise TallyError(
                f"A tally by {_named(dimensions)} and one by {_named(tally.dimensions)} do not add; "
                "bring both to the same dimensions with by()."
            )
    return _merge(design, dimensions, tallies)


def _merge(design: Design, dimensions: tuple[str, ...], tallies: Sequence[Tally]) -> Tally:
    """The one place where cells are brought together: addition, by() and where() all end here."""
    columns: dict[str, Dimension] = {
        name: np.concatenate([tally.cells[name].to_numpy(dtype=object) for tally in tallies]) for name in dimensions
    }
    cells, cell_of = number_cells(columns, n_rows=sum(tally.n_cells for tally in tallies))
    merged = {name: sum_rows(np.concatenate([getattr(tally, name) for tally in tallies]), cell_of, len(cells)) for name in _COUNTS}
    if all(tally.n_design is None for tally in tallies):
        return Tally(design, dimensions, cells, **merged)
    n_design = sum_rows(np.concatenate([tally.n_sampled for tally in tallies]), cell_of, len(cells))
    return Tally(design, dimensions, cells, **merged, n_design=n_design)


def tally_answers(
    design: Design,
    answers: NDArray[np.uint8],
    cells: Mapping[str, Dimension],
    overall: NDArray[np.uint8] | None = None,
) -> Tally:
    """Count N answer sheets into cells.

    `answers` is [N, K] in the coding of `Design`; `cells` gives for each dimension N texts (array, Series or
    Categorical); `overall` the N answers to the overall question in the same coding. A sheet without a single rating
    is returned, not valid, and in no moment. N = 0 gives no cell, or the one empty cell when there is no dimension. A
    byte outside the coding, a missing text or lengths that differ raise TallyError.

    >>> design = Design("demo", ("1.0",), ("1", "2"), ("A",), (0, 0), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> sheets = np.array([[5, 4], [3, 0], [0, 254]], dtype=np.uint8)
    >>> tally = tally_answers(design, sheets, {"unit": np.array(["a", "b", "b"])})
    >>> tally.cells["unit"].tolist(), tally.n_returned.tolist(), tally.n_valid.tolist(), tally.sum_x.tolist()
    (['a', 'b'], [1, 2], [1, 1], [[2], [0]])
    >>> tally.by().sum_m.tolist()
    [[3]]
    """
    if answers.dtype != np.uint8 or answers.ndim != 2 or answers.shape[1] != design.n_criteria:
        raise TallyError(
            f"Answers to {design.instrument_id} are bytes of shape (n, {design.n_criteria}), not {answers.dtype} of shape {answers.shape}."
        )
    if overall is not None and (overall.dtype != np.uint8 or overall.shape != (len(answers),)):
        raise TallyError(f"The overall question needs {len(answers)} bytes, not {overall.dtype} {overall.shape}.")
    frame, cell_of = number_cells(cells, n_rows=len(answers))
    return Tally(design, tuple(cells), frame, **count_answers(design, answers, cell_of, len(frame), overall))
