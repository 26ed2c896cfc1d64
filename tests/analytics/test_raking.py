"""Raking: every total is met, and margins that cannot be are told by name."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import RakingError
from analytics.raking import rake

SEX, AREA = ["m", "m", "f", "f"], ["u", "r", "u", "r"]
TOTALS = {"sex": {"m": 30.0, "f": 70.0}, "area": {"u": 40.0, "r": 60.0}}


@settings(deadline=None)
@given(
    people=st.lists(st.tuples(st.sampled_from("mf"), st.sampled_from("abc"), st.floats(0.1, 10)), min_size=1, max_size=30),
    totals=st.tuples(st.integers(1, 50), st.integers(1, 50), st.integers(1, 50), st.integers(1, 50), st.integers(1, 50)),
)
def test_every_total_is_met_when_every_combination_has_somebody(
    people: list[tuple[str, str, float]], totals: tuple[int, int, int, int, int]
) -> None:
    people = people + [(sex, age, 1.0) for sex in "mf" for age in "abc"]
    sexes, ages = dict(zip("mf", totals[:2], strict=True)), dict(zip("abc", totals[2:], strict=True))
    goals = {"sex": {k: v / sum(totals[:2]) for k, v in sexes.items()}, "age": {k: v / sum(totals[2:]) for k, v in ages.items()}}
    margins = {"sex": [p[0] for p in people], "age": [p[1] for p in people]}
    raked = rake(margins, goals, [p[2] for p in people])
    assert (raked.weights > 0).all()
    assert raked.design_effect >= 1 - 1e-12
    for name, own in goals.items():
        for category, total in own.items():
            assert raked.weights[np.array(margins[name]) == category].sum() == pytest.approx(total, rel=1e-10)
    # Within a combination of categories the weights keep the proportions they began with.
    ratio = raked.weights / raked.start
    first: dict[tuple[str, str], float] = {}
    for (sex, age, _), each in zip(people, ratio, strict=True):
        assert first.setdefault((sex, age), each) == pytest.approx(each, rel=1e-9)


@pytest.mark.parametrize(
    ("margins", "totals", "start", "sentence"),
    [
        ({}, {}, None, "at least one"),
        ({"sex": SEX}, TOTALS, None, "need the same names"),
        ({"sex": SEX, "area": AREA[:3]}, TOTALS, None, "one category for each respondent"),
        ({"sex": [], "area": []}, TOTALS, None, "at least one respondent"),
        ({"sex": SEX, "area": AREA}, TOTALS | {"area": {"u": 40.0, "r": 50.0}}, None, "sum to 100 and 90"),
        ({"sex": SEX, "area": AREA}, TOTALS | {"area": {"u": 100.0, "r": 0.0}}, None, "area: the total of r is no number above 0"),
        ({"sex": ["m"] * 4, "area": AREA}, TOTALS, None, "sex: category f has a total and no respondent"),
        ({"sex": ["m", "x", "f", "f"], "area": AREA}, TOTALS, None, "sex: respondents are of category x"),
        ({"sex": SEX, "area": AREA}, TOTALS, [1, 0, 1, 1], "numbers above 0"),
        ({"sex": SEX, "area": AREA}, TOTALS, [1, 1], "4 numbers above 0"),
        ({"sex": ["m", "f"], "area": ["u", "r"]}, TOTALS, None, "No weights meet these margins"),
        # Needs a weight of exactly 0 for (m, u): approached for ever, never reached.
        (
            {"sex": ["m", "m", "f"], "area": ["u", "r", "u"]},
            {"sex": {"m": 60.0, "f": 40.0}, "area": {"u": 40.0, "r": 60.0}},
            None,
            "No weights",
        ),
    ],
)
def test_margins_that_no_weights_meet_are_told(
    margins: dict[str, list[str]], totals: dict[str, dict[str, float]], start: list[float] | None, sentence: str
) -> None:
    with pytest.raises(RakingError, match=sentence):
        rake(margins, totals, start)


def test_nobody_and_one_respondent_have_no_error() -> None:
    raked = rake({"sex": ["m"]}, {"sex": {"m": 10}})
    assert raked.share([1], [2]) == 0.5
    assert raked.standard_error([1], [2]) is None
    assert raked.share([0], [0]) is None
    with pytest.raises(RakingError, match="There are 1 weights"):
        raked.share([1, 1], [1, 1])
