"""Fields, procedures, targets and dossier counts: what identifies a row, and what another file changes."""

from fractions import Fraction

import pytest
from sqlalchemy import select

from app.imports.errors import FileError
from app.models import DossierCount, Field, Procedure, Target
from app.queries.par_scales import find_par_scale
from app.runtime import Runtime
from app.services.imports import ImportReport
from tests.app.imports.conftest import ImportText
from tests.factories import BRANCH, COMMUNE, PROVINCE

DOSSIERS = "unit,field,mode,block,finished,late,source"


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.n_new, report.n_changed, report.n_unchanged


def refusal(import_text: ImportText, kind: str, text: str) -> str:
    with pytest.raises(FileError) as caught:
        import_text(kind, text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("fields", "code,name,resolving_unit\nthue,Thuế,\nnha-o,Nhà ở,Chi nhánh Văn phòng đăng ký đất đai\n"),
        ("procedures", "code,name,field\n1.012766,Đăng ký đất đai,Đất đai\n2.000010,Khai sinh,ho-tich\n"),
        ("targets", "unit,field,year,target,source\n,,2025,90%,KH\nxa-a,dat-dai,,0.8,KH\n"),
        ("par-scales", "year,points,bands,source\n2025,30,80%:15; 90%:30,QĐ\n,20,linear,\n"),
        ("dossiers", f"{DOSSIERS}\nxa-a,ho-tich,online,2025-07-1,20,1,\nXã B,Đất đai,postal,2025-07-2,0,0,sổ\n"),
    ],
)
def test_same_file_a_second_time_changes_nothing(import_text: ImportText, kind: str, text: str) -> None:
    assert counts(import_text(kind, text)) == (2, 0, 0)
    assert counts(import_text(kind, text)) == (0, 0, 2)


def test_field_keeps_what_the_file_does_not_say(runtime: Runtime, import_text: ImportText) -> None:
    report = import_text("fields", "code,name,resolving_unit,position\ndat-dai,Đất đai và nhà ở,,\n")
    assert (counts(report), report.differences) == ((0, 1, 0), ("row 2: name",))
    with runtime.database.read() as session:
        field = session.get_one(Field, "dat-dai")
    assert (field.name, field.resolving_unit_key, field.position) == ("Đất đai và nhà ở", BRANCH, 2)


def test_new_fields_stand_in_the_order_of_the_file(runtime: Runtime, import_text: ImportText) -> None:
    import_text("fields", "code,name\nz,Một\ny,Hai\n")
    with runtime.database.read() as session:
        assert [session.get_one(Field, code).position for code in ("z", "y")] == [0, 1]


def test_procedure_names_its_field_by_code_or_name(runtime: Runtime, import_text: ImportText) -> None:
    import_text("procedures", "code,name,field\n1.1,A,Đất đai\n1.2,B,ho-tich\n")
    with runtime.database.read() as session:
        assert [session.get_one(Procedure, code).field_code for code in ("1.1", "1.2")] == ["dat-dai", "ho-tich"]


def test_scale_of_a_year_is_set_anew_and_goes_before_that_of_every_year(runtime: Runtime, import_text: ImportText) -> None:
    import_text("par-scales", 'year,points,bands\n,20,\n2025,30,"80%:15; 87,5%:30"\n')
    with runtime.database.read() as session:
        usual, own = find_par_scale(session, 2024), find_par_scale(session, 2025)
        assert usual is not None
        assert own is not None
        assert usual.most == 20
        assert usual.bands is None, "without bands points are in proportion"
        assert [own.points(Fraction(share)) for share in ("0.79", "0.8", "0.875")] == [0, 15, 30]
    assert counts(import_text("par-scales", "year,points,bands\n2025,0,linear\n")) == (0, 1, 0)
    with runtime.database.read() as session:
        assert find_par_scale(session, 2025) is None, "0 points: none are shown"


@pytest.mark.parametrize("bands", ["90%:15; 80%:30", "80%:31", "80%", "80%:x", "tuyến", "1/3:5"])
def test_bands_that_do_not_rise_or_give_too_much_are_refused(import_text: ImportText, bands: str) -> None:
    assert "row 2, column bands" in refusal(import_text, "par-scales", f"year,points,bands\n2025,30,{bands}\n")


def test_fewer_points_than_the_stored_bands_give_are_refused(import_text: ImportText) -> None:
    import_text("par-scales", "year,points,bands\n2025,30,80%:15; 90%:30\n")
    assert "row 2, column bands" in refusal(import_text, "par-scales", "year,points\n2025,20\n")


def test_target_of_the_same_place_and_year_is_set_anew(runtime: Runtime, import_text: ImportText) -> None:
    report = import_text("targets", "unit,field,year,target,source\n,dat-dai,,85%,Kế hoạch năm 2026\n")
    assert (counts(report), report.differences) == ((0, 1, 0), ("row 2: share, source",))
    with runtime.database.read() as session:
        assert session.get_one(Target, "land").share == "0.85"
        assert len(session.scalars(select(Target)).all()) == 2


def test_corrected_dossier_count_corrects_and_does_not_add(runtime: Runtime, import_text: ImportText) -> None:
    import_text("dossiers", f"{DOSSIERS}\nxa-a,ho-tich,online,2025-07-1,20,1,\n")
    assert counts(import_text("dossiers", f"{DOSSIERS}\nxa-a,ho-tich,online,2025-07-1,22,1,sổ\n")) == (0, 1, 0)
    with runtime.database.read() as session:
        (row,) = session.scalars(select(DossierCount)).all()
    assert (row.finished, row.late, row.source) == (22, 1, "sổ")


def test_dossier_counts_with_ids_may_share_a_place_and_then_need_them(import_text: ImportText) -> None:
    rows = "a,xa-a,ho-tich,online,2025-07-1,20,1,\nb,xa-a,ho-tich,online,2025-07-1,5,0,\n"
    assert counts(import_text("dossiers", f"id,{DOSSIERS}\n{rows}")) == (2, 0, 0)
    message = refusal(import_text, "dossiers", f"{DOSSIERS}\nxa-a,ho-tich,online,2025-07-1,20,1,\n")
    assert "row 2, column id: is needed, one of a, b: several counts stand for this place" in message


def test_count_stored_under_another_id_is_found_by_its_place(runtime: Runtime, import_text: ImportText) -> None:
    with runtime.database.write() as session:
        place = {"unit_key": COMMUNE, "field_code": "ho-tich", "mode": "online", "block": "2025-07-1"}
        session.add(DossierCount(id="own", **place, finished=20, late=1, source=""))
    assert counts(import_text("dossiers", f"{DOSSIERS}\nxa-a,ho-tich,online,2025-07-1,20,1,\n")) == (0, 0, 1)


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("fields", "code,name\na,A\na,B\n", "row 3: has the same code as row 2: keep one of the two"),
        ("fields", "code,name,resolving_unit\na,A,Xã Z\n", "row 2, column resolving_unit: names no unit of this database"),
        ("procedures", "code,name,field\n1,A,zz\n", "row 2, column field: names no field of this database"),
        ("targets", "target\n0.9\n0.8\n", "row 3: has the same unit, field and year as row 2"),
        ("targets", "year,target\n25,0.9\n", "row 2, column year: must be a year in four digits"),
        ("dossiers", f"{DOSSIERS}\nxa-a,ho-tich,walk,2025-07-1,1,0,\n", "row 2, column mode: must be one of in_person, online, postal"),
        (
            "dossiers",
            f"{DOSSIERS}\n" + 2 * "xa-a,ho-tich,online,2025-07-1,1,0,\n",
            "row 3: has the same id, or unit, field, mode and block, as row 2",
        ),
    ],
)
def test_row_that_cannot_be_filed_is_told_and_nothing_is_written(import_text: ImportText, kind: str, text: str, sentence: str) -> None:
    assert sentence in refusal(import_text, kind, text)


def test_name_of_several_units_asks_for_the_key_naming_the_candidates(import_text: ImportText) -> None:
    import_text("units", "key,code,name,level,parent\nxa-a-2,,Xã A,commune,\n")
    message = refusal(import_text, "targets", "unit,target\nXã A,0.9\n")
    assert "row 2, column unit: could mean several units: write one of xa-a, xa-a-2" in message


def test_unit_is_named_by_its_code_while_that_is_valid(import_text: ImportText) -> None:
    import_text("units", f"key,code,name,level\n{PROVINCE},52,Tỉnh A,province\n")
    assert counts(import_text("targets", "unit,target\n52,0.9\n")) == (1, 0, 0)


def test_all_problems_of_a_file_are_told_in_the_order_of_its_rows(import_text: ImportText) -> None:
    message = refusal(import_text, "procedures", "code,name,field\n1,,zz\n2,B,zz\n3,,ho-tich\n")
    places = [line.split(":")[0].strip() for line in message.splitlines()[1:]]
    assert places == ["row 2, column name", "row 3, column field", "row 4, column name"]
