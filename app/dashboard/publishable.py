"""Which figures of a page stay out of a file that is published: small cells, and what would give them away.

Every table goes through the one function of `analytics.disclosure`; here its rows, columns and totals are only lined up.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from analytics.disclosure import least_respondents, suppress
from app.dashboard.criteria import CriteriaPage
from app.dashboard.figure import Figure
from app.dashboard.heat import HeatTable
from app.dashboard.ranks import Ranking

# No filter of the analyst's pages tells respondents apart by sex, age or ethnicity; one that does belongs in these.
_TABLE: Final = ("unit", "field")
_CRITERIA: Final = ("criterion",)
LEAST: Final = least_respondents(_TABLE)

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class HiddenParts:
    """What is hidden of the file of factors and criteria. `index`: the first line, and with it everything."""

    index: bool
    factors: Collection[str]
    criteria: Collection[str]


NOTHING_HIDDEN: Final = HiddenParts(False, frozenset(), frozenset())


def hide_cells(table: HeatTable) -> set[Place]:
    """Rows (in the order of `every_row`) and columns of the unit × field table whose figures are not published."""
    rows = [row for row in table.every_row if row is not table.total]
    fields = [place for place, (code, _) in enumerate(table.columns) if code is not None]
    if not rows or not fields:
        return set()
    counts = np.array([[_count(row.cells[place].figure) for place in fields] for row in rows], dtype=np.int64)
    hidden = suppress(counts, least=LEAST)
    cells, row_totals = hidden.cells.copy(), hidden.row_totals.copy()
    if len(fields) == 1:  # the cell and its row's total are one number: one of them hidden hides both
        cells[:, 0] |= row_totals
        row_totals = cells[:, 0]
    if len(rows) == 1:
        cells[0] |= hidden.column_totals
        row_totals = row_totals | hidden.total
    places = {(row, fields[column]) for row, column in np.argwhere(cells).tolist()}
    over_all = [place for place, (code, _) in enumerate(table.columns) if code is None]
    places |= {(row, place) for row in np.flatnonzero(row_totals).tolist() for place in over_all}
    if table.total is not None:
        places |= {(len(rows), fields[column]) for column in np.flatnonzero(hidden.column_totals).tolist()}
        places |= {(len(rows), place) for place in over_all if hidden.total}
        if len(fields) == 1 and hidden.total:
            places.add((len(rows), fields[0]))
    return places


def hide_units(ranking: Ranking) -> set[str]:
    """Units of the ranking whose figures are not published; the figure of all together stands in other files and counts as known."""
    if not ranking.rows:
        return set()
    counts = [row.figure.respondents for row in ranking.rows]
    hidden = suppress([*counts, max(ranking.n_beside, 0)], least=LEAST).cells.tolist()
    return {row.unit for row, is_hidden in zip(ranking.rows, hidden, strict=False) if is_hidden}


def hide_criteria(page: CriteriaPage) -> HiddenParts:
    """Factors and criteria whose figures are not published: the answers of the criteria add up to the factor's, those to the index's."""
    least = least_respondents(_CRITERIA)
    criteria = [(card.code, row.code, row.figure.estimate.answers) for card in page.factors for row in card.rows]
    factors = [card.code for card in page.factors]
    if 0 < page.whole.respondents < least:
        return HiddenParts(True, set(factors), {code for _, code, _ in criteria})
    counts = np.zeros((len(factors), len(criteria)), dtype=np.int64)
    for column, (factor, _, answers) in enumerate(criteria):
        counts[factors.index(factor), column] = answers
    # A column holds one criterion, so its total is the criterion again. A factor that fewer than `least` people can have
    # answered may hold more answers than that: it goes in as the people of its most answered criterion, and so counts as small.
    for row in counts:
        if 0 < row.max(initial=0) < least:
            most = int(row.argmax())
            row[:] = np.where(np.arange(len(row)) == most, row[most], 0)
    hidden = suppress(counts, least=least)
    small = {code for _, code, answers in criteria if 0 < answers < least}
    known = hidden.cells.any(axis=0) | (hidden.column_totals & (counts.sum(axis=0) > 0))
    also = {code for (_, code, _), is_hidden in zip(criteria, known.tolist(), strict=True) if is_hidden}
    gone = {code for code, is_hidden in zip(factors, hidden.row_totals.tolist(), strict=True) if is_hidden}
    return HiddenParts(hidden.total, gone, small | also)


def _count(figure: Figure | None) -> int:
    return 0 if figure is None else figure.respondents
