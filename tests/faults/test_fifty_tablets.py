"""A hall of fifty tablets behind one address is never throttled."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from app.cli.serve import make_server
from app.models import Response
from app.runtime import Runtime
from app.services.keys import add_device
from tests.factories import COMMUNE, response
from tests.loopback import LoopbackServer
from tests.sender import HttpSender

N_TABLETS, PER_MINUTE = 50, 20


def test_fifty_tablets_behind_one_address_at_twenty_answers_a_minute_are_never_refused(runtime: Runtime) -> None:
    """The whole minute's load is sent at once, and two minutes' worth of it: whatever window a limit has, it holds more than asked."""
    keys = [add_device(runtime, unit_key=COMMUNE, label=f"Máy {n}", counter_code="1")[1] for n in range(N_TABLETS)]
    server = LoopbackServer(make_server(runtime, "127.0.0.1", 0))

    def work(key: str) -> list[int]:
        sender, statuses = HttpSender(server.address, key), []
        for _ in range(2 * PER_MINUTE):
            sheet = response()
            status, answer = sender.post("/api/v1/responses", {"responses": [sheet]})
            statuses.append(status)
            assert answer["acknowledged"] == [sheet["id"]]
        sender.hang_up()
        return statuses

    try:
        with ThreadPoolExecutor(N_TABLETS) as hall:
            statuses = [status for one in hall.map(work, keys) for status in one]
    finally:
        server.stop()
    assert statuses == [200] * (2 * N_TABLETS * PER_MINUTE)
    with runtime.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == len(statuses)
