"""Standard errors and weights equal those of R's `survey`, an independent implementation, to ten digits."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from analytics.cell_figures import overall_shares
from analytics.design import Design
from analytics.domains import as_domain, list_domains
from analytics.index import compute_index
from analytics.mean_shares import mean_standard_error
from analytics.population import Population
from analytics.raking import rake
from analytics.results import METHODS, Method
from analytics.strata import list_strata
from analytics.tally import Tally
from analytics.weighting import post_stratify
from tests.analytics.sheets import FIVE, tally_of

GOLDEN = Path(__file__).parents[1] / "golden"
DOSSIERS = {("a", "f"): 300, ("a", "g"): 40, ("b", "f"): 120, ("b", "g"): 9, ("c", "f"): 55}
DESIGN = Design("demo", ("1.0",), ("q1", "q2", "q3", "q4", "q5", "q6"), ("A", "B", "C"), (0, 0, 1, 1, 1, 2), FIVE, 3)
# R prints 17 digits; both sides work in doubles, so only the last few may differ. Eight are what is promised.
NEAR = 1e-10


def read(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = read("survey_reference_rows.csv")
EXPECTED = {row["name"]: float(row["value"]) for row in read("survey_reference.csv")}


def near(name: str) -> object:
    return pytest.approx(EXPECTED[name], rel=NEAR)


def tally(design: Design = DESIGN, *dimensions: str) -> Tally:
    sheets = [[int(row[code]) if row[code] else None for code in DESIGN.criterion_codes] for row in ROWS]
    return tally_of(design, sheets, {name: [row[name] for row in ROWS] for name in dimensions})


def test_the_responses_have_blanks_a_lonely_stratum_and_unequal_start_weights() -> None:
    answers = [row[code] for row in ROWS for code in DESIGN.criterion_codes]
    assert 20 < answers.count("") < len(answers) / 2
    assert [(row["unit"], row["field"]) for row in ROWS].count(("b", "g")) == 1
    assert len({row["start"] for row in ROWS}) > 40


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("is_finite", [False, True])
def test_unweighted_errors_are_those_of_an_unstratified_design(method: Method, is_finite: bool) -> None:
    n_dossiers = np.array([sum(DOSSIERS.values())]) if is_finite else None
    cell = compute_index(tally(), method=method, pairs=tally(DESIGN.one_factor_each()), n_dossiers=n_dossiers).cells[0]
    name = f"{'plain_fpc' if is_finite else 'plain'}.{method}"
    assert cell.overall.share == near(f"{name}.share")
    assert cell.overall.se == near(f"{name}.se")


def test_a_criterion_alone_has_the_error_of_its_ratio() -> None:
    for place, estimate in enumerate(compute_index(tally()).cells[0].criteria.values(), start=1):
        assert estimate.share == near(f"plain.q{place}.share")
        assert estimate.se == near(f"plain.q{place}.se")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("is_finite", [False, True])
def test_weighted_errors_are_those_of_a_stratified_design_with_a_lonely_stratum(method: Method, is_finite: bool) -> None:
    own = DESIGN.one_factor_each() if method == "criteria_mean" else DESIGN
    strata = list_strata(tally(own, "unit", "field"), Population(DOSSIERS))
    moments = overall_shares(strata.tally, method, strata.tally)
    assert moments is not None
    cell_of = np.zeros(len(moments.n), dtype=np.int64)
    weighted = post_stratify(moments, strata.n_dossiers, cell_of, 1, is_finite=is_finite)
    name = f"{'strata_fpc' if is_finite else 'strata'}.{method}"
    assert weighted.share[0] == near(f"{name}.share")
    assert weighted.se[0] == near(f"{name}.se")


@pytest.mark.parametrize("sex", ["f", "m"])
def test_a_subgroup_is_a_domain_of_the_whole_design(sex: str) -> None:
    domains, n_design = list_domains(tally(DESIGN, "sex"), "sex")
    place = domains.cells["sex"].tolist().index(sex)
    moments = overall_shares(domains, "pooled")
    assert moments is not None
    assert mean_standard_error(as_domain(moments, n_design))[place] == near(f"plain.sex_{sex}.se")
    filtered = mean_standard_error(moments)[place]
    assert filtered != near(f"plain.sex_{sex}.se"), "leaving the others out beforehand would be another number"


@pytest.mark.parametrize("sex", ["f", "m"])
@pytest.mark.parametrize("is_finite", [False, True])
def test_a_weighted_subgroup_keeps_the_strata_of_the_whole_design(sex: str, is_finite: bool) -> None:
    domains, n_design = list_domains(tally(DESIGN, "unit", "field", "sex"), "sex")
    own = (domains.cells["sex"] == sex).to_numpy()
    moments = overall_shares(domains.where(own), "pooled")
    assert moments is not None
    places = domains.cells[own]
    n_dossiers = np.array([DOSSIERS[place] for place in zip(places["unit"], places["field"], strict=True)])
    weighted = post_stratify(moments, n_dossiers, np.zeros(len(n_dossiers), dtype=np.int64), 1, n_design=n_design[own], is_finite=is_finite)
    name = f"{'strata_fpc' if is_finite else 'strata'}.sex_{sex}"
    assert weighted.share[0] == near(f"{name}.share")
    assert weighted.se[0] == near(f"{name}.se")


@pytest.mark.parametrize("start", ["one", "start"])
def test_raked_weights_and_their_residual_errors(start: str) -> None:
    raked = rake(
        {name: [row[name] for row in ROWS] for name in ("sex", "age")},
        {"sex": {"f": 900, "m": 1100}, "age": {"young": 500, "middle": 800, "old": 700}},
        None if start == "one" else [float(row["start"]) for row in ROWS],
    )
    answers = [[int(row[code]) for code in DESIGN.criterion_codes if row[code]] for row in ROWS]
    x, m = [sum(level >= 4 for level in levels) for levels in answers], [len(levels) for levels in answers]
    assert [*raked.weights] == [near(f"rake_{start}.weight{place}") for place in range(1, len(ROWS) + 1)]
    assert raked.share(x, m) == near(f"rake_{start}.share")
    assert raked.standard_error(x, m) == near(f"rake_{start}.se")
    if start == "one":  # with equal weights to begin with, R's `rake` and `calibrate` agree
        assert raked.standard_error(x, m) == near("rake_by_rake.se")
    women = [float(row["sex"] == "f") for row in ROWS]
    assert raked.standard_error(women, [1.0] * len(ROWS)) == 0.0, "a share that the margins fix has no error"
