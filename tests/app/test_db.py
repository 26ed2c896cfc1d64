"""Writing together: one commit for many, and nobody told before it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app.errors import DatabaseUnavailableError
from app.models import Field
from app.runtime import Runtime


def add_field(code: str) -> Callable[[Session], str]:
    def work(session: Session) -> str:
        session.add(Field(code=code, name=code))
        session.flush()
        return code

    return work


def count_fields(runtime: Runtime) -> int:
    with runtime.database.read() as session:
        return session.scalar(select(func.count()).select_from(Field)) or 0


def test_error_in_one_piece_takes_back_that_piece_alone(runtime: Runtime) -> None:
    before = count_fields(runtime)

    def fail(session: Session) -> str:
        add_field("broken")(session)
        raise ValueError("planted")

    with ThreadPoolExecutor(6) as pool:
        good = [pool.submit(runtime.database.write_together, add_field(f"f{i}")) for i in range(20)]
        bad = pool.submit(runtime.database.write_together, fail)
        assert [future.result() for future in good] == [f"f{i}" for i in range(20)]
        with pytest.raises(ValueError, match="planted"):
            bad.result()
    assert count_fields(runtime) == before + 20


def test_callers_that_wait_share_one_commit(runtime: Runtime) -> None:
    commits: list[int] = []
    event.listen(runtime.database.engine, "commit", lambda _connection: commits.append(1))
    started, may_go = threading.Event(), threading.Event()

    def hold(session: Session) -> str:
        add_field("first")(session)
        started.set()
        may_go.wait(120)
        return "held"

    with ThreadPoolExecutor(12) as pool:
        first = pool.submit(runtime.database.write_together, hold)
        started.wait(120)
        rest = [pool.submit(runtime.database.write_together, add_field(f"g{i}")) for i in range(10)]
        while len(runtime.database._queue) < 10:
            threading.Event().wait(0.01)
        may_go.set()
        assert first.result() == "held"
        assert len([future.result() for future in rest]) == 10
    assert len(commits) == 2, "one for whoever came first, one for all who had queued up"


def test_failed_commit_is_told_to_everyone_in_it(runtime: Runtime) -> None:
    before = count_fields(runtime)

    def refuse(_connection: object) -> None:
        raise OSError("disk full")

    event.listen(runtime.database.engine, "commit", refuse)
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(runtime.database.write_together, add_field(f"h{i}")) for i in range(8)]
        assert all(isinstance(future.exception(), OSError) for future in futures)
    event.remove(runtime.database.engine, "commit", refuse)
    assert count_fields(runtime) == before


def test_database_that_is_gone_is_told_plainly(runtime: Runtime) -> None:
    runtime.database.dispose()
    file = runtime.settings.data_dir / "sipas.db"
    for path in runtime.settings.data_dir.glob("sipas.db*"):
        path.unlink()
    file.mkdir()
    with pytest.raises(DatabaseUnavailableError):
        runtime.database.write_together(add_field("x"))
    with pytest.raises(DatabaseUnavailableError), runtime.database.read() as session:
        session.scalar(select(func.count()).select_from(Field))
    assert not runtime.database.is_reachable()
