"""Preparing a demonstration's folder and serving it until somebody ends it."""

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app import schema
from app.cli.serve import make_server, start_refresher
from app.demo.folder import DemoFolder
from app.demo.gaming import print_planted
from app.demo.handover import Handover, renew_handover, write_handover
from app.demo.loading import DemoSize, find_size, load_demonstration, print_truth
from app.demo.tuy_phuoc import TUY_PHUOC_OFFICE
from app.errors import ConfigurationError
from app.runtime import Runtime, open_runtime
from app.services.installation import make_installation
from app.services.instruments import publish_instruments
from app.services.integrity import run_integrity

USUAL_RESPONSES, USUAL_SEED = 9_000, 2025

_SECONDS_TO_ANSWER = 60
_SECONDS_TO_FINISH = 2
"""For requests still running when the demonstration is ended."""


def prepare_demonstration(folder: DemoFolder, public_url: str, *, n_responses: int | None, seed: int | None) -> Runtime:
    """Make the folder's database and load it, once; a demonstration already there is used again.

    None for `n_responses` or `seed`: as it was made, else the usual. Raises ConfigurationError, with nothing changed,
    for a folder of an office, and for a demonstration that was made with other numbers.
    """
    folder.refuse_if_foreign()
    settings = folder.settings(public_url)
    folder.path.mkdir(parents=True, exist_ok=True)
    folder.handover.unlink(missing_ok=True)  # whoever waits for it must not read that of an earlier run
    settings.ensure_secret()
    runtime = open_runtime(settings)
    schema.upgrade(runtime.database)
    make_installation(runtime, kind="demonstration")
    publish_instruments(runtime)
    instrument = runtime.instruments[runtime.settings.kiosk_instrument]
    known = find_size(runtime)
    wanted = _choose_size(known, n_responses, seed)
    if known is None:
        load_demonstration(runtime, TUY_PHUOC_OFFICE, instrument, wanted)
        run_integrity(runtime, TUY_PHUOC_OFFICE.first_on, TUY_PHUOC_OFFICE.last_on)
    elif known != wanted:
        raise ConfigurationError(
            f"{folder.path} holds a demonstration of {known.n_responses} responses from seed {known.seed}, and responses "
            "are never replaced: leave --responses and --seed out to use it, or choose another --data folder"
        )
    folder.write(folder.truth, print_truth(TUY_PHUOC_OFFICE, instrument))
    folder.write(folder.planted, print_planted(TUY_PHUOC_OFFICE, wanted.n_responses))
    return runtime


def _choose_size(known: DemoSize | None, n_responses: int | None, seed: int | None) -> DemoSize:
    usual = known or DemoSize(USUAL_RESPONSES, USUAL_SEED)
    return DemoSize(usual.n_responses if n_responses is None else n_responses, usual.seed if seed is None else seed)


def serve_demonstration(
    folder: DemoFolder,
    host: str,
    port: int,
    *,
    n_responses: int | None,
    seed: int | None,
    announce: Callable[[Handover], None],
) -> None:
    """Prepare the folder, serve it, and hand over once /healthz answers; runs until the process is told to end.

    `port` 0 takes a free one. Raises ConfigurationError when the address cannot be used or nothing answers there.
    """
    with _claimed_port(host, port) as port:
        url = f"http://{_reachable(host)}:{port}"
        earlier = folder.read_handover()
        runtime = prepare_demonstration(folder, url, n_responses=n_responses, seed=seed)
        server = make_server(runtime, host, port)
        serving = threading.Thread(target=server.run, name="demonstration", daemon=True)
        serving.start()
        refresher = start_refresher(server)
        try:
            _wait_until_healthy(_reachable(host), port)
            handover = renew_handover(runtime, TUY_PHUOC_OFFICE, folder, earlier)
            write_handover(handover, folder)
            announce(handover)
            serving.join()
        finally:
            refresher.end()
            server.task_dispatcher.shutdown(cancel_pending=True, timeout=_SECONDS_TO_FINISH)
            runtime.database.dispose()


@contextmanager
def _claimed_port(host: str, port: int) -> Iterator[int]:
    """The port itself, or a free one for 0, held until the end: bound, not listened on, so that the server can and nobody else.

    Found out before anything is made, so that a taken port costs nothing.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            place.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"cannot listen on {host} port {port} ({error.strerror}): choose another with --port, or 0 for a free one"
            ) from None
        yield int(place.getsockname()[1])


def _reachable(host: str) -> str:
    """The host part of an address that reaches a server listening on `host`."""
    if host in ("0.0.0.0", "::"):  # noqa: S104  # compared with, not bound to
        return "127.0.0.1" if host == "0.0.0.0" else "[::1]"  # noqa: S104
    return f"[{host}]" if ":" in host else host


def _wait_until_healthy(host: str, port: int) -> None:
    give_up_at = time.monotonic() + _SECONDS_TO_ANSWER
    while not _is_healthy(host, port):
        if time.monotonic() > give_up_at:
            raise ConfigurationError(f"the server on port {port} does not answer /healthz: look at the messages above")
        time.sleep(0.05)


def _is_healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host.strip("[]"), port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
