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
    space = 1  # how many numbers `combined` can take
    labels: dict[str, NDArray[np.object_]] = {}  # by name, one per number
    pending: list[tuple[str, NDArray[np.object_]]] = []  # dimensions whose positions are mixed into the number since
    for name, texts in columns.items():
        if len(texts) != n_rows:
            raise TallyError(f"Dimension {name!r} has {len(texts)} values for {n_rows} rows; give one for each row.")
        position, distinct = _number_texts(name, texts)
        if space * len(distinct) > _dense_limit(n_rows):  # too many for a table of all: forget what does not occur
            combined, labels, space = _forget_absent(combined, space, labels, pending)
            pending = []
        combined *= max(len(distinct), 1)
        combined += position
        space *= max(len(distinct), 1)
        pending.append((name, distinct))
    combined, labels, n_cells = _forget_absent(combined, space, labels, pending)
    frame = pd.DataFrame({name: pd.array(labels[name], dtype="str") for name in columns})
    frame.index = pd.RangeIndex(n_cells)
    return frame, combined


def _dense_limit(n_rows: int) -> int:
    """Up to how many numbers a table of all that could occur costs less than hashing those that do."""
    return max(4 * n_rows, 1 << 12)


def _forget_absent(
    combined: NDArray[np.int64], space: int, labels: dict[str, NDArray[np.object_]], pending: list[tuple[str, NDArray[np.object_]]]
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.object_]], int]:
    """Number anew only what occurs, in the same order, with its labels; last the number of these."""
    cell_of, found = _number_integers(combined, space)
    n_cells = len(found)
    own = {}
    for name, distinct in reversed(pending):
        own[name] = distinct[found % max(len(distinct), 1)]
        found = found // max(len(distinct), 1)
    return cell_of, {name: values[found] for name, values in labels.items()} | own, n_cells


def _number_texts(name: str, texts: Dimension) -> tuple[NDArray[Any], NDArray[np.object_]]:
    """Each row's position among the distinct texts (of a Categorical: its categories, used or not), and these, sorted."""
    codes: NDArray[Any]
    if isinstance(texts.dtype, pd.CategoricalDtype):
        categorical = pd.Categorical(texts)
        codes, values = np.asarray(categorical.codes), np.asarray(categorical.categories, dtype=object)
    else:
        codes, distinct = pd.factorize(texts)
        values = np.asarray(distinct, dtype=object)
    if len(codes) and codes.min() < 0:
        raise TallyError(f"Dimension {name!r} has missing values; give them a text of their own, '' if nothing else.")
    if not all(isinstance(value, str) for value in values):
        raise TallyError(f"Dimension {name!r} holds values that are not text; convert them first.")
    order = np.argsort(values)
    if (order == np.arange(len(values))).all():
        return codes, values
    rank = np.empty(len(values), dtype=np.int64)
    rank[order] = np.arange(len(values))
    return rank[codes], values[order]


def _number_integers(values: NDArray[np.int64], space: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each row's position among the distinct integers 0 … space − 1, and these, sorted. Neither way sorts all rows."""
    if space <= _dense_limit(len(values)):
        occurs = np.zeros(space, dtype=np.bool_)
        occurs[values] = True
        dense_rank = np.cumsum(occurs) - 1
        return dense_rank[values], np.flatnonzero(occurs)
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
