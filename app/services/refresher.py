"""Keeping the store fresh beside the web server, so that no page waits for an hour to be closed."""

import threading

import structlog

from app.services.figures import Figures

_log = structlog.get_logger()
_SECONDS_BETWEEN = 60


class StoreRefresher(threading.Thread):
    """Closes hours as they end and counts the pages people open before they do; several processes agree by the folder's lock.

    It never ends the server: what goes wrong is logged, and the pages count from the database what the store lacks.
    """

    def __init__(self, figures: Figures) -> None:
        super().__init__(name="store refresher", daemon=True)
        self._figures = figures
        self._ended = threading.Event()

    def run(self) -> None:
        """Refresh now and every minute until told to end."""
        while True:
            try:
                self._figures.keeper.refresh()
                self._figures.warm()
            except Exception as error:
                _log.error("store was not refreshed", error=type(error).__name__)
            if self._ended.wait(_SECONDS_BETWEEN):
                return

    def end(self) -> None:
        """Stop after what is under way."""
        self._ended.set()
