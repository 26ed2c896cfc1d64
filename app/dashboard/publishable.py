"""Which figures of a page stay out of a file that is published: small cells, and what would give them away.

Every table goes through the one function of `analytics.disclosure`; here its rows, columns and totals are only lined up.

A sub-group of the respondents (women, people over 60, who was helped) goes through it three times: as the group, as everybody
outside it – both with the number that cells crossed with a personal characteristic need – and as everybody together, as in the
file without the filter. What is hidden in any of them is hidden: beside the file of everybody the figures of a group are also
those of the others, by subtraction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analytics.disclosure import LEAST_CROSSED, Suppression, least_respondents, suppress
from app.dashboard.criteria import CriteriaPage
from app.dashboard.figure import Figure
from app.dashboard.heat import HeatRow, HeatTable
from app.dashboard.ranks import Ranking
from app.selection import Selection

_TABLE: Final = ("unit", "field")
_CRITERIA: Final = ("criterion",)
_LEAST: Final = least_respondents(_TABLE)

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class HiddenParts:
    """What is hidden of the file of factors and criteria. `index`: the first line, and with it everything."""

    index: bool
    factors: frozenset[str]
    criteria: frozenset[str]
    overall: bool = False
    """The overall question, which stands outside the index."""


NOTHING_HIDDEN: Final = HiddenParts(False, frozenset(), frozenset())


def least_of(selection: Selection) -> int:
    """How many respondents a published figure of a selection needs: more where it is of a sub-group of the respondents.

    >>> least_of(Selection()), least_of(Selection(counter="1")), least_of(Selection(respondent=(("sex", "female"),)))
    (5, 5, 10)
    """
    return LEAST_CROSSED if selection.is_domain else _LEAST


def hide_cells(table: HeatTable, everybody: HeatTable | None = None) -> set[Place]:
    """Rows (in the order of `every_row`) and columns of the unit × field table whose figures are not published.

    `everybody` is the same table without the characteristic, where `table` is of a sub-group. A cell of the sub-group that is not
    among everybody's is hidden.
    """
    grid = everybody or table
    rows = [row for row in grid.every_row if row is not grid.total]
    fields = [(place, code) for place, (code, _) in enumerate(grid.columns) if code is not None]
    if not rows or not fields:
        return set()
    counts = np.array([[_count(row.cells[place].figure) for place, _ in fields] for row in rows], dtype=np.int64)
    if everybody is None:
        hidden = _suppress_table(counts, _LEAST)
    else:
        own = _count_cells(table)
        group = np.array([[own.get((row.unit, code), 0) for _, code in fields] for row in rows], dtype=np.int64)
        hidden = _unite([_suppress_table(view, least) for view, least in _list_views(counts, group)])
    row_of: dict[str | None, int] = {row.unit: number for number, row in enumerate(rows)}
    column_of: dict[str | None, int] = {code: number for number, (_, code) in enumerate(fields)}

    def is_hidden(row: HeatRow, code: str | None) -> bool:
        number, column = row_of.get(row.unit), column_of.get(code)
        if row is table.total:
            return hidden.total if code is None else column is None or bool(hidden.column_totals[column])
        if number is None or (code is not None and column is None):
            return True
        return bool(hidden.row_totals[number] if code is None else hidden.cells[number, column])

    return {
        (number, place)
        for number, row in enumerate(table.every_row)
        for place, (code, _) in enumerate(table.columns)
        if row.cells[place].figure is not None and is_hidden(row, code)
    }


def _list_views(everybody: NDArray[np.int64], group: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], int]]:
    """The counts a sub-group's file lets one work with, each with the least a figure needs: everybody's, the group's, the others'.

    Where nobody of the group answered the file has no line, which says so: everybody there is known to be outside the group, and
    such a cell cannot stand in for another.
    """
    others = np.where(group > 0, np.maximum(everybody - group, 0), 0)
    return [(everybody, _LEAST), (group, LEAST_CROSSED), (others, LEAST_CROSSED)]


def _count_cells(table: HeatTable) -> dict[tuple[str | None, str | None], int]:
    """The respondents of every cell by unit and field, totals apart."""
    return {
        (row.unit, code): _count(cell.figure)
        for row in table.every_row
        if row is not table.total
        for cell, (code, _) in zip(row.cells, table.columns, strict=True)
    }


def _suppress_table(counts: NDArray[np.int64], least: int) -> Suppression:
    """As `suppress`; of a single row or column every cell is a total of the other direction too, and the function for rows knows it."""
    n_rows, n_columns = counts.shape
    if n_rows > 1 and n_columns > 1:
        return suppress(counts, least=least)
    line = suppress(counts.ravel(), least=least)
    cells = line.cells.reshape(counts.shape)
    whole = np.array([line.total])
    return Suppression(cells, line.cells if n_columns == 1 else whole, line.cells if n_rows == 1 else whole, line.total)


def _unite(found: Sequence[Suppression]) -> Suppression:
    """What is hidden in any of them. Hiding more never gives away what was protected."""
    return Suppression(
        np.logical_or.reduce([each.cells for each in found]),
        np.logical_or.reduce([each.row_totals for each in found]),
        np.logical_or.reduce([each.column_totals for each in found]),
        any(each.total for each in found),
    )


def hide_units(ranking: Ranking, everybody: Ranking | None = None) -> set[str]:
    """Units of the ranking whose figures are not published; the figure of all together stands in other files and counts as known.

    `everybody` is the same ranking without the characteristic, where `ranking` is of a sub-group.
    """
    if not ranking.rows:
        return set()
    grid = everybody or ranking
    units = [row.unit for row in grid.rows]
    counts = np.array([*(row.figure.respondents for row in grid.rows), max(grid.n_beside, 0)], dtype=np.int64)
    if everybody is None:
        hidden = suppress(counts, least=_LEAST).cells
    else:
        own = {row.unit: row.figure.respondents for row in ranking.rows}
        group = np.array([*(own.get(unit, 0) for unit in units), max(ranking.n_beside, 0)], dtype=np.int64)
        hidden = np.logical_or.reduce([suppress(view, least=least).cells for view, least in _list_views(counts, group)])
    published = {unit for unit, is_hidden in zip(units, hidden.tolist(), strict=False) if not is_hidden}
    return {row.unit for row in ranking.rows} - published


def hide_criteria(page: CriteriaPage, everybody: CriteriaPage | None = None) -> HiddenParts:
    """Factors and criteria whose figures are not published, and whether the overall question is.

    `everybody` is the same page without the characteristic, where `page` is of a sub-group.
    """
    if everybody is None:
        return _hide_page(_count_answers(page), _LEAST)
    group, counts = _count_answers(page), _count_answers(everybody)
    others = _PageCounts(
        [(factor, code, max(all_ - own, 0)) for (factor, code, all_), (_, _, own) in zip(counts.criteria, group.criteria, strict=True)],
        max(counts.respondents - group.respondents, 0),
        max(counts.overall - group.overall, 0),
    )
    found = [_hide_page(*view) for view in ((counts, _LEAST), (group, LEAST_CROSSED), (others, LEAST_CROSSED))]
    return HiddenParts(
        any(each.index for each in found),
        frozenset().union(*(each.factors for each in found)),
        frozenset().union(*(each.criteria for each in found)),
        any(each.overall for each in found),
    )


@dataclass(frozen=True, slots=True)
class _PageCounts:
    """Answers of every criterion with its factor, respondents, answers to the overall question."""

    criteria: list[tuple[str, str, int]]
    respondents: int
    overall: int


def _count_answers(page: CriteriaPage) -> _PageCounts:
    criteria = [(card.code, row.code, row.figure.estimate.answers) for card in page.factors for row in card.rows]
    return _PageCounts(criteria, page.whole.respondents, 0 if page.overall is None else page.overall.figure.estimate.answers)


def _hide_page(counts: _PageCounts, least: int) -> HiddenParts:
    hidden = hide_answers(counts.criteria, counts.respondents, least)
    return replace(hidden, overall=hidden.index or 0 < counts.overall < least)


def hide_answers(criteria: Sequence[tuple[str, str, int]], n_respondents: int, least: int = least_respondents(_CRITERIA)) -> HiddenParts:
    """What is hidden of criteria, each with its factor and answers, asked of so many people; fewer than `least` are few.

    The answers of the criteria add up to their factor's, those of the factors to the index's. A criterion of fewer people than
    a published figure needs is hidden, a factor too that not more can have answered; then what would give them away.

    >>> hidden = hide_answers([("1", "1.1", 40), ("1", "1.2", 39), ("2", "2.1", 3), ("2", "2.2", 40), ("2", "2.3", 41)], 41)
    >>> hidden.index, sorted(hidden.factors), sorted(hidden.criteria)
    (False, [], ['2.1', '2.2'])
    """
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
