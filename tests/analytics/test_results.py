"""The report in the form others rely on."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError

import pytest

from analytics.index import compute_index
from tests.analytics.sheets import design_of, tally_of

KEYS = ["share", "satisfied", "answers", "se", "low", "high", "target", "verdict"]


def test_the_json_has_exactly_the_agreed_keys() -> None:
    report = compute_index(tally_of(design_of(1, 1), [[5, None], [1, None]], {"unit": ["xã A", "xã A"]}))
    body = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert list(body) == ["instrument", "method", "confidence", "cells"]
    (cell,) = body["cells"]
    assert list(cell) == [
        *("unit", "field", "respondents", "overall", "factors", "criteria"),
        *("weighted", "design_effect", "effective_size", "rank", "rank_low", "rank_high"),
    ]
    assert (cell["unit"], cell["field"], cell["respondents"]) == ("xã A", None, 2)
    assert list(cell["overall"]) == KEYS
    assert list(cell["factors"]) == ["1", "2"]
    assert list(cell["criteria"]) == ["1.1", "2.1"]
    assert cell["criteria"]["2.1"] == dict.fromkeys(KEYS) | {"satisfied": 0, "answers": 0, "verdict": "no_data"}
    assert cell["overall"]["share"] == 0.5


def test_nothing_is_rounded_in_the_json() -> None:
    body = compute_index(tally_of(design_of(1), [[5], [5], [1]])).to_json()
    assert body["cells"][0]["overall"]["share"] == 2 / 3


def test_results_cannot_be_changed() -> None:
    report = compute_index(tally_of(design_of(1), [[5]]))
    with pytest.raises(FrozenInstanceError):
        report.confidence = 0.5  # type: ignore[misc]
