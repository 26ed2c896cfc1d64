"""Rows of the database become exactly the bytes that one sheet at a time would."""

from dataclasses import replace

import numpy as np
import orjson
import pytest

from analytics.design import encode_sheet
from analytics.errors import DesignError
from tests.analytics.store.office import DESIGN, draw_raw, encode


def test_rows_are_encoded_as_single_sheets_are() -> None:
    raw = draw_raw(500, 3)
    rows = encode(raw)
    asked = {"result": None, "filing": ("1.1", "1.2")}
    expected = [
        encode_sheet(DESIGN, asked[str(stage)], orjson.loads(text))
        for stage, text in zip(raw.attributes["stage"], raw.ratings, strict=True)
    ]
    assert np.array_equal(rows.answers, np.array(expected))
    assert rows.received_hour.tolist() == list(raw.received_hour)
    for name, values in raw.attributes.items():
        assert list(rows.attributes[name].texts()) == [value or "" for value in values]
    sex = rows.respondent["sex"].texts()
    assert list(sex) == ["female" if text else "" for text in raw.respondent]


def test_criteria_asked_of_one_person_alone_are_told_from_the_others() -> None:
    raw = replace(draw_raw(2, 1), ratings=['{"1.2":3}', "{}"], asked=['["1.2","2.1"]', "null"])
    raw = replace(raw, attributes={**raw.attributes, "stage": ["result", "result"]})
    assert encode(raw).answers.tolist() == [[255, 3, 0], [0, 0, 0]]


@pytest.mark.parametrize(
    ("ratings", "asked", "message"),
    [
        ('{"1.1":6}', None, "rating of criterion 1.1"),
        ('{"1.1":true}', None, "rating of criterion 1.1"),
        ('{"1.1":4.0}', None, "rating of criterion 1.1"),
        ('{"1.1":4e0}', None, "rating of criterion 1.1"),
        ('{"1.1":"good"}', None, "rating of criterion 1.1"),
        ('{"9.9":4}', None, "Criterion 9.9 is not part"),
        ('{"1.1":4}', '["1.2"]', "1.1 has a rating but was not asked"),
    ],
)
def test_an_answer_the_questionnaire_does_not_know_is_refused_by_name(ratings: str, asked: str | None, message: str) -> None:
    raw = draw_raw(5, 1)
    raw = replace(raw, ratings=[*raw.ratings[:4], ratings], asked=[*raw.asked[:4], asked])
    with pytest.raises(DesignError, match=message):
        encode(raw)


def test_no_row_at_all_is_no_error() -> None:
    rows = encode(draw_raw(0, 1))
    assert (len(rows), rows.answers.shape, rows.respondent) == (0, (0, 3), {})


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        '{"1.1": 5, "1.2": "no_opinion", "2.1": null}',
        '{"2.1":1,"1.1":2}',
        '{"1.1":null,"1.2":3}',
        '{"1.1":2,"1.1":4}',
        '{"1.1":2,"1.1":null}',
        '{"1\\u002e1":2}',
        '{"1.1":2 }',
        '{\n"1.1":\t2}',
        ' {"1.1":2}',
    ],
)
def test_every_way_to_write_a_sheet_is_read_as_json_is(text: str) -> None:
    raw = draw_raw(5, 1)
    raw = replace(raw, ratings=[*raw.ratings[:4], text], attributes={**raw.attributes, "stage": ["result"] * 5})
    assert encode(raw).answers[4].tolist() == encode_sheet(DESIGN, None, orjson.loads(text)).tolist()


@pytest.mark.parametrize("text", ['{"1.1":4', '{"1.1":4}}', '{"1.1":4,}', '{"1.1" 4}', '{"1.1":44}', '{"1.1":04}', "", '{"1.1":4} x'])
def test_a_text_that_is_no_sheet_is_an_error(text: str) -> None:
    raw = draw_raw(5, 1)
    raw = replace(raw, ratings=[*raw.ratings[:4], text], attributes={**raw.attributes, "stage": ["result"] * 5})
    with pytest.raises((DesignError, orjson.JSONDecodeError)):
        encode(raw)
