"""Sums over parts: what all rows add up to, whatever was closed, merged or chosen since the last time."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analytics.sheet_counts import SheetCounts, count_sheets
from analytics.store import Choice, Manifest, Rows, StoreFolder, count_rows
from analytics.store.sums import PartSums, pairs_recipe, sheets_recipe
from analytics.tally import Tally
from tests.analytics.store.office import DESIGN, FIRST_HOUR, UNTIL_HOUR, draw_rows, make_store

ROWS = draw_rows(1_500)
CUT = FIRST_HOUR + 24 * 40
CHOICES: dict[str, tuple[Choice, Callable[[Rows], np.ndarray]]] = {
    "everything": (Choice(), lambda rows: np.ones(len(rows), dtype=np.bool_)),
    "one field": (Choice(equal=(("field", "dat-dai"),)), lambda rows: has(rows, "field", "dat-dai")),
    "two units": (Choice(units=frozenset({"a", "c"})), lambda rows: ~has(rows, "unit", "b")),
    "hours": (Choice(first_hour=FIRST_HOUR + 50), lambda rows: rows.answered_hour >= FIRST_HOUR + 50),
    "women": (Choice(respondent=(("sex", "female"),)), lambda rows: said(rows, "female")),
}


def has(rows: Rows, name: str, word: str) -> np.ndarray:
    column = rows.attributes[name]
    return np.asarray(column.codes == column.words.index(word))


def said(rows: Rows, word: str) -> np.ndarray:
    column = rows.respondent["sex"]
    return np.asarray(column.codes == column.words.index(word))


def same(left: SheetCounts, right: SheetCounts) -> bool:
    pairs = [*zip(left.within, right.within, strict=True), (left.across, right.across)]
    return all(np.array_equal(a.codes, b.codes) and np.array_equal(a.counts, b.counts) for a, b in pairs)


@pytest.mark.parametrize("name", CHOICES)
def test_sheets_of_a_choice_are_those_of_its_rows(tmp_path: Path, name: str) -> None:
    choice, mask_of = CHOICES[name]
    folder, manifest = make_store(tmp_path, ROWS, CUT)
    chosen = ROWS.take(mask_of(ROWS))
    assert len(chosen) > 0
    found = PartSums(folder).open(manifest, choice, sheets_recipe(DESIGN))
    assert same(found, count_sheets(DESIGN, chosen.answers, chosen.overall))


@pytest.mark.parametrize("dimensions", [(), ("unit",), ("unit", "field")])
def test_pairs_by_rows_of_a_page_are_those_of_the_units_in_them(tmp_path: Path, dimensions: tuple[str, ...]) -> None:
    folder, manifest = make_store(tmp_path, ROWS, CUT)
    row_of = {"a": "x", "b": "x"}
    found = PartSums(folder).open(manifest, Choice(), pairs_recipe(DESIGN, dimensions, row_of))
    units = ROWS.attributes["unit"]
    words = [row_of.get(word, word) for word in units.words]
    codes = np.array([sorted(set(words)).index(word) for word in words], dtype=np.uint8)[units.codes]
    moved = replace(ROWS, attributes={**ROWS.attributes, "unit": replace(units, codes=codes, words=tuple(sorted(set(words))))})
    assert found.equals(count_rows(DESIGN.one_factor_each(), [moved], Choice(), dimensions).tally)


def test_what_is_closed_later_is_added_and_merged_parts_count_once(tmp_path: Path) -> None:
    folder = StoreFolder(tmp_path / "store")
    manifest = Manifest("db", "made", 0, 0)
    sums = PartSums(folder)
    assert sums.open(manifest, Choice(), sheets_recipe(DESIGN)).n_sheets == 0
    whole: Tally | None = None
    with folder.writing(wait=True):
        for cut in (CUT, CUT + 30, UNTIL_HOUR):
            inside = (ROWS.received_hour >= manifest.closed_until) & (ROWS.received_hour < cut)
            manifest = manifest.with_parts(folder.write(DESIGN, ROWS.take(inside), manifest.closed_until, cut), cut)
            if cut == CUT + 30:
                continue  # nobody looks at this one before it is merged with the next
            if cut == UNTIL_HOUR:
                everything = folder.write(DESIGN, ROWS, 0, UNTIL_HOUR)
                manifest = manifest.replacing(manifest.parts, everything, same_rows=True)
            folder.put(manifest)
            counts = sums.open(manifest, Choice(), sheets_recipe(DESIGN))
            whole = sums.open(manifest, Choice(), pairs_recipe(DESIGN, (), None))
            assert counts.n_sheets == int((ROWS.received_hour < cut).sum())
    assert same(counts, count_sheets(DESIGN, ROWS.answers, ROWS.overall))
    assert whole is not None
    assert whole.equals(count_rows(DESIGN.one_factor_each(), [ROWS], Choice(), ()).tally)


def test_what_was_kept_of_another_store_is_forgotten(tmp_path: Path) -> None:
    folder, manifest = make_store(tmp_path, ROWS, CUT)
    sums = PartSums(folder)
    assert sums.open(manifest, Choice(), sheets_recipe(DESIGN)).n_sheets == len(ROWS)
    assert sums.open(Manifest("db", "made anew", 0, 0), Choice(), sheets_recipe(DESIGN)).n_sheets == 0
