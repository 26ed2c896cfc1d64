"""Cubes: a page added up from them is one count of all rows, and whatever happens to their files costs time, never a figure."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analytics.store import Choice, Manifest, Rows, StoreFolder, Views, count_rows
from analytics.store.cube_file import SUFFIX, cube_path, list_wrong_cubes
from analytics.store.part import read_part
from analytics.store.rows import Coded
from analytics.store.scope import Scope
from analytics.store.views import fold_tally
from tests.analytics.store.office import DESIGN, draw_rows, make_store

UNITS = [f"u{k:03d}" for k in range(400)]
ROW_OF = {unit: f"row {k % 5}" for k, unit in enumerate(UNITS[:-3])}  # the last three are rows of their own
N = 90_000
CHOICES = [
    Choice(),
    Choice(first_block="2025-01-2", last_block="2025-02-1"),
    Choice(equal=(("field", "dat-dai"),)),
    Choice(last_block="2025-02-2", equal=(("channel", "kiosk"), ("stage", "result"))),
    Choice(units=frozenset(UNITS[:300])),
    Choice(units=frozenset(UNITS[7:9]), equal=(("stage", "result"),)),
    Choice(units=frozenset({"elsewhere"})),
    Choice(first_block="2031-01-1"),
]


@pytest.fixture(scope="module")
def rows() -> Rows:
    """Many responses of many units: too many cells for the tally beside a part, few enough rows of a page for a cube."""
    few = draw_rows(6_000)
    many = few.take(np.random.default_rng(3).integers(0, len(few), N))
    units = np.random.default_rng(4).integers(0, len(UNITS), N).astype(np.uint16)
    return replace(many, attributes={**many.attributes, "unit": Coded.of(units, UNITS)})


@pytest.fixture
def store(tmp_path: Path, rows: Rows) -> tuple[StoreFolder, Manifest]:
    return make_store(tmp_path, rows)


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("dimensions", [(), ("unit",), ("field",), ("unit", "field")])
def test_a_page_of_rows_is_one_count_of_all_responses(
    store: tuple[StoreFolder, Manifest], rows: Rows, choice: Choice, dimensions: tuple[str, ...]
) -> None:
    folder, manifest = store
    whole = count_rows(DESIGN, [rows], choice, ("unit", "field"))
    for views in (Views(folder), Views(folder)):  # the second finds the files of the first
        view = views.open(manifest, DESIGN, choice)
        assert view.fold(dimensions, ROW_OF).equals(fold_tally(whole.tally, dimensions, ROW_OF))
        assert view.fold(dimensions).equals(whole.tally.by(*dimensions))
        assert (view.first_block, view.last_block) == (whole.first_block, whole.last_block)


def test_a_new_set_of_filters_over_rows_already_counted_reads_no_answers(store: tuple[StoreFolder, Manifest]) -> None:
    folder, manifest = store
    Views(folder).open(manifest, DESIGN, Choice()).fold(("unit", "field"), ROW_OF)
    counted = {file.name.partition(".")[0] for file in folder.path.glob(f"*{SUFFIX}")}
    assert sum(part.n_rows for part in manifest.parts if part.name in counted) > N * 0.9
    for name in counted:
        (folder.path / f"{name}.parquet").write_bytes(b"")  # whoever reads them finds them damaged
    views = Views(folder)
    for choice in CHOICES[:4]:
        views.open(manifest, DESIGN, choice).fold(("unit", "field"), ROW_OF)


def test_no_flipped_byte_of_a_cube_becomes_a_figure(store: tuple[StoreFolder, Manifest]) -> None:
    folder, manifest = store
    right = Views(folder).open(manifest, DESIGN, Choice()).fold(("unit", "field"), ROW_OF)
    files = sorted(folder.path.glob(f"*{SUFFIX}"))
    assert files
    assert folder.size(manifest) > sum(part.size for part in manifest.parts) + sum(file.stat().st_size for file in files)
    whole = files[0].read_bytes()
    for place in np.linspace(0, len(whole) - 1, 25).astype(int).tolist():
        files[0].write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        assert Views(folder).open(manifest, DESIGN, Choice()).fold(("unit", "field"), ROW_OF).equals(right)
        assert files[0].read_bytes() == whole, "a damaged cube is made again"


def test_a_cube_that_counts_otherwise_is_found(store: tuple[StoreFolder, Manifest]) -> None:
    folder, manifest = store
    Views(folder).open(manifest, DESIGN, Choice()).fold(("unit", "field"), ROW_OF)
    part = max(manifest.parts, key=lambda part: part.n_rows)
    rows = read_part(folder.path, DESIGN, part)
    assert not list_wrong_cubes(folder.path, DESIGN, part, rows)
    turned = replace(rows, answers=rows.answers[::-1].copy())
    assert list_wrong_cubes(folder.path, DESIGN, part, turned)


def test_cubes_stay_beside_their_parts_and_go_with_them(store: tuple[StoreFolder, Manifest]) -> None:
    folder, manifest = store
    for k in range(5):
        Views(folder).open(manifest, DESIGN, Choice()).fold(("unit", "field"), dict.fromkeys(UNITS, f"row {k}"))
    with folder.writing(wait=True):
        folder.put(manifest)
        assert len(list(folder.path.glob(f"{manifest.parts[0].name}.*{SUFFIX}"))) == 3, "the latest sets of rows"
        folder.put(replace(manifest, parts=()))
    assert not list(folder.path.glob(f"*{SUFFIX}"))


def test_a_folder_nobody_may_write_to_costs_no_figure(store: tuple[StoreFolder, Manifest], rows: Rows) -> None:
    folder, manifest = store
    for part in manifest.parts:  # a folder where a file should be: what a full or protected disk does, for every account
        cube_path(folder.path, part, Scope.of(None, ROW_OF)).mkdir()
    views = Views(folder)
    expected = fold_tally(count_rows(DESIGN, [rows], Choice(), ("unit",)).tally, ("unit",), ROW_OF)
    assert views.open(manifest, DESIGN, Choice()).fold(("unit",), ROW_OF).equals(expected)


def test_a_page_that_began_before_a_refresh_counts_as_of_then(tmp_path: Path, rows: Rows) -> None:
    cut = int(np.median(rows.received_hour))
    folder, whole = make_store(tmp_path, rows, cut)
    views = Views(folder)
    before = Manifest("db", "made", 0, cut, tuple(part for part in whole.parts if part.until_hour <= cut))
    early = views.open(before, DESIGN, Choice())
    late = views.open(whole, DESIGN, Choice())
    assert int(late.fold(()).n_returned[0]) == N
    assert int(early.fold(()).n_returned[0]) == before.n_rows
    assert int(late.fold(()).n_returned[0]) == N


def test_warming_reads_the_answers_and_counts_what_was_closed_since(tmp_path: Path, rows: Rows) -> None:
    cut = int(np.median(rows.received_hour))
    folder, whole = make_store(tmp_path, rows, cut)
    views = Views(folder)
    before = Manifest("db", "made", 0, cut, tuple(part for part in whole.parts if part.until_hour <= cut))
    views.open(before, DESIGN, Choice()).fold(("unit",), ROW_OF)
    views.warm(whole, DESIGN)
    for file in folder.path.glob("*.parquet"):
        file.unlink()
    for choice in CHOICES:
        views.open(whole, DESIGN, choice).fold(("unit", "field"))
