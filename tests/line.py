"""A line between a program and its database that can be cut and mended: the real thing at both ends, nothing pretended."""

import socket
import threading
from contextlib import suppress


class Line:
    """Forwards one port of the loopback to another. `cut` drops every connection and refuses new ones; `mend` takes them again."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._is_cut = False
        self._is_closed = False
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """The database is gone."""
        with self._lock:
            self._is_cut = True
        self._drop()

    def mend(self) -> None:
        """It is back."""
        self._is_cut = False

    def close(self) -> None:
        """End it all."""
        with self._lock:
            self._is_closed = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._drop()

    def _accept(self) -> None:
        while not self._is_closed:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:  # who was accepted before a cut must not come through after it
                is_cut = self._is_cut or self._is_closed
                if not is_cut:
                    self._ends += [near, far]
            if is_cut:
                near.close()
                far.close()
                continue
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_carry, args=(source, sink), daemon=True).start()

    def _drop(self) -> None:
        with self._lock:
            ends, self._ends = self._ends, []
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
