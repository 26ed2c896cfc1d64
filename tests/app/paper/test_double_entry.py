"""Typing twice: blind, compared, stored once, forgotten."""

import threading
from datetime import date

import pytest
from sqlalchemy import func, select

from app import schema
from app.models import PaperBatch, PaperEntry, PaperSheet, Response
from app.runtime import Runtime, day_of_hour
from app.services.paper_boxes import PaperRefusedError, close_box, count_box, get_box, open_box
from app.services.paper_entries import compare, note_copy, save_entry, settle, withdraw_entry
from app.services.people import add_user
from kiosk.paper_serial import make_serial
from tests.factories import COMMUNE, NEIGHBOUR
from tests.paper import ONE, OTHER, PASSWORD, SHEET, open_confirmed, print_forms


def save(runtime: Runtime, person: object, box: str, serial: str, answers: dict[str, str] = SHEET, is_spoiled: bool = False) -> str:
    return save_entry(runtime, person, box, serial, answers, is_spoiled=is_spoiled)[1]  # type: ignore[arg-type]


def responses(runtime: Runtime) -> list[Response]:
    with runtime.database.read() as session:
        return list(session.scalars(select(Response)))


def n_drafts(runtime: Runtime) -> int:
    with runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(PaperEntry)) or 0


def test_sheet_typed_alike_by_two_is_stored_once_and_its_typings_are_gone(any_runtime: Runtime) -> None:
    for person in (ONE, OTHER):
        add_user(any_runtime, name=person.name, password=PASSWORD, role="counter", unit_key=COMMUNE)
    serial, box = print_forms(any_runtime)[0], open_confirmed(any_runtime)
    assert save(any_runtime, ONE, box, serial) == "kept"
    assert responses(any_runtime) == []
    assert save(any_runtime, OTHER, box, serial, SHEET | {"comment": "Cảm ơn"}) == "agreed"
    (stored,) = responses(any_runtime)
    assert (stored.channel, stored.unit_key, stored.field_code, stored.kind) == ("paper", COMMUNE, "ho-tich", "individual")
    assert stored.ratings["1.1"] == 5
    assert stored.overall == 4
    assert day_of_hour(stored.answered_hour) == date(2025, 9, 8)
    assert n_drafts(any_runtime) == 0


def test_two_people_saving_at_the_same_moment_store_one_response(any_runtime: Runtime) -> None:
    for person in (ONE, OTHER):
        add_user(any_runtime, name=person.name, password=PASSWORD, role="counter", unit_key=COMMUNE)
    serials, box = print_forms(any_runtime), open_confirmed(any_runtime, 5)
    for serial in serials:
        both = [threading.Thread(target=save, args=(any_runtime, person, box, serial)) for person in (ONE, OTHER)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    assert len(responses(any_runtime)) == 5
    assert n_drafts(any_runtime) == 0


def test_nothing_in_the_database_joins_a_number_to_a_response(two_people: Runtime, serials: list[str], box: str) -> None:
    for person in (ONE, OTHER):
        save(two_people, person, box, serials[0])
    (stored,) = responses(two_people)
    with two_people.database.read() as session:
        sheet = session.get_one(PaperSheet, serials[0])
        assert {column.key for column in PaperSheet.__table__.columns} == {"serial", "box_id", "state", "is_scanned"}
        assert stored.id.hex not in (sheet.serial, sheet.box_id)


def test_difference_waits_for_the_paper_and_only_what_the_paper_says_is_stored(two_people: Runtime, serials: list[str], box: str) -> None:
    save(two_people, ONE, box, serials[0])
    assert save(two_people, OTHER, box, serials[0], SHEET | {"rating.3.1": "2", "kind": ""}) == "differing"
    assert responses(two_people) == []
    with two_people.database.read() as session:
        comparison = compare(two_people, session, get_box(session, ONE, box), ONE, serials[0])
    assert [difference.cell.name for difference in comparison.differences] == ["kind", "rating.3.1"]
    assert settle(two_people, ONE, box, serials[0], {"rating.3.1": "2"}, is_spoiled=False) == "settled"
    (stored,) = responses(two_people)
    assert stored.ratings["3.1"] == 2
    assert stored.ratings["3.2"] == 5
    assert stored.kind is None, "left blank when it was read again"
    assert n_drafts(two_people) == 0


def test_sheet_one_person_called_spoiled_is_settled_either_way(two_people: Runtime, serials: list[str], box: str) -> None:
    for serial in serials[:2]:
        save(two_people, ONE, box, serial, is_spoiled=True)
        assert save(two_people, OTHER, box, serial) == "differing"
    assert settle(two_people, ONE, box, serials[0], {}, is_spoiled=False) == "settled"
    assert settle(two_people, ONE, box, serials[1], {}, is_spoiled=True) == "spoiled"
    assert len(responses(two_people)) == 1
    for person in (ONE, OTHER):
        outcome = save(two_people, person, box, serials[2], is_spoiled=True)
    assert outcome == "spoiled"


def test_photocopy_is_refused_wherever_its_number_was_counted(two_people: Runtime, serials: list[str], box: str) -> None:
    for person in (ONE, OTHER):
        save(two_people, person, box, serials[0])
    later = open_confirmed(two_people)
    for where in (box, later):
        with pytest.raises(PaperRefusedError, match="bản chụp"):
            save(two_people, ONE, where, serials[0])
    assert len(responses(two_people)) == 1
    note_copy(two_people, ONE, later, serials[0])
    note_copy(two_people, OTHER, later, serials[0])
    with two_people.database.read() as session:
        assert count_box(session, get_box(session, ONE, later)).copies == 1, "two people noted the same sheet"
    note_copy(two_people, ONE, later, serials[0], taken_back=True)
    note_copy(two_people, OTHER, later, serials[0], taken_back=True)
    with two_people.database.read() as session:
        assert count_box(session, get_box(session, ONE, later)).copies == 0
    with pytest.raises(PaperRefusedError):
        note_copy(two_people, ONE, box, serials[1])


def test_number_of_no_batch_mistyped_or_of_another_unit_is_refused(two_people: Runtime, serials: list[str], box: str) -> None:
    elsewhere = print_forms(two_people, unit_key=NEIGHBOUR)[0]
    swapped = serials[0][1] + serials[0][0] + serials[0][2:]
    beyond = make_serial(serials[0][:6], 6)
    for number in ("", "12", swapped, beyond, elsewhere):
        with pytest.raises(PaperRefusedError):
            save(two_people, ONE, box, number)
    assert n_drafts(two_people) == 0


def test_key_that_no_square_has_is_told_and_nothing_is_kept(two_people: Runtime, serials: list[str], box: str) -> None:
    with pytest.raises(PaperRefusedError, match=r"2\.1"):
        save(two_people, ONE, box, serials[0], SHEET | {"rating.2.1": "6"})
    assert n_drafts(two_people) == 0


def test_field_written_on_the_sheet_is_chosen_and_needed(two_people: Runtime, box: str) -> None:
    serial = print_forms(two_people, field_code=None)[0]
    with pytest.raises(PaperRefusedError, match="lĩnh vực"):
        save(two_people, ONE, box, serial)
    for person in (ONE, OTHER):
        save(two_people, person, box, serial, SHEET | {"field": "2"})
    assert responses(two_people)[0].field_code == "dat-dai"


def test_feedback_criteria_count_as_asked_only_of_those_who_gave_feedback(two_people: Runtime, serials: list[str], box: str) -> None:
    without = {name: key for name, key in SHEET.items() if name not in ("rating.5.3", "rating.5.4")}
    for person in (ONE, OTHER):
        save(two_people, person, box, serials[0], without | {"feedback": "2"})
    (stored,) = responses(two_people)
    assert stored.asked is not None
    assert "5.3" not in stored.asked
    assert "5.2" in stored.asked


def test_own_typing_can_be_taken_back_until_it_is_counted(two_people: Runtime, serials: list[str], box: str) -> None:
    save(two_people, ONE, box, serials[0])
    withdraw_entry(two_people, ONE, box, serials[0])
    assert n_drafts(two_people) == 0


def test_nobody_types_before_the_second_person_confirmed(two_people: Runtime, serials: list[str]) -> None:
    day = date(2025, 9, 1)
    waiting = open_box(two_people, ONE, unit_key=COMMUNE, first_on=day, last_on=day, sheets=1, second_person=OTHER.name)
    with pytest.raises(PaperRefusedError, match="xác nhận"):
        save(two_people, ONE, waiting, serials[0])


def test_box_is_opened_by_two_accounts_off_the_desk(two_people: Runtime) -> None:
    add_user(two_people, name="can-bo-quay", password=PASSWORD, role="officer", unit_key=COMMUNE)
    add_user(two_people, name="xa-khac", password=PASSWORD, role="counter", unit_key=NEIGHBOUR)
    day = date(2025, 9, 1)
    for second in ("can-bo-quay", "xa-khac", ONE.name, "", "khong-co"):
        with pytest.raises(PaperRefusedError):
            open_box(two_people, ONE, unit_key=COMMUNE, first_on=day, last_on=day, sheets=1, second_person=second)
    for first, last in ((date(2025, 9, 2), day), (day, date(2025, 9, 11)), (date(2025, 7, 1), day)):
        with pytest.raises(PaperRefusedError, match="Kỳ"):
            open_box(two_people, ONE, unit_key=COMMUNE, first_on=first, last_on=last, sheets=1, second_person=OTHER.name)


def test_record_closes_only_when_every_sheet_has_its_place(two_people: Runtime, serials: list[str], box: str) -> None:
    save(two_people, ONE, box, serials[0])
    with pytest.raises(PaperRefusedError, match="1 phiếu mới một người nhập"):
        close_box(two_people, ONE, box, sheets=3, unnumbered=2)
    save(two_people, OTHER, box, serials[0])
    with pytest.raises(PaperRefusedError, match="còn 1 tờ"):
        close_box(two_people, ONE, box, sheets=3, unnumbered=1)
    with pytest.raises(PaperRefusedError, match="nhiều hơn"):
        close_box(two_people, ONE, box, sheets=1, unnumbered=1)
    close_box(two_people, OTHER, box, sheets=3, unnumbered=2)
    with pytest.raises(PaperRefusedError, match="chốt"):
        save(two_people, ONE, box, serials[1])


def test_numbers_of_two_batches_never_meet(two_people: Runtime) -> None:
    print_forms(two_people)
    print_forms(two_people)
    with two_people.database.read() as session:
        prefixes = list(session.scalars(select(PaperBatch.prefix)))
    assert len(set(prefixes)) == 2
    assert all(len(prefix) == 6 and prefix[0] != "0" for prefix in prefixes)


def test_paper_tables_go_down_and_up_with_data(any_runtime: Runtime) -> None:
    for person in (ONE, OTHER):
        add_user(any_runtime, name=person.name, password=PASSWORD, role="counter", unit_key=COMMUNE)
    serials, box = print_forms(any_runtime), open_confirmed(any_runtime)
    for person in (ONE, OTHER):
        save(any_runtime, person, box, serials[0])
    save(any_runtime, ONE, box, serials[1])
    note_copy(any_runtime, ONE, box, serials[0])
    schema.downgrade(any_runtime.database, "base")
    schema.upgrade(any_runtime.database)
    assert n_drafts(any_runtime) == 0
