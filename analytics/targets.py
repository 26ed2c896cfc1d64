"""Targets, which of them applies, and whether a share meets it: decided on fractions, never on rounded percentages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analytics.errors import CellProblem, TableError, TargetError
from analytics.results import Verdict

N_MIN = 30  # valid respondents below which a verdict is "insufficient", unless set otherwise

_NUMBER = re.compile(r"([0-9]+(?:[.,][0-9]+)?)\s?(%?)", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_COLUMNS = ("unit", "field", "year", "target", "source")


@dataclass(frozen=True, slots=True)
class Target:
    """The share a unit and field shall reach. None for unit, field or year: it holds for all of them.

    `source` names the document that set it. A share outside 0–1 raises TargetError.
    """

    unit: str | None
    field: str | None
    year: int | None
    share: Fraction
    source: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise TargetError(f"The {self} is no share between 0 and 1; write 0.9 or 90%.")

    def __str__(self) -> str:
        place = f"target of unit {self.unit or 'any'}, field {self.field or 'any'}, year {self.year or 'any'}"
        return f"{place} ({float(self.share):g}{', ' + self.source if self.source else ''})"


def parse_share(text: str) -> Fraction:
    """A share as people write it, "0.9" or "90%" (a decimal comma is understood), exactly.

    >>> parse_share("0.9"), parse_share("90%"), parse_share("87,5%")
    (Fraction(9, 10), Fraction(9, 10), Fraction(7, 8))
    """
    match = _NUMBER.fullmatch(text.strip())
    share = None if match is None else Fraction(match[1].replace(",", ".")) / (100 if match[2] else 1)
    if share is None or share > 1:
        raise TargetError("A target is a share between 0 and 1; write 0.9 or 90%.")
    return share


class TargetBook:
    """All targets, and the one that applies to a cell.

    `ancestors` gives for each unit the units above it, nearest first. Two targets for the same unit, field and year
    raise TargetError naming both.

    >>> book = TargetBook([Target(None, None, None, Fraction(9, 10)), Target(None, "đất đai", None, Fraction(8, 10))])
    >>> book.find("xã A", "đất đai", 2025).share, book.find("xã A", "hộ tịch", 2025).share
    (Fraction(4, 5), Fraction(9, 10))
    """

    def __init__(self, targets: Iterable[Target] = (), ancestors: Mapping[str, Sequence[str]] | None = None) -> None:
        self._ancestors: Mapping[str, Sequence[str]] = {} if ancestors is None else ancestors
        self._by_place: dict[tuple[str | None, str | None], dict[int | None, Target]] = {}
        for target in targets:
            years = self._by_place.setdefault((target.unit, target.field), {})
            if target.year in years:
                raise TargetError(f"Two targets for the same place and year: {years[target.year]} and {target}. Keep one.")
            years[target.year] = target

    def __iter__(self) -> Iterator[Target]:
        return (target for years in self._by_place.values() for target in years.values())

    def with_ancestors(self, ancestors: Mapping[str, Sequence[str]]) -> TargetBook:
        """The same targets in another tree of units."""
        return TargetBook(self, ancestors)

    def find(self, unit: str | None, field: str | None, year: int | None) -> Target | None:
        """The most specific target: (unit, field) – unit – field – nearest ancestor – default; None when there is none.

        At each step, and at each ancestor, the target of both unit and field goes before that of the unit alone. Among
        the targets of one step, that of the asked year goes before one without a year; other years do not count. With
        no year asked the latest year goes first. A cell of all units (None) has no unit steps, one of all fields no
        field steps.
        """
        for place in self._places(unit, field):
            years = self._by_place.get(place, {})
            known_years = [known for known in years if known is not None]
            wanted = max(known_years, default=None) if year is None else year
            found = years.get(wanted) or years.get(None)
            if found is not None:
                return found
        return None

    def _places(self, unit: str | None, field: str | None) -> Iterator[tuple[str | None, str | None]]:
        above = () if unit is None else self._ancestors.get(unit, ())
        if unit is not None:
            yield unit, field
            yield unit, None
        if field is not None:
            yield None, field
        for ancestor in above:
            yield ancestor, field
            yield ancestor, None
        yield None, None


def parse_targets(rows: Iterable[Mapping[str, str]], ancestors: Mapping[str, Sequence[str]] | None = None) -> TargetBook:
    """Targets from the rows of a file with the columns unit, field, year, target, source.

    All but target may be empty or absent. Rows are what `csv.DictReader` gives; the header counts as row 1. Every bad
    cell is collected into one TableError that names row and column and never repeats what was typed.
    """
    targets: dict[tuple[str | None, str | None, int | None], tuple[int, Target]] = {}
    problems: list[CellProblem] = []
    for row, cells in enumerate(rows, start=2):
        unknown = [column for column in cells if column not in _COLUMNS]
        if unknown or "target" not in cells:
            problems.append(_header_problem(unknown))
            break
        texts = {column: (cells.get(column) or "").strip() or None for column in _COLUMNS}
        year, share = None, None
        if texts["year"] is not None:
            if _YEAR.fullmatch(texts["year"]):
                year = int(texts["year"])
            else:
                problems.append(CellProblem(row, "year", "a year is four digits, or empty for every year."))
                continue
        try:
            share = parse_share(texts["target"] or "")
        except TargetError as error:
            problems.append(CellProblem(row, "target", str(error)))
            continue
        target = Target(texts["unit"], texts["field"], year, share, texts["source"])
        place = (target.unit, target.field, target.year)
        if place in targets:
            earlier = targets[place][0]
            same = f"row {earlier} already sets the target of this unit, field and year; keep one of the two."
            problems.append(CellProblem(row, "target", same))
        else:
            targets[place] = row, target
    if problems:
        raise TableError(problems)
    return TargetBook((target for _row, target in targets.values()), ancestors)


def _header_problem(unknown: Sequence[str | None]) -> CellProblem:
    known = ", ".join(_COLUMNS)
    if not unknown:
        return CellProblem(None, "target", f"this column is missing; the columns are {known}.")
    if unknown[0] is None:  # where csv.DictReader puts what stands beyond the last column
        return CellProblem(None, "source", f"a row has more cells than the header; the columns are {known}.")
    return CellProblem(None, unknown[0], f"this column is not known; the columns are {known}.")


def judge(
    share: Fraction | None,
    *,
    n_respondents: int,
    target: Fraction | None,
    low: float | None,
    high: float | None,
    n_min: int = N_MIN,
) -> Verdict | None:
    """The verdict on an exact share, with its interval's ends where it has one.

    Without an answer (share None) "no_data", target or not; without a target None; with fewer than `n_min` valid
    respondents in the cell "insufficient". Then "met" is share ≥ target, compared as fractions; "clearly" only when
    the interval lies wholly on that side (low ≥ target, high < target); without an interval "within".

    >>> judge(Fraction(17999, 20000), n_respondents=900, target=Fraction(9, 10), low=0.89, high=0.91)
    'missed_within'
    """
    if share is None:
        return "no_data"
    if target is None:
        return None
    if n_respondents < n_min:
        return "insufficient"
    # Comparing a float with a Fraction is exact in Python: the double's own binary value is taken.
    if share >= target:
        return "met_clearly" if low is not None and low >= target else "met_within"
    return "missed_clearly" if high is not None and high < target else "missed_within"
