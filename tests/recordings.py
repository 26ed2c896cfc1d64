"""Recordings made by the test: a short tone for each sentence."""

import math
import struct
import wave
from pathlib import Path

RATE = 8_000


def write_tone(path: Path, seconds: float = 0.2, pitch: int = 440) -> None:
    """A tone as a WAV file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = (int(9_000 * math.sin(2 * math.pi * pitch * n / RATE)) for n in range(int(RATE * seconds)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))


def record(data_dir: Path, lang: str, *names: str, seconds: float = 0.2) -> None:
    """Recordings of these names in a language's folder, each of a pitch of its own."""
    for number, name in enumerate(names):
        write_tone(data_dir / "sounds" / lang / f"{name}.wav", seconds, 300 + 20 * number)
