"""Sums as of now, on both databases: open hours, parts and exclusions; damage mends itself."""

import pytest

from analytics.design import Design
from analytics.store import Choice, count_rows
from analytics.store.sums import pairs_recipe, sheets_recipe
from app.models import Exclusion
from app.queries.stored_rows import read_rows
from app.runtime import Runtime
from app.services.live_sums import LiveSums
from app.services.live_tallies import LiveTallies
from tests.app.dashboard.conftest import send
from tests.clock import Clock
from tests.factories import COMMUNE, KIOSK, NEIGHBOUR, response


def test_sums_follow_every_response_and_exclusion(any_runtime: Runtime, clock: Clock) -> None:
    sums = LiveSums(LiveTallies(any_runtime))
    instruments = (any_runtime.instruments[KIOSK],)
    own = Design.of(instruments[0])

    def n_sheets(*, with_excluded: bool = False) -> int:
        return sums.count(instruments, Choice(), sheets_recipe, with_excluded=with_excluded)[0].n_sheets

    assert n_sheets() == 0
    for hours, expected in ((0, 2), (1, 4), (30, 6)):
        clock.move(hours=hours)
        send(any_runtime, response(unit=COMMUNE), response(unit=NEIGHBOUR, ratings={"1.1": 2}))
        assert n_sheets() == expected
    with any_runtime.database.write() as session:
        session.add(Exclusion(id="1", unit_key=NEIGHBOUR, reason="thử máy", state="confirmed"))
    assert (n_sheets(), n_sheets(with_excluded=True)) == (3, 6)
    with any_runtime.database.read() as session:
        ((_, rows),) = read_rows(any_runtime, session).values()
    found, _ = sums.count(instruments, Choice(), lambda design: pairs_recipe(design, ("unit",), None), with_excluded=True)
    assert found.equals(count_rows(own.one_factor_each(), [rows], Choice(), ("unit",)).tally)


@pytest.mark.parametrize("damage", ["cut", "gone"])
def test_a_damaged_part_is_mended_before_it_is_summed(runtime: Runtime, clock: Clock, damage: str) -> None:
    send(runtime, *[response() for _ in range(4)])
    clock.move(hours=2)
    live = LiveTallies(runtime)
    live.keeper.refresh()
    file = next(live.keeper.folder.path.glob("*.parquet"))
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-9])
    counts, _ = LiveSums(live).count((runtime.instruments[KIOSK],), Choice(), sheets_recipe, with_excluded=False)
    assert counts.n_sheets == 4
