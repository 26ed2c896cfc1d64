"""A clock the tests turn by hand."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class Clock:
    """Stands still until moved."""

    now: datetime = datetime(2025, 9, 10, 3, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The present moment."""
        return self.now

    def move(self, **difference: float) -> None:
        """Go forward: `move(days=1)`."""
        self.now += timedelta(**difference)
