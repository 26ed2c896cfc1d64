"""`sipas simulate`: how often our own figures are right, measured on offices whose truth is known."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final

import click
from numpy.random import default_rng

from analytics.simulation.coverage import Coverage
from analytics.simulation.criterion_coverage import CriterionCoverage
from analytics.simulation.rotating import measure_rotation
from analytics.simulation.study import CoverageStudy, study_coverage, study_ranks, study_weighting
from analytics.simulation.verdicts import Verdicts, list_offices, measure_all_verdicts
from app.cli import simulate_text as text
from app.cli.simulate_coverage_text import write_coverage
from survey_forms import find_instrument

RUNS: Final[Mapping[str, int]] = MappingProxyType({"coverage": 2_000, "verdicts": 2_000, "ranks": 300, "rotating": 500, "weighting": 1_000})
"""Simulated periods of every situation unless --runs says otherwise: together about a minute on a small machine."""

_PLACES: Final = {name: place for place, name in enumerate(RUNS)}


@click.command("simulate")
@click.argument("what", type=click.Choice([*RUNS, "all"]))
@click.option("--runs", type=click.IntRange(min=1), help="Simulated periods of every situation; by default few enough for a minute.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Any other must do as well.")
@click.option("--instrument", default="kiosk-default", show_default=True, help="Whose criteria are asked in turn (rotating).")
@click.option("--json", "as_json", is_flag=True, help="Print every situation as JSON in full precision.")
def simulate_command(what: str, runs: int | None, seed: int, instrument: str, as_json: bool) -> None:
    """Simulate offices whose true share is known and see how often the product's own figures are right.

    coverage: how often the 95 % interval holds the share among the period's visitors. verdicts: how often "Đạt" and "Chưa đạt,
    thấp rõ rệt" are said of units on the other side of their target. ranks: how often a rank interval holds the true rank. rotating:
    whether asking six criteria in turn biases any share. weighting: what weighting to the dossiers gains. The same seed and runs
    give the same figures, also when only one of the five is asked for.
    """
    found: dict[str, Any] = {}
    for name in RUNS if what == "all" else [what]:
        own_runs = RUNS[name] if runs is None else runs
        result, written = _STUDIES[name](own_runs, seed, instrument)
        if as_json:
            found[name] = {"runs": own_runs, "found": _plain(result)}
        else:
            click.echo(written + "\n")
    if as_json:
        click.echo(json.dumps({"seed": seed, **found}, ensure_ascii=False, allow_nan=False, indent=1))


def _coverage(runs: int, seed: int, _: str) -> tuple[CoverageStudy, str]:
    def tell(done: int, of: int) -> None:
        click.echo(f"… {done}/{of}", err=True)

    study = study_coverage(runs, _rng(seed, "coverage"), tell=tell)
    return study, write_coverage(study, seed)


def _verdicts(runs: int, seed: int, _: str) -> tuple[object, str]:
    found = measure_all_verdicts(list_offices(), runs, _rng(seed, "verdicts"))
    return found, text.write_verdicts(found, runs, seed)


def _ranks(runs: int, seed: int, _: str) -> tuple[object, str]:
    found = study_ranks(runs, _rng(seed, "ranks"))
    return found, text.write_ranks(found, runs, seed)


def _rotating(runs: int, seed: int, instrument: str) -> tuple[object, str]:
    asked = find_instrument(instrument)
    report = measure_rotation(asked, runs, _rng(seed, "rotating"))
    return report, text.write_rotation(report, asked, seed)


def _weighting(runs: int, seed: int, _: str) -> tuple[object, str]:
    found = study_weighting(runs, _rng(seed, "weighting"))
    return found, text.write_weighting(found, runs, seed)


_STUDIES: Final[Mapping[str, Callable[[int, int, str], tuple[object, str]]]] = MappingProxyType(
    {"coverage": _coverage, "verdicts": _verdicts, "ranks": _ranks, "rotating": _rotating, "weighting": _weighting}
)


def _rng(seed: int, name: str) -> Any:
    return default_rng([seed, _PLACES[name]])


def _plain(found: object) -> Any:
    """What `json` can write; measured shares stand beside the counts they come from."""
    if isinstance(found, (list, tuple)):
        return [_plain(each) for each in found]
    if isinstance(found, CoverageStudy):
        grids = [{"pattern": each.pattern, "shape": each.shape, "found": _plain(each.found)} for each in found.grids]
        others = {name: _plain(getattr(found, name)) for name in ("plain_fractions", "finite_fractions", "circumstances", "criteria")}
        return {"grids": grids, **others}
    table = asdict(found)  # type: ignore[call-overload]  # only frozen dataclasses come here
    if isinstance(found, Coverage):
        table |= {"share": found.share, "error": found.error}
    if isinstance(found, CriterionCoverage):
        table |= {"share": found.share}
    if isinstance(found, Verdicts):
        names = ("n_met", "n_missed", "wrongly_praised", "wrongly_blamed", "wrong_point", "decided")
        table |= {name: getattr(found, name) for name in names}
        table["office"] |= {name: float(table["office"][name]) for name in ("target", "offset")}
    return {name: float(value) if isinstance(value, Fraction) else value for name, value in table.items()}
