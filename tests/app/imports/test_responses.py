"""Responses from a file: through the one door, all or none, each of them once."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app.imports.errors import FileError
from app.models import Comment, Installation, Quarantined, Response
from app.runtime import Runtime, day_of_hour
from app.services import intake
from app.services.imports import ImportReport
from app.services.installation import DEMONSTRATION_LABEL
from tests.app.imports.conftest import ImportText
from tests.factories import BRANCH, COMMUNE, KIOSK, RESULT_CODES

HEADER = "unit,field,answered_on," + ",".join(RESULT_CODES)


def sheet(unit: str = COMMUNE, field: str = "ho-tich", day: str = "2025-09-01", **ratings: str) -> str:
    """A row under HEADER: everything rated 5 but what is said, as `r11="4"`."""
    cells = {code: ratings.get("r" + code.replace(".", ""), "5") for code in RESULT_CODES}
    return ",".join([unit, field, day, *cells.values()])


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.n_new, report.n_changed, report.n_unchanged


def stored(runtime: Runtime) -> list[Response]:
    with runtime.database.read() as session:
        return list(session.scalars(select(Response)))


def refusal(import_text: ImportText, text: str, instrument: str | None = KIOSK) -> str:
    with pytest.raises(FileError) as caught:
        import_text("responses", text, instrument=instrument)
    return str(caught.value)


def test_rows_become_responses_and_the_same_file_again_changes_nothing(runtime: Runtime, import_text: ImportText) -> None:
    text = "\n".join([HEADER, sheet(), sheet(r11="4", r12="no_opinion", r21=""), ""])
    assert counts(import_text("responses", text, instrument=KIOSK)) == (2, 0, 0)
    assert counts(import_text("responses", text, instrument=KIOSK)) == (0, 0, 2)
    rows = stored(runtime)
    assert len(rows) == 2
    rated = next(row for row in rows if row.ratings["1.1"] == 4)
    assert (rated.ratings["1.2"], "2.1" in rated.ratings) == ("no_opinion", False)
    assert (rated.channel, rated.stage, rated.coded, rated.device_id, rated.asked) == ("import", "result", False, None, None)
    assert day_of_hour(rated.answered_hour) == date(2025, 9, 1)


def test_two_equal_rows_are_two_responses(runtime: Runtime, import_text: ImportText) -> None:
    assert counts(import_text("responses", f"{HEADER}\n{sheet()}\n{sheet()}\n", instrument=KIOSK)) == (2, 0, 0)
    assert {row.id.version for row in stored(runtime)} == {4}


def test_same_table_saved_with_semicolons_is_not_counted_twice(import_text: ImportText) -> None:
    text = f"{HEADER}\n{sheet()}\n"
    import_text("responses", text, instrument=KIOSK)
    assert counts(import_text("responses", "\ufeff" + text.replace(",", ";"), instrument=KIOSK)) == (0, 0, 1)


def test_dry_run_writes_nothing(runtime: Runtime, import_text: ImportText) -> None:
    assert counts(import_text("responses", f"{HEADER}\n{sheet()}\n", instrument=KIOSK, is_dry_run=True)) == (1, 0, 0)
    assert stored(runtime) == []


def test_series_stands_for_its_latest_version(runtime: Runtime, import_text: ImportText) -> None:
    import_text("responses", f"{HEADER}\n{sheet()}\n", instrument="kiosk-default")
    assert stored(runtime)[0].instrument_id == KIOSK


def test_criterion_without_a_column_was_not_asked(runtime: Runtime, import_text: ImportText) -> None:
    import_text("responses", f"unit,field,answered_on,1.2,1.1\n{COMMUNE},ho-tich,2025-09-01,,4\n", instrument=KIOSK)
    assert stored(runtime)[0].asked == ["1.1", "1.2"]


def test_every_column_of_the_envelope_is_stored(runtime: Runtime, import_text: ImportText) -> None:
    key = uuid4()
    cells = {
        "id": str(key).upper(),
        "instrument": KIOSK,
        "unit": "Xã A",
        "field": "Hộ tịch",
        "channel": "paper",
        "answered_at": "2025-09-01T09:59:59+07:00",
        "stage": "filing",
        "mode": "postal",
        "kind": "authorised",
        "helped": "1",
        "counter": "1",
        "procedure": "1.012766",
        "resolving_unit": BRANCH,
        "took": "30-59",
        "repeats_previous": "0",
        "asked": "1.2;1.1",
        "overall": "4",
        "comment": "Cần thêm ghế",
        "1.1": "3",
    }
    text = f"{','.join(cells)}\n{','.join(cells.values())}\n"
    assert counts(import_text("responses", text)) == (1, 0, 0)
    assert counts(import_text("responses", text)) == (0, 0, 1)
    (row,) = stored(runtime)
    assert (row.id, row.unit_key, row.field_code, row.channel, row.stage) == (key, COMMUNE, "ho-tich", "paper", "filing")
    assert (row.mode, row.kind, row.helped, row.counter_code, row.procedure_code) == ("postal", "authorised", True, "1", "1.012766")
    assert (row.resolving_unit_key, row.took, row.repeats_previous) == (BRANCH, "30-59", False)
    assert (row.asked, row.overall, row.ratings) == (["1.1", "1.2"], 4, {"1.1": 3})
    assert row.answered_hour * 3600 == 1756692000  # 2025-09-01T09:00+07:00: hours, nothing finer
    with runtime.database.read() as session:
        assert session.get_one(Comment, key).text == "Cần thêm ghế"


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"1.1": "4"}, "1.1"),
        ({"channel": "link"}, "channel"),
        ({"answered_on": "2025-09-02"}, "answered_on"),
        ({"unit": "xa-b"}, "unit"),
        ({"field": "dat-dai"}, "field"),
        ({"instrument": "an-my-2023@1.0"}, "instrument"),
        ({"comment": "x"}, "comment"),
    ],
)
def test_stored_response_is_never_changed_by_a_file(runtime: Runtime, import_text: ImportText, change: dict[str, str], column: str) -> None:
    cells = {"id": str(uuid4()), "unit": COMMUNE, "field": "ho-tich", "answered_on": "2025-09-01", "channel": "paper"}
    cells |= {"1.1": "5", "comment": "y"}
    import_text("responses", f"{','.join(cells)}\n{','.join(cells.values())}\n", instrument=KIOSK)
    changed = cells | change
    message = refusal(import_text, f"{','.join(changed)}\n{','.join(changed.values())}\n")
    assert f"row 2, column {column}: says something else than the response stored under this id" in message
    assert stored(runtime)[0].ratings == {"1.1": 5}


def test_erased_comment_counts_as_the_same(runtime: Runtime, import_text: ImportText) -> None:
    key = uuid4()
    text = f"id,unit,field,answered_on,1.1,comment\n{key},{COMMUNE},ho-tich,2025-09-01,5,y\n"
    import_text("responses", text, instrument=KIOSK)
    with runtime.database.write() as session:
        comment = session.get_one(Comment, key)
        comment.salt, comment.text, comment.erased_on = None, None, date(2025, 9, 10)
    assert counts(import_text("responses", text, instrument=KIOSK)) == (0, 0, 1)


def test_one_bad_row_keeps_the_whole_file_out(runtime: Runtime, import_text: ImportText) -> None:
    text = "\n".join([HEADER, sheet(), sheet(r11="6", r12="4.0", r13="x"), sheet(unit="Xã Z"), sheet(field=""), ""])
    message = refusal(import_text, text)
    assert [line.split(":")[0].strip() for line in message.splitlines()[1:]] == [
        "row 3, column 1.2",
        "row 3, column 1.1",
        "row 4, column unit",
        "row 5, column field",
    ]
    assert "a rating is one of the whole numbers 1, 2, 3, 4, 5, or no_opinion" in message
    assert stored(runtime) == []


@pytest.mark.parametrize(
    ("header", "row", "sentence"),
    [
        ("unit,field,1.1", "xa-a,ho-tich,5", "row 2: says neither answered_on nor answered_at"),
        ("unit,field,answered_on,1.1", "xa-a,ho-tich,2025-09-11,5", "row 2, column answered_on: lies in the future"),
        (
            "unit,field,answered_on,answered_at,1.1",
            "xa-a,ho-tich,2025-09-01,2025-09-01T20:00Z,5",
            "row 2, column answered_on: is another day than that of answered_at in Việt Nam",
        ),
        ("unit,field,answered_on,stage,4.1", "xa-a,ho-tich,2025-09-01,filing,5", "row 2, column 4.1: the criterion was not asked"),
        ("unit,field,answered_on,asked,1.1", "xa-a,ho-tich,2025-09-01,9.9,5", "row 2, column asked: entry 1 names a criterion that"),
        ("unit,field,answered_on,overall,1.1", "xa-a,ho-tich,2025-09-01,9,5", "row 2, column overall: a rating is one of"),
        ("unit,field,answered_on,9.9", "xa-a,ho-tich,2025-09-01,5", "column 4 ('9.9'): is not known"),
    ],
)
def test_sheet_that_breaks_a_rule_is_told_by_row_and_column(import_text: ImportText, header: str, row: str, sentence: str) -> None:
    assert sentence in refusal(import_text, f"{header}\n{row}\n")


def test_answer_of_earlier_today_is_not_in_the_future(import_text: ImportText) -> None:
    assert counts(import_text("responses", f"{HEADER}\n{sheet(day='2025-09-10')}\n", instrument=KIOSK)) == (1, 0, 0)


def test_instrument_is_needed_and_must_be_published(import_text: ImportText) -> None:
    text = f"{HEADER}\n{sheet()}\n"
    assert "column instrument: is missing: add it, or name the instrument with --instrument" in refusal(import_text, text, None)
    assert "column instrument: names no published instrument; the published ones are an-my-2023@1.0" in refusal(import_text, text, "zz")
    named = f"instrument,{HEADER}\n{KIOSK},{sheet()}\nzz,{sheet()}\n"
    assert "row 3, column instrument: names no published instrument" in refusal(import_text, named, None)
    assert "row 3, column instrument: is empty" in refusal(import_text, named.replace("zz", ""), None)


def test_one_file_may_hold_responses_to_several_instruments(runtime: Runtime, import_text: ImportText) -> None:
    text = f"instrument,unit,field,answered_on,1.1\n{KIOSK},{COMMUNE},ho-tich,2025-09-01,5\nan-my-2023,{COMMUNE},ho-tich,2025-09-01,4\n"
    assert counts(import_text("responses", text)) == (2, 0, 0)
    assert {row.instrument_id for row in stored(runtime)} == {KIOSK, "an-my-2023@1.0"}


def test_id_that_stands_twice_in_a_file_is_refused(import_text: ImportText) -> None:
    key = UUID("a3bb189e-8bf9-4888-9912-ace4e6543002")
    row = f"{key},{COMMUNE},ho-tich,2025-09-01,5"
    assert "row 3: has the same id as row 2" in refusal(import_text, f"id,unit,field,answered_on,1.1\n{row}\n{row}\n")


def test_problems_never_repeat_what_was_answered(import_text: ImportText) -> None:
    text = f"unit,field,answered_on,1.1,comment\n{COMMUNE},ho-tich,2025-09-01,rất bực,{'bí mật ' * 400}\n"
    message = refusal(import_text, text)
    assert "column 1.1" in message
    assert "column comment" in message
    assert "rất bực" not in message
    assert "bí mật" not in message


@pytest.mark.parametrize("label", [DEMONSTRATION_LABEL, "dữ liệu minh họa"])
def test_labelled_row_does_not_enter_an_office(runtime: Runtime, import_text: ImportText, label: str) -> None:
    message = refusal(import_text, f"label,{HEADER}\n{label},{sheet()}\n")
    assert "row 2, column label: is demonstration data, which only a database made by `sipas demo` takes" in message
    assert stored(runtime) == []


def test_comment_line_labels_a_whole_file(import_text: ImportText) -> None:
    with pytest.raises(FileError, match="is demonstration data"):
        import_text("fields", f"# {DEMONSTRATION_LABEL}\ncode,name\nthue,Thuế\n")


def test_labelled_row_enters_a_demonstration(runtime: Runtime, import_text: ImportText) -> None:
    with runtime.database.write() as session:
        session.get_one(Installation, 1).kind = "demonstration"
    assert counts(import_text("responses", f"label,{HEADER}\n{DEMONSTRATION_LABEL},{sheet()}\n", instrument=KIOSK)) == (1, 0, 0)


def test_nothing_is_quarantined_by_an_import(runtime: Runtime, import_text: ImportText) -> None:
    import_text("responses", f"{HEADER}\n{sheet()}\n", instrument=KIOSK)
    with runtime.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Quarantined)) == 0


def test_row_the_door_refuses_is_told_and_rolls_everything_back(
    runtime: Runtime, import_text: ImportText, monkeypatch: pytest.MonkeyPatch
) -> None:

    monkeypatch.setattr(intake, "_find_unknown_place", lambda *_arguments: "unknown unit")
    assert "row 2: unknown unit" in refusal(import_text, f"{HEADER}\n{sheet()}\n")
    assert stored(runtime) == []
    with runtime.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Quarantined)) == 0
