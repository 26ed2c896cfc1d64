"""Programs and tablets as they reach the door over HTTP: one kept connection each, optionally one that gives up early."""

import http.client
import json
import socket
from urllib.parse import urlsplit


class HttpSender:
    """Posts JSON with a bearer key. `seconds` is how long it waits for an answer before it hangs up."""

    def __init__(self, address: str, key: str, seconds: float = 120) -> None:
        self._netloc, self._key, self._seconds = urlsplit(address).netloc, key, seconds
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: object) -> tuple[int, dict[str, object]]:
        """Status and answer. Raises OSError or HTTPException when the line broke or the answer took too long."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._netloc, timeout=self._seconds)
            self._connection.connect()
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
            self._connection.request("POST", path, json.dumps(body), headers)
            answer = self._connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            self.hang_up()
            raise

    def hang_up(self) -> None:
        """Close the connection; the next post opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
