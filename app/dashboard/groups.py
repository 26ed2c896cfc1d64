"""By group of respondents: sex, age, kind and whatever else the form asks, each group a domain of everybody in the view."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

import numpy as np

from analytics.tally import Tally
from app.dashboard.conditions import name_question
from app.dashboard.figure import Figure
from app.dashboard.reading import Reading, as_one_cell
from app.services.figures import Figures
from app.vietnamese import RESPONDENT_KINDS

FEW: Final = 10
"""Groups of fewer respondents are marked: the contract's bound for cells crossed with sex or age."""
_MOST_CELLS: Final = 2000
_SILENT: Final = "Không trả lời"


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group; `answer` is the code of the answer, "" for who gave none."""

    answer: str
    name: str
    figure: Figure

    @property
    def is_few(self) -> bool:
        """Whether fewer than ten respondents speak."""
        return self.figure.respondents < FEW


@dataclass(frozen=True, slots=True)
class GroupTable:
    """One characteristic with its groups in the order of the form; groups without a valid form are left out."""

    code: str
    title: str
    rows: tuple[GroupRow, ...]
    n_known: int
    n_all: int


def build_groups(figures: Figures, reading: Reading) -> tuple[GroupTable, ...]:
    """A table for each characteristic the view does not fix. Raises AnalyticsError."""
    evidence = reading.evidence
    questions = figures.find_questions(evidence.selection.instrument)
    named: dict[str, tuple[str, Mapping[str, str]]] = {
        code: (name_question(question), {option.code: option.text for option in question.options}) for code, question in questions.items()
    }
    named["kind"] = ("Người trả lời là", {str(kind): name for kind, name in RESPONDENT_KINDS.items()})
    fixed = {name for name, _ in (*evidence.selection.respondent, *evidence.selection.traits)}
    open_ = {code: words for code, words in named.items() if code not in fixed}
    tables = []
    for codes in batch_characteristics({code: len(words) + 1 for code, (_, words) in open_.items()}):
        together = figures.count_groups(evidence, codes).by(*codes)
        tables += [_table(figures, reading, together.by(code), code, *open_[code]) for code in codes]
    return tuple(table for table in tables if table.n_known)


def batch_characteristics(sizes: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    """Characteristics to be counted in one scan, as many as make no more than a few thousand cells together."""
    numbers: dict[str, int] = {}
    number, product = 0, 1
    for code, size in sizes.items():
        if product * size > _MOST_CELLS:
            number, product = number + 1, 1
        product *= size
        numbers[code] = number
    yield from (tuple(codes) for _, codes in groupby(sizes, key=lambda code: numbers[code]))


def _table(figures: Figures, reading: Reading, tally: Tally, code: str, title: str, words: Mapping[str, str]) -> GroupTable:
    everybody = np.full(tally.n_cells, int(reading.total.n_sampled[0]), dtype=np.int64)
    groups = replace(tally, n_design=everybody)
    answers = groups.cells[code].tolist()
    rows = []
    for answer in [*words, *sorted(set(answers) - {*words, ""}), ""]:
        mine = (groups.cells[code] == answer).to_numpy(dtype=bool)
        if not mine.any() or not groups.n_valid[mine][0]:
            continue
        cell = figures.compute(reading.evidence, as_one_cell(groups.where(mine), reading.place, None), parts="overall").cells[0]
        rows.append(GroupRow(answer, words.get(answer, answer) if answer else _SILENT, Figure(cell.overall, cell.respondents, None)))
    n_valid = int(tally.n_valid.sum())
    return GroupTable(code, title, tuple(rows), n_valid - sum(row.figure.respondents for row in rows if not row.answer), n_valid)
