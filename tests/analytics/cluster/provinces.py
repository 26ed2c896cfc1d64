"""Stores of made-up provinces, and what one machine counts from their rows."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from analytics.cluster import PartsFolder
from analytics.store import Choice, Counted, Rows, StoreFolder, count_rows
from analytics.store.excluded import excluded_folder
from analytics.store.manifest import Manifest
from analytics.store.rows import Coded, join_rows
from tests.analytics.store.office import DESIGN, FIRST_HOUR, UNTIL_HOUR, draw_rows, make_store

CUTS = tuple(range(FIRST_HOUR + 150, UNTIL_HOUR, 150))


def add_province(path: Path, name: str, rows: Rows, excluded: Rows | None = None) -> tuple[PartsFolder, StoreFolder, Manifest]:
    """A store of a dozen parts and more, from a database of its own, and beside them the rows that were excluded, if any."""
    folder, manifest = make_store(path / name, rows, *CUTS)
    manifest = replace(manifest, database=f"db-{name}")
    with folder.writing(wait=True):
        folder.put(manifest)
    put_excluded(folder, manifest, excluded)
    return PartsFolder(str(folder.path), name), folder, manifest


def put_excluded(folder: StoreFolder, manifest: Manifest, rows: Rows | None, until_hour: int | None = None) -> Manifest:
    """The list of excluded rows received until an hour, the hour of the parts unless given, as the keeper of a store writes it."""
    apart, until = excluded_folder(folder), until_hour or manifest.closed_until
    with apart.writing(wait=True):
        parts = [] if rows is None else apart.write(DESIGN, rows.take(rows.received_hour < until), 0, until)
        listed = Manifest(manifest.database, "made", 0, 0).with_parts(parts, until)
        apart.put(listed)
    return listed


def draw_provinces(names: Sequence[str], n: int = 3_000) -> dict[str, Rows]:
    """Rows of each province; all of them call their units a, b and c."""
    return {name: draw_rows(n, seed) for seed, name in enumerate(names, start=1)}


def count_on_one_machine(provinces: dict[str, Rows], dimensions: Sequence[str], choice: Choice | None = None) -> Counted:
    """All rows one below the other, units keyed per province, in one count."""
    return count_rows(DESIGN, [join_rows([_keyed(name, rows) for name, rows in provinces.items()])], choice or Choice(), dimensions)


def _keyed(name: str, rows: Rows) -> Rows:
    unit = rows.attributes["unit"]
    words = tuple(f"{name}/{word}" if name else word for word in unit.words)
    return replace(rows, attributes={**rows.attributes, "unit": Coded(unit.codes, words)})
