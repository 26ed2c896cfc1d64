"""The folder of a demonstration: what stands in it, and whether a demonstration may be made there at all."""

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import orjson

from app.config import Settings, load_settings
from app.errors import ConfigurationError

INSTRUMENT_ID = "kiosk-default@1.0"
"""What the demonstration's desks ask."""


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """One folder with one demonstration."""

    path: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / "sipas.db"

    @property
    def handover(self) -> Path:
        """Addresses and keys of what is being served."""
        return self.path / "demo.json"

    @property
    def slip(self) -> Path:
        """The invitation, ready to print."""
        return self.path / "slip.pdf"

    @property
    def truth(self) -> Path:
        """The true shares behind the responses."""
        return self.path / "truth.csv"

    @property
    def planted(self) -> Path:
        """Where gaming was planted among them."""
        return self.path / "planted.csv"

    def read_handover(self) -> dict[str, object]:
        """What demo.json said before; nothing when there is none or it cannot be read."""
        try:
            known = orjson.loads(self.handover.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return {}
        return known if isinstance(known, dict) else {}

    def settings(self, public_url: str) -> Settings:
        """Settings of this folder alone: an office's database or secret named in the environment is never touched."""
        return load_settings(
            data_dir=self.path,
            database_url="",
            secret_key="",
            public_url=public_url,
            kiosk_instrument=INSTRUMENT_ID,
            trusted_proxies=0,
        )

    def refuse_if_foreign(self) -> None:
        """Raise ConfigurationError, with nothing changed, when the database here was not made by `sipas demo`."""
        if self.path.exists() and not self.path.is_dir():
            raise ConfigurationError(f"{self.path} is not a folder: choose another --data folder")
        if not self.database.exists() or self.database.stat().st_size == 0 or self._is_ours():
            return
        raise ConfigurationError(
            f"{self.database} was not made by `sipas demo`; generated responses never enter it and nothing was changed: "
            "choose another --data folder"
        )

    def _is_ours(self) -> bool:
        # Opened for writing although nothing is written: a read-only connection would leave its -wal and -shm files behind.
        try:
            with contextlib.closing(sqlite3.connect(f"{self.database.resolve().as_uri()}?mode=rw", uri=True)) as connection:
                tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
                if "installation" not in tables:
                    return not tables
                label = connection.execute("SELECT kind FROM installation").fetchone()
                if label is not None:
                    return bool(label[0] == "demonstration")
                # Migrated and then interrupted: without a label it may become a demonstration as long as it holds nothing.
                return connection.execute("SELECT 1 FROM units LIMIT 1").fetchone() is None
        except sqlite3.DatabaseError:
            return False

    def write(self, path: Path, content: bytes) -> None:
        """Write a file of this folder at once or not at all, readable by its owner alone: it may hold a password."""
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
