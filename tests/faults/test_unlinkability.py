"""Codes and responses cannot be joined by anybody who copies the files the next day; and the attacker who tries is good at it."""

import random
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.backup.saving import save_backup
from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.night import spend_night
from tests.clock import Clock
from tests.factories import COMMUNE
from tests.faults.evidence_of_order import collect
from tests.faults.linking import Link, Verdict, attack
from tests.faults.visiting import Visit, add_counters, links_of, live_through, send

CHANCE = 1e-9
"""A match this unlikely, after correcting for the many signals, is not chance. A thousand times below one in a million, because the tail of
a common order is a normal one only roughly where few cells count: a good run must not be called bad."""
CERTAIN = 1e-12
"""What the attacker must reach where something has been left lying about."""

DICE = random.SystemRandom()


def judge(runtime: Runtime, links: list[Link], backup: Path | None = None) -> Verdict:
    verdict = attack(links, collect(runtime, links, backup), DICE)
    best = verdict.best
    print(
        f"{len(verdict.findings)} pairs of signals, {verdict.n_cells} cells, {verdict.n_single} more with a single response; best: "
        f"{best.code_signal} with {best.response_signal}, {best.hits} hits, {best.expected} by chance, corrected p {verdict.p:.3g}"
    )
    return verdict


def test_after_the_night_used_codes_match_responses_no_better_than_chance(any_runtime: Runtime, clock: Clock, tmp_path: Path) -> None:
    links = live_through(any_runtime, clock, DICE, n_days=3, per_cell=(1, 10))
    spend_night(any_runtime)
    verdict = judge(any_runtime, links)
    assert verdict.n_cells > 10
    assert verdict.p > CHANCE, verdict.best

    # Business goes on; a backup is saved in the evening, and the thief gets that as well as the files of that moment.
    links += live_through(any_runtime, clock, DICE, n_days=1, per_cell=(1, 10))
    save_backup(any_runtime, tmp_path / "backup.zip")
    verdict = judge(any_runtime, links, tmp_path / "backup.zip")
    assert any(finding.code_signal.startswith("backup ") for finding in verdict.findings), "the backup was read"
    assert verdict.p > CHANCE, verdict.best


def test_without_the_night_the_attacker_sees_the_order(any_runtime: Runtime, clock: Clock) -> None:
    links = live_through(any_runtime, clock, DICE, n_days=1, per_cell=(14, 14))
    verdict = judge(any_runtime, links)
    assert verdict.p < CERTAIN, verdict.best


@pytest.mark.parametrize("any_runtime", ["postgresql"], indirect=True)  # SQLite has no row marks
def test_rewrite_that_carries_row_marks_along_is_not_enough(any_runtime: Runtime, clock: Clock) -> None:
    links = live_through(any_runtime, clock, DICE, n_days=1, per_cell=(14, 14))
    with any_runtime.database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("CLUSTER rating_codes USING pk_rating_codes"))
    verdict = judge(any_runtime, links)
    assert verdict.p < CERTAIN, verdict.best
    assert "mark" in verdict.best.code_signal or "xmin" in verdict.best.code_signal


def test_table_with_row_numbers_is_seen_through(runtime: Runtime, clock: Clock) -> None:
    links = live_through(runtime, clock, DICE, n_days=1, per_cell=(14, 14))
    order = {link.code: position for position, link in enumerate(links)}
    with runtime.database.write() as session:
        rows = sorted(session.execute(text("SELECT * FROM rating_codes")).all(), key=lambda row: order[row.code_hash])
        arrivals = session.execute(text("SELECT * FROM responses")).all()
        arrived = {link.response.hex: position for position, link in enumerate(links)}
        arrivals = sorted(arrivals, key=lambda row: arrived[row.id])
        for table, content in (("rating_codes", rows), ("responses", arrivals)):
            names = content[0]._fields
            values = ", ".join(f":{name}" for name in names)
            session.execute(text(f"ALTER TABLE {table} RENAME TO {table}_before"))
            session.execute(text(f"CREATE TABLE {table} ({', '.join(names)})"))
            session.execute(text(f"INSERT INTO {table} VALUES ({values})"), [row._asdict() for row in content])
    verdict = judge(runtime, links)
    assert verdict.p < CERTAIN, verdict.best


def test_what_a_code_filled_in_is_forgotten_once_it_opens_nothing(any_runtime: Runtime, clock: Clock) -> None:
    add_counters(any_runtime)
    places = [(counter, mode) for counter in "123" for mode in ("in_person", "online", "postal")]
    visits = []
    for counter, mode in places * 12:
        codes, _ = issue_codes(any_runtime, unit_key=COMMUNE, field_code="ho-tich", counter_code=counter, mode=mode)  # type: ignore[arg-type]
        visits.append(Visit(COMMUNE, "ho-tich", "result", tuple(codes), uuid4(), mode, counter))
    DICE.shuffle(visits)
    for visit in visits:
        send(any_runtime, visit)
    links = [link for visit in visits for link in links_of(any_runtime, visit, "2025-09-10")]
    clock.move(days=1)
    spend_night(any_runtime)
    assert judge(any_runtime, links).p < CERTAIN, "a code that still opens the other stage says its counter and mode"
    clock.move(days=any_runtime.settings.code_valid_days + 1)
    spend_night(any_runtime)
    verdict = judge(any_runtime, links)
    assert verdict.p > CHANCE, verdict.best


@pytest.mark.soak
def test_hundreds_of_cells_still_give_nothing_away(any_runtime: Runtime, clock: Clock, tmp_path: Path) -> None:
    links: list[Link] = []
    for _ in range(12):
        links += live_through(any_runtime, clock, DICE, n_days=1, per_cell=(1, 40))
        spend_night(any_runtime)
    save_backup(any_runtime, tmp_path / "backup.zip")
    verdict = judge(any_runtime, links, tmp_path / "backup.zip")
    assert verdict.p > CHANCE, verdict.best
