"""`sipas cluster tally`: from parts, by processes, the very figures `sipas index` computes from a file of the same responses."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from analytics import AnalyticsError
from analytics.store import Rows
from app.cli.cluster import cluster_command
from app.cli.index import index_command
from app.errors import BadInputError
from app.runtime import day_of_hour
from tests.analytics.cluster.provinces import add_province, draw_provinces
from tests.analytics.store.office import DESIGN
from tests.own_questionnaire import write_questionnaire

INSTRUMENT = write_questionnaire("demo")


def as_file(provinces: dict[str, Rows]) -> str:
    """The responses as the lines of a plain file, units keyed per province."""
    lines = ["unit,field,channel,answered_on," + ",".join(DESIGN.criterion_codes)]
    words = {0: "", 254: "no_opinion", 255: "", **{level: str(level) for level in range(1, 6)}}
    for province, rows in provinces.items():
        units, fields = rows.attributes["unit"], rows.attributes["field"]
        for k in range(len(rows)):
            ratings = ",".join(words[int(byte)] for byte in rows.answers[k])
            day = day_of_hour(int(rows.answered_hour[k]))
            lines.append(f"{province}/{units.words[units.codes[k]]},{fields.words[fields.codes[k]]},kiosk,{day},{ratings}")
    return "\n".join(lines)


def test_two_processes_print_what_index_prints_for_a_file_of_the_same_responses(tmp_path: Path) -> None:
    provinces = draw_provinces(("ha-noi", "hue"), 1_500)
    parts = [
        option for name, rows in provinces.items() for option in ("--parts", f"{name}={add_province(tmp_path, name, rows)[0].address}")
    ]
    yaml, csv = tmp_path / "demo.yaml", tmp_path / "responses.csv"
    yaml.write_text(INSTRUMENT, encoding="utf-8")
    csv.write_text(as_file(provinces), encoding="utf-8")
    options = ["--instrument", str(yaml), "--by", "unit,field", "--json"]
    program = [sys.executable, "-c", "from app.cli import main; main()", "cluster", "tally", *parts, *options, "--processes", "2"]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found, expected = json.loads(done.stdout), json.loads(CliRunner().invoke(index_command, [str(csv), *options]).stdout)
    for cell in found["cells"]:  # a file of all provinces has no column for them: there it stands before the unit
        province = cell.pop("province")
        cell["unit"] = None if province is None else f"{province}/{cell['unit']}"
    assert [each["responses"] for each in found.pop("provinces")] == [1_500, 1_500]
    assert found == expected
    told = [line for line in done.stderr.splitlines() if line.startswith(("ha-noi: ", "hue: "))]
    assert len(told) == 2, done.stderr
    assert told[0].startswith("ha-noi: 1.500 phiếu trong ")
    assert ", trừ 0 phiếu bị loại trừ có lý do, số liệu đến " in told[0]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--by", "device"], "--by takes"),
        (["--by", "unit,unit"], "--by takes"),
        (["--by", "unit,"], "--by takes"),
        (["--method", "mean"], "`method` is one of"),
        (["--from", "2025-01-01", "--period", "2025"], "not both"),
        (["--from", "2025-02-01", "--to", "2025-01-14"], "later than"),
        (["--channel", "fax"], "`channel` is one of"),
        (["--processes", "2", "--scheduler", "tcp://127.0.0.1:1"], "give one of them"),
        (["--processes", "2"], "no manifest.json"),
    ],
)
def test_what_cannot_be_asked_is_said_before_any_worker_starts(tmp_path: Path, options: list[str], sentence: str) -> None:
    found = CliRunner().invoke(cluster_command, ["tally", "--parts", str(tmp_path), "--instrument", "kiosk-default", *options])
    assert isinstance(found.exception, (AnalyticsError, BadInputError))
    assert sentence in str(found.exception)
