"""GET /api/v1/index: the figures of a selection."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from app.models import DossierCount
from app.runtime import Runtime
from app.services.intake import Sender, submit_responses
from app.services.keys import add_api_key
from survey_forms import read_submission
from tests.factories import COMMUNE, NEIGHBOUR, OLD_COMMUNE, response


def ask(client: FlaskClient, key: str, query: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/v1/index?{query}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    assert isinstance(answer.json, dict)
    return answer.json


def cells(body: dict[str, Any]) -> dict[tuple[str | None, str | None], int]:
    return {(cell["unit"], cell["field"]): cell["respondents"] for cell in body["cells"]}


@pytest.fixture
def filled(runtime: Runtime) -> Runtime:
    items = [
        response(answered_at="2025-06-14T16:59:00Z", unit=OLD_COMMUNE),  # 14 June, 23:59 in Việt Nam
        response(answered_at="2025-06-14T17:00:00Z", unit=OLD_COMMUNE),  # 15 June, 00:00
        response(answered_at="2025-07-20T03:00:00Z"),
        response(answered_at="2025-07-20T03:00:00Z", field="dat-dai", channel="invitation", ratings={"1.1": 2, "1.2": 5}),
        response(answered_at="2025-07-21T03:00:00Z", unit=NEIGHBOUR, stage="filing", ratings={"1.1": 4}),
        response(answered_at="2025-07-21T03:00:00Z", unit=NEIGHBOUR, ratings={}),
    ]
    receipt = submit_responses(runtime, [read_submission(item) for item in items], Sender())
    assert len(receipt.acknowledged) == len(items)
    return runtime


def test_body_has_the_fixed_shape(client: FlaskClient, filled: Runtime, figures_key: str) -> None:
    body = ask(client, figures_key)
    assert set(body) == {"instrument", "method", "confidence", "cells"}
    assert (body["instrument"], body["method"], body["confidence"]) == ("kiosk-default@1.0", "pooled", 0.95)
    (cell,) = body["cells"]
    assert set(cell) == {
        *("unit", "field", "respondents", "overall", "factors", "criteria"),
        *("weighted", "design_effect", "effective_size", "rank", "rank_low", "rank_high"),
    }
    assert cell["weighted"] is None, "nobody has counted the dossiers"
    assert set(cell["overall"]) == {"share", "satisfied", "answers", "se", "low", "high", "target", "verdict"}
    assert cell["respondents"] == 5, "a form without a rating is returned, not valid"
    assert (cell["overall"]["satisfied"], cell["overall"]["answers"]) == (65, 66)
    assert cell["overall"]["target"] == 0.9


def test_cells_by_unit_and_field_carry_the_target_of_each(client: FlaskClient, filled: Runtime, figures_key: str) -> None:
    body = ask(client, figures_key, "by=unit,field")
    assert cells(body) == {
        (None, None): 5,
        (COMMUNE, "dat-dai"): 1,
        (COMMUNE, "ho-tich"): 1,
        (OLD_COMMUNE, "ho-tich"): 2,
        (NEIGHBOUR, "ho-tich"): 1,
    }
    targets = {(c["unit"], c["field"]): c["overall"]["target"] for c in body["cells"]}
    assert targets[COMMUNE, "dat-dai"] == 0.8
    assert targets[COMMUNE, "ho-tich"] == 0.9


@pytest.mark.parametrize(
    ("query", "respondents"),
    [
        ("from=2025-06-15&to=2025-07-14", 1),
        ("to=2025-06-14", 1),
        ("from=2025-06-15", 4),
        ("from=2025-07-20&to=2025-07-20", 2),
        ("from=2025-07-21&to=2025-07-21", 1),
        ("period=2025-07", 1),
        ("period=2025-08", 3),
        ("period=2025-Q3", 4),
        ("period=2025", 5),
        ("unit=xa-a", 4),
        ("unit=tinh", 5),
        ("field=dat-dai", 1),
        ("channel=invitation", 1),
        ("stage=filing", 1),
        ("instrument=kiosk-default", 5),
        ("instrument=kiosk-default@1.0", 5),
        ("instrument=an-my-2023", 0),
    ],
)
def test_selection_counts_what_it_names(client: FlaskClient, filled: Runtime, figures_key: str, query: str, respondents: int) -> None:
    body = ask(client, figures_key, query)
    assert sum(cells(body).values()) == respondents


@pytest.mark.parametrize(
    "query",
    ["by=counter", "from=15/07/2025", "period=2025-13", "channel=fax", "method=median", "confidence=95", "unit=nowhere", "instrument=x",
     "from=2025-07-02&to=2025-07-01", "period=2025&from=2025-01-01", "to=9999-12-31", "to=0001-01-01", "from=20250701", "field=zz",
     "rank=field&by=unit", "rank=unit", "rank=unit&by=field", "fpc=yes", "fpc=1"],
)  # fmt: skip
def test_what_cannot_be_read_is_a_sentence_that_names_the_parameter(
    client: FlaskClient, filled: Runtime, figures_key: str, query: str
) -> None:
    answer = client.get(f"/api/v1/index?{query}", headers={"Authorization": f"Bearer {figures_key}"})
    assert answer.status_code == 400
    assert answer.json is not None
    assert query.partition("=")[0] in answer.json["error"]


def test_key_of_a_commune_sees_its_own_figures_only(client: FlaskClient, filled: Runtime) -> None:
    key = add_api_key(filled, label="Xã B", may=("read figures",), unit_key=NEIGHBOUR)
    assert sum(cells(ask(client, key)).values()) == 1
    answer = client.get(f"/api/v1/index?unit={COMMUNE}", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 403


def test_new_response_is_in_the_figure_at_the_next_call(client: FlaskClient, filled: Runtime, figures_key: str) -> None:
    before = cells(ask(client, figures_key))[None, None]
    submit_responses(filled, [read_submission(response())], Sender())
    assert cells(ask(client, figures_key))[None, None] == before + 1


def test_nothing_collected_yet_reads_as_no_data(client: FlaskClient, figures_key: str) -> None:
    (cell,) = ask(client, figures_key)["cells"]
    assert cell["respondents"] == 0
    assert cell["overall"]["share"] is None
    assert cell["overall"]["verdict"] == "no_data"


def test_figure_of_one_field_is_held_against_that_fields_target(client: FlaskClient, filled: Runtime, figures_key: str) -> None:
    (cell,) = ask(client, figures_key, "field=dat-dai")["cells"]
    assert (cell["unit"], cell["field"]) == (None, None)
    assert cell["overall"]["target"] == 0.8


def test_misspelt_or_repeated_parameter_is_refused(client: FlaskClient, figures_key: str) -> None:
    for query in ("FROM=2025-01-01", "by=unit&by=field"):
        assert client.get(f"/api/v1/index?{query}", headers={"Authorization": f"Bearer {figures_key}"}).status_code == 400


def count_dossiers(runtime: Runtime, counts: dict[tuple[str, str, str], int]) -> None:
    with runtime.database.write() as session:
        for (unit, field, block), finished in counts.items():
            session.add(
                DossierCount(
                    id=f"{unit} {field} {block}", unit_key=unit, field_code=field, mode="in_person", block=block, finished=finished, late=0
                )
            )


DOSSIERS = {
    (COMMUNE, "ho-tich", "2025-07-2"): 30,
    (COMMUNE, "dat-dai", "2025-07-2"): 50,
    (NEIGHBOUR, "ho-tich", "2025-07-2"): 20,
    (COMMUNE, "dat-dai", "2025-08-1"): 900,
}


def test_figures_are_weighted_to_the_dossiers_of_just_that_period(client: FlaskClient, filled: Runtime, figures_key: str) -> None:
    count_dossiers(filled, DOSSIERS)
    whole, *units = ask(client, figures_key, "by=unit&from=2025-07-15&to=2025-07-31")["cells"]
    assert (whole["unit"], whole["field"], whole["respondents"]) == (None, None, 3)
    cells_of = ask(client, figures_key, "by=unit,field&from=2025-07-15&to=2025-07-31")["cells"][1:]
    x_and_m = {(c["unit"], c["field"]): (c["overall"]["satisfied"], c["overall"]["answers"]) for c in cells_of}
    weights = {(COMMUNE, "ho-tich"): 30, (COMMUNE, "dat-dai"): 50, (NEIGHBOUR, "ho-tich"): 20}
    top = sum(weights[place] * x for place, (x, _) in x_and_m.items())
    bottom = sum(weights[place] * m for place, (_, m) in x_and_m.items())
    assert whole["weighted"]["share"] == pytest.approx(top / bottom, rel=1e-12)
    assert whole["weighted"]["share"] != whole["overall"]["share"]
    assert all(unit["weighted"] is not None for unit in units)


@pytest.mark.parametrize("query", ["from=2025-07-16&to=2025-07-31", "channel=invitation", "stage=filing"])
def test_without_a_count_of_just_these_nothing_is_weighted(client: FlaskClient, filled: Runtime, figures_key: str, query: str) -> None:
    count_dossiers(filled, DOSSIERS)
    body = ask(client, figures_key, query)
    assert [cell["weighted"] for cell in body["cells"]] == [None]


def test_a_register_with_gaps_leaves_the_official_figures_as_they_are(client: FlaskClient, filled: Runtime, figures_key: str) -> None:
    plain = ask(client, figures_key, "by=unit")
    count_dossiers(filled, DOSSIERS)
    body = ask(client, figures_key, "by=unit")
    assert [cell["overall"] for cell in body["cells"]] == [cell["overall"] for cell in plain["cells"]]
    weighted = {cell["unit"]: cell["weighted"] is not None for cell in body["cells"]}
    assert weighted == {None: False, COMMUNE: True, NEIGHBOUR: True, OLD_COMMUNE: False}, "nobody counted the old commune's dossiers"


def test_finite_factor_narrows_only_cells_whose_dossiers_are_all_known(client: FlaskClient, filled: Runtime, figures_key: str) -> None:
    count_dossiers(filled, DOSSIERS)
    plain = {cell["unit"]: cell for cell in ask(client, figures_key, "by=unit")["cells"]}
    finite = {cell["unit"]: cell for cell in ask(client, figures_key, "by=unit&fpc=1")["cells"]}
    n, dossiers = plain[COMMUNE]["respondents"], 30 + 50 + 900
    assert finite[COMMUNE]["overall"]["se"] == pytest.approx(plain[COMMUNE]["overall"]["se"] * (1 - n / dossiers) ** 0.5, rel=1e-12)
    for gap in (None, OLD_COMMUNE):
        assert finite[gap]["overall"] == plain[gap]["overall"], "nobody counted the old commune's dossiers, so the whole's are not known"
