"""Numbers of counted paper forms and responses cannot be joined by anybody who copies the files the next day; the attacker is the same."""

import random
import threading
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, text

from app.backup.saving import save_backup
from app.models import PaperSheet, Response
from app.runtime import Runtime
from app.services.code_order import forget_order
from app.services.night import spend_night
from app.services.paper_entries import save_entry
from app.services.people import add_user
from tests.clock import Clock
from tests.factories import COMMUNE
from tests.faults.evidence_of_order import SHEETS, collect
from tests.faults.linking import Link, Verdict, attack
from tests.faults.test_unlinkability import CERTAIN, CHANCE, DICE
from tests.paper import ONE, OTHER, PASSWORD, SHEET, open_confirmed, print_forms

N_FORMS = 40


def type_box(runtime: Runtime, dice: random.Random) -> list[Link]:
    """Two people type the same box, forms of two fields in any order; the truth, one link a number."""
    for person in (ONE, OTHER):
        add_user(runtime, name=person.name, password=PASSWORD, role="counter", unit_key=COMMUNE)
    forms = [(field, serial) for field in ("ho-tich", "dat-dai") for serial in print_forms(runtime, field_code=field, forms=N_FORMS)]
    box = open_confirmed(runtime, len(forms))
    dice.shuffle(forms)
    known: set[UUID] = set()
    links = []
    for field, serial in forms:
        answers = SHEET | ({"comment": "Cán bộ hướng dẫn rõ"} if dice.random() < 0.3 else {})
        for person in (ONE, OTHER):
            save_entry(runtime, person, box, serial, answers, is_spoiled=False)
        with runtime.database.read() as session:
            (stored,) = set(session.scalars(select(Response.id))) - known
        known.add(stored)
        links.append(Link((COMMUNE, field, "result", box), serial.encode(), stored))
    return links


def judge(runtime: Runtime, links: list[Link], backup: Path | None = None) -> Verdict:
    return attack(links, collect(runtime, links, backup, SHEETS), DICE)


def test_after_the_night_numbers_match_responses_no_better_than_chance(any_runtime: Runtime, clock: Clock, tmp_path: Path) -> None:
    links = type_box(any_runtime, DICE)
    clock.move(days=1)
    assert spend_night(any_runtime).forgotten.n_paper_sheets == 2 * N_FORMS
    save_backup(any_runtime, tmp_path / "backup.zip")
    verdict = judge(any_runtime, links, tmp_path / "backup.zip")
    assert any(finding.code_signal.startswith("backup ") for finding in verdict.findings), "the backup was read"
    assert verdict.p > CHANCE, verdict.best


def test_without_the_night_the_attacker_sees_the_order_of_typing(any_runtime: Runtime) -> None:
    verdict = judge(any_runtime, type_box(any_runtime, DICE))
    assert verdict.p < CERTAIN, verdict.best


@pytest.mark.parametrize("any_runtime", ["postgresql"], indirect=True)  # SQLite writes zeros over what is deleted
def test_dead_rows_of_what_was_typed_do_not_outlive_the_night(any_runtime: Runtime) -> None:
    numbers = [link.code for link in type_box(any_runtime, DICE)]
    assert any(number in files_of_typings(any_runtime) for number in numbers), "PostgreSQL leaves deleted rows where they were"
    spend_night(any_runtime)
    assert not any(number in files_of_typings(any_runtime) for number in numbers)


def files_of_typings(runtime: Runtime) -> bytes:
    """What stands on the disk of the table of typed answers and of its indexes, dead or alive."""
    with runtime.database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("CHECKPOINT"))
        files = connection.scalars(
            text(
                "SELECT pg_read_binary_file(pg_relation_filepath(c.oid)) FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid "
                "WHERE coalesce(i.indrelid, c.oid) = 'paper_entries'::regclass"
            )
        )
        return b"".join(bytes(file) for file in files)


def test_night_while_two_people_type_refuses_nobody(any_runtime: Runtime) -> None:
    typing = threading.Thread(target=type_box, args=(any_runtime, DICE))
    typing.start()
    n_nights = 0
    while typing.is_alive():
        forget_order(any_runtime.database, any_runtime.today())
        n_nights += 1
    typing.join()
    assert n_nights > 0
    with any_runtime.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == 2 * N_FORMS
        assert session.scalar(select(func.count()).select_from(PaperSheet)) == 2 * N_FORMS
