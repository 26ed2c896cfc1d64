"""What can go wrong in the core. Every message says what was wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class AnalyticsError(Exception):
    """Base of every error this package raises on purpose."""


class DesignError(AnalyticsError):
    """Answers or tallies that do not belong to the same questionnaire."""


class TallyError(AnalyticsError):
    """Arrays or dimensions that cannot make a tally."""


class FigureError(AnalyticsError):
    """A request for a figure that is not defined: unknown method, confidence outside (0, 1), unsupported dimension."""


class PopulationError(AnalyticsError):
    """Dossier counts that are no counts, or that a weighted figure cannot be computed from. Names unit and field."""


class RakingError(AnalyticsError):
    """Margins no weights can meet: their totals differ, a category has no respondent, or they contradict each other."""


class SimulationError(AnalyticsError):
    """A simulation of what cannot be: shares outside 0–1, more respondents than visitors."""


class PeriodError(AnalyticsError):
    """A period or calendar that does not exist."""


class UnitError(AnalyticsError):
    """A tree of units that contradicts itself, or a unit it does not know."""


@dataclass(frozen=True, slots=True)
class CellProblem:
    """One bad cell of a file. `row` counts the header as row 1; None is the header itself. Never holds the value."""

    row: int | None
    column: str
    problem: str

    def __str__(self) -> str:
        where = f"column {self.column!r}" if self.row is None else f"row {self.row}, column {self.column!r}"
        return f"{where}: {self.problem}"


class TableError(AnalyticsError):
    """A file that cannot be used, with every bad cell that was found (at most the reader's limit).

    `file` is its name where the reader knows one: row 2 of two files is no place. It stands before every problem.
    """

    def __init__(self, problems: Iterable[CellProblem], file: str | None = None) -> None:
        self.problems = tuple(problems)
        place = "" if file is None else f"{file}, "
        super().__init__("\n".join(f"{place}{problem}" for problem in self.problems))


class TargetError(AnalyticsError):
    """A target that is no share, or two targets that contradict each other."""


class ChangeError(AnalyticsError):
    """Two surveys that cannot be compared: different series, or questions that only one of them asked."""


class DriverError(AnalyticsError):
    """A request for drivers that has no answer: more factors than subsets can be formed of, no overall question."""


class DisclosureError(AnalyticsError):
    """A table that cannot be protected: no counts, negative ones, or no room to hide anything in."""
