"""Units: the national list, an office's own tree, and codes that name different units at different times."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.demo.office_rows import write_office
from app.demo.tuy_phuoc import TUY_PHUOC_OFFICE
from app.imports.errors import FileError
from app.imports.kinds import KINDS
from app.models import Unit, UnitCode, UnitSuccession
from app.runtime import Runtime
from app.services.imports import ImportReport, import_file
from tests.app.imports.conftest import ImportText
from tests.app.imports.national_list import N_COMMUNES, N_PROVINCES, find_national_list
from tests.factories import COMMUNE, OLD_COMMUNE, PROVINCE

HEADER = "code,name,level,parent_code"


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.n_new, report.n_changed, report.n_unchanged


def unit(runtime: Runtime, key: str) -> Unit | None:
    with runtime.database.read() as session:
        return session.get(Unit, key)


def n_units(runtime: Runtime) -> int:
    with runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(Unit)) or 0


def give_code(runtime: Runtime, key: str, code: str, **validity: date) -> None:
    with runtime.database.write() as session:
        session.add(UnitCode(unit_key=key, code=code, **validity))


def refusal(import_text: ImportText, text: str) -> str:
    with pytest.raises(FileError) as caught:
        import_text("units", text)
    return str(caught.value)


def test_national_list_enters_whole_with_its_tree_and_a_second_time_changes_nothing(runtime: Runtime, tmp_path: Path) -> None:
    path = find_national_list(tmp_path)
    before = n_units(runtime)
    assert counts(import_file(runtime, KINDS["units"], path)) == (N_PROVINCES + N_COMMUNES, 0, 0)
    assert counts(import_file(runtime, KINDS["units"], path)) == (0, 0, N_PROVINCES + N_COMMUNES)
    assert n_units(runtime) == before + N_PROVINCES + N_COMMUNES
    with runtime.database.read() as session:
        parents = session.scalars(select(Unit.parent_key).where(Unit.key.regexp_match("^[0-9]{5}$"))).all()
    assert len(parents) == N_COMMUNES
    assert {len(parent or "") for parent in parents} == {2}


def test_dry_run_says_what_would_happen_and_writes_nothing(runtime: Runtime, import_text: ImportText) -> None:
    before = n_units(runtime)
    report = import_text("units", f"{HEADER}\n01,Tỉnh B,province,\n", is_dry_run=True)
    assert (counts(report), report.is_dry_run, n_units(runtime)) == ((1, 0, 0), True, before)


def test_list_finds_units_with_keys_of_ours_and_leaves_ended_ones_alone(runtime: Runtime, import_text: ImportText) -> None:
    give_code(runtime, PROVINCE, "52")
    give_code(runtime, COMMUNE, "21952", valid_from_on=date(2025, 7, 1))
    give_code(runtime, OLD_COMMUNE, "21952", valid_to_on=date(2025, 6, 30))
    report = import_text("units", f"{HEADER}\n52,Tỉnh A,province,\n21952,Xã A,commune,52\n21970,Xã C,commune,52\n")
    assert counts(report) == (1, 0, 2)
    assert unit(runtime, "21952") is None
    found = unit(runtime, "21970")
    assert found is not None
    assert found.parent_key == PROVINCE
    old = unit(runtime, OLD_COMMUNE)
    assert old is not None
    assert (old.name, old.valid_to_on) == ("Xã A cũ", date(2025, 6, 30))


def test_unit_known_without_a_code_is_recognised_by_name_level_and_parent(runtime: Runtime, import_text: ImportText) -> None:
    report = import_text("units", f"{HEADER}\n52,Tỉnh A,province,\n21952,Xã A,commune,52\n")
    assert counts(report) == (0, 2, 0)
    assert report.differences == ("row 2: unit_codes", "row 3: unit_codes")
    assert counts(import_text("units", f"{HEADER}\n52,Tỉnh A,province,\n21952,Xã A,commune,52\n")) == (0, 0, 2)


def test_code_of_an_ended_unit_becomes_a_new_unit_with_a_key_of_its_own(runtime: Runtime, import_text: ImportText) -> None:
    text = "code,name,level,valid_from,valid_to\n21952,Thị trấn,commune,,2025-06-30\n21952,Xã mới,commune,2025-07-01,\n"
    assert counts(import_text("units", text)) == (2, 0, 0)
    assert unit(runtime, "21952") is not None
    new = unit(runtime, "21952-2025-07-01")
    assert new is not None
    assert new.name == "Xã mới"
    assert counts(import_text("units", text)) == (0, 0, 2)


def test_key_that_is_taken_gets_a_number_where_there_is_no_day(runtime: Runtime, import_text: ImportText) -> None:
    import_text("units", "key,code,name,level\n77,,Phòng,department\n")
    import_text("units", f"{HEADER}\n77,Tỉnh B,province,\n")
    found = unit(runtime, "77-2")
    assert found is not None
    assert found.name == "Tỉnh B"


def test_renamed_and_moved_unit_is_changed_and_the_report_says_in_what(runtime: Runtime, import_text: ImportText) -> None:
    import_text("units", f"{HEADER}\n01,Tỉnh B,province,\n02,Tỉnh C,province,\n00004,Xã B1,commune,01\n")
    report = import_text("units", f"{HEADER}\n02,Tỉnh C,province,\n00004,Xã B2,commune,02\n")
    assert (counts(report), report.differences) == ((0, 1, 1), ("row 3: name, parent_key",))
    found = unit(runtime, "00004")
    assert found is not None
    assert (found.name, found.parent_key) == ("Xã B2", "02")


def test_empty_cell_leaves_what_is_known(runtime: Runtime, import_text: ImportText) -> None:
    text = f"key,code,name,level,valid_from,contacts\n{COMMUNE},,Xã A,commune,,\n"
    assert counts(import_text("units", text)) == (0, 0, 1)
    found = unit(runtime, COMMUNE)
    assert found is not None
    assert found.contacts == "Góp ý tại quầy hoặc gửi thư về UBND xã A"


def test_children_may_stand_above_their_parents_in_the_file(runtime: Runtime, import_text: ImportText) -> None:
    text = "key,code,name,level,parent\nc,,Phòng,department,b\nb,,Xã,commune,a\na,,Tỉnh,province,\n"
    assert counts(import_text("units", text)) == (3, 0, 0)


def test_predecessors_come_with_their_shares(runtime: Runtime, import_text: ImportText) -> None:
    give_code(runtime, OLD_COMMUNE, "21952", valid_to_on=date(2025, 6, 30))
    text = (
        "key,code,name,level,valid_from,valid_to,predecessors\n"
        "cu-1,,Xã cũ 1,commune,,2025-06-30,\n"
        "moi,21952,Xã mới,commune,2025-07-01,,cu-1:0.4;21952\n"
        "moi-2,,Xã mới 2,commune,2025-07-01,,cu-1:60%\n"
    )
    assert counts(import_text("units", text)) == (3, 0, 0)
    assert counts(import_text("units", text)) == (0, 0, 3)
    with runtime.database.read() as session:
        rows = session.scalars(select(UnitSuccession).where(UnitSuccession.new_key.like("moi%"))).all()
        shares = {(row.old_key, row.new_key): row.share for row in rows}
    assert shares == {("cu-1", "moi"): 0.4, (OLD_COMMUNE, "moi"): None, ("cu-1", "moi-2"): 0.6}


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ("a,,A,commune,zz,,,", "row 2, column parent: is the key of no unit"),
        ("a,,A,commune,,99,,", "row 2, column parent_code: is the code, now valid, of no unit"),
        (",,A,commune,,,,", "row 2: a unit without an official code needs a key"),
        ("a,,A,commune,b,,,\nb,,B,commune,a,,,", "row 2: lies under itself"),
        ("tinh,,Tỉnh A,province,xa-a,,,", "in a circle"),
        ("a,,A,commune,,,,\na,,B,commune,,,,", "row 3: has the same unit as row 2"),
        (",11,A,commune,,,,\n,11,B,commune,,,,", "row 3, column code: stands in row 2 with the same level"),
        ("a,,A,commune,,,,xa-a-cu", "row 2, column valid_from: is empty; it says when the predecessors went over"),
        ("a,,A,commune,,,2025-07-01,nobody", "row 2, column predecessors: names a unit that is neither a key nor"),
        ("a,,A,commune,,,2025-07-01,xa-b:0", "row 2, column predecessors: a share is above 0"),
        ("a,,A,commune,,,2025-07-01,xa-a-cu:0.5", "add up to more than 1"),
        ("xa-a,,Xã A,commune,,,2025-07-01,tinh", "in a circle"),
        ("a,11,A,province,,,,\nb,11,B,commune,,,,\nc,,C,commune,,11,,", "row 4, column parent_code: stands in several rows"),
    ],
)
def test_tree_that_does_not_hold_together_is_refused_whole(runtime: Runtime, import_text: ImportText, rows: str, sentence: str) -> None:
    before = n_units(runtime)
    text = f"key,code,name,level,parent,parent_code,valid_from,predecessors\n{rows}\n"
    assert sentence in refusal(import_text, text)
    assert n_units(runtime) == before


def test_code_of_two_units_now_valid_asks_for_the_key_naming_both(runtime: Runtime, import_text: ImportText) -> None:
    give_code(runtime, COMMUNE, "21952")
    give_code(runtime, "xa-b", "21952")
    message = refusal(import_text, f"{HEADER}\n21952,Xã A,commune,\n5,Thôn,hamlet,21952\n")
    assert "row 2, column code: could mean several units: name one in column key, xa-a, xa-b" in message


def test_one_unreadable_row_stops_the_file_without_complaints_about_its_children(import_text: ImportText) -> None:
    message = refusal(import_text, f"{HEADER}\n01,,province,\n00004,Xã,commune,01\n")
    assert message.endswith("row 2, column name: is empty; it holds a line of at most 500 characters")


def test_demonstration_keeps_its_units_when_the_national_list_comes(open_sqlite: Callable[[], Runtime], tmp_path: Path) -> None:
    runtime = open_sqlite()
    with runtime.database.write() as session:
        write_office(runtime, session, TUY_PHUOC_OFFICE)
    path = tmp_path / "units.csv"
    codes = {unit.name: unit.codes[0] for unit in TUY_PHUOC_OFFICE.units if unit.valid_to_on is None and unit.codes}
    assert codes["Xã Tuy Phước"] == "21952"
    communes = "".join(f"{code},{name},commune,52\n" for name, code in codes.items() if name.startswith("Xã"))
    path.write_text(f"{HEADER}\n52,{list(codes)[list(codes.values()).index('52')]},province,\n{communes}", encoding="utf-8")
    assert counts(import_file(runtime, KINDS["units"], path)) == (0, 0, 5)
    assert n_units(runtime) == len(TUY_PHUOC_OFFICE.units)


def test_contacts_may_have_several_lines_and_names_may_not(runtime: Runtime, import_text: ImportText) -> None:
    import_text("units", 'key,name,level,contacts\na,A,commune,"một\nhai"\n')
    found = unit(runtime, "a")
    assert found is not None
    assert found.contacts == "một\nhai"
    assert "row 2, column name: must be a line" in refusal(import_text, 'key,name,level\nb,"A\nB",commune\n')


def test_stored_parent_code_of_several_units_asks_for_the_key(runtime: Runtime, import_text: ImportText) -> None:
    give_code(runtime, COMMUNE, "21952")
    give_code(runtime, "xa-b", "21952")
    message = refusal(import_text, f"{HEADER}\n5,Thôn,hamlet,21952\n")
    assert "row 2, column parent_code: could mean several units: name one of xa-a, xa-b in column parent" in message


def test_code_of_several_units_is_settled_by_the_parent(runtime: Runtime, import_text: ImportText) -> None:
    import_text("units", "key,code,name,level,parent\nx,9,Phòng,department,xa-a\ny,9,Phòng,department,xa-b\n")
    assert counts(import_text("units", "code,name,level,parent\n9,Phòng,department,xa-b\n")) == (0, 0, 1)


def test_predecessor_with_a_code_of_several_ended_units_asks_for_the_key(runtime: Runtime, import_text: ImportText) -> None:
    text = (
        "key,code,name,level,valid_from,valid_to,predecessors\n"
        "cu-1,77,A,commune,,2025-06-30,\ncu-2,77,B,commune,,2024-06-30,\nmoi,78,C,commune,2025-07-01,,77\n"
    )
    assert "row 4, column predecessors: could mean several units, write one of cu-1, cu-2" in refusal(import_text, text)


def test_validity_that_ends_before_it_begins_is_refused(import_text: ImportText) -> None:
    text = "key,name,level,valid_from,valid_to\na,A,commune,2025-07-01,2025-06-30\n"
    assert "row 2: valid_to is before valid_from" in refusal(import_text, text)


def test_unit_of_the_future_is_not_the_one_that_bears_its_code_today(import_text: ImportText) -> None:
    import_text("units", f"{HEADER}\n88,Nay,commune,\n")
    text = "code,name,level,valid_from\n88,Mai,commune,2026-01-01\n"
    assert counts(import_text("units", text)) == (1, 0, 0)
    assert counts(import_text("units", text)) == (0, 0, 1)


def test_parent_may_be_named_by_its_code_in_the_database(runtime: Runtime, import_text: ImportText) -> None:
    give_code(runtime, PROVINCE, "52")
    import_text("units", f"{HEADER}\n21970,Xã C,commune,52\n")
    found = unit(runtime, "21970")
    assert found is not None
    assert found.parent_key == PROVINCE
