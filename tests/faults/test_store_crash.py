"""A refreshing process killed at any point leaves a store that mends itself; writers beside a reader lose nothing and double nothing."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from app.models import Response
from app.runtime import Runtime
from app.selection import Selection
from app.services.figures import Figures
from app.services.intake import Sender, file_submissions, submit_responses
from app.services.store import StoreKeeper
from survey_forms import read_submission
from tests.clock import Clock
from tests.factories import COMMUNE, NEIGHBOUR, response

ROOT = Path(__file__).parent.parent.parent
_WRITERS = 6

_ENDLESS_REBUILDS = """
from app.cli.opening import open_installation
from app.services.store import StoreKeeper
keeper = StoreKeeper(open_installation())
print("begun", flush=True)
while True:
    keeper.rebuild()
"""


def submit(runtime: Runtime, n: int, unit: str = COMMUNE) -> None:
    sent = [read_submission(response(id=str(uuid4()), unit=unit, ratings={"1.1": 4})) for _ in range(n)]
    assert len(submit_responses(runtime, sent, Sender()).acknowledged) == n


def count(figures: Figures) -> int:
    return int(figures.gather(Selection()).live.by().n_returned[0])


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    from tests.conftest import SECRET

    return {**os.environ, "SIPAS_DATA_DIR": str(tmp_path), "SIPAS_SECRET_KEY": SECRET, "PYTHONPATH": str(ROOT)}


def test_process_killed_while_it_rebuilds_leaves_a_store_that_mends_itself(
    runtime: Runtime, clock: Clock, environment: dict[str, str]
) -> None:
    for _ in range(5):
        submit(runtime, 40)
        clock.move(hours=200)
    source = random.Random(1)  # noqa: S311  # moments to kill at, not a secret
    for _ in range(6):
        process = subprocess.Popen([sys.executable, "-c", _ENDLESS_REBUILDS], env=environment, stdout=subprocess.PIPE, cwd=ROOT)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(source.random() * 0.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        figures = Figures(runtime)
        assert count(figures) == 200
        figures.keeper.refresh(wait=True)
        manifest = figures.keeper.current()
        listed = {part.name for part in manifest.parts}
        assert manifest.n_rows == 200
        assert figures.keeper.check().n_repaired == 0
        assert {f.name.partition(".")[0] for f in figures.keeper.folder.path.glob("*.parquet")} == listed


def test_crash_between_any_two_steps_of_a_refresh_loses_nothing(runtime: Runtime, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    class PowerCutError(Exception):
        """The machine stops here."""

    submit(runtime, 30)
    clock.move(hours=30)
    StoreKeeper(runtime).refresh()
    submit(runtime, 12, NEIGHBOUR)
    clock.move(hours=800)
    steps_until_cut = 0
    is_done = False
    whole = {name: getattr(os, name) for name in ("fsync", "replace", "unlink")}
    while not is_done:
        steps_until_cut += 1
        left = steps_until_cut

        def step(*args: object, real: object, **kwargs: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise PowerCutError
            return real(*args, **kwargs)  # type: ignore[operator]  # one of the three functions above

        with monkeypatch.context() as cut:
            for name, real in whole.items():
                cut.setattr(os, name, lambda *a, _real=real, **k: step(*a, real=_real, **k))
            try:
                StoreKeeper(runtime).refresh(wait=True)
                is_done = True
            except PowerCutError:
                pass
        figures = Figures(runtime)
        assert int(figures.gather(Selection()).live.by().n_returned[0]) == 42
        if not is_done:
            with figures.keeper.folder.writing(wait=True):
                figures.keeper.folder.discard()
    assert steps_until_cut > 5
    assert StoreKeeper(runtime).check().n_repaired == 0


def test_writers_slow_and_fast_beside_a_refreshing_reader_lose_and_double_nothing(any_runtime: Runtime, clock: Clock) -> None:
    """Hours pass while transactions run: rows given their hour early and committed late are what a watermark would lose."""
    is_over = threading.Event()
    errors: list[BaseException] = []

    def write(seed: int) -> None:
        source = random.Random(seed)  # noqa: S311  # a schedule, not a secret
        try:
            while not is_over.is_set():
                batch = [read_submission(response(id=str(uuid4()), ratings={"1.1": 5})) for _ in range(source.randint(1, 4))]
                with any_runtime.database.write() as session:
                    file_submissions(any_runtime, session, batch, Sender())
                    # SQLite's writers queue up behind one another; there a long transaction only makes everybody wait.
                    time.sleep(source.random() * (0.02 if any_runtime.database.is_sqlite else 0.3))
        except BaseException as error:
            errors.append(error)

    figures = Figures(any_runtime)
    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(_WRITERS)]
    for writer in writers:
        writer.start()
    seen = 0
    for _ in range(25):
        clock.move(minutes=30)
        figures.keeper.refresh()
        now = count(figures)
        assert now >= seen, "what was on the page stays on it"
        seen = now
        time.sleep(0.05)
    is_over.set()
    for writer in writers:
        writer.join()
    assert not errors
    with any_runtime.database.read() as session:
        stored = session.scalar(select(func.count()).select_from(Response))
    assert count(figures) == count(Figures(any_runtime)) == stored
    clock.move(hours=2)
    figures.keeper.refresh()
    manifest = figures.keeper.current()
    assert manifest.n_rows == stored
    assert count(figures) == stored
    assert figures.keeper.check().n_repaired == 0
