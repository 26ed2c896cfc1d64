"""What provinces left out is taken away from the sum, and only as far as both lists of a province go."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.cluster import ClusterError, Piece, tally_parts
from analytics.cluster.errors import import_extra
from analytics.cluster.folders import PartsFolder
from analytics.cluster.part_count import MOST_ROWS_TOGETHER
from analytics.cluster.run import TASKS_PER_WORKER, share_out
from analytics.store import Choice, Rows
from analytics.store.manifest import PartEntry
from analytics.tally import Tally
from tests.analytics.cluster.provinces import CUTS, add_province, count_on_one_machine, draw_provinces, put_excluded
from tests.analytics.store.office import DESIGN, draw_rows

DIMENSIONS = ("unit", "field")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A scheduler and two workers as threads of this process."""
    distributed = import_extra("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0") as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


def remainder(provinces: dict[str, Rows], gone: dict[str, Rows], choice: Choice | None = None) -> Tally:
    """What one machine counts from all rows without those that are gone."""
    everything, taken = (count_on_one_machine(rows, DIMENSIONS, choice).tally for rows in (provinces, gone))
    return everything.minus(taken)


@pytest.mark.parametrize("choice", [Choice(), Choice(equal=(("channel", "kiosk"),)), Choice(respondent=(("sex", "female"),))])
def test_excluded_responses_are_taken_away_under_every_filter_or_counted_when_asked_for(
    client: Any, tmp_path: Path, choice: Choice
) -> None:
    provinces = draw_provinces(("ha-noi", "hue"))
    gone = {"hue": provinces["hue"].take(np.arange(0, 3_000, 7))}
    folders = [add_province(tmp_path, name, rows, gone.get(name))[0] for name, rows in provinces.items()]
    found = tally_parts(client, folders, [DESIGN], DIMENSIONS, choice)
    assert found.counted.tally.equals(remainder(provinces, gone, choice))
    assert [each.n_excluded for each in found.provinces] == [0, len(gone["hue"])]
    found = tally_parts(client, folders, [DESIGN], DIMENSIONS, choice, with_excluded=True)
    assert found.counted.tally.equals(count_on_one_machine(provinces, DIMENSIONS, choice).tally)
    assert [each.n_excluded for each in found.provinces] == [None, None]


def test_pairs_of_criteria_are_those_of_one_machine_and_add_up_without_the_excluded(client: Any, tmp_path: Path) -> None:
    rows = draw_rows(2_000)
    gone = rows.take(np.arange(300))
    folder, _, _ = add_province(tmp_path, "hue", rows, gone)
    found = tally_parts(client, [folder], [DESIGN], (), with_pairs=True)
    assert found.pairs is not None
    kept = rows.take(np.arange(300, 2_000))
    satisfied, given_ = ((kept.answers >= low) & (kept.answers <= 5) for low in (DESIGN.satisfied_from + 1, 1))
    assert found.pairs.design.factor_codes == DESIGN.criterion_codes
    assert found.pairs.sum_xm[0].tolist() == (satisfied.T.astype(int) @ given_.astype(int)).tolist()


@pytest.mark.parametrize("behind", ["excluded", "parts"])
def test_an_hour_that_only_one_of_the_lists_knows_is_not_counted(client: Any, tmp_path: Path, behind: str) -> None:
    rows = draw_rows(3_000)
    gone, hour = rows.take(np.arange(0, 3_000, 5)), CUTS[3] + 17
    folder, store, manifest = add_province(tmp_path, "hue", rows, gone)
    if behind == "excluded":
        put_excluded(store, manifest, gone, hour)  # in the middle of a part
    else:
        hour = CUTS[3]
        with store.writing(wait=True):
            store.put(replace(manifest, parts=tuple(p for p in manifest.parts if p.until_hour <= hour), closed_until=hour))
    found = tally_parts(client, [folder], [DESIGN], DIMENSIONS)
    early, early_gone = (own.take(own.received_hour < hour) for own in (rows, gone))
    assert found.counted.tally.equals(remainder({"hue": early}, {"hue": early_gone}))
    assert found.provinces[0].until_hour == hour


def test_a_list_of_excluded_responses_of_another_database_is_refused(client: Any, tmp_path: Path) -> None:
    folder, store, manifest = add_province(tmp_path, "hue", draw_rows(300))
    put_excluded(store, replace(manifest, database="another"), None)
    with pytest.raises(ClusterError, match="those of another database"):
        tally_parts(client, [folder], [DESIGN], DIMENSIONS)


def test_versions_of_a_series_are_counted_together_and_one_not_asked_for_is_named(client: Any, tmp_path: Path) -> None:
    first, second = draw_rows(1_000, 1), draw_rows(700, 2)
    newer = replace(DESIGN, versions=("1.1",))
    folder, store, manifest = add_province(tmp_path, "hue", first)
    with store.writing(wait=True):
        store.put(manifest.with_parts(store.write(newer, second, 0, manifest.closed_until), manifest.closed_until))
    alone = tally_parts(client, [folder], [DESIGN], DIMENSIONS)
    assert (int(alone.counted.tally.n_returned.sum()), alone.others) == (1_000, ("demo@1.1",))
    both = tally_parts(client, [folder], [DESIGN, newer], DIMENSIONS)
    assert both.others == ()
    expected = count_on_one_machine({"hue": first}, DIMENSIONS).tally + count_on_one_machine({"hue": second}, DIMENSIONS).tally
    assert both.counted.tally.equals(expected)


@given(
    sizes=st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3 * MOST_ROWS_TOGETHER)), min_size=1, max_size=60),
    n_workers=st.integers(1, 9),
)
def test_every_part_is_in_one_task_and_tasks_are_few_and_even(sizes: list[tuple[str, int]], n_workers: int) -> None:
    ordered = sorted(enumerate(sizes), key=lambda sized: sized[1][0])
    pieces = [
        Piece(PartsFolder(f"/{name}", name), DESIGN, PartEntry(f"part {k}", DESIGN.instrument_id, k, k + 1, n, 1, 0, 1), 99)
        for k, (name, n) in ordered
    ]
    tasks = share_out(pieces, n_workers)
    assert sorted(piece.part.name for task in tasks for piece in task) == sorted(piece.part.name for piece in pieces)
    rows = [sum(piece.part.n_rows for piece in task) for task in tasks]
    assert rows == sorted(rows, reverse=True)
    for task, n in zip(tasks, rows, strict=True):
        assert len({piece.folder for piece in task}) == 1
        assert len(task) == 1 or n <= min(MOST_ROWS_TOGETHER, sum(rows) / (n_workers * TASKS_PER_WORKER))
