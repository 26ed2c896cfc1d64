"""Errors share one base and say where the fault is."""

from __future__ import annotations

import pytest

from analytics import errors
from analytics.errors import AnalyticsError, CellProblem, TableError


@pytest.mark.parametrize(
    "kind",
    [
        errors.DesignError,
        errors.TallyError,
        errors.FigureError,
        errors.PeriodError,
        errors.UnitError,
        errors.TableError,
        errors.TargetError,
    ],
)
def test_every_error_has_the_one_base(kind: type[Exception]) -> None:
    assert issubclass(kind, AnalyticsError)


def test_a_table_error_names_every_place() -> None:
    error = TableError([CellProblem(7, "q1", "allowed are 1 and 2."), CellProblem(None, "unit", "this column is missing.")])
    assert str(error) == "row 7, column 'q1': allowed are 1 and 2.\ncolumn 'unit': this column is missing."
