"""Views: whatever way closed and open hours are cut, the sum is what one count of all rows gives."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import TallyError
from analytics.store import Choice, Counted, Layer, LiveTally, Manifest, Rows, Views, count_rows
from analytics.store.views import fold_tally
from analytics.tally import Tally
from tests.analytics.store.office import DESIGN, FIRST_HOUR, HOURS, UNTIL_HOUR, draw_rows, make_store

CHOICES = [
    Choice(),
    Choice(first_block="2025-01-2", last_block="2025-02-1"),
    Choice(last_block="2025-01-1", equal=(("channel", "kiosk"), ("stage", "result"))),
    Choice(units=frozenset({"a", "c"}), equal=(("field", "dat-dai"),)),
    Choice(units=frozenset()),
    Choice(first_hour=FIRST_HOUR + 30, last_hour=FIRST_HOUR + 900),
    Choice(equal=(("device", "d1"), ("counter", ""))),
    Choice(respondent=(("sex", "female"),)),
    Choice(respondent=(("sex", "female"), ("unheard", "of"))),
]


def brute(rows: Rows, choice: Choice) -> Tally:
    """One count of the rows that a plain loop chose."""
    kept = []
    for k in range(len(rows)):
        says = {name: column.words[int(column.codes[k])] for name, column in rows.attributes.items()}
        heard = {name: column.words[int(column.codes[k])] for name, column in rows.respondent.items()}
        if (
            (choice.units is None or says["unit"] in choice.units)
            and all(says[name] == value for name, value in choice.equal)
            and all(heard.get(name, "") == value for name, value in choice.respondent)
            and (choice.first_block or "") <= says["block"] <= (choice.last_block or "~")
            and (choice.first_hour or 0) <= rows.answered_hour[k] <= (choice.last_hour or 10**9)
        ):
            kept.append(k)
    return count_rows(DESIGN, [rows.take(np.array(kept, dtype=np.intp))], Choice(), ("unit", "field")).tally


@pytest.mark.parametrize("choice", CHOICES)
def test_a_view_is_one_count_of_all_rows(tmp_path: Path, choice: Choice) -> None:
    rows = draw_rows(2_500)
    folder, manifest = make_store(tmp_path, rows, FIRST_HOUR + 400, FIRST_HOUR + 401)
    found = Views(folder).open(manifest, DESIGN, choice).counted
    assert found.tally.equals(brute(rows, choice))


@pytest.mark.parametrize("choice", CHOICES)
def test_a_view_kept_over_refresh_and_merging_is_the_view_counted_anew(tmp_path: Path, choice: Choice) -> None:
    rows = draw_rows(2_000)
    cuts = list(range(FIRST_HOUR + 100, UNTIL_HOUR, 211))
    folder, whole = make_store(tmp_path, rows, *cuts)
    views = Views(folder)
    for cut in cuts[::2]:
        known = Manifest("db", "made", 0, cut, tuple(part for part in whole.parts if part.until_hour <= cut))
        views.open(known, DESIGN, choice)
    with folder.writing(wait=True):
        merged = folder.compact(whole, DESIGN)
        folder.put(merged)
    assert views.open(merged, DESIGN, choice).counted.tally.equals(Views(folder).open(merged, DESIGN, choice).counted.tally)


def test_dense_cells_come_from_the_cached_tally_and_are_the_same(tmp_path: Path) -> None:
    rows = draw_rows(30_000)
    folder, manifest = make_store(tmp_path, rows)
    views = Views(folder)
    found = views.open(manifest, DESIGN, Choice(units=frozenset("ab"), equal=(("stage", "result"),)))
    assert found.counted.tally.n_cells
    assert len(views._parts._rows) < len(manifest.parts), "parts with many responses in each cell are not read for a standing view"
    direct = count_rows(DESIGN, [rows], Choice(units=frozenset("ab"), equal=(("stage", "result"),)), ("unit", "field"))
    assert found.counted.tally.equals(direct.tally)
    assert (found.counted.first_block, found.counted.last_block) == (direct.first_block, direct.last_block)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32), st.integers(0, 120), st.floats(0, 1), st.floats(0, 1))
def test_closed_and_open_hours_add_up_and_exclusions_subtract(seed: int, n: int, cut: float, gone: float) -> None:
    rows = draw_rows(n, seed)
    is_closed = rows.received_hour < FIRST_HOUR + int(cut * HOURS)
    is_out = np.random.default_rng(seed).random(n) < gone

    def count(chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Counted:
        return count_rows(DESIGN, [rows.take(chosen)], Choice(), ("unit", "field"))

    from analytics.store import View

    def closed(dimensions: tuple[str, ...], row_of: Mapping[str, str] | None) -> Counted:
        counted = count(is_closed)
        return replace(counted, tally=fold_tally(counted.tally, dimensions, row_of))

    layer = Layer(View(0, ("unit", "field"), closed), count(~is_closed & ~is_out), count(is_closed & is_out).tally)
    live = LiveTally((layer,))
    row_of = {"a": "x", "b": "x", "c": "c"}
    assert live.tally.equals(count(~is_out).tally)
    assert live.by().equals(count(~is_out).tally.by())
    folded = live.by("unit", row_of=row_of)
    assert int(folded.n_returned.sum()) == int((~is_out).sum())
    assert set(folded.cells["unit"]) <= {"x", "c"}


def test_responses_that_were_not_counted_cannot_be_taken_away() -> None:
    some, others = (count_rows(DESIGN, [draw_rows(20, seed)], Choice(), ("unit",)).tally for seed in (1, 2))
    with pytest.raises(TallyError, match="taken away"):
        some.minus(others)


def test_an_attribute_nobody_has_is_refused() -> None:
    with pytest.raises(TallyError, match="colour"):
        count_rows(DESIGN, [draw_rows(5)], Choice(equal=(("colour", "red"),)), ())
