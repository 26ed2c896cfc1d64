"""Sub-groups by what a respondent is (sex, age, kind): domains of the cell's sample, never samples of their own."""

from __future__ import annotations

import numpy as np

from analytics.errors import TallyError
from analytics.mean_shares import ShareMoments
from analytics.moments import Counts
from analytics.tally import Tally


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
        return tally, np.full(tally.n_cells, tally.n_valid.sum(), dtype=np.int64)
    place = tally.cells.groupby(others, sort=False, observed=True).ngroup().to_numpy(dtype=np.int64)
    totals = np.zeros(int(place.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(totals, place, tally.n_valid)
    return tally, totals[place]


def as_domain(moments: ShareMoments, n_design: Counts) -> ShareMoments:
    """Moments of a sub-group over the whole design: everybody else contributes zero, and n is everybody.

    For `mean_standard_error`, which then prints what R's `svyratio` does on `subset(design, …)`. The interval's size is
    still taken from the sub-group's own moments: the two imaginary respondents that steady it are of the sub-group's average size.
    """
    return ShareMoments(n_design, moments.x, moments.m, moments.xx, moments.xm, moments.mm)
