"""What is read for counting is what is stored, from either database, however odd the texts."""

from uuid import UUID

import numpy as np
from sqlalchemy import insert

from app.models import RespondentAnswers, Response
from app.queries.stored_rows import read_rows
from app.runtime import Runtime
from tests.factories import COMMUNE

ODD = ["", None, "1", ",", '"', 'a""b', "Quầy số 1", "two\nlines", "\\N", "NULL", " ", "'; --", "%%", "tab\there"]


def file_rows(runtime: Runtime, rows: list[dict[str, object]]) -> None:
    common = {
        "digest": b"-" * 32, "instrument_id": "kiosk-default@1.0", "unit_key": COMMUNE, "field_code": "ho-tich", "channel": "kiosk",
        "stage": "result", "helped": False, "coded": False, "ratings": {"1.1": 4}, "answered_hour": 482_136, "received_hour": 482_136,
    }  # fmt: skip
    with runtime.database.write() as session:
        for number, row in enumerate(rows):
            session.execute(insert(Response).values({"id": UUID(int=number + 1, version=4), **common, **row}))


def test_texts_are_read_as_they_were_filed(any_runtime: Runtime) -> None:
    file_rows(any_runtime, [{"counter_code": text, "procedure_code": text} for text in ODD])
    with any_runtime.database.read() as session:
        ((_, rows),) = read_rows(any_runtime, session).values()
    for name in ("counter", "procedure"):
        assert sorted(rows.attributes[name].texts()) == sorted(text or "" for text in ODD)


def test_answers_truths_and_hours_are_read_as_they_were_filed(any_runtime: Runtime) -> None:
    filed: list[dict[str, object]] = [
        {"ratings": {}, "overall": None, "helped": True, "repeats_previous": None},
        {"ratings": {"1.1": "no_opinion", "1.2": 2}, "overall": "no_opinion", "repeats_previous": True, "received_hour": 482_140},
        {"ratings": {"1.2": 3}, "asked": ["1.2"], "overall": 5, "repeats_previous": False, "answered_hour": 482_130},
    ]
    other = next(instrument for name, instrument in sorted(any_runtime.instruments.items()) if name != "kiosk-default@1.0")
    filed.append({"instrument_id": other.id, "ratings": {other.criteria_at("result")[0].code: 1}, "answered_hour": 481_000})
    file_rows(any_runtime, filed)
    with any_runtime.database.write() as session:
        session.execute(
            insert(RespondentAnswers).values(response_id=UUID(int=2, version=4), salt=b"-", answers={"sex": "female"}, digest=b"-")
        )
    with any_runtime.database.read() as session:
        read = {name: rows for name, (_, rows) in read_rows(any_runtime, session).items()}
        since = read_rows(any_runtime, session, first_hour=482_140)
    assert sorted(read) == sorted(["kiosk-default@1.0", other.id])
    assert [len(rows) for _, rows in since.values()] == [1]
    rows = read["kiosk-default@1.0"].in_order()
    by_overall = {int(rows.overall[k]): k for k in range(3)}
    asked_one, opinion, blank = by_overall[5], by_overall[254], by_overall[0]
    assert rows.answers[blank].max() == 0
    assert rows.answers[opinion][:2].tolist() == [254, 2]
    assert rows.answers[asked_one][:3].tolist() == [255, 3, 255]
    assert rows.attributes["helped"].texts()[blank] == "1"
    assert [rows.attributes["repeats"].texts()[k] for k in (blank, opinion, asked_one)] == ["", "1", "0"]
    assert [rows.respondent["sex"].texts()[k] for k in (blank, opinion, asked_one)] == ["", "female", ""]
    assert np.array_equal(rows.delay[[blank, opinion, asked_one]], [0, 4, 6])
