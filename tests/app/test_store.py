"""The store under the pages: a new response is on the next load, none is lost or doubled, and what is broken mends itself."""

import shutil
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from analytics.design import Design
from analytics.store import Choice, count_rows
from analytics.store.part import read_part
from analytics.tally import Tally
from app.models import Exclusion, HourClosing, RespondentAnswers, Response
from app.queries.stored_rows import read_rows
from app.runtime import Runtime
from app.selection import Selection
from app.services.closing import close_hours
from app.services.figures import Figures
from app.services.intake import Sender, submit_responses
from app.services.store import StoreKeeper
from survey_forms import read_submission
from tests.clock import Clock
from tests.factories import COMMUNE, NEIGHBOUR, response

RATINGS = {"1.1": 5, "1.2": 2, "2.1": "no_opinion"}


def submit(runtime: Runtime, n: int = 1, sender: Sender | None = None, **changes: object) -> list[UUID]:
    sent = [read_submission(response(**{"ratings": RATINGS, **changes, "id": str(uuid4())})) for _ in range(n)]
    receipt = submit_responses(runtime, sent, sender or Sender())
    assert len(receipt.acknowledged) == n
    return receipt.acknowledged


def count(figures: Figures, **changes: object) -> int:
    return int(figures.gather(Selection(**changes)).live.by().n_returned[0])  # type: ignore[arg-type]  # a selection's own fields


def by_brute_force(runtime: Runtime) -> Tally:
    """Everything from the database in one count."""
    with runtime.database.read() as session:
        ((instrument, rows),) = read_rows(runtime, session).values()
    return count_rows(Design.of(instrument), [rows], Choice(), ("unit", "field")).tally


def test_a_new_response_is_on_the_page_at_the_next_load_open_hour_or_closed(any_runtime: Runtime, clock: Clock) -> None:
    figures = Figures(any_runtime)
    assert count(figures) == 0
    expected = 0
    for hours in (0, 1, 1, 30, 24 * 40):
        clock.move(hours=hours)
        for unit in (COMMUNE, NEIGHBOUR):
            submit(any_runtime, 2, unit=unit)
            expected += 2
            assert count(figures) == expected
            assert count(Figures(any_runtime)) == expected, "and in a process that has just begun"
    assert figures.gather(Selection()).tally.equals(by_brute_force(any_runtime))
    clock.move(hours=1)
    assert count(figures) == expected
    manifest = figures.keeper.current()
    assert (manifest.n_rows, manifest.closed_until) == (expected, any_runtime.hour())


def test_a_clock_set_back_puts_no_response_where_nobody_reads(any_runtime: Runtime, clock: Clock) -> None:
    figures = Figures(any_runtime)
    clock.move(hours=5)
    submit(any_runtime)
    clock.move(hours=2)
    assert count(figures) == 1
    closed_until = figures.keeper.current().closed_until
    clock.move(hours=-6)
    submit(any_runtime)
    with any_runtime.database.read() as session:
        assert max(session.scalars(select(Response.received_hour))) == closed_until
    assert count(figures) == 2


def test_deleting_the_folder_is_safe_at_any_time(any_runtime: Runtime, clock: Clock) -> None:
    figures = Figures(any_runtime)
    submit(any_runtime, 3)
    clock.move(hours=2)
    assert count(figures) == 3
    shutil.rmtree(figures.keeper.folder.path)
    assert count(figures) == 3
    assert figures.keeper.check().n_repaired == 0


def test_pages_are_there_when_the_folder_cannot_be_made(any_runtime: Runtime, clock: Clock) -> None:
    (any_runtime.settings.data_dir / "store").write_text("a file where the folder would be", encoding="ascii")
    submit(any_runtime, 3)
    clock.move(hours=2)
    assert count(Figures(any_runtime)) == 3


@pytest.mark.parametrize("damage", ["cut", "gone", "foreign", "tally", "list"])
def test_damage_is_mended_from_the_database_and_told(
    runtime: Runtime, clock: Clock, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from app.log import configure_log

    configure_log()
    submit(runtime, 4)
    clock.move(hours=2)
    assert count(Figures(runtime)) == 4
    folder = StoreKeeper(runtime).folder
    file = next(folder.path.glob("*.tally" if damage == "tally" else "manifest.json" if damage == "list" else "*.parquet"))
    content = file.read_bytes()
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes({"cut": content[:-9], "foreign": b"PAR1" * (len(content) // 4), "tally": content[::-1], "list": b"{"}[damage])
    figures = Figures(runtime)
    assert count(figures) == 4
    figures.keeper.check()
    said = capsys.readouterr().err
    assert ("made again" in said) or ("made anew" in said)
    assert figures.keeper.check().n_repaired == 0


def test_check_finds_a_part_that_says_something_else(any_runtime: Runtime, clock: Clock) -> None:
    keeper = StoreKeeper(any_runtime)
    submit(any_runtime, 5)
    clock.move(hours=1)
    assert keeper.check().n_repaired == 0
    manifest = keeper.current()
    (part,) = manifest.parts
    instrument = any_runtime.instruments[part.instrument_id]
    rows = read_part(keeper.folder.path, Design.of(instrument), part)
    with keeper.folder.writing(wait=True):
        (other,) = keeper.folder.write(Design.of(instrument), rows.take(np.arange(4)), part.first_hour, part.until_hour)
        keeper.folder.put(manifest.replacing([part], [other], same_rows=True))
    assert count(Figures(any_runtime)) == 4, "nothing but the check compares with the database"
    assert keeper.check().n_repaired == 1
    assert count(Figures(any_runtime)) == 5


def test_store_of_another_database_is_made_anew(runtime: Runtime, clock: Clock) -> None:
    submit(runtime, 2)
    clock.move(hours=1)
    figures = Figures(runtime)
    assert count(figures) == 2
    made = figures.keeper.current().made
    with runtime.database.write() as session:
        session.get_one(HourClosing, 1).database = "another"
    clock.move(hours=1)
    assert count(figures) == 2
    assert figures.keeper.current().made != made


def test_erased_answers_about_a_respondent_leave_the_store_with_the_nightly_check(any_runtime: Runtime, clock: Clock) -> None:
    submit(any_runtime, 2, respondent={"sex": "female"})
    clock.move(hours=1)
    keeper = StoreKeeper(any_runtime)
    keeper.refresh()
    assert list(keeper.folder.path.glob("*.respondent.parquet"))
    with any_runtime.database.write() as session:
        for row in session.scalars(select(RespondentAnswers)):
            row.salt, row.answers = None, None
    assert keeper.check().n_repaired == 1
    assert not list(keeper.folder.path.glob("*.respondent.parquet"))
    assert count(Figures(any_runtime)) == 2


def test_confirmed_exclusions_are_taken_away_and_rewrite_nothing(any_runtime: Runtime, clock: Clock) -> None:
    figures = Figures(any_runtime)
    (one, *_) = submit(any_runtime, 3)
    clock.move(hours=30)
    submit(any_runtime, 2, unit=NEIGHBOUR)
    assert count(figures) == 5
    before = {file.name for file in figures.keeper.folder.path.iterdir()}
    hour = any_runtime.hour()
    with any_runtime.database.write() as session:
        session.add_all(
            [
                Exclusion(id="1", response_id=one, reason="thử máy", state="confirmed"),
                Exclusion(id="2", unit_key=NEIGHBOUR, first_hour=hour - 40, last_hour=hour, reason="thử máy", state="confirmed"),
                Exclusion(id="3", unit_key=COMMUNE, reason="đang xem xét", state="open"),
                Exclusion(id="4", reason="không nêu gì", state="confirmed"),
            ]
        )
    assert count(figures) == 2
    assert int(figures.gather(Selection(), with_excluded=True).live.by().n_returned[0]) == 5
    clock.move(hours=1)
    assert count(figures) == 2, "also once the hour of the second unit's responses is closed"
    assert before <= {file.name for file in figures.keeper.folder.path.iterdir()}
    with any_runtime.database.write() as session:
        session.get_one(Exclusion, "2").state = "dismissed"
    assert count(figures) == 4


def test_commands_refresh_rebuild_and_check(runtime: Runtime, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.cli import cli
    from tests.conftest import SECRET

    submit(runtime, 3)
    monkeypatch.setenv("SIPAS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SIPAS_SECRET_KEY", SECRET)
    for name in ("refresh", "rebuild", "check"):
        result = CliRunner().invoke(cli, ["store", name])
        assert result.exit_code == 0, result.output
        assert result.output.startswith("3 responses in 1 parts")


@pytest.mark.parametrize("any_runtime", ["postgresql"], indirect=True)  # SQLite has one writer: whoever closes an hour is alone
def test_an_hour_stays_open_while_a_transaction_from_it_runs(any_runtime: Runtime, clock: Clock) -> None:
    from app.services.intake import file_submissions

    close_hours(any_runtime)
    figures = Figures(any_runtime)
    late = read_submission(response(ratings=RATINGS))
    with any_runtime.database.write() as slow:
        file_submissions(any_runtime, slow, [late], Sender())
        clock.move(hours=1)
        submit(any_runtime, 2)
        assert count(figures) == 2
        clock.move(hours=1)
        assert count(figures) == 2
        assert figures.keeper.current().closed_until <= any_runtime.hour() - 2, "the hour the slow one began in is not closed"
    assert count(figures) == 3, "committed hours later, it is there at the next load"
    figures.keeper.refresh()
    figures.keeper.refresh()
    assert count(figures) == 3
    assert figures.keeper.check().n_repaired == 0


def test_a_rebuild_in_several_goes_is_one_of_all(any_runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        submit(any_runtime, 4)
        clock.move(hours=24 * 31)
    figures = Figures(any_runtime)
    figures.keeper.rebuild()
    at_once = figures.keeper.current()
    monkeypatch.setattr("app.services.store._MOST_AT_ONCE", 9)
    assert figures.keeper.rebuild().n_rows == 20
    assert [part.name for part in figures.keeper.current().parts] == [part.name for part in at_once.parts]
    assert figures.keeper.check().n_repaired == 0
