"""Which figures of a page stay out of a file that is published: small cells, and what would give them away.

Every table goes through the one function of `analytics.disclosure`; here its rows, columns and totals are only lined up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.disclosure import Suppression, least_respondents, suppress
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
    factors: frozenset[str]
    criteria: frozenset[str]


NOTHING_HIDDEN: Final = HiddenParts(False, frozenset(), frozenset())


def hide_cells(table: HeatTable) -> set[Place]:
    """Rows (in the order of `every_row`) and columns of the unit × field table whose figures are not published."""
    rows = [row for row in table.every_row if row is not table.total]
    fields = [place for place, (code, _) in enumerate(table.columns) if code is not None]
    if not rows or not fields:
        return set()
    counts = np.array([[_count(row.cells[place].figure) for place in fields] for row in rows], dtype=np.int64)
    hidden = _suppress_table(counts)
    over_all = [place for place, (code, _) in enumerate(table.columns) if code is None]
    places = {(row, fields[column]) for row, column in np.argwhere(hidden.cells).tolist()}
    places |= {(row, place) for row in np.flatnonzero(hidden.row_totals).tolist() for place in over_all}
    if table.total is not None:
        places |= {(len(rows), fields[column]) for column in np.flatnonzero(hidden.column_totals).tolist()}
        places |= {(len(rows), place) for place in over_all if hidden.total}
    return places


def _suppress_table(counts: NDArray[np.int64]) -> Suppression:
    """As `suppress`; of a single row or column every cell is a total of the other direction too, and the function for rows knows it."""
    n_rows, n_columns = counts.shape
    if n_rows > 1 and n_columns > 1:
        return suppress(counts, least=LEAST)
    line = suppress(counts.ravel(), least=LEAST)
    cells = line.cells.reshape(counts.shape)
    whole = np.array([line.total])
    return Suppression(cells, line.cells if n_columns == 1 else whole, line.cells if n_rows == 1 else whole, line.total)


def hide_units(ranking: Ranking) -> set[str]:
    """Units of the ranking whose figures are not published; the figure of all together stands in other files and counts as known."""
    if not ranking.rows:
        return set()
    counts = [row.figure.respondents for row in ranking.rows]
    hidden = suppress([*counts, max(ranking.n_beside, 0)], least=LEAST).cells.tolist()
    return {row.unit for row, is_hidden in zip(ranking.rows, hidden, strict=False) if is_hidden}


def hide_criteria(page: CriteriaPage) -> HiddenParts:
    """Factors and criteria whose figures are not published."""
    criteria = [(card.code, row.code, row.figure.estimate.answers) for card in page.factors for row in card.rows]
    return hide_answers(criteria, page.whole.respondents)


def hide_answers(criteria: Sequence[tuple[str, str, int]], n_respondents: int) -> HiddenParts:
    """What is hidden of criteria, each with its factor and answers, asked of so many people.

    The answers of the criteria add up to their factor's, those of the factors to the index's. A criterion of fewer people than
    a published figure needs is hidden, a factor too that not more can have answered; then what would give them away.

    >>> hidden = hide_answers([("1", "1.1", 40), ("1", "1.2", 39), ("2", "2.1", 3), ("2", "2.2", 40), ("2", "2.3", 41)], 41)
    >>> hidden.index, sorted(hidden.factors), sorted(hidden.criteria)
    (False, [], ['2.1', '2.2'])
    """
    least = least_respondents(_CRITERIA)
    answers: dict[str, dict[str, int]] = {}
    for factor, code, count in criteria:
        answers.setdefault(factor, {})[code] = count
    if 0 < n_respondents < least:
        return HiddenParts(True, frozenset(answers), frozenset(code for _, code, _ in criteria))
    # A factor of a few people may hold more answers than `least`: it goes in as the people its most answered criterion has.
    most = {factor: max(own.values()) for factor, own in answers.items()}
    sums = [most[factor] if most[factor] < least else sum(own.values()) for factor, own in answers.items()]
    above = suppress(sums, least=least)
    factors = frozenset(factor for factor, gone in zip(answers, above.cells.tolist(), strict=True) if gone)
    gone: set[str] = set()
    for factor, own in answers.items():
        below = suppress(list(own.values()), least=least)
        gone |= {code for code, is_hidden in zip(own, below.cells.tolist(), strict=True) if is_hidden}
        if factor in factors and most[factor] >= least and not any(own[code] >= least for code in gone & own.keys()):
            # Its criteria must not add up to the total that is hidden for another's sake: one of them goes too, and being of
            # `least` or more it can make up for whatever the small factor may lack.
            gone.add(min((code for code, count in own.items() if count >= least), key=own.__getitem__))
    return HiddenParts(above.total, factors, frozenset(gone))


def _count(figure: Figure | None) -> int:
    return 0 if figure is None else figure.respondents
