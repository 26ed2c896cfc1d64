"""Small questionnaires and answer sheets for the tests of the core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.design import Design, encode_sheet
from analytics.tally import Tally, tally_answers

FIVE = (1, 2, 3, 4, 5)


def design_of(*factor_sizes: int, series: str = "demo", version: str = "1.0") -> Design:
    """A five-level questionnaire with factors "1", "2", … of the given sizes, criteria "1.1", "1.2", …; 4, 5 satisfy."""
    positions = [factor for factor, size in enumerate(factor_sizes) for _ in range(size)]
    codes = [f"{factor + 1}.{number + 1}" for factor, size in enumerate(factor_sizes) for number in range(size)]
    factors = tuple(str(factor + 1) for factor in range(len(factor_sizes)))
    return Design(series, (version,), tuple(codes), factors, tuple(positions), FIVE, 3)


def matrix(design: Design, sheets: Sequence[Sequence[int | str | None]]) -> NDArray[np.uint8]:
    """Sheets as bytes; "not_asked" stands for a criterion that was not put."""
    rows = [
        encode_sheet(
            design,
            [code for code, answer in zip(design.criterion_codes, sheet, strict=True) if answer != "not_asked"],
            {code: answer for code, answer in zip(design.criterion_codes, sheet, strict=True) if answer not in ("not_asked", None)},
        )
        for sheet in sheets
    ]
    return np.array(rows, dtype=np.uint8).reshape(len(rows), design.n_criteria)


def tally_of(design: Design, sheets: Sequence[Sequence[int | str | None]], cells: Mapping[str, Sequence[str]] | None = None) -> Tally:
    dimensions = {name: np.array(list(texts), dtype=object) for name, texts in (cells or {}).items()}
    return tally_answers(design, matrix(design, sheets), dimensions)


def from_xm(pairs: Sequence[tuple[int, int]]) -> Tally:
    """A one-factor tally of respondents with x satisfied of m answers."""
    width = max((m for _, m in pairs), default=1)
    design = design_of(width)
    return tally_of(design, [[5] * x + [1] * (m - x) + [None] * (width - m) for x, m in pairs])


answers = st.sampled_from([1, 2, 3, 4, 5, None, "no_opinion", "not_asked"])


def some_sheets(n_criteria: int, max_size: int = 25) -> st.SearchStrategy[list[list[int | str | None]]]:
    return st.lists(st.lists(answers, min_size=n_criteria, max_size=n_criteria), max_size=max_size)
