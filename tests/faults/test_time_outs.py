"""Senders that hang up before the answer comes, and send again: exactly one row for each sheet, over real connections."""

import http.client
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from app.cli.serve import make_server
from app.models import Response
from app.runtime import Runtime
from app.services.keys import add_device
from tests.factories import COMMUNE, response
from tests.loopback import LoopbackServer
from tests.sender import HttpSender

SHORTEST_WAIT, LONGEST_WAIT, PATIENT = 0.001, 0.5, 120.0
N_SENDERS = 12


def send_three_times(runtime: Runtime, how_many: int) -> None:
    key = add_device(runtime, unit_key=COMMUNE, label="Máy quầy 1", counter_code="1")[1]
    sheets = [response() for _ in range(how_many)]
    copies = sheets * 3
    random.shuffle(copies)
    server = LoopbackServer(make_server(runtime, "127.0.0.1", 0))

    def work(part: list[dict[str, object]]) -> int:
        n_lost = 0
        for number, sheet in enumerate(part):
            short = SHORTEST_WAIT * (LONGEST_WAIT / SHORTEST_WAIT) ** random.random()  # noqa: S311  # network weather, not a secret
            # Every tenth waits from the start, so that some do not give up on a machine of any speed.
            for wait in (short, PATIENT) if number % 10 else (PATIENT,):
                sender = HttpSender(server.address, key, wait)
                try:
                    status, answer = sender.post("/api/v1/responses", {"responses": [sheet]})
                except (OSError, http.client.HTTPException):
                    n_lost += 1
                    continue
                finally:
                    sender.hang_up()
                assert (status, answer["acknowledged"]) == (200, [sheet["id"]])
                break
            else:
                raise AssertionError("minutes without an answer")
        return n_lost

    try:
        with ThreadPoolExecutor(N_SENDERS) as senders:
            n_lost = sum(senders.map(work, [copies[start::N_SENDERS] for start in range(N_SENDERS)]))
    finally:
        server.stop()
    print(f"{len(copies)} sendings, {n_lost} given up before the answer came")
    assert 0 < n_lost < len(copies), "some give up, some do not: else nothing was tried"
    with runtime.database.read() as session:
        stored = [str(key) for key in session.scalars(select(Response.id))]
    assert sorted(stored) == sorted(str(sheet["id"]) for sheet in sheets)


def test_three_hundred_sheets_sent_three_times_with_random_time_outs_are_three_hundred_rows(any_runtime: Runtime) -> None:
    send_three_times(any_runtime, 300)


@pytest.mark.soak
def test_ten_thousand_sheets_sent_three_times_with_random_time_outs_are_ten_thousand_rows(any_runtime: Runtime) -> None:
    send_three_times(any_runtime, 10_000)
