"""Bringing rows of the same cell together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csc_array

from analytics.errors import TallyError

# The texts of one dimension, one per row: an array of str, a Series or a Categorical.
Dimension: TypeAlias = "NDArray[Any] | pd.Series[Any] | pd.Categorical[Any]"


def number_cells(columns: Mapping[str, Dimension], n_rows: int) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """The distinct cells, sorted by code point, and for each row the number of its cell.

    With no dimension all rows, even none, belong to one cell. A missing text raises TallyError: "" is a text and may
    be used.

    >>> frame, cell_of = number_cells({"unit": np.array(["b", "a", "b"])}, 3)
    >>> frame["unit"].tolist(), cell_of.tolist()
    (['a', 'b'], [1, 0, 1])
    """
    if not columns:
        return pd.DataFrame(index=pd.RangeIndex(1)), np.zeros(n_rows, dtype=np.int64)
    combined = np.zeros(n_rows, dtype=np.int64)
    n_cells = 1
    labels: dict[str, NDArray[np.object_]] = {}
    for name, texts in columns.items():
        if len(texts) != n_rows:
            raise TallyError(f"Dimension {name!r} has {len(texts)} values for {n_rows} rows; give one for each row.")
        position, distinct = _number_texts(name, texts)
        combined = combined * max(len(distinct), 1) + position
        cell_of, found = _number_integers(combined)
        parent = found // max(len(distinct), 1)  # the cell of the dimensions before this one
        labels = {earlier: values[parent] for earlier, values in labels.items()}
        labels[name] = distinct[found % max(len(distinct), 1)]
        combined, n_cells = cell_of, len(found)
    frame = pd.DataFrame({name: pd.array(values, dtype="str") for name, values in labels.items()})
    frame.index = pd.RangeIndex(n_cells)
    return frame, combined


def _number_texts(name: str, texts: Dimension) -> tuple[NDArray[np.int64], NDArray[np.object_]]:
    """Each row's position among the distinct texts, and these, sorted."""
    codes, distinct = pd.factorize(texts)
    values = np.asarray(distinct, dtype=object)
    if len(codes) and codes.min() < 0:
        raise TallyError(f"Dimension {name!r} has missing values; give them a text of their own, '' if nothing else.")
    if not all(isinstance(value, str) for value in values):
        raise TallyError(f"Dimension {name!r} holds values that are not text; convert them first.")
    order = np.argsort(values)
    rank = np.empty(len(values), dtype=np.int64)
    rank[order] = np.arange(len(values))
    return rank[codes], values[order]


def _number_integers(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each row's position among the distinct integers, and these, sorted. Hashing beats sorting all rows."""
    codes, distinct = pd.factorize(values)
    order = np.argsort(distinct)
    rank = np.empty(len(distinct), dtype=np.int64)
    rank[order] = np.arange(len(distinct))
    return rank[codes], np.asarray(distinct[order], dtype=np.int64)


def sum_rows(values: NDArray[np.int64], cell_of: NDArray[np.int64], n_cells: int) -> NDArray[np.int64]:
    """Add up the rows of each cell: [N, …] → [n_cells, …], exactly, in int64.

    A sparse matrix with one 1 per column times a dense one: one pass in arrival order, no sorting, no 64-bit floats.

    >>> sum_rows(np.array([[1, 2], [3, 4], [5, 6]]), np.array([1, 0, 1]), 2).tolist()
    [[3, 4], [6, 8]]
    """
    n_rows = len(values)
    belongs = csc_array((np.ones(n_rows, dtype=np.int64), cell_of, np.arange(n_rows + 1)), shape=(n_cells, n_rows))
    flat = values.reshape(n_rows, int(np.prod(values.shape[1:])))
    return np.asarray(belongs @ flat, dtype=np.int64).reshape((n_cells, *values.shape[1:]))
