"""Rows of the same cell come together, sorted, exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import TallyError
from analytics.grouping import number_cells, sum_rows

texts = st.lists(st.tuples(st.sampled_from(["đ", "a", "", "b"]), st.sampled_from(["2", "1"]), st.text(max_size=2)))


@given(rows=texts)
def test_cells_are_the_distinct_rows_sorted_by_code_point(rows: list[tuple[str, str, str]]) -> None:
    columns = {name: np.array([row[place] for row in rows], dtype=object) for place, name in enumerate("xyz")}
    frame, cell_of = number_cells(columns, len(rows))
    cells = list(frame.itertuples(index=False, name=None))
    assert cells == sorted(set(rows))
    assert [cells[number] for number in cell_of] == rows


def test_without_a_dimension_there_is_one_cell_even_without_rows() -> None:
    frame, cell_of = number_cells({}, 0)
    assert len(frame) == 1
    assert len(cell_of) == 0


def test_series_and_categoricals_are_read_like_arrays() -> None:
    plain, numbers = number_cells({"unit": np.array(["b", "a", "b"], dtype=object)}, 3)
    for texts in (pd.Series(["b", "a", "b"]), pd.Categorical(["b", "a", "b"], categories=["b", "unused", "a"])):
        frame, same_numbers = number_cells({"unit": texts}, 3)
        assert frame.equals(plain)
        assert same_numbers.tolist() == numbers.tolist()


@given(rows=texts, n_unused=st.sampled_from([0, 3, 5_000]))
def test_numbered_texts_give_the_same_cells_as_texts(rows: list[tuple[str, str, str]], n_unused: int) -> None:
    columns = {name: np.array([row[place] for row in rows], dtype=object) for place, name in enumerate("xyz")}
    frame, cell_of = number_cells(columns, len(rows))
    unused = [f"unused {number}" for number in range(n_unused)]  # with thousands of these a table of all cells is out of reach
    numbered = {
        name: pd.Categorical(values, categories=pd.Index([*unused, *dict.fromkeys(values)], dtype=object))
        for name, values in columns.items()
    }
    same_frame, same_cell_of = number_cells(numbered, len(rows))
    assert same_frame.equals(frame)
    assert same_cell_of.tolist() == cell_of.tolist()


def test_a_missing_or_foreign_value_is_refused_by_name() -> None:
    with pytest.raises(TallyError, match="'unit' has missing values"):
        number_cells({"unit": np.array(["a", None], dtype=object)}, 2)
    with pytest.raises(TallyError, match="'unit' has missing values"):
        number_cells({"unit": pd.Categorical(["a", None])}, 2)
    with pytest.raises(TallyError, match="'unit' holds values that are not text"):
        number_cells({"unit": pd.Categorical([1, 2])}, 2)
    with pytest.raises(TallyError, match="'unit' holds values that are not text"):
        number_cells({"unit": np.array([1, 2])}, 2)
    with pytest.raises(TallyError, match="'unit' has 1 values for 2 rows"):
        number_cells({"unit": np.array(["a"], dtype=object)}, 2)


def test_sums_stay_exact_beyond_what_doubles_hold() -> None:
    large = 2**53
    assert sum_rows(np.array([large, 1, 1]), np.array([0, 0, 1]), 3).tolist() == [large + 1, 1, 0]
