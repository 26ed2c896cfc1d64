"""Sub-groups by what a respondent is (sex, age, kind): domains of the cell's sample, never samples of their own."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from analytics.errors import TallyError
from analytics.mean_shares import ShareMoments
from analytics.moments import Counts
from analytics.tally import Tally, merge_tallies

_COUNTS = tuple(item.name for item in fields(Tally) if item.name not in ("design", "dimensions", "cells", "n_design"))


def list_domains(tally: Tally, characteristic: str) -> tuple[Tally, Counts]:
    """A tally with `characteristic` among its dimensions, and for each of its cells the respondents of the whole design.

    The design is the cell of all other dimensions: everybody who answered there, whatever the characteristic. Raises
    TallyError where the tally does not tell the characteristic apart.

    >>> from analytics.design import Design
    >>> from analytics.tally import tally_answers
    >>> design = Design("demo", ("1.0",), ("1",), ("A",), (0,), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> tally = tally_answers(design, np.array([[5], [1], [4]], np.uint8), {"sex": np.array(["f", "m", "f"])})
    >>> domains, n_design = list_domains(tally, "sex")
    >>> domains.cells["sex"].tolist(), domains.n_valid.tolist(), n_design.tolist()
    (['f', 'm'], [2, 1], [3, 3])
    """
    if characteristic not in tally.dimensions:
        raise TallyError(f"The tally does not tell responses apart by {characteristic}; it knows {', '.join(tally.dimensions) or 'none'}.")
    others = [name for name in tally.dimensions if name != characteristic]
    if not others:
        return tally, np.full(tally.n_cells, tally.n_sampled.sum(), dtype=np.int64)
    place = tally.cells.groupby(others, sort=False, observed=True).ngroup().to_numpy(dtype=np.int64)
    totals = np.zeros(int(place.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(totals, place, tally.n_sampled)
    return tally, totals[place]


def as_domain(moments: ShareMoments, n_design: Counts) -> ShareMoments:
    """Moments of a sub-group as a domain of the whole design: everybody else contributes zero, and n is everybody.

    `mean_standard_error` then prints what R's `svyratio` does on `subset(design, …)`; `steady` has the interval's size.
    """
    return replace(moments, n_design=n_design)


def tell_domain(group: Tally, whole: Tally) -> Tally:
    """The tally of a sub-group that knows its sample: `whole` counts everybody by the same dimensions, the group among them.

    Cells in which nobody of the group answered stay, with no response and everybody sampled: they belong to the sample of
    every larger cell they are brought together into. Raises TallyError where the two are by other dimensions or more of the group
    answered in a cell than everybody together.

    >>> from analytics.design import Design
    >>> from analytics.tally import tally_answers
    >>> design = Design("demo", ("1.0",), ("1",), ("A",), (0,), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> sheets, units = np.array([[5], [1], [4]], np.uint8), np.array(["a", "a", "b"])
    >>> whole = tally_answers(design, sheets, {"unit": units})
    >>> women = tell_domain(tally_answers(design, sheets[:1], {"unit": units[:1]}), whole)
    >>> women.cells["unit"].tolist(), women.n_valid.tolist(), women.n_sampled.tolist(), women.by().n_sampled.tolist()
    (['a', 'b'], [1, 0], [2, 1], [3])
    """
    if group.dimensions != whole.dimensions:
        raise TallyError("A sub-group and its sample are told apart by the same dimensions; count both the same way.")
    nothing = {name: np.zeros((whole.n_cells, *getattr(group, name).shape[1:]), dtype=np.int64) for name in _COUNTS}
    everybody = Tally(group.design, whole.dimensions, whole.cells, **nothing, n_design=whole.n_sampled)
    told = merge_tallies([replace(group, n_design=np.zeros(group.n_cells, dtype=np.int64)), everybody])
    if (told.n_valid > told.n_sampled).any():
        raise TallyError("More of a sub-group answered than of everybody; count both from the same rows.")
    return told


def keep_answered(tally: Tally) -> Tally:
    """Of a sub-group the cells in which somebody of it answered: those a table lists or a line goes through. Any other tally as it is.

    The cells left out stand for people outside the group. They are for adding up only, so they go when nothing is added any more.

    >>> from analytics.design import Design
    >>> from analytics.tally import tally_answers
    >>> design = Design("demo", ("1.0",), ("1",), ("A",), (0,), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> sheets, units = np.array([[5], [1], [4]], np.uint8), np.array(["a", "a", "b"])
    >>> whole = tally_answers(design, sheets, {"unit": units})
    >>> women = tell_domain(tally_answers(design, sheets[:1], {"unit": units[:1]}), whole)
    >>> keep_answered(women).cells["unit"].tolist(), keep_answered(whole).n_cells
    (['a'], 2)
    """
    return tally if tally.n_design is None else tally.where(tally.n_returned > 0)
