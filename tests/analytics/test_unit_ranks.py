"""Ranks of the cells of a tally: within a field, under every method, with and without what errors need."""

import numpy as np
import pytest

from analytics.design import Design
from analytics.index_report import Question, compute_report
from analytics.ranking import Rank
from analytics.results import METHODS, Method
from analytics.tally import Tally, tally_answers
from analytics.unit_ranks import rank_cells

DESIGN = Design("demo", ("1.0",), ("1", "2", "3"), ("A", "B"), (0, 0, 1), (1, 2, 3, 4, 5), satisfied_from=3)
# Unit, field, sheets, answers: the second criterion tells pooled shares and means apart where it is left blank.
SHEETS = (
    ("a", "f", 40, (5, 5, 5)),
    ("b", "f", 40, (5, 0, 1)),
    ("c", "f", 40, (5, 0, 1)),
    ("d", "f", 10, (5, 5, 5)),
    ("a", "g", 40, (1, 1, 1)),
    ("b", "g", 40, (5, 5, 5)),
)


def count(design: Design = DESIGN) -> Tally:
    answers = np.array([own for _, _, n, own in SHEETS for _ in range(n)], dtype=np.uint8)
    places = {name: np.array([sheet[at] for sheet in SHEETS for _ in range(sheet[2])]) for at, name in enumerate(("unit", "field"))}
    return tally_answers(design, answers, places)


def ranks_by_place(ranks: list[Rank | None], tally: Tally) -> dict[tuple[str, str], tuple[int, int, int] | None]:
    told = [None if rank is None else (rank.rank, rank.low, rank.high) for rank in ranks]
    return dict(zip(zip(tally.cells["unit"], tally.cells["field"], strict=True), told, strict=True))


@pytest.mark.parametrize("method", METHODS)
def test_units_are_ranked_within_their_field_and_few_are_not(method: Method) -> None:
    tally = count()
    ranks = rank_cells(tally, method, pairs=count(DESIGN.one_factor_each()))
    assert ranks_by_place(ranks, tally) == {
        ("a", "f"): (1, 1, 1),
        ("b", "f"): (2, 2, 3),
        ("c", "f"): (2, 2, 3),
        ("d", "f"): None,
        ("a", "g"): (2, 2, 2),
        ("b", "g"): (1, 1, 1),
    }


def test_mean_of_criteria_without_pairs_can_exclude_no_rank() -> None:
    ranks = rank_cells(count().by("unit"), "criteria_mean")
    assert [(rank.low, rank.high) for rank in ranks if rank is not None] == [(1, 3)] * 3


def test_who_asked_every_dossier_knows_every_rank() -> None:
    tally = count().by("unit")
    nobody_else = rank_cells(tally, finite=np.zeros(tally.n_cells))
    assert all(rank is None or rank.low == rank.high or rank.high - rank.low == 1 for rank in nobody_else)
    assert [rank.rank for rank in nobody_else if rank is not None] == [rank.rank for rank in rank_cells(tally) if rank is not None]


@pytest.mark.parametrize("method", METHODS)
def test_report_ranks_as_the_cells_are_ranked(method: Method) -> None:
    tally, pairs = count(), count(DESIGN.one_factor_each())
    report = compute_report(tally, ("unit", "field"), Question(method=method, ranks_units=True), pairs=pairs)
    found = [None if cell.rank is None else (cell.rank, cell.rank_low, cell.rank_high) for cell in report.cells[1:]]
    assert found == list(ranks_by_place(rank_cells(tally, method, pairs=pairs), tally).values())
