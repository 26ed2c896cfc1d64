"""Serving on a free port of the loopback, in a thread, and stopping for real."""

import threading
from collections.abc import Callable
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

_SECONDS_TO_STOP = 120


class LoopbackServer:
    """A waitress server in a thread. `stop` closes the listening socket and every open connection from inside the
    server's own loop: closed from outside, its select would now and then wake up on a socket that is gone."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self.port: int = server.effective_port
        self._thread = threading.Thread(target=server.run, daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop, and wait until it has; once stopped, nothing happens."""
        if not self._thread.is_alive():
            return
        sockets = self._server._map
        self._server.trigger.pull_trigger(lambda: wasyncore.close_all(sockets, ignore_all=True))
        self._thread.join(timeout=_SECONDS_TO_STOP)
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=_SECONDS_TO_STOP)
        assert not self._thread.is_alive(), "the server did not stop"


def serve_wsgi(application: Callable[..., Any]) -> LoopbackServer:
    """Serve any WSGI application on a free port."""
    return LoopbackServer(create_server(application, host="127.0.0.1", port=0))
