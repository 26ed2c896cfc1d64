"""Many processes count what one machine counts, to the integer; what is damaged, foreign or twice there is refused by name."""

import importlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pytest

from analytics.cluster import Asked, ClusterError, PartsFolder, Piece, add_counts, count_pieces, open_processes, tally_parts
from analytics.cluster.errors import import_extra
from analytics.cluster.run import check_all_counted_once
from analytics.store import Choice, PartError, StoreError
from analytics.store.errors import PartError as StorePartError
from tests.analytics.cluster.provinces import add_province, count_on_one_machine, draw_provinces
from tests.analytics.store.office import DESIGN, FIRST_HOUR, draw_rows


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A scheduler and two workers as threads of this process: everything but the processes is real."""
    distributed = import_extra("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0") as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.mark.parametrize("dimensions", [(), ("unit",), ("field",), ("unit", "field"), ("field", "unit", "channel")])
def test_the_sum_over_provinces_is_what_one_machine_counts(client: Any, tmp_path: Path, dimensions: tuple[str, ...]) -> None:
    provinces = draw_provinces(("ha-noi", "hue", "lam-dong"))
    folders = [add_province(tmp_path, name, rows)[0] for name, rows in provinces.items()]
    found = tally_parts(client, folders, [DESIGN], dimensions)
    expected = count_on_one_machine(provinces, dimensions)
    assert found.counted.tally.equals(expected.tally)
    assert (found.counted.first_block, found.counted.last_block) == (expected.first_block, expected.last_block)
    assert [(each.province, each.n_rows) for each in found.provinces] == [("ha-noi", 3_000), ("hue", 3_000), ("lam-dong", 3_000)]
    assert min(each.n_parts for each in found.provinces) > 10


@pytest.mark.parametrize(
    "choice",
    [
        Choice(first_block="2025-01-2", last_block="2025-02-1"),
        Choice(equal=(("channel", "kiosk"),)),
        Choice(first_hour=FIRST_HOUR + 100, last_hour=FIRST_HOUR + 900),
        Choice(respondent=(("sex", "female"),)),
        Choice(first_block="1999-01-1", last_block="1999-01-1"),
    ],
    ids=["a month", "a channel", "hours", "women", "nothing"],
)
def test_filters_hold_on_the_workers(client: Any, tmp_path: Path, choice: Choice) -> None:
    provinces = draw_provinces(("ha-noi", "hue"))
    folders = [add_province(tmp_path, name, rows)[0] for name, rows in provinces.items()]
    found = tally_parts(client, folders, [DESIGN], ("unit",), choice)
    assert found.counted.tally.equals(count_on_one_machine(provinces, ("unit",), choice).tally)


def test_by_province_each_is_one_cell_of_its_own_sum(client: Any, tmp_path: Path) -> None:
    provinces = draw_provinces(("ha-noi", "hue"))
    folders = [add_province(tmp_path, name, rows)[0] for name, rows in provinces.items()]
    found = tally_parts(client, folders, [DESIGN], ("province", "field")).counted.tally
    assert found.dimensions == ("unit", "field")
    for name, rows in provinces.items():
        own = found.where((found.cells["unit"] == name).to_numpy(dtype=bool)).by("field")
        assert own.equals(count_on_one_machine({name: rows}, ("field",)).tally)


@pytest.mark.parametrize("protocol", ["memory", "file"])
def test_parts_lie_on_any_path_fsspec_opens(client: Any, tmp_path: Path, protocol: str) -> None:
    rows = draw_rows(2_000)
    _, folder, _ = add_province(tmp_path, "hue", rows)
    address = f"file://{folder.path}"
    if protocol == "memory":
        address = f"memory://parts-{uuid4()}"
        system = fsspec.filesystem("memory")
        for file in (file for file in folder.path.rglob("*") if file.is_file()):
            system.pipe_file(f"{address}/{file.relative_to(folder.path)}", file.read_bytes())
        shutil.rmtree(folder.path)
    found = tally_parts(client, [PartsFolder(address)], [DESIGN], ("unit",))
    assert found.counted.tally.equals(count_on_one_machine({"": rows}, ("unit",)).tally)


@pytest.mark.parametrize("damage", ["cut short", "flipped", "missing", "foreign"])
def test_a_part_that_cannot_be_counted_is_named_and_no_figure_given(tmp_path: Path, client: Any, damage: str) -> None:
    folder, store, manifest = add_province(tmp_path, "hue", draw_rows(2_000))
    part = manifest.parts[4]
    file = store.path / f"{part.name}.parquet"
    whole = file.read_bytes()
    if damage == "cut short":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "flipped":
        file.write_bytes(whole[:100] + bytes([whole[100] ^ 0x55]) + whole[101:])
    elif damage == "missing":
        file.unlink()
    other = replace(DESIGN, levels=(1, 2, 3, 4, 6)) if damage == "foreign" else DESIGN  # same id, another scale
    with pytest.raises(PartError) as caught:
        tally_parts(client, [folder], [other], ("unit",))
    expected = {"cut short": "size", "flipped": "damaged", "missing": "missing", "foreign": "foreign"}
    assert caught.value.kind == expected[damage]
    assert part.name in str(caught.value) or damage == "foreign"
    assert "hue" in str(caught.value)


def test_a_questionnaire_nobody_answered_is_told_with_those_that_were(client: Any, tmp_path: Path) -> None:
    folder, _, _ = add_province(tmp_path, "hue", draw_rows(200))
    with pytest.raises(ClusterError, match=r"demo@2\.0; there are demo@1\.0"):
        tally_parts(client, [folder], [replace(DESIGN, versions=("2.0",))], ())


def test_parts_merged_while_they_are_read_are_read_again(client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = draw_rows(2_000)
    folder, store, many = add_province(tmp_path, "hue", rows)
    first = [many]
    read = PartsFolder.manifest

    def merge_after_reading(self: PartsFolder) -> Any:
        found = read(self)
        if first:
            first.clear()
            with store.writing(wait=True):
                store.put(store.compact(many, DESIGN))
        return found

    monkeypatch.setattr(PartsFolder, "manifest", merge_after_reading)
    found = tally_parts(client, [folder], [DESIGN], ("unit",))
    assert found.counted.tally.equals(count_on_one_machine({"hue": rows}, ("unit",)).tally)
    assert found.provinces[0].n_parts < len(many.parts)


def test_a_part_counted_twice_or_not_at_all_gives_no_figure(tmp_path: Path) -> None:
    folder, _, manifest = add_province(tmp_path, "hue", draw_rows(500))
    pieces = [Piece(folder, DESIGN, part, manifest.closed_until) for part in manifest.parts]
    counts = [count_pieces([piece], Asked(("unit",))) for piece in pieces]
    check_all_counted_once(add_counts(counts), pieces)
    for wrong in ([*counts, counts[0]], counts[1:], [*counts[1:], counts[1]]):
        with pytest.raises(ClusterError, match="nothing is given out"):
            check_all_counted_once(add_counts(wrong), pieces)


def test_one_store_under_two_names_is_refused(client: Any, tmp_path: Path) -> None:
    folder, store, _ = add_province(tmp_path, "hue", draw_rows(200))
    copy = shutil.copytree(store.path, tmp_path / "copy")
    with pytest.raises(ClusterError, match="counted twice"):
        tally_parts(client, [folder, PartsFolder(str(copy), "da-nang")], [DESIGN], ())


@pytest.mark.parametrize(
    ("folders", "dimensions"),
    [
        ([], ()),
        ([PartsFolder("/a"), PartsFolder("/b", "b")], ()),
        ([PartsFolder("/a", "x"), PartsFolder("/b", "x")], ()),
        ([PartsFolder("/a", "x/y")], ()),
        ([PartsFolder("/a")], ("province",)),
        ([PartsFolder("/a", "x")], ("province", "unit")),
    ],
)
def test_what_would_mix_units_is_refused_before_anything_is_read(folders: list[PartsFolder], dimensions: tuple[str, ...]) -> None:
    with pytest.raises(ClusterError):
        tally_parts(None, folders, [DESIGN], dimensions)


def test_an_address_without_a_store_is_told_and_a_secret_in_it_is_not(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"no manifest\.json"):
        PartsFolder(str(tmp_path)).manifest()
    with pytest.raises(ClusterError, match="cannot be opened here"):
        PartsFolder("nosuch://x").manifest()
    assert PartsFolder("sftp://name:word@host/parts").name == "host/parts"
    (tmp_path / "manifest.json").write_bytes(b"{")
    with pytest.raises(StoreError, match="hue"):
        PartsFolder(str(tmp_path), "hue").manifest()


def test_without_the_extra_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> Any:
        if name.partition(".")[0] in ("distributed", "fsspec", "dask"):
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(ClusterError, match=r"sipas\[cluster\]"), open_processes(1):
        pass
    with pytest.raises(ClusterError, match=r"sipas\[cluster\]"):
        PartsFolder("/x").manifest()
    with pytest.raises(ClusterError, match="at least one"), open_processes(0):
        pass


def test_the_error_of_a_part_arrives_from_another_process_as_it_was_raised() -> None:
    error = StorePartError("1-2-ab in hue", "size", "has 3 bytes where 9 were written")
    kind, arguments = error.__reduce__()
    assert (str(kind(*arguments)), arguments[1]) == (str(error), "size")
    assert isinstance(kind(*arguments), StoreError)
