"""Reading the data folder's recordings: `sounds/<language>/<part>/<name>.mp3`, checked once when the installation opens."""

import hashlib
from pathlib import Path
from typing import Final

from app.errors import ConfigurationError
from kiosk.sounds import SoundFile, SoundShelf
from survey_forms.text import normalise

MIMETYPES: Final = {".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".m4a": "audio/mp4", ".wav": "audio/wav"}
LARGEST_SOUND: Final = 2 * 1024 * 1024
"""Bytes of one recording: a sentence is a few seconds long, and a tablet keeps all of them."""


def load_sounds(data_dir: Path) -> SoundShelf:
    """Every recording of the data folder. Other files than recordings are left alone.

    Raises ConfigurationError for a recording that is too large, is not what its ending says, or stands there twice.
    """
    shelf: dict[str, dict[str, SoundFile]] = {}
    for path in sorted((data_dir / "sounds").glob("*/*/*")):
        if path.suffix.lower() not in MIMETYPES or not path.is_file():
            continue
        # A Mac writes file names decomposed; codes are NFC.
        lang, name = normalise(path.parts[-3]), normalise(f"{path.parts[-2]}/{path.stem}")
        names = shelf.setdefault(lang, {})
        if name in names:
            raise ConfigurationError(f"{path}: this is recorded twice, see {names[name].path.name}; keep one file")
        names[name] = _read_sound(path)
    return SoundShelf(shelf)


def is_sound(content: bytes, suffix: str) -> bool:
    """Whether a file begins as its ending says: a document renamed to .mp3 must never be served as a sound.

    >>> is_sound(b"OggS....", ".ogg"), is_sound(b"<html>", ".mp3")
    (True, False)
    """
    if suffix == ".mp3":
        # A tag, or the eleven set bits every MPEG audio frame begins with.
        return content[:3] == b"ID3" or (len(content) > 1 and content[0] == 0xFF and content[1] & 0xE0 == 0xE0)
    if suffix == ".ogg":
        return content[:4] == b"OggS"
    if suffix == ".m4a":
        return content[4:8] == b"ftyp"
    return content[:4] == b"RIFF" and content[8:12] == b"WAVE"


def _read_sound(path: Path) -> SoundFile:
    suffix = path.suffix.lower()
    if path.stat().st_size > LARGEST_SOUND:
        raise ConfigurationError(f"{path}: a recording has at most {LARGEST_SOUND} bytes; record it shorter or at a lower rate")
    content = path.read_bytes()
    if not is_sound(content, suffix):
        raise ConfigurationError(f"{path}: this is not a {suffix} recording; save it again as one of {', '.join(MIMETYPES)}")
    return SoundFile(path, MIMETYPES[suffix], hashlib.sha256(content).hexdigest()[:20])
