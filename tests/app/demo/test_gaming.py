"""Planted gaming: known, found by the run, and nothing else is."""

from pathlib import Path

import pytest

from app.demo.folder import DemoFolder
from app.demo.gaming import N_PLANTED, PACKS, generate_packs, print_planted
from app.demo.serving import USUAL_RESPONSES, prepare_demonstration
from app.demo.tuy_phuoc import TUY_PHUOC_OFFICE
from app.queries.integrity import list_flags
from app.queries.responses import find_days
from app.runtime import first_hour_of
from app.services.generated_ids import is_generated
from survey_forms import load_shipped


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DemoFolder:
    return DemoFolder(tmp_path_factory.mktemp("usual") / "demo")


def test_packs_are_marked_as_generated_and_the_same_for_one_seed() -> None:
    instrument = load_shipped()["kiosk-default@1.0"]
    packs, again = (list(generate_packs(TUY_PHUOC_OFFICE, instrument, seed=3)) for _ in range(2))
    assert len(packs) == N_PLANTED
    assert packs == again
    assert all(is_generated(sheet.id) for sheet in packs)


def test_usual_demonstration_shows_flags_where_gaming_was_planted(folder: DemoFolder) -> None:
    runtime = prepare_demonstration(folder, "http://127.0.0.1:1", n_responses=None, seed=None)
    with runtime.database.read() as session:
        flags = list_flags(session)
        assert find_days(session) is not None
    runtime.database.dispose()
    hours = {first_hour_of(day) + hour for day, hour in PACKS}
    assert {flag.first_hour for flag in flags if flag.kind == "burst"} == hours
    assert {flag.unit_key for flag in flags} == {TUY_PHUOC_OFFICE.shown_unit_key}
    assert folder.planted.read_text(encoding="utf-8").count("\n") == 1 + len(PACKS)


def test_small_demonstration_has_none_planted(tmp_path: Path) -> None:
    assert print_planted(TUY_PHUOC_OFFICE, 400).count(b"\n") == 1
    assert print_planted(TUY_PHUOC_OFFICE, USUAL_RESPONSES).count(b"\n") == 1 + len(PACKS)
