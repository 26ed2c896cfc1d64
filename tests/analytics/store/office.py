"""Rows of a made-up office, and a store of them."""

from pathlib import Path

import numpy as np

from analytics.design import Design
from analytics.periods import half_month_block
from analytics.store import ATTRIBUTES, Manifest, RawRows, RowEncoder, Rows, StoreFolder
from app.runtime import day_of_hour

DESIGN = Design("demo", ("1.0",), ("1.1", "1.2", "2.1"), ("1", "2"), (0, 0, 1), (1, 2, 3, 4, 5), satisfied_from=3)
FIRST_HOUR = 482_136  # 1 January 2025, seven in the morning in Việt Nam
HOURS = 24 * 75
UNTIL_HOUR = FIRST_HOUR + HOURS + 3


def draw_raw(n: int, seed: int, *, first_hour: int = FIRST_HOUR, n_hours: int = HOURS) -> RawRows:
    """n rows as a database would hand them over, in arrival order."""
    chance = np.random.default_rng(seed)
    hours = sorted((first_hour + chance.integers(0, n_hours, n)).tolist())
    pick: dict[str, list[str | None]] = {
        "unit": ["a", "b", "c"], "field": ["ho-tich", "dat-dai"], "channel": ["kiosk", "poster"], "stage": ["result", "filing"],
        "counter": ["1", None], "device": ["d1", "d2", None], "procedure": ["p1", None], "mode": ["in_person", None],
        "kind": ["individual"], "helped": ["0", "1"], "took": ["30_59", None], "repeats": [None],
    }  # fmt: skip
    attributes = {name: [words[k] for k in chance.integers(0, len(words), n)] for name, words in pick.items()}
    attributes["block"] = [half_month_block(day_of_hour(hour)) for hour in hours]
    words = ("1", "2", "3", "4", "5", '"no_opinion"')
    ratings = []
    for stage in attributes["stage"]:
        codes = ("1.1", "1.2", "2.1") if stage == "result" else ("1.1", "1.2")
        given = [(code, words[int(chance.integers(0, 6))]) for code in codes if chance.random() < 0.9]
        ratings.append("{" + ",".join(f'"{code}":{word}' for code, word in given) + "}")
    return RawRows(
        {name: attributes[name] for name in ATTRIBUTES},
        ratings,
        [None] * n,
        [str(level) if level else None for level in chance.integers(0, 6, n).tolist()],
        hours,
        [hour + delay for hour, delay in zip(hours, chance.integers(0, 3, n).tolist(), strict=True)],
        ['{"sex":"female","age":"30-44"}' if chance.random() < 0.4 else None for _ in range(n)],
    )


def encode(raw: RawRows) -> Rows:
    """Through the encoder, in two batches of different size."""
    encoder = RowEncoder(DESIGN, {"result": ("1.1", "1.2", "2.1"), "filing": ("1.1", "1.2")})
    cut = len(raw.ratings) // 3
    for part in (slice(0, cut), slice(cut, None)):
        encoder.add(
            RawRows(
                {name: values[part] for name, values in raw.attributes.items()},
                raw.ratings[part], raw.asked[part], raw.overall[part], raw.answered_hour[part], raw.received_hour[part],
                raw.respondent[part],
            )
        )  # fmt: skip
    return encoder.finish()


def draw_rows(n: int, seed: int = 1) -> Rows:
    """n encoded rows."""
    return encode(draw_raw(n, seed))


def make_store(path: Path, rows: Rows, *cuts: int) -> tuple[StoreFolder, Manifest]:
    """A store of rows, closed in steps at the hours given and at the end."""
    folder = StoreFolder(path / "store")
    manifest = Manifest("db", "made", 0, 0)
    with folder.writing(wait=True):
        for cut in (*cuts, UNTIL_HOUR):
            inside = (rows.received_hour >= manifest.closed_until) & (rows.received_hour < cut)
            manifest = manifest.with_parts(folder.write(DESIGN, rows.take(inside), manifest.closed_until, cut), cut)
        folder.put(manifest)
    return folder, manifest
