"""How the server itself is doing: whether it can store, for how long there is room, whether the night's work is done."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from app.config import LOCAL_ZONE
from app.db import Outage
from app.errors import DatabaseUnavailableError
from app.models import Installation
from app.runtime import Runtime

LEAST_FREE_BYTES: Final = 256 * 1024 * 1024
"""Below this the office is told: room for some 250 000 responses, time enough to act."""
REMEMBERED: Final = timedelta(days=1)
LONGEST_WITHOUT_NIGHT: Final = timedelta(hours=36)
"""One night may be left out by a power cut that ends at noon; after this somebody has to look."""


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


@dataclass(frozen=True, slots=True)
class MissedNight:
    """The night's work is overdue. `last_at` is when it last came to its end; None: never."""

    last_at: datetime | None


def find_missed_night(runtime: Runtime) -> MissedNight | None:
    """Whether the night's work has not been done for longer than LONGEST_WITHOUT_NIGHT, or not once in a database older than that.

    None for a demonstration, before `sipas db upgrade`, and while the database cannot be asked: then another warning stands there.
    """
    try:
        with runtime.database.read() as session:
            row = session.get(Installation, 1)
    except DatabaseUnavailableError:
        return None
    if row is None or row.kind == "demonstration":
        return None
    # Of its making only the day is known: it counts from that day's end.
    made_at = datetime.combine(row.made_on + timedelta(days=1), time(), LOCAL_ZONE)
    last_at = None if row.night_at is None else _aware(row.night_at)
    return MissedNight(last_at) if runtime.clock() - (last_at or made_at) > LONGEST_WITHOUT_NIGHT else None


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
