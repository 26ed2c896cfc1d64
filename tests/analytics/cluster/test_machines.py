"""Workers that are processes of their own: one that is killed over a part takes nothing with it, and nothing counts twice."""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from analytics.cluster import ClusterError, open_processes, open_scheduler, tally_parts
from analytics.store import PartError
from tests.analytics.cluster.machines import running_scheduler
from tests.analytics.cluster.provinces import add_province, count_on_one_machine, draw_provinces
from tests.analytics.store.office import DESIGN, draw_rows


def is_counting(part_name: str) -> bool:
    """Asked on a worker: whether one of its threads reads this part."""
    for frame in sys._current_frames().values():
        at = frame
        while at is not None:
            if at.f_code.co_name == "read_piece" and at.f_locals["piece"].part.name == part_name:
                return True
            at = at.f_back  # type: ignore[assignment]  # the outermost frame has none
    return False


def test_a_worker_killed_while_it_counts_loses_and_doubles_nothing(tmp_path: Path) -> None:
    provinces = draw_provinces(("ha-noi", "hue"))
    (folder, store, manifest), (other, _, _) = (add_province(tmp_path, name, rows) for name, rows in provinces.items())
    name = manifest.parts[len(manifest.parts) // 2].name
    file, aside = store.path / f"{name}.parquet", tmp_path / "aside"
    file.rename(aside)
    os.mkfifo(file)  # whoever reads this part waits, for as long as nobody writes
    with running_scheduler(tmp_path, 2) as address, open_scheduler(address, 240) as client, ThreadPoolExecutor(1) as pool:
        client.wait_for_workers(2, timeout=240)
        pid_of = client.run(os.getpid)
        counting = pool.submit(tally_parts, client, [folder, other], [DESIGN], ("unit", "field"))
        until = time.monotonic() + 240
        while not (stuck := [worker for worker, is_at_it in client.run(is_counting, name).items() if is_at_it]):
            assert time.monotonic() < until
            assert not counting.done()
            time.sleep(0.05)
        aside.replace(file)  # who reads it next finds the part; who waits goes on waiting
        os.kill(pid_of[stuck[0]], signal.SIGKILL)
        found = counting.result(timeout=600)
        assert len(client.scheduler_info(n_workers=-1)["workers"]) == 1
    assert found.counted.tally.equals(count_on_one_machine(provinces, ("unit", "field")).tally)
    assert sum(each.n_rows for each in found.provinces) == int(found.counted.tally.by().n_returned[0]) == 6_000


def test_processes_of_this_machine_count_the_same_and_hand_errors_over_whole(tmp_path: Path) -> None:
    rows = draw_rows(2_000)
    folder, store, manifest = add_province(tmp_path, "hue", rows)
    with open_processes(2) as client:
        found = tally_parts(client, [folder], [DESIGN], ("unit",))
        assert found.counted.tally.equals(count_on_one_machine({"hue": rows}, ("unit",)).tally)
        file = store.path / f"{manifest.parts[3].name}.parquet"
        file.write_bytes(file.read_bytes()[:-9])
        with pytest.raises(PartError, match=rf"{manifest.parts[3].name} in hue .* bytes where") as caught:
            tally_parts(client, [folder], [DESIGN], ("unit",))
        assert (caught.value.name, caught.value.kind) == (f"{manifest.parts[3].name} in hue", "size")


def test_a_scheduler_without_workers_and_an_address_without_scheduler_are_told_apart(tmp_path: Path) -> None:
    with running_scheduler(tmp_path, 0) as address, pytest.raises(ClusterError, match="has no worker"), open_scheduler(address, 1):
        pass
    with pytest.raises(ClusterError, match="No scheduler answers"), open_scheduler(address, 1):
        pass
    with pytest.raises(ClusterError, match="No scheduler answers"), open_scheduler("nosuch://here", 1):
        pass
