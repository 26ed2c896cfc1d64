"""Ports of the loopback that nobody else takes between being chosen and being listened on, or while their server is stopped."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_port() -> Iterator[int]:
    """A port that is ours until the end: bound, not listened on. A server that sets SO_REUSEADDR, as all of ours do, may listen on it;
    without one it refuses connections; and the system gives it to nobody else."""
    with socket.socket() as place:
        place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        place.bind(("127.0.0.1", 0))
        yield int(place.getsockname()[1])
