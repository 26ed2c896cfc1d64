"""Parts: what is written is read back, nothing else is taken for it, and a change is all or nothing."""

import contextlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analytics.store import PartEntry, PartError, StoreError, StoreFolder
from analytics.store.manifest import read_manifest
from analytics.store.part import choose_tally, read_part, read_tally
from tests.analytics.store.office import DESIGN, FIRST_HOUR, UNTIL_HOUR, draw_rows, make_store


@pytest.fixture
def store(tmp_path: Path) -> tuple[StoreFolder, PartEntry]:
    folder, manifest = make_store(tmp_path, draw_rows(300))
    return folder, manifest.parts[0]


def test_a_part_holds_what_was_written_in_no_order_of_arrival(tmp_path: Path) -> None:
    rows = draw_rows(2_000)
    folder, manifest = make_store(tmp_path, rows)
    read = [read_part(folder.path, DESIGN, part) for part in manifest.parts]
    assert sum(len(part) for part in read) == 2_000
    for part in manifest.parts:
        inside = (rows.received_hour >= part.first_hour) & (rows.received_hour < part.until_hour)
        shuffled = rows.take(np.random.default_rng(5).permutation(np.flatnonzero(inside)))
        assert read_part(folder.path, DESIGN, part).equals(shuffled.in_order()), "the same rows in any order are the same part"
        assert read_tally(folder.path, DESIGN, part).equals(choose_tally(DESIGN, shuffled.in_order()))


def test_a_part_holds_no_id_and_respondents_stand_in_a_file_of_their_own(store: tuple[StoreFolder, PartEntry]) -> None:
    folder, part = store
    columns = pq.read_schema(folder.path / f"{part.name}.parquet").names
    assert columns == [
        *(f"rating:{code}" for code in DESIGN.criterion_codes), "overall", "unit", "field", "channel", "stage", "block", "counter",
        "device", "procedure", "mode", "kind", "helped", "took", "repeats", "answered_hour", "delay",
    ]  # fmt: skip
    assert pq.read_schema(folder.path / f"{part.name}.respondent.parquet").names == ["age", "sex"]
    assert {oct(file.stat().st_mode & 0o077) for file in folder.path.iterdir()} == {"0o0"}


def test_a_file_cut_short_is_named(store: tuple[StoreFolder, PartEntry]) -> None:
    folder, part = store
    file = folder.path / f"{part.name}.parquet"
    file.write_bytes(file.read_bytes()[:-7])
    with pytest.raises(PartError, match=part.name) as caught:
        read_part(folder.path, DESIGN, part)
    assert caught.value.kind == "size"


@pytest.mark.parametrize("suffix", [".parquet", ".respondent.parquet", ".tally"])
def test_no_flipped_byte_becomes_a_figure(store: tuple[StoreFolder, PartEntry], suffix: str) -> None:
    folder, part = store
    file = folder.path / f"{part.name}{suffix}"
    whole = file.read_bytes()
    rows, tally = read_part(folder.path, DESIGN, part), read_tally(folder.path, DESIGN, part)
    for place in np.linspace(0, len(whole) - 1, 60).astype(int).tolist():
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        # A byte nobody reads may be flipped unnoticed; one that is read is noticed.
        with contextlib.suppress(PartError):
            assert read_part(folder.path, DESIGN, part).equals(rows)
            assert read_tally(folder.path, DESIGN, part).equals(tally)


def test_a_part_of_another_questionnaire_is_foreign(store: tuple[StoreFolder, PartEntry]) -> None:
    folder, part = store
    other = replace(DESIGN, versions=("1.1",))
    with pytest.raises(PartError, match=r"not of demo@1\.1"):
        read_part(folder.path, other, part)


def test_a_foreign_file_and_a_missing_one_are_told_apart(store: tuple[StoreFolder, PartEntry]) -> None:
    folder, part = store
    file = folder.path / f"{part.name}.parquet"
    pq.write_table(pa.table({"x": [1]}), file)
    with pytest.raises(PartError) as foreign:
        read_part(folder.path, DESIGN, replace(part, n_bytes=file.stat().st_size))
    file.unlink()
    with pytest.raises(PartError) as missing:
        read_part(folder.path, DESIGN, part)
    assert (foreign.value.kind, missing.value.kind) in {("foreign", "missing"), ("damaged", "missing")}


def test_a_byte_outside_the_scale_names_its_criterion(store: tuple[StoreFolder, PartEntry]) -> None:
    folder, part = store
    file = folder.path / f"{part.name}.parquet"
    table = pq.read_table(file)
    wrong = table.column("rating:1.2").to_numpy().copy()
    wrong[7] = 9
    pq.write_table(table.set_column(1, "rating:1.2", pa.array(wrong)), file)
    with pytest.raises(PartError, match=r"1 bytes in criterion 1\.2"):
        read_part(folder.path, DESIGN, replace(part, n_bytes=file.stat().st_size))


def test_merging_keeps_every_response_and_leaves_no_other_file(tmp_path: Path) -> None:
    rows = draw_rows(3_000)
    cuts = range(FIRST_HOUR + 5, UNTIL_HOUR, 7)
    folder, many = make_store(tmp_path, rows, *cuts)
    with folder.writing(wait=True):
        (folder.path / "left-over.tmp").touch()
        few = folder.compact(many, DESIGN)
        folder.put(few)
    assert len(few.parts) * 3 < len(many.parts)
    assert (few.n_rows, few.epoch, few.closed_until) == (many.n_rows, many.epoch, many.closed_until)
    names = {file.name.partition(".")[0] for file in folder.path.iterdir()}
    assert names == {part.name for part in few.parts} | {"manifest", "lock"}


def test_only_one_writes_at_a_time(tmp_path: Path) -> None:
    folder = StoreFolder(tmp_path / "store")
    with folder.writing(wait=False) as first, StoreFolder(tmp_path / "store").writing(wait=False) as second:
        assert (first, second) == (True, False)
    with folder.writing(wait=False) as again:
        assert again


def test_rows_of_other_hours_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="received in its hours"):
        StoreFolder(tmp_path).write(DESIGN, draw_rows(10), FIRST_HOUR, FIRST_HOUR + 1)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": 2, "parts": []}', b'{"format": 1, "parts": [{}]}'])
def test_a_list_that_cannot_be_read_says_what_to_do(content: bytes) -> None:
    with pytest.raises(StoreError, match="sipas store rebuild"):
        read_manifest(content)
