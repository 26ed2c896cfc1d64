"""Hours, holidays and worked Saturdays as an office states them: what counts as outside hours, and what the flag says."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from analytics.integrity.opening import UNSTATED
from app.imports.errors import FileError
from app.imports.kinds import KINDS
from app.integrity.reading import view_flags
from app.integrity.wording import tell
from app.models import IntegrityFlag, OpeningHours
from app.queries.opening import load_openings
from app.runtime import Runtime
from app.services.imports import ImportReport, import_file
from app.services.integrity import run_integrity
from tests.factories import COMMUNE, NEIGHBOUR
from tests.integrity import N_PACK, fill

MORNINGS = "unit,weekday,hours\n" + "".join(f",T{n},7:30-11:30\n" for n in range(2, 7))
PACK_ON = date(2025, 9, 3)
"""A Wednesday; the pack came between 15 and 16 h."""


def bring_in(runtime: Runtime, folder: Path, kind: str, text: str) -> ImportReport:
    path = folder / f"{kind}.csv"
    path.write_text(text, encoding="utf-8")
    return import_file(runtime, KINDS[kind], path)


def sentences_outside_hours(runtime: Runtime) -> list[str]:
    run_integrity(runtime)
    with runtime.database.read() as session:
        flags = list(session.scalars(select(IntegrityFlag).where(IntegrityFlag.kind == "outside_hours")))
        return [tell(view).replace("\u00a0", " ") for view in view_flags(session, flags)]


def test_nothing_stated_leaves_the_usual_wide_hours(any_runtime: Runtime) -> None:
    fill(any_runtime)
    with any_runtime.database.read() as session:
        assert load_openings(session).of(COMMUNE) is UNSTATED
    assert sentences_outside_hours(any_runtime) == []


def test_pack_in_the_afternoon_of_a_desk_open_in_the_morning_is_told_with_the_hours(any_runtime: Runtime, tmp_path: Path) -> None:
    fill(any_runtime)
    report = bring_in(any_runtime, tmp_path, "hours", MORNINGS)
    assert (report.n_new, report.n_changed) == (5, 0)
    (sentence,) = sentences_outside_hours(any_runtime)
    assert sentence.endswith(f"nhận {N_PACK + 1} phiếu, trong khi giờ làm việc đã khai của ngày này là 7 giờ 30–11 giờ 30.")


def test_pack_on_a_holiday_is_told_as_one_and_the_units_own_day_goes_before_it(any_runtime: Runtime, tmp_path: Path) -> None:
    fill(any_runtime)
    bring_in(any_runtime, tmp_path, "days", f"unit,day,open,note\n,{PACK_ON},0,Nghỉ bù\n{COMMUNE},{PACK_ON},1,Trả kết quả tập trung\n")
    assert sentences_outside_hours(any_runtime) == []
    bring_in(any_runtime, tmp_path, "days", f"unit,day,open\n{COMMUNE},03/09/2025,0\n")
    (sentence,) = sentences_outside_hours(any_runtime)
    assert sentence.endswith("trong khi ngày này đơn vị nghỉ theo lịch đã khai.")


def test_a_units_own_weekday_goes_before_the_general_one_and_the_rest_stays(any_runtime: Runtime, tmp_path: Path) -> None:
    bring_in(any_runtime, tmp_path, "hours", MORNINGS + f"{COMMUNE},T4,7h30-11h30; 13h30-17h\n{COMMUNE},t7,7:30-11:30\n")
    with any_runtime.database.read() as session:
        openings = load_openings(session)
    assert openings.of(COMMUNE).spans(PACK_ON) == ((450, 690), (810, 1020))
    assert openings.of(COMMUNE).covers(date(2025, 9, 6), 9), "its Saturday"
    assert openings.of(NEIGHBOUR).spans(PACK_ON) == ((450, 690),)
    assert not openings.of(NEIGHBOUR).covers(date(2025, 9, 6), 9), "a weekday without hours is closed once any are stated"


def test_the_same_file_changes_nothing_and_another_sets_a_weekday_anew(any_runtime: Runtime, tmp_path: Path) -> None:
    bring_in(any_runtime, tmp_path, "hours", MORNINGS)
    again = bring_in(any_runtime, tmp_path, "hours", MORNINGS)
    assert (again.n_new, again.n_changed, again.n_unchanged) == (0, 0, 5)
    assert bring_in(any_runtime, tmp_path, "hours", "weekday,hours\nT6,closed\n").n_changed == 1
    with any_runtime.database.read() as session:
        assert session.scalars(select(OpeningHours.hours).where(OpeningHours.weekday == 4)).all() == [""]


@pytest.mark.parametrize("hours", ["11:30-7:30", "7:30", "7:30-12:00 11:00-17:00", "7:75-8:00", "20:00-25:00", "sáng"])
def test_hours_that_are_none_are_refused_with_what_is_allowed(runtime: Runtime, tmp_path: Path, hours: str) -> None:
    with pytest.raises(FileError, match=r"row 2.*hours.*7:30-11:30 13:30-17:00"):
        bring_in(runtime, tmp_path, "hours", f"weekday,hours\nT2,{hours}\n")
