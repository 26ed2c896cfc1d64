"""How the server itself is doing: whether it can store, and for how long there is room."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from app.db import Outage
from app.runtime import Runtime

LEAST_FREE_BYTES: Final = 256 * 1024 * 1024
"""Below this the office is told: room for some 250 000 responses, time enough to act."""
REMEMBERED: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ServerState:
    """`outage` is the last one of this process that still lasts or ended within a day; `free_bytes` is None while there is room."""

    outage: Outage | None
    free_bytes: int | None

    @property
    def is_failing(self) -> bool:
        """Whether nothing can be stored right now, as far as the last attempt tells."""
        return self.outage is not None and self.outage.ended_at is None


def watch_server(runtime: Runtime) -> ServerState:
    """Look at the last outage and at the disk of the data folder. Asks neither the database nor the network."""
    outage = runtime.database.outage
    if outage is not None and outage.ended_at is not None and datetime.now(UTC) - outage.ended_at > REMEMBERED:
        outage = None
    free = shutil.disk_usage(runtime.settings.data_dir).free
    return ServerState(outage, free if free < LEAST_FREE_BYTES else None)
