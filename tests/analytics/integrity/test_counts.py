"""Counting rows: by device and hour, by unit and half-month, and what a random order of the same sheets would give."""

from itertools import pairwise, permutations
from statistics import fmean, pvariance

import pandas as pd
import pytest

from analytics.integrity import count_blocks, count_hours
from tests.analytics.integrity.rows import FIRST_HOUR, sheet, table


def test_hours_count_what_is_known_and_leave_unknown_out() -> None:
    rows = [sheet(0, 9, took=1, repeats=1), sheet(0, 9, took=-1, repeats=-1), sheet(0, 10), sheet(0, 9, device="", side="phone")]
    counted = count_hours(table(rows)).table
    assert counted[["hour_of_day", "n", "known", "repeats", "timed", "short"]].to_numpy().tolist() == [
        [9, 2, 1, 1, 1, 1],
        [10, 1, 1, 0, 1, 0],
    ]
    assert counted["block"].unique().tolist() == ["2025-09-1"]


def test_counts_do_not_depend_on_the_order_of_rows() -> None:
    rows = [sheet(day, hour, day * hour % 3, repeats=day % 2) for day in range(20) for hour in (8, 9)]
    for count in (count_hours, count_blocks):
        pd.testing.assert_frame_equal(count(table(rows)).table, count(table(rows[::-1])).table)


def test_no_row_gives_empty_tables() -> None:
    assert count_hours(table([])).table.empty
    assert count_blocks(table([])).table.empty


def test_a_half_month_begins_and_ends_at_midnight_in_viet_nam() -> None:
    (first,) = count_blocks(table([sheet(13, 23)])).table.to_dict("records")
    (second,) = count_blocks(table([sheet(14, 0)])).table.to_dict("records")
    assert (first["block"], first["first_hour"], first["last_hour"]) == ("2025-09-1", FIRST_HOUR, FIRST_HOUR + 14 * 24 - 1)
    assert (second["block"], second["first_hour"], second["last_hour"]) == ("2025-09-2", FIRST_HOUR + 14 * 24, FIRST_HOUR + 30 * 24 - 1)


@pytest.mark.parametrize("kinds", [(0, 0, 1, 1, 1), (0, 1, 2, 3), (0, 0, 0, 0), (0, 0, 0, 1, 2, 2)])
def test_expected_matches_are_those_of_every_order(kinds: tuple[int, ...]) -> None:
    matches = [sum(a == b for a, b in pairwise(order)) for order in permutations(kinds)]
    (row,) = count_blocks(table([sheet(0, 9, kind) for kind in kinds])).table.to_dict("records")
    assert row["matches_expected"] == pytest.approx(fmean(matches))
    assert row["matches_variance"] == pytest.approx(pvariance(matches))


def test_sides_are_counted_apart_and_empty_sheets_are_no_respondents() -> None:
    rows = [sheet(0, 9, x=4), sheet(0, 9, side="phone", device="", x=1), sheet(0, 9, side="other", device="", m=0, x=0)]
    (row,) = count_blocks(table(rows)).table.to_dict("records")
    assert (row["n"], row["n_all"], row["n_desk"], row["x_desk"], row["n_phone"], row["x_phone"]) == (3, 2, 1, 4, 1, 1)


def test_helped_counts_only_where_a_code_was_spent() -> None:
    rows = [sheet(0, 9, coded=True, helped=True), sheet(0, 9, coded=False, helped=True), sheet(0, 9, coded=True)]
    (row,) = count_blocks(table(rows)).table.to_dict("records")
    assert (row["coded"], row["helped"]) == (2, 1)
