"""The API of an office and `sipas index` on its exported responses print the same body, weights and errors included."""

import csv
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from app.cli import cli
from app.models import DossierCount
from app.runtime import Runtime
from app.services.intake import Sender, submit_responses
from survey_forms import read_submission
from tests.conftest import SECRET
from tests.factories import COMMUNE, NEIGHBOUR, RESULT_CODES, response

PLACES = {(COMMUNE, "ho-tich"): 300, (COMMUNE, "dat-dai"): 90, (NEIGHBOUR, "ho-tich"): 60}
FIELDS = (
    *("unit", "field", "respondents", "overall", "factors", "criteria", "weighted", "design_effect", "effective_size"),
    *("rank", "rank_low", "rank_high"),
)


@pytest.fixture
def office(runtime: Runtime) -> Runtime:
    """Ninety sheets with blanks and no opinions at three places, and the dossiers behind them."""
    dice = random.Random(5)  # noqa: S311  # sheets, not secrets
    sheets = []
    for number in range(90):
        unit, field = list(PLACES)[number % 3]
        ratings = {code: dice.choice([2, 3, 4, 4, 5, 5, "no_opinion"]) for code in RESULT_CODES if dice.random() < 0.9}
        sheets.append(response(unit=unit, field=field, ratings=ratings, answered_at="2025-09-05T03:00:00Z"))
    assert len(submit_responses(runtime, [read_submission(sheet) for sheet in sheets], Sender()).acknowledged) == 90
    with runtime.database.write() as session:
        for (unit, field), finished in PLACES.items():
            name = f"{unit} {field}"
            session.add(
                DossierCount(id=name, unit_key=unit, field_code=field, mode="in_person", block="2025-09-1", finished=finished, late=0)
            )
    return runtime


@pytest.mark.parametrize("method", ["pooled", "criteria_mean", "factor_mean"])
@pytest.mark.parametrize(("by", "is_ranked"), [("", False), ("unit", False), ("unit", True), ("unit,field", True)])
@pytest.mark.parametrize("is_finite", [False, True])
def test_api_and_command_line_print_the_same_figures(
    office: Runtime,
    client: FlaskClient,
    figures_key: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    by: str,
    is_ranked: bool,
    is_finite: bool,
) -> None:
    monkeypatch.setenv("SIPAS_DATA_DIR", str(office.settings.data_dir))
    monkeypatch.setenv("SIPAS_SECRET_KEY", SECRET)
    responses, population, targets = tmp_path / "responses.csv", tmp_path / "population.csv", tmp_path / "targets.csv"
    assert CliRunner().invoke(cli, ["export", str(responses)]).exit_code == 0
    with population.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("unit", "field", "dossiers"), *((*place, n) for place, n in PLACES.items())])
    targets.write_text("unit,field,year,target,source\n,,,0.9,KH\n,dat-dai,,0.8,KH\n", encoding="utf-8")
    options = ["--instrument", "kiosk-default", "--method", method, "--by", by, "--population", population, "--targets", targets, "--json"]
    options += ["--rank", "unit"] * is_ranked + ["--fpc"] * is_finite
    printed = CliRunner().invoke(cli, ["index", str(responses), *map(str, options)])
    assert printed.exit_code == 0, printed.output
    answer = client.get(
        f"/api/v1/index?method={method}&by={by}{'&rank=unit' * is_ranked}{'&fpc=1' * is_finite}",
        headers={"Authorization": f"Bearer {figures_key}"},
    )
    assert answer.status_code == 200, answer.text
    found, expected = answer.json, json.loads(printed.stdout)
    assert found is not None
    assert [[cell[name] for name in FIELDS] for cell in found["cells"]] == [[cell[name] for name in FIELDS] for cell in expected["cells"]]
    assert found["cells"][0]["overall"]["se"] is not None
    assert any(cell["rank"] is not None for cell in found["cells"]) == is_ranked
    assert found["cells"][0]["weighted"]["share"] != found["cells"][0]["overall"]["share"], "the weights do something here"
