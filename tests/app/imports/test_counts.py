"""Published totals: real ones come out to the digit, without an interval they could not have."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.imports.errors import FileError
from app.imports.kinds import KINDS
from app.models import PublishedCount
from app.runtime import Runtime
from app.services.imports import import_file
from tests.app.imports.conftest import ImportText

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "counts_danang_2014h1.csv"
HEADER = "unit,field,from,to,question,level,satisfied,answers"


def test_da_nang_2014_prints_the_published_percentages(runtime: Runtime) -> None:
    report = import_file(runtime, KINDS["counts"], GOLDEN)
    percentages = [line.split("%")[0].strip() for line in report.notes if line.startswith("   ")]
    assert percentages == ["98,23", "1,51", "0,26", "97,45", "1,67", "0,88"]
    assert [line.strip() for line in report.notes if "Hài lòng:" in line] == [
        "Hài lòng: 98,23% (7588 / 7725)",
        "Hài lòng: 97,45% (4550 / 4669)",
    ]


def test_figures_say_that_they_carry_no_interval(runtime: Runtime) -> None:
    notes = import_file(runtime, KINDS["counts"], GOLDEN, is_dry_run=True).notes
    assert "không kèm khoảng tin cậy" in notes[-1]
    assert "no respondent-level interval" in notes[-1]


def test_same_file_a_second_time_changes_nothing_and_prints_again(runtime: Runtime) -> None:
    import_file(runtime, KINDS["counts"], GOLDEN)
    again = import_file(runtime, KINDS["counts"], GOLDEN)
    assert (again.n_new, again.n_changed, again.n_unchanged) == (0, 0, 6)
    assert any("98,23%" in line for line in again.notes)


def test_corrected_total_corrects_and_does_not_add(runtime: Runtime, import_text: ImportText) -> None:
    import_text("counts", f"{HEADER}\nX,Chung,2014-01-01,2014-06-30,q,Tốt,1,10\n")
    report = import_text("counts", f"{HEADER}\nX,Chung,2014-01-01,2014-06-30,q,Tốt,1,11\n")
    assert (report.n_changed, report.differences) == (1, ("row 2: answers",))
    with runtime.database.read() as session:
        assert [row.answers for row in session.scalars(select(PublishedCount))] == [11]


def test_labels_stay_as_printed_and_are_linked_where_they_name_one_of_ours(runtime: Runtime, import_text: ImportText) -> None:
    import_text("counts", f"{HEADER}\nXã A,Đất đai,2014-01-01,2014-06-30,q,Tốt,1,10\nXã Z,Chung,2014-01-01,2014-06-30,q,Tốt,1,10\n")
    with runtime.database.read() as session:
        links = {row.unit_label: (row.unit_key, row.field_code) for row in session.scalars(select(PublishedCount))}
    assert links == {"Xã A": ("xa-a", "dat-dai"), "Xã Z": (None, None)}


def test_question_nobody_answered_has_no_percentage(import_text: ImportText) -> None:
    notes = import_text("counts", f"{HEADER}\nX,Chung,2014-01-01,2014-06-30,q,Tốt,1,0\n").notes
    assert "  Hài lòng: không có số liệu (0 / 0)" in notes


def test_period_that_ends_before_it_begins_is_refused(import_text: ImportText) -> None:
    with pytest.raises(FileError, match="row 2: the period ends before it begins"):
        import_text("counts", f"{HEADER}\nX,Chung,2014-06-30,2014-01-01,q,Tốt,1,10\n")


def test_level_given_twice_is_refused(import_text: ImportText) -> None:
    row = "X,Chung,2014-01-01,2014-06-30,q,Tốt,1,10\n"
    with pytest.raises(FileError, match="row 3: has the same id, or place, period, question and level, as row 2"):
        import_text("counts", f"{HEADER}\n{row}{row}")
