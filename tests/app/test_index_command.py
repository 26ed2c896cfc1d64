"""`sipas index`: a plain file in, the official figure out, exactly as others rely on it."""

import json
import math
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from analytics.errors import AnalyticsError
from app import response_files
from app.cli.index import index_command
from app.errors import AppError
from survey_forms import SurveyFormError, find_instrument
from tests.own_questionnaire import write_questionnaire

INSTRUMENT = write_questionnaire()
RESPONSES = """unit,field,channel,answered_on,1.1,1.2,2.1
xã B,đất đai,kiosk,2025-07-02,5,4,no_opinion
xã A,hộ tịch,paper,2025-07-03,3,,
xã A,hộ tịch,paper,2025-12-31,4,1,5
xã A,đất đai,paper,2024-12-31,,,
"""
ESTIMATE_KEYS = ["share", "satisfied", "answers", "se", "low", "high", "target", "verdict"]
CELL_KEYS = [
    *("unit", "field", "respondents", "overall", "factors", "criteria"),
    *("weighted", "design_effect", "effective_size", "rank", "rank_low", "rank_high"),
]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Runs `sipas index` on a text: `run(RESPONSES, "--by", "unit")`."""
    (tmp_path / "thu.yaml").write_text(INSTRUMENT, encoding="utf-8")

    def command(text: str | bytes, *options: object) -> Result:
        path = tmp_path / "responses.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return CliRunner().invoke(index_command, [str(path), "--instrument", str(tmp_path / "thu.yaml"), *map(str, options)])

    return command


Run = Callable[..., Result]


def report(result: Result) -> dict[str, Any]:
    assert result.exception is None, result.exception
    parsed: dict[str, Any] = json.loads(result.stdout)
    return parsed


def refusal(result: Result) -> str:
    assert isinstance(result.exception, AppError | AnalyticsError | SurveyFormError)
    return str(result.exception)


def test_json_has_the_keys_others_rely_on(run: Run) -> None:
    found = report(run(RESPONSES, "--by", "unit,field", "--json"))
    assert list(found) == ["instrument", "method", "confidence", "cells"]
    assert (found["instrument"], found["method"], found["confidence"]) == ("thu@1.0", "pooled", 0.95)
    for cell in found["cells"]:
        assert list(cell) == CELL_KEYS
        assert (list(cell["factors"]), list(cell["criteria"])) == (["1", "2"], ["1.1", "1.2", "2.1"])
        for estimate in (cell["overall"], *cell["factors"].values(), *cell["criteria"].values()):
            assert list(estimate) == ESTIMATE_KEYS


def test_cells_are_sorted_and_a_unit_whose_forms_are_blank_has_null(run: Run) -> None:
    whole, *cells = report(run(RESPONSES, "--by", "unit,field", "--json"))["cells"]
    assert whole == report(run(RESPONSES, "--json"))["cells"][0], "the first cell is everything"
    assert [(cell["unit"], cell["field"], cell["respondents"]) for cell in cells] == [
        ("xã A", "hộ tịch", 2),
        ("xã A", "đất đai", 0),
        ("xã B", "đất đai", 1),
    ]
    assert cells[1]["overall"]["share"] is None
    assert cells[1]["overall"]["verdict"] == "no_data"


def test_without_by_there_is_one_cell_without_unit_and_field(run: Run) -> None:
    (cell,) = report(run(RESPONSES, "--json"))["cells"]
    assert (cell["unit"], cell["field"], cell["respondents"]) == (None, None, 3)
    overall = cell["overall"]
    assert (overall["satisfied"], overall["answers"]) == (4, 6)
    assert overall["share"] == float(Fraction(2, 3))


def test_one_dimension_alone_is_allowed(run: Run) -> None:
    cells = report(run(RESPONSES, "--by", "field", "--json"))["cells"]
    assert [(cell["unit"], cell["field"]) for cell in cells] == [(None, None), (None, "hộ tịch"), (None, "đất đai")]


def test_standard_error_is_that_of_the_ratio_of_sums(run: Run) -> None:
    (cell,) = report(run(RESPONSES, "--json"))["cells"]
    x, m = [2, 0, 2], [2, 1, 3]
    ratio = Fraction(sum(x), sum(m))
    variance = Fraction(3, 2) * sum((xi - ratio * mi) ** 2 for xi, mi in zip(x, m, strict=True)) / sum(m) ** 2
    assert cell["overall"]["se"] == pytest.approx(math.sqrt(variance), rel=1e-12)


@pytest.mark.parametrize("method", ["criteria_mean", "factor_mean"])
def test_means_have_an_interval_of_their_own(run: Run, method: str) -> None:
    found = report(run(RESPONSES, "--json", "--method", method))
    overall = found["cells"][0]["overall"]
    assert found["method"] == method
    assert overall["se"] > 0
    assert 0 <= overall["low"] < overall["share"] < overall["high"] <= 1
    assert overall["se"] != report(run(RESPONSES, "--json"))["cells"][0]["overall"]["se"]


def test_targets_are_those_of_the_year_of_the_last_day(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_text("unit,field,year,target,source\n,,2024,0.1,cũ\n,,2025,90%,KH\n,đất đai,2025,80%,KH\n", encoding="utf-8")
    cells = report(run(RESPONSES, "--json", "--by", "field", "--targets", path))["cells"]
    assert [cell["overall"]["target"] for cell in cells] == [0.9, 0.9, 0.8]
    assert [cell["overall"]["verdict"] for cell in cells] == ["insufficient"] * 3


def test_confidence_moves_the_interval_and_is_printed(run: Run) -> None:
    wide, narrow = (report(run(RESPONSES, "--json", "--confidence", level)) for level in ("0.99", "0.8"))
    assert (wide["confidence"], narrow["confidence"]) == (0.99, 0.8)
    assert wide["cells"][0]["overall"]["low"] < narrow["cells"][0]["overall"]["low"]


def test_file_without_rows_gives_one_empty_cell(run: Run) -> None:
    header = RESPONSES.splitlines()[0] + "\n"
    (cell,) = report(run(header, "--json"))["cells"]
    assert (cell["respondents"], cell["overall"]["share"], cell["overall"]["answers"]) == (0, None, 0)
    assert report(run(header, "--json", "--by", "unit"))["cells"] == [cell]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + RESPONSES,
        RESPONSES.replace(",", ";"),
        RESPONSES.replace("\n", "\r\n"),
        "# ghi chú “\n# hai\n" + RESPONSES,
        RESPONSES.replace("unit,field", "Unit, FIELD"),
    ],
)
def test_figure_is_the_same_however_the_file_was_saved(run: Run, text: str) -> None:
    assert report(run(text, "--json", "--by", "unit")) == report(run(RESPONSES, "--json", "--by", "unit"))


def test_figure_is_the_same_when_the_file_is_read_in_many_small_blocks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    head, *rows = RESPONSES.splitlines()
    text = "\n".join([head, *rows * 50, ""])
    whole = report(run(text, "--json", "--by", "unit,field"))
    monkeypatch.setattr(response_files, "_BLOCK_BYTES", 200)
    assert report(run(text, "--json", "--by", "unit,field")) == whole


@pytest.mark.parametrize("text", ["NA", "null", "NaN", "1e3", "=x"])
def test_texts_that_look_like_nothing_are_kept_as_text(run: Run, text: str) -> None:
    cells = report(run(RESPONSES.replace("xã A", text), "--json", "--by", "unit"))["cells"]
    assert {cell["unit"] for cell in cells} == {None, text, "xã B"}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (RESPONSES + "xã A,hộ tịch,paper,2025-07-02,5\n", "row 6: has 5 cells, the header has 7"),
        ("# ghi chú\n" + RESPONSES + "xã A,hộ tịch,paper,2025-07-02,5,5,5,5\n", "row 7: has 8 cells, the header has 7"),
        (RESPONSES.encode().replace(b"hanh", b"") + b"x\xe3,h,paper,2025-07-02,5,5,5\n", "row 6: is not UTF-8"),
        (RESPONSES.encode("utf-16"), "row 1: is not UTF-8"),
        (RESPONSES.replace("unit", "đơn vị".encode().decode()), "'đơn vị': this column is not known"),
        (RESPONSES.replace("2.1", "1.1"), "column 1.1: stands in the header twice"),
        (RESPONSES.replace(",5,4,no_opinion", ",6,4,x"), "row 2, column '1.1'"),
        ("# a\n# b\n" + RESPONSES.replace(",5,4,no_opinion", ",6,4,x"), "row 4, column '1.1'"),
        (RESPONSES.replace("2025-07-03", "03/07/2025"), "row 3, column 'answered_on'"),
        (RESPONSES.replace("paper,2025-07-03", "fax,2025-07-03"), "row 3, column 'channel': allowed are kiosk"),
        (RESPONSES + "\n\n,,,,,,\nxã A,hộ tịch,paper,2025-07-02,5,5,7\n", "row 9, column '2.1'"),
        ("# a\n" + RESPONSES + ",,,,,,\n \n,,\nxã A,hộ tịch,paper,2025-07-02,5,5\n", "row 10: has 6 cells"),
        (RESPONSES + 'xã A,"hộ tịch,paper,2025-07-02,5,5,5\n', "row 6: has 2 cells"),
        ("", "has no header"),
        ("# only\n", "has no header"),
    ],
)
def test_malformed_file_is_told_by_row(run: Run, text: str | bytes, sentence: str) -> None:
    assert sentence in refusal(run(text, "--json", "--by", "field"))


def test_byte_that_is_not_utf8_far_down_is_told_by_its_row(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_files, "_BLOCK_BYTES", 300)
    rows = RESPONSES.encode() + b"".join([b"a,b,paper,2025-07-02,5,5,5\n"] * 1000) + b"x\xe3,b,paper,2025-07-02,5,5,5\n"
    assert "row 1006: is not UTF-8" in refusal(run(rows))


def test_row_longer_than_a_block_is_told_in_a_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_files, "_BLOCK_BYTES", 300)
    text = RESPONSES + f"{'x' * 2000},b,paper,2025-07-02,5,5,5\n"
    assert "is no CSV table" in refusal(run(text))


@pytest.mark.parametrize("block_bytes", [150, 8 * 1024 * 1024])
def test_blank_lines_are_no_responses_and_still_count_as_rows(run: Run, monkeypatch: pytest.MonkeyPatch, block_bytes: int) -> None:
    monkeypatch.setattr(response_files, "_BLOCK_BYTES", block_bytes)
    head, *rows = RESPONSES.splitlines()
    gaps = ["", ",,,,,,", "", "  ", ",,"]
    text = "\n".join([head, *[line for number in range(40) for line in (rows[number % 4], gaps[number % 5])], "a,b,kiosk,,9,,", ""])
    number = text.splitlines().index("a,b,kiosk,,9,,") + 1
    assert f"row {number}, column '1.1'" in refusal(run(text, "--json"))
    clean = "\n".join([head, *rows * 10, ""])
    assert report(run(text.replace("a,b,kiosk,,9,,\n", ""), "--json", "--by", "unit")) == report(run(clean, "--json", "--by", "unit"))
    assert report(run(head + "\n\n,,\n,,,,,,\n", "--json"))["cells"][0]["respondents"] == 0


def test_hundreds_of_ragged_rows_are_told_shortly(run: Run) -> None:
    message = refusal(run(RESPONSES + "x\n" * 500))
    assert message.count("has 1 cells") == 20


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--by", "channel"), "--by takes unit, field or unit,field."),
        (("--by", "unit,unit"), "--by takes unit, field or unit,field."),
        (("--method", "mean"), "There is no method 'mean'; choose one of pooled"),
        (("--confidence", "1"), "1"),
        (("--fpc",), "--fpc needs --population"),
        (("--rank", "unit"), "--rank unit needs --by unit"),
        (("--rank", "field", "--by", "unit"), "--rank takes unit"),
        (("--population", "nowhere.csv"), "nowhere.csv cannot be used"),
        (("--targets", "nowhere.csv"), "nowhere.csv cannot be used"),
        (("--instrument", "nobody@1.0"), "there is no such instrument or file"),
    ],
)
def test_option_that_cannot_be_followed_is_told(run: Run, options: tuple[str, ...], sentence: str) -> None:
    assert sentence in refusal(run(RESPONSES, *options))


def test_faulty_target_is_told_by_row_and_column(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_text("unit,target\n,90\n", encoding="utf-8")
    assert "row 2, column target: must be a share" in refusal(run(RESPONSES, "--targets", path))


def test_a_target_that_stands_twice_is_named_by_its_rows(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_text("unit,target\nA,0.9\n,0.8\nA,85%\n", encoding="utf-8")
    assert "row 4, column target: row 2 already sets the target" in refusal(run(RESPONSES, "--targets", path))


POPULATION = "unit,field,dossiers\nxã A,hộ tịch,30\nxã A,đất đai,10\nxã B,đất đai,60\n"


def test_population_puts_weighted_figures_beside_the_official_ones(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dossiers.csv"
    path.write_text(POPULATION, encoding="utf-8")
    result = run(RESPONSES, "--by", "unit", "--population", path, "--json")
    whole, a, b = report(result)["cells"]
    plain = report(run(RESPONSES, "--by", "unit", "--json"))["cells"]
    for cell, without in zip((whole, a, b), plain, strict=True):
        assert {name: cell[name] for name in CELL_KEYS[:6]} == {name: without[name] for name in CELL_KEYS[:6]}
        assert without["weighted"] is None
        assert list(cell["weighted"]) == ESTIMATE_KEYS
    # xã A: 40 dossiers, two valid forms (x, m) = (0, 1), (2, 3); xã B: 60 dossiers, one form (2, 2). Land in xã A has a form
    # without a rating only, so its dossiers are with the rest of the unit.
    assert whole["weighted"]["share"] == pytest.approx((40 / 2 * 2 + 60 * 2) / (40 / 2 * 4 + 60 * 2), rel=1e-12)
    assert a["weighted"]["share"] == a["overall"]["share"]
    assert "Đơn vị xã A: gộp các lĩnh vực" in result.stderr
    assert whole["effective_size"] <= whole["overall"]["answers"]
    assert whole["design_effect"] > 0
    assert (b["weighted"]["se"], b["effective_size"]) == (None, None), "one respondent says nothing of the spread"
    finite = report(run(RESPONSES, "--population", path, "--fpc", "--json"))["cells"][0]
    assert finite["overall"]["se"] == pytest.approx(plain[0]["overall"]["se"] * math.sqrt(1 - 3 / 100), rel=1e-12)
    text = run(RESPONSES, "--by", "unit", "--population", path).stdout
    assert "Có trọng số" in text
    assert "Toàn bộ" in text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (POPULATION.replace("60", "-1"), "row 4, column dossiers: must be a whole number"),
        (POPULATION.replace("60", "1.5"), "row 4, column dossiers: must be a whole number"),
        (POPULATION.replace("60", ""), "row 4, column dossiers: is empty"),
        (POPULATION + "xã B,đất đai,5\n", "row 5, column unit, field: row 4 already counts"),
        ("unit,dossiers\nxã A,3\n", "column field: is missing"),
        ("unit,field,dossiers\n", "not a single dossier"),
        (POPULATION + "xã C,hộ tịch,5\n", "unit xã C holds 5 dossiers and no response"),
        (POPULATION.replace("xã B,đất đai,60\n", ""), "unit xã B, field đất đai: 1 valid responses, but the population does not name it"),
    ],
)
def test_population_that_cannot_be_used_is_told(run: Run, tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "dossiers.csv"
    path.write_text(text, encoding="utf-8")
    assert sentence in refusal(run(RESPONSES, "--population", path, "--json"))


def test_more_responses_than_dossiers_switch_weights_off_with_a_sentence(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dossiers.csv"
    path.write_text(POPULATION.replace("30", "1"), encoding="utf-8")
    result = run(RESPONSES, "--by", "unit", "--population", path, "--json")
    assert [cell["weighted"] is None for cell in report(result)["cells"]] == [True, True, False]
    assert "Đơn vị xã A, lĩnh vực hộ tịch: 2 phiếu hợp lệ nhưng chỉ có 1 hồ sơ" in result.stderr
    assert "2 valid responses but" in refusal(run(RESPONSES, "--by", "unit,field", "--population", path, "--fpc", "--json"))


def test_finite_factor_leaves_a_whole_alone_whose_dossiers_are_incomplete(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "dossiers.csv"
    path.write_text(POPULATION.replace("30", "1"), encoding="utf-8")
    plain = report(run(RESPONSES, "--by", "field", "--population", path, "--json"))["cells"]
    path.write_text(POPULATION.replace("30", "1") + "xã B,hộ tịch,40\n", encoding="utf-8")
    result = run(RESPONSES, "--by", "field", "--population", path, "--fpc", "--json")
    finite = report(result)["cells"]
    assert [cell["field"] for cell in finite] == [None, "hộ tịch", "đất đai"]
    assert [a["criteria"] == b["criteria"] for a, b in zip(finite, plain, strict=True)] == [True, True, False]
    assert "không nhân 1 − n/N" in result.stderr
    assert "không nhân" not in run(RESPONSES, "--by", "field", "--population", path, "--json").stderr


@pytest.mark.parametrize(
    ("by", "note"),
    [
        (
            "unit,field",
            "Chỉ tiêu không dùng đến: đơn vị xã C, xã Đ (tệp phiếu không có tên này); lĩnh vực đất (tệp phiếu không có tên này).\n",
        ),
        (
            "field",
            "Chỉ tiêu không dùng đến: đơn vị xã B, xã C, xã Đ (không tính theo --by unit); lĩnh vực đất (tệp phiếu không có tên này).\n",
        ),
    ],
)
def test_target_of_a_place_the_file_does_not_hold_is_told_once_on_stderr(run: Run, tmp_path: Path, by: str, note: str) -> None:
    path = tmp_path / "targets.csv"
    path.write_text("unit,field,target\n,,90%\nxã Đ,,80%\nxã C,,70%\nxã C,đất,60%\nxã B,,50%\n", encoding="utf-8")
    for mode in (("--json",), ()):
        told = run(RESPONSES, "--by", by, "--targets", path, *mode)
        assert told.stderr == note
        path_known = tmp_path / "known.csv"
        path_known.write_text("unit,field,target\n,,90%\nxã B,,50%\n", encoding="utf-8")
        if by == "unit,field":
            known = run(RESPONSES, "--by", by, "--targets", path_known, *mode)
            assert (known.stderr, known.stdout) == ("", told.stdout), "what is printed on stdout is the same"


def test_rank_of_units_is_shared_by_ties_and_left_out_below_the_least_number(run: Run) -> None:
    head = RESPONSES.splitlines()[0]
    rows = [
        f"{unit},f,kiosk,,{level},4,4\n" for unit, level, n in (("a", 5, 40), ("b", 5, 40), ("c", 1, 40), ("d", 5, 29)) for _ in range(n)
    ]
    result = run(head + "\n" + "".join(rows), "--by", "unit", "--rank", "unit", "--json")
    ranks = {cell["unit"]: (cell["rank"], cell["rank_low"], cell["rank_high"]) for cell in report(result)["cells"]}
    assert ranks == {None: (None,) * 3, "a": (1, 1, 2), "b": (1, 1, 2), "c": (3, 3, 3), "d": (None,) * 3}
    assert "Khoảng hạng" in run(head + "\n" + "".join(rows), "--by", "unit", "--rank", "unit").stdout


def test_missing_file_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(index_command, [str(tmp_path / "none.csv"), "--instrument", "an-my-2023"])
    assert "none.csv cannot be used" in refusal(result)


def test_text_reads_as_vietnamese_offices_write(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_text("target\n87.5%\n", encoding="utf-8")
    rows = "".join(f"xã A,hộ tịch,kiosk,2025-07-{n % 28 + 1:02d},{5 if n % 10 else 1},4,4\n" for n in range(1, 41))
    text = run(RESPONSES.splitlines()[0] + "\n" + rows, "--by", "unit,field", "--targets", path).stdout
    assert "Chỉ số hài lòng – thu@1.0" in text
    assert "Số liệu từ 01/07/2025 đến 28/07/2025" in text
    assert "Khoảng tin cậy 95%" in text
    line = next(line for line in text.splitlines() if line.startswith("xã A"))
    assert "hộ tịch" in line
    assert "96,67%" in line
    assert "87,5%" in line
    assert line.endswith("Đạt")


def test_text_of_one_cell_lists_factors_and_criteria(run: Run) -> None:
    text = run(RESPONSES).stdout
    assert [line.split("  ")[0] for line in text.splitlines() if line[:2] in ("1.", "2.")] == ["1. Tiếp cận", "2. Thủ tục"]
    assert "66,67%" in text


def test_label_of_demonstration_data_stands_beside_its_figure(run: Run) -> None:
    head, *rows = RESPONSES.splitlines()
    text = "\n".join([head + ",label", *(row + ",DỮ LIỆU MINH HỌA" for row in rows), ""])
    result = run(text, "--json")
    assert result.stderr == "DỮ LIỆU MINH HỌA\n"
    assert report(result) == report(run(RESPONSES, "--json"))


def console(code: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    root = Path(response_files.__file__).parents[1]  # where the package is found, installed or not
    command = [sys.executable, "-W", "error", "-X", "utf8", "-c", code, *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, encoding="utf-8")


def test_command_needs_neither_database_nor_web(tmp_path: Path) -> None:
    (tmp_path / "thu.yaml").write_text(INSTRUMENT, encoding="utf-8")
    (tmp_path / "responses.csv").write_text(RESPONSES, encoding="utf-8")
    code = (
        "import sys; from app.cli import cli; cli(sys.argv[1:], standalone_mode=False); "
        "print([name for name in ('flask', 'sqlalchemy') if name in sys.modules], file=sys.stderr)"
    )
    done = console(code, "index", str(tmp_path / "responses.csv"), "--instrument", str(tmp_path / "thu.yaml"), "--json")
    assert (done.returncode, done.stderr.strip()) == (0, "[]")
    assert json.loads(done.stdout)["cells"][0]["respondents"] == 3


def test_console_ends_with_status_1_and_the_problem_on_stderr(tmp_path: Path) -> None:
    path = tmp_path / "responses.csv"
    path.write_text("unit,1.1\na,9\n", encoding="utf-8")
    done = console("from app.cli import main; main()", "index", str(path), "--instrument", "an-my-2023")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("sipas: responses.csv, row 2, column '1.1': ")


def test_a_folder_in_place_of_a_file_is_refused_by_a_name() -> None:
    with pytest.raises(AppError, match=r"^\. cannot be used"):
        response_files.tally_file(Path(), find_instrument("an-my-2023"))
