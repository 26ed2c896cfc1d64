"""The file of a backup: a zip of the database's copy, the office's own questionnaires, and a manifest with a digest of every member."""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from app.backup.evidence import Evidence
from app.config import derive_key
from app.errors import BackupError

MANIFEST = "manifest.json"
SQLITE_MEMBER = "sipas.db"
FORMAT = 1
_PIECE = 1 << 20

Kind = Literal["sqlite", "postgresql"]


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `secret` is a fingerprint of the installation's secret, which is not in the file."""

    kind: Kind
    revision: str
    made_on: str
    version: str
    secret: str
    rows: dict[str, int]
    figures: dict[str, object]
    columns: dict[str, list[str]]
    """Of each table, in the order in which a PostgreSQL copy holds them; empty for SQLite."""

    @property
    def n_responses(self) -> int:
        """Responses in the copy."""
        return self.rows["responses"]

    @property
    def evidence(self) -> Evidence:
        """What a restored copy is compared with."""
        return Evidence(self.rows, self.figures)


class Archive:
    """A backup being written: members in, their digests kept for the manifest."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._digests: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes | bytearray | memoryview]) -> None:
        """Write one member piece by piece."""
        digest = hashlib.sha256()
        with self._file.open(_member(name), "w", force_zip64=True) as member:
            for piece in pieces:
                member.write(piece)
                digest.update(piece)
        self._digests[name] = digest.hexdigest()

    def close_with(self, manifest: Manifest) -> None:
        """Write the manifest, the last member: a file without one was never finished."""
        document = {"format": FORMAT, **asdict(manifest), "digests": self._digests}
        self._file.writestr(_member(MANIFEST), json.dumps(document, ensure_ascii=False, indent=1))


def _member(name: str) -> zipfile.ZipInfo:
    """A member that carries no time of day, like everything else we keep."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


@contextmanager
def new_archive(path: Path, replace: bool) -> Iterator[Archive]:
    """A backup that appears under its name when it is whole and on the disk, readable by its owner alone.

    Raises BackupError when the name is taken or cannot be written.
    """
    if path.exists() and not replace:
        raise BackupError(f"{path.name} exists: a backup never writes over a file, choose another name")
    partial = path.with_name(path.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with partial.open("wb") as raw:
            with zipfile.ZipFile(raw, "w") as file:
                yield Archive(file)
            raw.flush()
            os.fsync(raw.fileno())
        partial.replace(path)
    except OSError as error:
        raise BackupError(f"{path.name} cannot be written ({error.strerror}): check the folder and its free space") from None
    finally:
        partial.unlink(missing_ok=True)


def open_archive(path: Path) -> tuple[zipfile.ZipFile, Manifest]:
    """A backup whose every member is what its manifest says. Raises BackupError naming what is not."""
    try:
        file = zipfile.ZipFile(path)
        document = json.loads(file.read(MANIFEST))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        raise BackupError(f"{path.name} is not a whole backup of ours: it cannot be read or has no manifest") from None
    try:
        if document.pop("format", None) != FORMAT:
            raise BackupError(f"{path.name} was made by another version of the program: restore it with that version")
        digests = document.pop("digests")
        manifest = Manifest(**document)
        for name, digest in digests.items():
            _check_member(file, name, digest)
    except (KeyError, TypeError, AttributeError):
        file.close()
        raise BackupError(f"the manifest of {path.name} lacks a part: the file was changed after it was made") from None
    except BackupError:
        file.close()
        raise
    return file, manifest


def _check_member(file: zipfile.ZipFile, name: str, digest: str) -> None:
    found = hashlib.sha256()
    try:
        for piece in read_pieces(file, name):
            found.update(piece)
    except (KeyError, OSError, EOFError, zipfile.BadZipFile, ValueError):
        raise BackupError(f"{name} in the backup cannot be read: the file is damaged, take an earlier one") from None
    except Exception as error:  # zlib.error has no base but Exception
        raise BackupError(f"{name} in the backup is damaged ({type(error).__name__}): take an earlier one") from None
    if found.hexdigest() != digest:
        raise BackupError(f"{name} in the backup is not what was saved: the file was changed, take an earlier one")


def read_pieces(file: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A member, piece by piece."""
    with file.open(name) as member:
        while piece := member.read(_PIECE):
            yield piece


def file_pieces(path: Path) -> Iterator[bytes]:
    """A file, piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def fingerprint(secret: bytes) -> str:
    """Tells whether a secret is the one a backup belongs to; says nothing else about it."""
    return derive_key(secret, "backup-fingerprint").hex()[:16]
