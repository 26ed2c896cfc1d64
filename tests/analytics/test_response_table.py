"""A plain file of responses: what each cell may hold, and that every bad one is named."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import response_table
from analytics.design import Design
from analytics.errors import TableError
from analytics.response_table import ResponseTable, tally_batches
from survey_forms.instrument import Criterion, Factor, Instrument
from survey_forms.scale import Scale
from tests.analytics.sheets import tally_of

INSTRUMENT = Instrument(
    series="demo",
    version="1.0",
    scale=Scale(levels=(1, 2, 3, 4, 5), satisfied_from=4, labels=("a", "b", "c", "d", "e")),
    factors=(
        Factor(code="A", title="Tiếp cận", criteria=(Criterion(code="q1", text="Một"), Criterion(code="q2", text="Hai"))),
        Factor(code="B", title="Kết quả", stages=("result",), criteria=(Criterion(code="q3", text="Ba"),)),
    ),
    overall="Nhìn chung?",
)
DESIGN = Design.of(INSTRUMENT)


def batches(text: str, rows_at_a_time: int = 2) -> list[pa.RecordBatch]:
    """CSV text as record batches of strings, as a reader that is told to keep text gives them."""
    header, *rows = list(csv.reader(io.StringIO(text)))
    parts = [rows[start : start + rows_at_a_time] for start in range(0, len(rows), rows_at_a_time)] or [[]]
    return [
        pa.RecordBatch.from_arrays([pa.array([row[place] for row in part], pa.string()) for place in range(len(header))], names=header)
        for part in parts
    ]


def read(text: str, by: Sequence[str] = (), instrument: Instrument = INSTRUMENT) -> ResponseTable:
    return tally_batches(batches(text), instrument, by)


def problems(text: str, by: Sequence[str] = ()) -> list[tuple[int | None, str]]:
    with pytest.raises(TableError) as refused:
        read(text, by)
    return [(problem.row, problem.column) for problem in refused.value.problems]


def test_a_file_becomes_the_tally_of_its_rows() -> None:
    table = read(
        "unit,field,channel,answered_on,q1,q2,q3,overall\n"
        "xã A,đất đai,kiosk,2025-07-02,5,,no_opinion,4\n"
        "xã B,hộ tịch,paper,2025-06-30,1,2,3,\n"
        "xã A,đất đai,kiosk,,4,4,4,no_opinion\n",
        by=["unit", "field"],
    )
    expected = tally_of(
        DESIGN,
        [[5, None, "no_opinion"], [1, 2, 3], [4, 4, 4]],
        {"unit": ["xã A", "xã B", "xã A"], "field": ["đất đai", "hộ tịch", "đất đai"]},
    )
    assert table.tally.overall_levels.tolist() == [[0, 0, 0, 1, 0], [0, 0, 0, 0, 0]]
    assert table.tally.level_counts.tolist() == expected.level_counts.tolist()
    assert table.tally.cells.equals(expected.cells)
    assert table.tally.sum_xm.tolist() == expected.sum_xm.tolist()
    assert (table.first_on, table.last_on) == (date(2025, 6, 30), date(2025, 7, 2))


def test_a_criterion_without_a_column_was_not_asked() -> None:
    table = read("q2,unit\n5,xã A\n,xã A\n")
    assert table.tally.n_not_asked.tolist() == [[2, 0, 2]]
    assert table.tally.n_blank.tolist() == [[0, 1, 0]]


def test_asked_and_stage_tell_not_asked_from_blank() -> None:
    table = read("q1,q2,q3,asked,stage\n5,,,q1 q2,\n5,,,q1;q3,result\n5,,,,filing\n5,,,,\n")
    assert table.tally.n_blank.tolist() == [[0, 3, 2]]
    assert table.tally.n_not_asked.tolist() == [[0, 1, 2]]


def test_without_a_stage_column_every_criterion_counts_as_asked() -> None:
    table = read("q1,q3\n5,\n")
    assert table.tally.n_blank.tolist() == [[0, 0, 1]]


@pytest.mark.parametrize("cell", ["4.0", " 4 ", "04", "+4", "0", "6", "9", "x", "3.5", "NA", "-", "４", "no opinion", "NO_OPINION"])
def test_a_cell_that_is_no_rating_is_refused_and_not_repeated(cell: str) -> None:
    with pytest.raises(TableError) as refused:
        read(f"q1,q2\n5,4\n5,{cell}\n")
    (problem,) = refused.value.problems
    assert (problem.row, problem.column) == (3, "q2")
    assert "1, 2, 3, 4, 5, no_opinion" in problem.problem
    assert str(problem) == f"row 3, column 'q2': {problem.problem}"


def test_levels_are_read_as_the_scale_writes_them() -> None:
    scale = Scale(levels=(-1, 0, 10), satisfied_from=10, labels=("a", "b", "c"))
    factor = Factor(code="A", title="Một", criteria=(Criterion(code="q", text="Một"),))
    instrument = Instrument(series="s", version="1", scale=scale, factors=(factor,))
    table = read("q\n-1\n0\n10\n10\n", instrument=instrument)
    assert table.tally.level_counts.tolist() == [[[1, 1, 2]]]


def test_all_bad_cells_are_named_in_the_order_of_the_file() -> None:
    text = "unit,answered_on,q1,q2,overall\n,2025-02-30,x,5,5\nxã A,01/07/2025,5,y,\nxã A,20250701,5,5,7\n xã A,,5,5,\n"
    assert problems(text, by=["unit"]) == [
        (2, "unit"), (2, "answered_on"), (2, "q1"), (3, "answered_on"), (3, "q2"), (4, "answered_on"), (4, "overall"),
        (5, "unit"),
    ]  # fmt: skip


def test_each_bad_cell_says_what_is_wrong_with_it() -> None:
    with pytest.raises(TableError) as refused:
        read("unit,q1\n xã A,5\n,5\nxã A ,5\n", by=["unit"])
    assert [problem.problem.split(";")[0] for problem in refused.value.problems] == [
        "a space stands before or after the text",
        "every response needs its unit",
        "a space stands before or after the text",
    ]


def test_at_most_twenty_bad_cells_are_named_the_first_ones() -> None:
    text = "q1,q2\n" + "".join(f"bad{number},worse\n" for number in range(30))
    assert problems(text) == [(row, column) for row in range(2, 12) for column in ("q1", "q2")]


def test_reading_stops_once_twenty_bad_cells_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_table, "_BLOCK_ROWS", 10)
    seen = 0

    def endless() -> Any:
        nonlocal seen
        while True:
            seen += 1
            yield pa.RecordBatch.from_pydict({"q1": ["x"] * 10})

    with pytest.raises(TableError) as refused:
        tally_batches(endless(), INSTRUMENT)
    assert len(refused.value.problems) == 20
    assert seen == 2


def test_rows_keep_their_numbers_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_table, "_BLOCK_ROWS", 4)
    monkeypatch.setattr(response_table, "_COUNTED_ROWS", 8)
    good = "q1\n" + "5\n" * 41
    assert read(good).tally.n_valid.tolist() == [41]
    assert problems(good + "x\n" + "5\n" * 7 + "y\n") == [(43, "q1"), (51, "q1")]


@pytest.mark.parametrize(
    ("text", "by", "problem"),
    [
        ("q1,colour\n5,red\n", [], r"column 'colour': this column is not known; known are unit, field, .*q1, q2, q3"),
        ("q1,q1\n5,5\n", [], r"column 'q1': this column stands more than once"),
        ("unit,field\na,b\n", [], r"not one criterion of demo@1\.0 has a column"),
        ("q1\n5\n", ["unit"], r"column 'unit': this column is missing"),
        ("unit,q1\na,5\n", ["q1"], r"column 'q1': responses cannot be told apart by it"),
        ("unit,q1\na,5\n", ["unit", "unit"], r"each once"),
        ("unit,field,q1\na,,5\n", ["field"], r"row 2, column 'field': every response needs its field"),
        ("q1,stage\n5,later\n", [], r"row 2, column 'stage': allowed are filing and result"),
        ("q1,asked\n5,q9\n", [], r"row 2, column 'asked': allowed are criterion codes of demo@1\.0"),
        ("q1,asked\n5,q1 q1\n", [], r"row 2, column 'asked'"),
        ("q1,asked\n5, ;\n", [], r"row 2, column 'asked'"),
        ("q1,q2,asked\n5,4,q1\n", [], r"row 2, column 'q2': the criterion was not asked here"),
        ("q1,q3,stage\n5,4,filing\n", [], r"row 2, column 'q3': the criterion was not asked here"),
        ("q1,stage,asked\n5,filing,q1 q3\n", [], r"row 2, column 'asked': it names a criterion that is not asked at"),
        ("q1,instrument\n5,other@1.0\n", [], r"row 2, column 'instrument': this row answers another instrument"),
    ],
)
def test_what_a_file_may_not_hold_is_refused_by_place(text: str, by: list[str], problem: str) -> None:
    with pytest.raises(TableError, match=problem):
        read(text, by)


def test_an_overall_answer_without_an_overall_question_is_refused() -> None:
    without = INSTRUMENT.model_copy(update={"overall": None})
    with pytest.raises(TableError, match=r"row 3, column 'overall': demo@1\.0 has no overall question"):
        read("q1,overall\n5,\n5,4\n", instrument=without)


def test_known_columns_that_mean_nothing_here_are_passed_over() -> None:
    table = read("id,mode,kind,helped,took,comment,counter,instrument,q1\nx,?,?,?,?,Tốt,?,demo@1.0,5\n")
    assert table.tally.n_valid.tolist() == [1]


def test_texts_in_either_unicode_form_are_one_unit() -> None:
    composed, decomposed = (unicodedata.normalize(form, "Xã Phước Lộc") for form in ("NFC", "NFD"))
    table = read(f"unit,q1\n{composed},5\n{decomposed},4\n", by=["unit"])
    assert table.tally.cells["unit"].tolist() == [composed]


def test_a_file_with_only_a_header_is_empty_and_its_header_is_checked() -> None:
    table = read("unit,q1\n", by=["unit"])
    assert (table.tally.n_cells, table.first_on) == (0, None)
    assert tally_batches([], INSTRUMENT).tally.n_returned.tolist() == [0]
    reader = pa.RecordBatchReader.from_batches(pa.schema([("colour", pa.string())]), [])
    with pytest.raises(TableError, match="colour"):
        tally_batches(reader, INSTRUMENT)


def test_a_reader_that_guesses_types_is_refused() -> None:
    with pytest.raises(TableError, match="column 'q1': the values must be read as text"):
        tally_batches([pa.RecordBatch.from_pydict({"q1": [4, 5]})], INSTRUMENT)


def test_columns_that_change_within_the_file_are_refused() -> None:
    parts = [pa.RecordBatch.from_pydict({"q1": ["5"]}), pa.RecordBatch.from_pydict({"q2": ["5"]})]
    with pytest.raises(TableError, match="columns change"):
        tally_batches(parts, INSTRUMENT)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())])
def test_every_kind_of_text_column_is_read_and_null_is_blank(kind: pa.DataType) -> None:
    values = pa.array(["5", None, "", "no_opinion"], pa.string()).cast(kind)
    batch = pa.RecordBatch.from_arrays([values, pa.nulls(4)], names=["q1", "q2"])
    tally = tally_batches([batch], INSTRUMENT).tally
    assert (tally.level_counts[0, 0].sum(), tally.n_blank[0].tolist(), tally.n_no_opinion[0, 0]) == (1, [2, 4, 0], 1)


def test_a_real_csv_streams_through_pyarrow() -> None:
    text = "unit,q1,q2\n" + "xã A,5,4\nxã B,3,\n" * 500
    options = pyarrow.csv.ConvertOptions(column_types=dict.fromkeys(("unit", "q1", "q2"), pa.string()))
    small = pyarrow.csv.ReadOptions(block_size=512)
    stream = pyarrow.csv.open_csv(io.BytesIO(text.encode()), read_options=small, convert_options=options)
    tally = tally_batches(stream, INSTRUMENT, ["unit"]).tally
    assert tally.n_valid.tolist() == [500, 500]
    assert tally.sum_m.tolist() == [[1000, 0], [500, 0]]


cells = st.sampled_from(["", "1", "2", "3", "4", "5", "no_opinion"])


@settings(max_examples=50)
@given(rows=st.lists(st.tuples(cells, cells, cells, st.sampled_from("AB"))), size=st.integers(1, 7))
def test_a_file_gives_the_same_tally_however_it_is_cut(rows: list[tuple[str, ...]], size: int) -> None:
    text = "q1,q2,q3,unit\n" + "".join(",".join(row) + "\n" for row in rows)
    sheets = [[None if cell == "" else int(cell) if cell.isdigit() else cell for cell in row[:3]] for row in rows]
    expected = tally_of(DESIGN, sheets, {"unit": [row[3] for row in rows]})
    assert tally_batches(batches(text, size), INSTRUMENT, ["unit"]).tally.equals(expected)
