"""The folder of a store: one writer at a time, readers at any time, whole after a crash at any point."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from analytics.design import Design
from analytics.store.cube_file import SUFFIX
from analytics.store.disk import sync_folder, write_file
from analytics.store.errors import StoreError
from analytics.store.manifest import Manifest, PartEntry, read_manifest
from analytics.store.part import file_names, read_part, write_part
from analytics.store.rows import Rows, join_rows

_MANIFEST: Final = "manifest.json"
_LOCK: Final = "lock"
_DAY: Final = 24
_MONTH: Final = 30 * 24
_MOST_ROWS: Final = 2_000_000
"""Of one part: merging reads them all into memory."""


@dataclass(slots=True)
class StoreFolder:
    """Parts and their list. Deleting the folder is always safe: the database has everything.

    Order of a change: the new files are on disk, then the list names them (one rename), then files no list names are deleted. A
    crash between any two leaves the old list or the new one, each whole; leftovers go at the next change.
    """

    path: Path
    _seen: tuple[tuple[int, int, int], Manifest] | None = field(default=None, init=False)

    def manifest(self) -> Manifest | None:
        """What is stored; None when there is no store. Raises StoreError for a list that cannot be read."""
        try:
            with (self.path / _MANIFEST).open("rb") as file:
                at = os.fstat(file.fileno())
                key = (at.st_ino, at.st_mtime_ns, at.st_size)
                if self._seen is None or self._seen[0] != key:
                    self._seen = (key, read_manifest(file.read()))
        except FileNotFoundError:
            self._seen = None
            return None
        return self._seen[1]

    @contextmanager
    def writing(self, *, wait: bool) -> Iterator[bool]:
        """Be the only writer, of all processes; yields False when another one is and `wait` is not asked for."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
        finally:
            os.close(descriptor)

    def put(self, manifest: Manifest) -> None:
        """Make this the list of parts and delete every file it does not name, but for the cubes of its parts.

        Only for who holds `writing`.
        """
        write_file(self.path / _MANIFEST, manifest.to_json())
        sync_folder(self.path)
        named = {_MANIFEST, _LOCK, *(name for part in manifest.parts for name in file_names(part))}
        parts = {part.name for part in manifest.parts}
        for file in self.path.iterdir():
            is_cube = file.name.endswith(SUFFIX) and file.name.partition(".")[0] in parts
            if file.name not in named and not is_cube and file.is_file():
                file.unlink(missing_ok=True)

    def discard(self) -> None:
        """Forget everything; the next reader finds no store. Only for who holds `writing`."""
        (self.path / _MANIFEST).unlink(missing_ok=True)
        sync_folder(self.path)

    def write(self, design: Design, rows: Rows, first_hour: int, until_hour: int) -> list[PartEntry]:
        """Write rows received in first … until as parts of at most a month each; none for no rows."""
        received = rows.received_hour
        if len(rows) and not (first_hour <= received.min() and received.max() < until_hour):
            raise StoreError(f"Rows of a part are received in its hours, {first_hour} to {until_hour}.")
        months = received // _MONTH
        parts = []
        for month in sorted(set(months.tolist())):
            start, end = max(first_hour, month * _MONTH), min(until_hour, (month + 1) * _MONTH)
            chosen = months == month
            parts.append(write_part(self.path, design, start, end, rows if chosen.all() else rows.take(chosen)))
        sync_folder(self.path)
        return parts

    def compact(self, manifest: Manifest, design: Design) -> Manifest:
        """The same responses of one questionnaire in fewer parts: hours of a finished day, days of a finished month.

        Raises PartError for a part that cannot be read.
        """
        for span in (_DAY, _MONTH):
            groups: dict[int, list[PartEntry]] = {}
            for part in manifest.of_instrument(design.instrument_id):
                if (
                    part.first_hour // span == (part.until_hour - 1) // span
                    and (part.first_hour // span + 1) * span <= manifest.closed_until
                ):
                    groups.setdefault(part.first_hour // span, []).append(part)
            for group in groups.values():
                if len(group) > 1 and sum(part.n_rows for part in group) <= _MOST_ROWS:
                    rows = join_rows([read_part(self.path, design, part) for part in group])
                    merged = write_part(self.path, design, group[0].first_hour, group[-1].until_hour, rows)
                    manifest = manifest.replacing(group, [merged], same_rows=True)
        return manifest

    def size(self, manifest: Manifest) -> int:
        """Bytes of everything listed, of the list, and of the cubes kept beside the parts."""
        cubes = sum(file.stat().st_size for file in self.path.glob(f"*{SUFFIX}"))
        return sum(part.size for part in manifest.parts) + (self.path / _MANIFEST).stat().st_size + cubes

    def missing_files(self, manifest: Manifest) -> Sequence[PartEntry]:
        """Parts with a file that is not there or not as long as it was written: what a look at the folder alone can tell."""
        return [
            part
            for part in manifest.parts
            if any(not (self.path / name).is_file() or (self.path / name).stat().st_size != size for name, size in file_names(part).items())
        ]
