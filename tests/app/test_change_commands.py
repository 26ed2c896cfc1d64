"""`sipas compare` and `sipas drivers`: plain files in, the keys others rely on out, words for a Vietnamese reader."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from analytics.errors import TableError
from app.cli.compare import compare_command
from app.cli.drivers import drivers_command
from app.imports.errors import FileError
from tests.own_questionnaire import write_questionnaire

INSTRUMENT = write_questionnaire(asks_overall=True)
EARLIER = "unit,1.1,1.2,2.1\nA,5,4,3\nA,3,,2\nA,4,2,no_opinion\n"
LATER = "unit,1.1,1.2,2.1\nA,5,4,5\nA,4,5,4\nA,4,4,1\nA,2,4,5\n"
DRIVING = "1.1,1.2,2.1,overall\n5,4,3,4\n3,,2,2\n4,2,4,4\n1,2,2,1\n5,5,4,5\n3,4,5,3\n2,3,1,2\n4,5,2,5\n4,,,4\n5,5,5,\n2,1,4,1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "thu.yaml").write_text(INSTRUMENT, encoding="utf-8")
    return tmp_path


def run(command: click.Command, folder: Path, *texts: str, options: tuple[str, ...] = ()) -> Result:
    paths = [folder / f"{number}.csv" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return CliRunner().invoke(command, [*map(str, paths), "--instrument", str(folder / "thu.yaml"), *options])


def parsed(result: Result) -> dict[str, Any]:
    assert result.exception is None, result.exception
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_compare_gives_later_minus_earlier_under_the_keys_others_rely_on(folder: Path) -> None:
    found = parsed(run(compare_command, folder, EARLIER, LATER, options=("--json",)))
    assert list(found["factors"]) == ["1", "2"]
    assert list(found["criteria"]) == ["1.1", "1.2", "2.1"]
    for change in (found["overall"], *found["factors"].values(), *found["criteria"].values()):
        assert list(change) == ["difference", "low", "high", "p", "p_adjusted"]
    assert found["criteria"]["1.1"]["difference"] == pytest.approx(3 / 4 - 2 / 3)
    assert found["overall"]["difference"] == pytest.approx(10 / 12 - 3 / 7)
    turned = parsed(run(compare_command, folder, LATER, EARLIER, options=("--json",)))
    assert turned["overall"]["difference"] == -found["overall"]["difference"]


def test_compare_tells_a_reader_both_shares_and_what_was_left_out(folder: Path) -> None:
    without = "unit,1.1,1.2\nA,5,4\nA,3,\nA,4,2\n"
    result = run(compare_command, folder, without, LATER)
    assert result.exception is None
    assert "Kỳ trước: 0.csv, 3 phiếu hợp lệ" in result.stdout
    assert "66,67%" in result.stdout
    assert "Không so sánh vì chỉ một kỳ có câu trả lời: tiêu chí 2.1." in result.stdout


def test_drivers_give_the_keys_others_rely_on(folder: Path) -> None:
    found = parsed(run(drivers_command, folder, DRIVING, options=("--json",)))
    assert (found["n_sheets"], found["n"]) == (11, 9)
    assert list(found["alpha"]) == ["1", "2"]
    assert {"pairwise", "listwise"} <= set(found["alpha"]["1"])
    assert found["alpha"]["2"]["pairwise"] is None
    assert sum(found["shapley"].values()) == pytest.approx(1)
    assert sum(found["shapley_r2"].values()) == pytest.approx(found["r2"])
    logit = found["ordered_logit"]
    assert list(logit["coefficients"]) == ["1", "2"]
    assert set(logit["coefficients"]["1"]) == {"estimate", "se"}
    assert logit["thresholds"] == sorted(logit["thresholds"])
    assert len(logit["thresholds"]) == 4


def test_drivers_tell_a_reader_where_to_act(folder: Path) -> None:
    result = run(drivers_command, folder, DRIVING)
    assert result.exception is None
    assert "Dùng 9 trong 11 phiếu" in result.stdout
    assert "các ngưỡng θ:" in result.stdout
    assert "Gợi ý" in result.stdout


@pytest.mark.parametrize("text", ["1.1,1.2,2.1\n5,4,3\n", "1.1,1.2,2.1,overall\n", "1.1,1.2,overall\n5,5,4\n4,4,4\n"])
def test_drivers_without_enough_to_go_on_say_so_in_words(folder: Path, text: str) -> None:
    result = run(drivers_command, folder, text)
    assert result.exception is None, result.exception
    assert "Không tính được mức tác động:" in result.stdout
    assert "Không ước lượng được hồi quy logit thứ bậc:" in result.stdout
    found = parsed(run(drivers_command, folder, text, options=("--json",)))
    assert (found["shapley"], found["ordered_logit"]) == (None, None)


@pytest.mark.parametrize("command", [compare_command, drivers_command])
def test_a_bad_cell_is_refused_by_row_and_column(folder: Path, command: click.Command) -> None:
    texts = (EARLIER, LATER) if command is compare_command else (DRIVING,)
    broken = (*texts[:-1], texts[-1].replace(",4,", ",9,", 1))
    refused = run(command, folder, *broken).exception
    assert isinstance(refused, TableError)
    assert refused.problems[0].row == 2
    # Two files are given, so a row alone is no place.
    assert str(refused).startswith(f"{len(texts) - 1}.csv, row 2, column ")
    missing = CliRunner().invoke(command, [str(folder / "none.csv")] * len(texts) + ["--instrument", str(folder / "thu.yaml")])
    assert isinstance(missing.exception, FileError)
