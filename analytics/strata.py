"""Strata of unit × field behind a weighted figure, and every reason for which one cannot be computed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.errors import PopulationError
from analytics.moments import Counts
from analytics.population import Population, name_place
from analytics.tally import Tally

ProblemKind = Literal["more_responses", "not_in_population", "unit_without_response", "field_without_response"]


@dataclass(frozen=True, slots=True)
class StratumProblem:
    """Why the cells that hold this stratum have no weighted figure. `field` None: the whole unit."""

    kind: ProblemKind
    unit: str
    field: str | None
    n_respondents: int
    n_dossiers: int | None

    def __str__(self) -> str:
        place = name_place(self.unit, self.field)
        match self.kind:
            case "more_responses":
                return f"{place}: {self.n_respondents} valid responses but {self.n_dossiers} dossiers; the count of dossiers is incomplete."
            case "not_in_population":
                return f"{place}: {self.n_respondents} valid responses, but the population does not name it; add its dossiers."
            case "unit_without_response":
                return (
                    f"{place} holds {self.n_dossiers} dossiers and no response, and there is no larger cell of the same unit to "
                    "collapse it into: the weighted index is not estimable for the whole."
                )
            case "field_without_response":
                return f"{place} holds {self.n_dossiers} dossiers and no response."


@dataclass(frozen=True, slots=True)
class Collapse:
    """A unit whose fields became one stratum, because these had dossiers and no response."""

    unit: str
    fields: tuple[str, ...]
    n_dossiers: int  # of these fields


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """H strata with at least one valid respondent each, in the order of `tally`'s cells, and what stands in the way.

    `tally` is by unit and field; the field of a collapsed unit is "". A figure over cells named in `problems` must not be
    given: the strata would not stand for all dossiers.
    """

    tally: Tally
    n_dossiers: Counts  # [H]
    problems: tuple[StratumProblem, ...]
    collapses: tuple[Collapse, ...]

    @property
    def units(self) -> NDArray[np.object_]:
        return self.tally.cells["unit"].to_numpy(dtype=object)

    @property
    def fields(self) -> NDArray[np.object_]:
        return self.tally.cells["field"].to_numpy(dtype=object)

    @property
    def n_respondents(self) -> Counts:
        return self.tally.n_valid

    def refuse_gaps(self) -> None:
        """Raise PopulationError where units or places are missing on one side, with the dossiers that the responses do cover.

        More responses than dossiers is not such a gap: there the weighted figure is left out, and the reason printed beside.
        """
        gaps = [problem for problem in self.problems if problem.kind in ("unit_without_response", "not_in_population")]
        if gaps:
            covered = int(self.n_dossiers.sum())
            missed = sum(problem.n_dossiers or 0 for problem in gaps)
            coverage = f" Coverage {covered}/{covered + missed}." if missed else ""
            raise PopulationError(" ".join(map(str, gaps)) + coverage)


def list_strata(tally: Tally, population: Population, *, is_collapsing: bool = True) -> Strata:
    """The strata of a tally by unit and field, against the dossiers of every place of the population.

    A field with dossiers and no valid respondent makes its unit collapse: all fields of that unit become one stratum, with
    all the unit's dossiers and all its respondents – the next larger cell, as the contract has it. So the weights between
    that unit's fields are lost, which `collapses` reports; a population in which tiny fields are brought together
    avoids it. Without `is_collapsing` (figures of fields, which know no larger cell of the unit) it is a problem. Problems
    also: a unit with dossiers and no respondent at all, a place with respondents that the population does not name, and
    one with more valid respondents than dossiers (the register is incomplete there). Places without dossiers and without
    respondents are no strata.

    >>> from analytics.design import Design
    >>> from analytics.tally import tally_answers
    >>> design = Design("demo", ("1.0",), ("1",), ("A",), (0,), (1, 2, 3, 4, 5), satisfied_from=3)
    >>> tally = tally_answers(design, np.array([[5], [1]], np.uint8), {"unit": np.array(["a", "a"]), "field": np.array(["f", "f"])})
    >>> strata = list_strata(tally, Population({("a", "f"): 8, ("a", "g"): 2}))
    >>> strata.n_dossiers.tolist(), strata.fields.tolist(), strata.collapses
    ([10], [''], (Collapse(unit='a', fields=('g',), n_dossiers=2),))
    """
    tally = tally.by("unit", "field")
    tally = tally.where(tally.n_valid > 0)
    places = list(zip(tally.cells["unit"].tolist(), tally.cells["field"].tolist(), strict=True))
    found = dict(zip(places, tally.n_valid.tolist(), strict=True))
    problems: list[StratumProblem] = []
    for (unit, field), n in found.items():
        dossiers = population.find(unit, field)
        if dossiers is None:
            problems.append(StratumProblem("not_in_population", unit, field, n, None))
        elif dossiers < n:
            problems.append(StratumProblem("more_responses", unit, field, n, dossiers))
    answering = {unit for unit, _ in places}
    silent_units: dict[str, int] = {}
    silent_fields: dict[str, list[str]] = {}
    for unit, field in population:
        dossiers = population.find(unit, field) or 0
        if not dossiers or (unit, field) in found:
            continue
        if not is_collapsing:
            problems.append(StratumProblem("field_without_response", unit, field, 0, dossiers))
        elif unit in answering:
            silent_fields.setdefault(unit, []).append(field)
        else:
            silent_units[unit] = silent_units.get(unit, 0) + dossiers
    problems += [StratumProblem("unit_without_response", unit, None, 0, dossiers) for unit, dossiers in silent_units.items()]
    dossiers_of = {place: population.find(*place) or 0 for place in places}
    collapses = tuple(
        Collapse(unit, tuple(sorted(fields)), sum(population.find(unit, field) or 0 for field in fields))
        for unit, fields in silent_fields.items()
    )
    if collapses:
        tally = _bring_together(tally, silent_fields)
        places = list(zip(tally.cells["unit"].tolist(), tally.cells["field"].tolist(), strict=True))
        together = dict.fromkeys(places, 0)
        for (unit, field), count in dossiers_of.items():
            together[unit, "" if unit in silent_fields else field] += count
        for collapse in collapses:
            together[collapse.unit, ""] += collapse.n_dossiers
        dossiers_of = together
    n_dossiers = np.array([dossiers_of[place] for place in places], dtype=np.int64)
    return Strata(tally, n_dossiers, tuple(sorted(problems, key=lambda p: (p.unit, p.field or ""))), collapses)


def _bring_together(tally: Tally, units: Collection[str]) -> Tally:
    """The same tally with all fields of these units under the one name ""."""
    is_one = tally.cells["unit"].isin(list(units)).to_numpy(dtype=bool)
    fields = np.where(is_one, "", tally.cells["field"].to_numpy(dtype=object))
    cells = pd.DataFrame({"unit": tally.cells["unit"], "field": pd.array(fields, dtype="str")})
    return replace(tally, cells=cells).by("unit", "field")  # adding equal cells up is what by() does
