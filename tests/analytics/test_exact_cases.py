"""The hand-computed cases: every one that concerns what is built passes as written, and none is silently forgotten."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from analytics.control_chart import control_chart
from analytics.design import Design
from analytics.errors import DesignError, PopulationError, RakingError
from analytics.index import compute_index
from analytics.index_report import Question, compute_report
from analytics.intervals import normal_quantile, steadied_effective_size
from analytics.multiple_tests import benjamini_hochberg
from analytics.population import Population
from analytics.raking import rake
from analytics.reliability import factor_alphas
from analytics.results import Cell, Estimate
from analytics.rounding import percent_half_up
from analytics.tally import Tally
from analytics.targets import Target, TargetBook, judge, parse_share
from analytics.weighting import exact_share
from tests.analytics.sheets import FIVE, from_xm, matrix, tally_of

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "exact_cases.json").read_text(encoding="utf-8"))
CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in GOLDEN["cases"]}
# Exact fractions against doubles: a few units in the last place, nothing more.
NEAR = 1e-14

CHECKED_KINDS = {
    *("responses", "property", "multi_instrument", "target", "policy", "interval"),
    *("stratified", "stratified_error", "rake", "alpha", "bh", "pchart"),
}
OF_WEIGHTS = "tie_float_weights"  # a target case, but its share is one of weights


def of_kind(kind: str) -> list[str]:
    return [name for name, case in CASES.items() if case["kind"] == kind and name != OF_WEIGHTS]


def test_every_case_is_checked_here() -> None:
    assert {case["kind"] for case in CASES.values()} == CHECKED_KINDS
    assert len(CASES) == 36


def design_for(rows: list[dict[str, Any]], series: str = "demo") -> Design:
    codes = tuple(dict.fromkeys(code for row in rows for code in row)) or ("q1",)
    return Design(series, ("1.0",), codes, ("A",), (0,) * len(codes), FIVE, 3)


def cell_of(rows: list[dict[str, Any]]) -> Cell:
    design = design_for(rows)
    tally = tally_of(design, [[row.get(code) for code in design.criterion_codes] for row in rows])
    return compute_index(tally).cells[0]


def check_share(estimate: Estimate, expected: dict[str, Any] | None) -> None:
    if expected is None:
        assert (estimate.share, estimate.low, estimate.high, estimate.verdict) == (None, None, None, "no_data")
    else:
        assert Fraction(estimate.satisfied, estimate.answers) == Fraction(expected["fraction"])
        assert estimate.share == expected["value"]


def test_the_quantile_is_the_one_the_cases_were_computed_with() -> None:
    assert normal_quantile(0.95) == GOLDEN["z"]


@pytest.mark.parametrize("name", of_kind("responses"))
def test_responses_give_the_hand_computed_figures(name: str) -> None:
    case, expected = CASES[name], CASES[name]["expected"]
    cell = cell_of(case["responses"])
    assert cell.respondents == expected["respondents"] == expected["respondents_with_an_answer"]
    assert (cell.overall.satisfied, cell.overall.answers) == (expected["satisfied"], expected["answers"])
    check_share(cell.overall, expected["index"])
    check_share(cell.factors["A"], expected["index"])
    for code, share in expected["items"].items():
        check_share(cell.criteria[code], share)
    if expected["se_linearised"] is None:
        assert (cell.overall.se, cell.overall.low, cell.overall.high) == (None, None, None)
    elif expected["se_linearised"] == 0:
        assert cell.overall.se == 0.0
    else:
        assert cell.overall.se is not None
        assert cell.overall.se == pytest.approx(expected["se_linearised"], rel=NEAR)
        assert cell.overall.se**2 == pytest.approx(expected["variance_linearised"]["value"], rel=NEAR)


def test_wilson_ends_of_all_and_none_satisfied_are_the_hand_computed_ones() -> None:
    everyone = cell_of(CASES["all_satisfied"]["responses"]).criteria["q1"]
    assert everyone.low == pytest.approx(CASES["all_satisfied"]["expected"]["q1_wilson_lower"], rel=NEAR)
    assert everyone.high == 1.0
    nobody = cell_of(CASES["none_satisfied"]["responses"]).criteria["q1"]
    assert nobody.high == pytest.approx(CASES["none_satisfied"]["expected"]["q1_wilson_upper"], rel=NEAR)
    assert nobody.low == 0.0


def test_a_form_without_a_rating_is_returned_but_in_no_statistic() -> None:
    case = CASES["all_blank_respondent"]
    design = design_for(case["responses"])
    tally = tally_of(design, [list(row.values()) for row in case["responses"]])
    assert tally.n_returned.tolist() == [case["expected"]["returned"]]
    overall = compute_index(tally).cells[0].overall
    assert overall.se is not None
    assert overall.se**2 != pytest.approx(case["expected"]["variance_if_kept_as_zero_unit"]["value"], rel=1e-3)
    assert overall.share != case["expected"]["not_blank_as_dissatisfied"]["value"]


def test_the_three_averages_disagree_once_there_are_blanks() -> None:
    case = CASES["blanks"]
    design = design_for(case["responses"])
    tally = tally_of(design, [list(row.values()) for row in case["responses"]])
    mean = compute_index(tally, method="criteria_mean").cells[0].overall
    assert mean.share == case["expected"]["not_mean_of_items"]["value"]
    assert compute_index(tally).cells[0].overall.share == case["expected"]["index"]["value"]


def test_a_naive_binomial_variance_would_be_another_number() -> None:
    case = CASES["correlated_answers"]
    overall = cell_of(case["responses"]).overall
    assert overall.se is not None
    assert overall.se**2 > 5 * case["expected"]["not_independent_answers_variance"]["value"]


@pytest.mark.parametrize("name", of_kind("property"))
def test_duplicates_leave_the_index_and_shrink_the_variance(name: str) -> None:
    case = CASES[name]
    rows = CASES[case["base"]]["responses"]
    overall = cell_of([*rows, *reversed(rows)]).overall
    check_share(overall, case["expected"]["index"])
    assert overall.se is not None
    assert overall.se**2 == pytest.approx(case["expected"]["variance_linearised"]["value"], rel=NEAR)


@pytest.mark.parametrize("name", of_kind("multi_instrument"))
def test_instruments_have_their_own_figures_and_never_pool(name: str) -> None:
    case = CASES[name]
    tallies = {}
    for series, rows in case["instruments"].items():
        design = design_for(rows, series)
        tallies[series] = tally_of(design, [[row.get(code) for code in design.criterion_codes] for row in rows])
        check_share(compute_index(tallies[series]).cells[0].overall, case["expected"][series])
    with pytest.raises(DesignError, match=r"A@1\.0 and B@1\.0"):
        tallies["A"] + tallies["B"]
    sums = [tally.overall_moments() for tally in tallies.values()]
    pooled = Fraction(sum(int(each.x[0]) for each in sums), sum(int(each.m[0]) for each in sums))
    assert pooled == Fraction(case["expected"]["pooled_answers"]["fraction"])
    shares = [Fraction(case["expected"][series]["fraction"]) for series in tallies]
    assert sum(shares) / len(shares) == Fraction(case["expected"]["mean_of_instruments"]["fraction"])


@pytest.mark.parametrize("name", of_kind("target"))
def test_targets_are_met_or_missed_by_integers_and_printed_half_up(name: str) -> None:
    case, expected = CASES[name], CASES[name]["expected"]
    share = Fraction(case["satisfied"], case["answers"])
    assert share == Fraction(expected["exact"]["fraction"])
    verdict = judge(share, n_respondents=1000, target=parse_share(case["target_percent"] + "%"), low=None, high=None, n_min=30)
    assert verdict == ("met_within" if expected["target_met"] else "missed_within")
    assert str(percent_half_up(case["satisfied"], case["answers"])) == expected["display_half_up_2dp"]


@pytest.mark.parametrize("name", of_kind("policy"))
def test_only_integers_of_the_scale_are_answers(name: str) -> None:
    case, expected = CASES[name], CASES[name]["expected"]
    design = design_for([{"q1": 1}])
    accepted, rejected = [], 0
    for row in case["responses"]:
        answer = None if row["q1"] == "" else row["q1"]  # empty is blank
        try:
            tally_of(design, [[answer]])
        except DesignError:
            rejected += 1
        else:
            accepted.append([answer])
    tally = tally_of(design, accepted)
    assert rejected == expected["rejected"]
    assert int(tally.n_blank[0, 0]) == expected["blank"]
    overall = compute_index(tally).cells[0].overall
    assert (overall.answers, overall.satisfied) == (expected["valid_answers"], expected["satisfied"])
    check_share(overall, expected["index"])


@pytest.mark.parametrize("name", of_kind("interval"))
def test_the_worked_interval_comes_out_to_the_last_digit(name: str) -> None:
    case, expected = CASES[name], CASES[name]["expected"]
    tally = from_xm([(x, m) for x, m in case["responses_xm"]])
    overall = compute_index(tally).cells[0].overall
    assert overall.share == expected["R"]
    assert steadied_effective_size(tally.overall_moments())[0] == pytest.approx(expected["n_eff"], rel=NEAR)
    assert overall.low == pytest.approx(expected["low"], rel=NEAR)
    assert overall.high == pytest.approx(expected["high"], rel=NEAR)


@pytest.mark.parametrize("name", of_kind("alpha"))
def test_alpha_is_the_hand_computed_one(name: str) -> None:
    case = CASES[name]
    design = design_for([dict.fromkeys("ab", 1)])
    alpha = factor_alphas(design, matrix(design, case["data"]))["A"]
    expected = case["expected"]["alpha"]
    for found in (alpha.pairwise, alpha.listwise):
        assert found == (None if expected is None else pytest.approx(expected["value"], rel=NEAR))


@pytest.mark.parametrize("name", of_kind("bh"))
def test_adjusted_p_values_are_the_hand_computed_ones(name: str) -> None:
    assert benjamini_hochberg(CASES[name]["p"]) == pytest.approx(CASES[name]["expected"]["adjusted"], rel=NEAR)


@pytest.mark.parametrize("name", of_kind("pchart"))
def test_the_control_limits_are_the_hand_computed_ones(name: str) -> None:
    case, expected = CASES[name], CASES[name]["expected"]
    (run,) = control_chart(case["x"], case["n"])
    assert run.kind == "p"
    assert run.centre == expected["pbar"]["value"]
    for point, out in zip(run.points, expected["out"], strict=True):
        assert point.low == expected["lcl"]
        assert point.high == pytest.approx(expected["ucl"], rel=NEAR)
        assert point.out is out


def stratified(case: dict[str, Any]) -> tuple[Tally, Population]:
    """Each stratum of the case as a unit with one field."""
    rows = [(unit, row) for unit, stratum in case["strata"].items() for row in stratum["rows"]]
    design = design_for([row for _, row in rows])
    sheets = [[row.get(code) for code in design.criterion_codes] for _, row in rows]
    tally = tally_of(design, sheets, {"unit": [unit for unit, _ in rows], "field": ["f"] * len(rows)})
    return tally, Population({(unit, "f"): stratum["N"] for unit, stratum in case["strata"].items()})


@pytest.mark.parametrize("name", of_kind("stratified"))
def test_strata_give_the_hand_computed_weighted_figures(name: str) -> None:
    case, expected = CASES[name], CASES[name]["expected"]
    tally, population = stratified(case)
    goal = Fraction(expected["index"]["fraction"])
    book = TargetBook([Target(None, None, None, goal)])
    whole = compute_report(tally, (), Question(targets=book, n_min=1), population=population).cells[0]
    assert whole.weighted is not None
    assert whole.weighted.share == pytest.approx(expected["index"]["value"], rel=NEAR)
    assert whole.weighted.verdict == "met_within", "the weighted share is this fraction exactly"
    assert whole.weighted.se == pytest.approx(expected.get("se_no_fpc", expected.get("se_linearised")), rel=1e-12)
    if "unweighted_index" in expected:
        check_share(whole.overall, expected["unweighted_index"])
    if "se_fpc" in expected:
        finite = compute_report(tally, (), Question(is_finite=True), population=population).cells[0]
        assert finite.weighted is not None
        assert finite.weighted.se == pytest.approx(expected["se_fpc"], rel=1e-12)


@pytest.mark.parametrize("name", of_kind("stratified_error"))
def test_an_empty_unit_is_an_error_that_names_it_and_no_value(name: str) -> None:
    tally, population = stratified(CASES[name])
    with pytest.raises(PopulationError, match=r"R holds 100 dossiers and no response, .* Coverage 300/400") as refused:
        compute_report(tally, (), Question(), population=population)
    middle = CASES[name]["expected"]["error"].removeprefix("stratum R ").partition(";")[0]
    assert middle in str(refused.value)


@pytest.mark.parametrize("name", of_kind("rake"))
def test_raking_gives_the_hand_computed_weights_or_refuses(name: str) -> None:
    case, expected = CASES[name], CASES[name]["expected"]
    margins = {margin: [cell[place] for cell in case["cells"]] for place, margin in enumerate(case["margins"])}
    if "weights" in expected:
        raked = rake(margins, case["margins"], case["start"])
        assert raked.weights.tolist() == pytest.approx(expected["weights"], rel=NEAR)
        assert raked.n_sweeps == 1
    else:
        with pytest.raises(RakingError, match="sum to 100 and 90" if "differ" in name else "No weights meet these margins"):
            rake(margins, case["margins"], case["start"])


def test_ten_weights_of_a_tenth_meet_ninety_percent_exactly() -> None:
    expected = CASES[OF_WEIGHTS]["expected"]
    share = exact_share([Fraction(1, 10)] * 10, [[1]] * 9 + [[0]], [[1]] * 10)
    assert share == Fraction(expected["exact"]["fraction"])
    verdict = judge(share, n_respondents=1000, target=parse_share("90%"), low=None, high=None, n_min=30)
    assert (verdict == "met_within") == expected["target_met"]
