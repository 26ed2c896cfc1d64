"""A mean of criteria has its interval on every page, the one the API gives."""

import random

import pytest
from flask.testing import FlaskClient

from app.models import Exclusion
from app.runtime import Runtime
from app.services.keys import add_api_key
from app.vietnamese import interval
from tests.app.dashboard.conftest import SignIn, send
from tests.app.dashboard.page import get
from tests.app.dashboard.test_export import download
from tests.clock import Clock
from tests.factories import COMMUNE, NEIGHBOUR, OLD_COMMUNE, PROVINCE, RESULT_CODES, response


@pytest.fixture
def office(runtime: Runtime, clock: Clock) -> Runtime:
    """Sheets with blanks at three places, closed and open, and a unit whose responses are excluded."""
    dice = random.Random(3)  # noqa: S311  # sheets, not secrets
    for unit, field, n in ((COMMUNE, "ho-tich", 40), (COMMUNE, "dat-dai", 12), (NEIGHBOUR, "ho-tich", 35), (OLD_COMMUNE, "ho-tich", 8)):
        day = "2025-06-16" if unit == OLD_COMMUNE else "2025-09-05"
        sheets = [
            response(
                unit=unit,
                field=field,
                ratings={code: dice.choice([2, 3, 4, 4, 5, "no_opinion"]) for code in RESULT_CODES if dice.random() < 0.9},
                answered_at=f"{day}T03:00:00Z",
            )
            for _ in range(n)
        ]
        send(runtime, *sheets)
        if unit == NEIGHBOUR:
            clock.move(hours=2)
    with runtime.database.write() as session:
        session.add(Exclusion(id="1", unit_key=COMMUNE, first_hour=0, last_hour=1, reason="không trúng phiếu nào", state="confirmed"))
    return runtime


def figures_of(client: FlaskClient, runtime: Runtime, by: str) -> dict[tuple[str | None, str | None], dict[str, object]]:
    key = add_api_key(runtime, label=f"Tổng hợp {by}", may=("read figures",), unit_key=PROVINCE)
    answer = client.get(f"/api/v1/index?method=criteria_mean&by={by}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return {(cell["unit"], cell["field"]): cell for cell in answer.json["cells"]}


def test_pages_print_the_interval_of_the_api(office: Runtime, enter: SignIn) -> None:
    client = enter()
    whole = figures_of(client, office, "")[None, None]
    overall = whole["overall"]
    assert isinstance(overall, dict)
    words = " ".join(str(interval(overall["low"], overall["high"])).split())
    (answer,) = get(client, "/analytics?method=criteria_mean").find("section", "answer")
    assert words in answer.text
    rows, _, _ = download(client, "/analytics/criteria.csv?method=criteria_mean&form=machine")
    index = next(row for row in rows if row["kind"] == "index")
    assert [float(index[name]) for name in ("share", "se", "low", "high")] == [overall[name] for name in ("share", "se", "low", "high")]
    factors = whole["factors"]
    assert isinstance(factors, dict)
    for row in rows:
        if row["kind"] == "factor":
            expected = factors[row["code"]]
            assert [float(row[name]) for name in ("share", "low", "high")] == [expected[name] for name in ("share", "low", "high")]


def test_every_cell_of_the_table_has_the_interval_of_the_api(office: Runtime, enter: SignIn) -> None:
    client = enter()
    rows, _, _ = download(client, "/analytics/cells.csv?method=criteria_mean&form=machine")
    found = {(row["unit"] or None, row["field"] or None): row for row in rows}
    assert all(row["low"] and row["high"] for row in rows)
    by_field = figures_of(client, office, "unit,field")
    # The predecessor is counted in its successor, so the commune's civil status is of both; its land matters are its own.
    for place in ((COMMUNE, "dat-dai"), (NEIGHBOUR, "ho-tich")):
        expected = by_field[place]["overall"]
        assert isinstance(expected, dict)
        assert [float(found[place][name]) for name in ("share", "se", "low", "high")] == [
            expected[name] for name in ("share", "se", "low", "high")
        ]
    neighbour = figures_of(client, office, "unit")[NEIGHBOUR, None]["overall"]
    assert isinstance(neighbour, dict)
    assert float(found[NEIGHBOUR, None]["low"]) == neighbour["low"]


def test_units_are_listed_with_their_interval(office: Runtime, enter: SignIn) -> None:
    client = enter()
    neighbour = figures_of(client, office, "unit")[NEIGHBOUR, None]["overall"]
    assert isinstance(neighbour, dict)
    page = get(client, "/analytics/units?method=criteria_mean")
    assert " ".join(str(interval(neighbour["low"], neighbour["high"])).split()).removesuffix("%") in page.text
