"""What the edge hands inwards: settings, database, clock, randomness, instruments – made once, passed on."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from app.config import LOCAL_ZONE, Settings, derive_key
from app.db import Database
from app.errors import ConfigurationError
from survey_forms import Instrument, Language, load_instrument, load_languages, load_shipped


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Runtime:
    """One running installation. Tests hand in their own clock and random bytes."""

    settings: Settings
    database: Database
    secret: bytes
    instruments: Mapping[str, Instrument]
    languages: Mapping[str, Language]
    clock: Callable[[], datetime] = _now
    random_bytes: Callable[[int], bytes] = field(default=secrets.token_bytes)

    def today(self) -> date:
        """The day in Việt Nam."""
        return self.clock().astimezone(LOCAL_ZONE).date()

    def hour(self) -> int:
        """Whole hours since 1970-01-01T00Z."""
        return hour_of(self.clock())

    def key(self, purpose: str) -> bytes:
        """The key of one purpose, derived from the installation's secret."""
        return derive_key(self.secret, purpose)


def hour_of(moment: datetime) -> int:
    """Whole hours since 1970-01-01T00Z of an aware moment."""
    return int(moment.timestamp()) // 3600


def first_hour_of(day: date) -> int:
    """The hour at which a day begins in Việt Nam."""
    return hour_of(datetime(day.year, day.month, day.day, tzinfo=LOCAL_ZONE))


def day_of_hour(hour: int) -> date:
    """The day in Việt Nam an hour belongs to (UTC+7 without summer time, so hours never straddle days)."""
    return datetime.fromtimestamp(hour * 3600, UTC).astimezone(LOCAL_ZONE).date()


def _load_instruments(settings: Settings) -> dict[str, Instrument]:
    """The shipped instruments and those of the data folder. Raises ConfigurationError for two files with one id."""
    instruments = load_shipped()
    for path in sorted((settings.data_dir / "instruments").glob("*.yaml")):
        own = load_instrument(path)
        if own.id in instruments:
            raise ConfigurationError(f"{path}: there is an instrument {own.id} already; give this one a series of its own")
        instruments[own.id] = own
    return instruments


def open_runtime(settings: Settings) -> Runtime:
    """Open an installation. Raises ConfigurationError without a secret, InstrumentError for a faulty instrument."""
    return Runtime(
        settings=settings,
        database=Database(settings.database_address),
        secret=settings.load_secret(),
        instruments=_load_instruments(settings),
        languages=load_languages(settings.data_dir / "lang"),
    )
