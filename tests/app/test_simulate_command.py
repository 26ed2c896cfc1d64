"""`sipas simulate`: the same seed gives the same figures, tables for a Vietnamese reader, every situation in the JSON."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from app.cli.simulate import RUNS, simulate_command
from app.cli.simulate_coverage_text import CIRCUMSTANCES as CIRCUMSTANCE_WORDS
from app.cli.simulate_coverage_text import PATTERNS as PATTERN_WORDS
from app.cli.simulate_coverage_text import SHAPES as SHAPE_WORDS
from app.cli.simulate_text import CASELOADS as CASELOAD_WORDS
from app.cli.simulate_text import SPREADS as SPREAD_WORDS


def run(*options: str) -> Result:
    return CliRunner().invoke(simulate_command, list(options))


def parsed(*options: str) -> dict[str, Any]:
    result = run(*options, "--json")
    assert result.exception is None, result.exception
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_the_same_seed_gives_the_same_figures_alone_or_with_the_others() -> None:
    together = parsed("all", "--runs", "4", "--seed", "7")
    assert together["seed"] == 7
    assert list(together) == ["seed", *RUNS]
    for name in ("ranks", "weighting"):
        assert parsed(name, "--runs", "4", "--seed", "7")[name] == together[name]
        assert parsed(name, "--runs", "4", "--seed", "8")[name] != together[name]


def test_the_json_holds_every_situation_with_its_share() -> None:
    found = parsed("coverage", "--runs", "3")["coverage"]["found"]
    assert [len(grid["found"]) for grid in found["grids"]] == [100] * 10
    one = found["grids"][0]["found"][0]
    assert one["share"] == one["covered"] / 3
    assert list(found) == ["grids", "plain_fractions", "finite_fractions", "circumstances", "criteria"]
    verdicts = parsed("verdicts", "--runs", "3")["verdicts"]
    assert (verdicts["runs"], verdicts["found"][0]["office"]["target"], verdicts["found"][0]["office"]["offset"]) == (3, 0.9, -0.05)
    assert verdicts["found"][0]["n_met"] + verdicts["found"][0]["n_missed"] == 3


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("coverage", ["đủ 21 câu", "Dưới 94%", "Có hệ số", *CIRCUMSTANCE_WORDS.values(), *PATTERN_WORDS.values(), *SHAPE_WORDS.values()]),
        ("verdicts", ["gọi là Đạt", "gọi là thấp rõ rệt", "−5,00", "1.000"]),
        ("ranks", ["Chứa hạng thật", *SPREAD_WORDS.values()]),
        ("rotating", ["Hỏi luân phiên 6 tiêu chí", "Chỉ số chung", "Lệch lớn nhất"]),
        ("weighting", ["không và có trọng số", *CASELOAD_WORDS.values()]),
    ],
)
def test_tables_say_in_vietnamese_what_was_found_how_often_and_from_which_seed(what: str, words: list[str]) -> None:
    result = run(what, "--runs", "5", "--seed", "3")
    assert result.exception is None, result.exception
    for word in [*words, "5 lần mỗi tình huống, --seed 3"]:
        assert word in result.stdout
    assert "nan" not in result.stdout


def test_another_questionnaire_can_be_asked_in_turn() -> None:
    found = parsed("rotating", "--runs", "2", "--instrument", "an-my-2023")["rotating"]["found"]
    assert found["instrument"].startswith("an-my-2023@")


def test_a_study_that_does_not_exist_is_refused() -> None:
    assert run("luck").exit_code == 2
    assert run("ranks", "--runs", "0").exit_code == 2
