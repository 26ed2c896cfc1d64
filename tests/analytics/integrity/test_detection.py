"""What is raised and what is not: honest rushes and honest harmony pass, packs and collected codes do not."""

from datetime import date, timedelta

import pytest

from analytics.integrity import Flag, Opening, Openings, Rules, count_blocks, count_hours, detect
from analytics.integrity.simulation import measure
from tests.analytics.integrity.rows import FIRST_HOUR, Row, sheet, table, working_days


def find(rows: list[Row], dossiers: dict[tuple[str, str], int] | None = None) -> tuple[Flag, ...]:
    counted = table(rows)
    return detect(count_hours(counted), count_blocks(counted), dossiers)


def kinds(flags: tuple[Flag, ...]) -> set[str]:
    return {flag.kind for flag in flags}


def month(*, noon: int = 3, **changes: object) -> list[Row]:
    """A quiet tablet: three sheets an hour, `noon` at eleven; every sheet another."""
    return [
        sheet(day, hour, day * 1000 + hour * 50 + n, **changes)
        for day in working_days()
        for hour in (8, 9, 10, 11, 14, 15)
        for n in range(noon if hour == 11 else 3)
    ]


def test_no_row_gives_no_flag() -> None:
    assert find([]) == ()


def test_one_row_gives_no_flag() -> None:
    assert find([sheet(0, 9)]) == ()


def test_quiet_month_gives_no_flag() -> None:
    assert find(month()) == ()


def test_rush_that_comes_every_noon_is_no_burst() -> None:
    assert find(month(noon=25)) == ()


def test_the_same_rush_once_is_a_burst_with_its_place_and_its_day() -> None:
    rows = month() + [sheet(9, 14, 900_000 + n) for n in range(25)]
    (flag,) = [flag for flag in find(rows) if flag.kind == "burst"]
    assert (flag.place.device, flag.place.unit, flag.place.block) == ("a:1", "a", "2025-09-1")
    assert flag.evidence.count == 28
    assert next(point.sheets for point in flag.evidence.hours if point.hour_of_day == 14) == 28
    assert flag.p_value is not None
    assert flag.adjusted_p is not None
    assert flag.p_value <= flag.adjusted_p <= Rules().level


def test_desk_where_everybody_gives_the_same_answers_is_not_flagged_for_it() -> None:
    rows = [row | {"sheet": 1, "repeats": 1} for row in month()]
    assert find(rows) == ()


def test_pack_of_equal_sheets_among_different_ones_is() -> None:
    pack = [sheet(9, 14, 7, repeats=int(n > 0)) for n in range(12)]
    assert {"repeats", "repeats_block"} <= kinds(find(month() + pack))


def test_hour_of_fast_sheets_at_an_unhurried_desk_is() -> None:
    fast = [sheet(9, 14, 900_000 + n, took=1) for n in range(9)]
    assert "short_took" in kinds(find(month() + fast))


def test_desk_that_is_always_fast_is_not_flagged_by_its_own_hours() -> None:
    assert "short_took" not in kinds(find(month(took=1)))


@pytest.mark.parametrize(("day", "hour", "flagged"), [(6, 9, True), (5, 9, False), (0, 20, True), (0, 18, False)])
def test_sheets_when_no_desk_is_open_break_a_rule(day: int, hour: int, flagged: bool) -> None:
    flags = [flag for flag in find(month() + [sheet(day, hour, 900_000 + n) for n in range(3)]) if flag.kind == "outside_hours"]
    assert bool(flags) == flagged
    assert all(flag.is_rule and flag.adjusted_p is None for flag in flags)


def test_more_responses_than_dossiers_break_a_rule_unless_the_half_month_before_explains_them() -> None:
    rows = month()
    first = sum(1 for row in rows if int(str(row["hour"])) < FIRST_HOUR + 14 * 24)
    second = len(rows) - first
    assert find(rows, {("a", "2025-09-1"): first, ("a", "2025-09-2"): second}) == ()
    assert kinds(find(rows, {("a", "2025-09-1"): first - 1, ("a", "2025-09-2"): second})) == {"above_dossiers"}
    assert find(rows, {("a", "2025-09-1"): first + 50, ("a", "2025-09-2"): second - 10}) == ()
    assert find(rows, {}) == (), "a register that has no row for the half-month says nothing"


def units(n: int, make: object) -> list[Row]:
    assert callable(make)
    return [row | {"unit": f"u{unit:02d}", "device": f"u{unit:02d}:1" if row["device"] else ""} for unit in range(n) for row in make(unit)]


def codes(unit: int) -> list[Row]:
    """Two hundred codes answered on telephones; three to five in a hundred with help, at the first unit thirty."""
    helped = 60 if unit == 0 else 6 + unit % 3 * 2
    return [sheet(day % 14, 9, day, device="", side="phone", coded=True, helped=day < helped) for day in range(200)]


def test_unit_where_many_codes_are_answered_with_help_is_flagged_against_its_peers() -> None:
    (flag,) = find(units(12, codes))
    assert (flag.kind, flag.place.unit, flag.evidence.count, flag.evidence.of) == ("helped_codes", "u00", 60, 200)
    assert len(flag.evidence.peers) == 11


def test_without_enough_peers_there_is_no_comparison() -> None:
    assert find(units(5, codes)) == ()


def both_sides(unit: int) -> list[Row]:
    """At every desk 9 of 10 are satisfied, also on telephones; at the first desk everybody, and there 6 of 10 on telephones."""
    desk = [sheet(n % 10, 9, n, x=5 if unit == 0 or n % 10 else 0) for n in range(100)]
    return desk + [sheet(n % 10, 20, n, device="", side="phone", x=0 if n % 10 < (4 if unit == 0 else 1) else 5) for n in range(100)]


@pytest.mark.parametrize("n_units", [1, 10])
def test_desk_far_above_its_telephones_is_flagged_with_and_without_peers(n_units: int) -> None:
    gaps = [flag for flag in find(units(n_units, both_sides)) if flag.kind == "desk_phone_gap"]
    assert [flag.place.unit for flag in gaps] == ["u00"]
    assert gaps[0].evidence.share == 1.0
    assert gaps[0].evidence.usual == pytest.approx(0.6)


def middling(unit: int) -> list[Row]:
    """About one answer in ten at the middle level; at the first unit none."""
    return [sheet(n % 10, 9, n, x=4, neutral=0 if unit == 0 else (n + unit) % 3 % 2 + (n % 7 == 0)) for n in range(120)]


def test_unit_without_any_middle_answer_is_far_from_its_peers() -> None:
    flags = [flag for flag in find(units(12, middling)) if flag.kind == "non_neutral"]
    assert [flag.place.unit for flag in flags] == ["u00"]


def test_scale_without_a_middle_makes_no_such_test() -> None:
    assert "non_neutral" not in kinds(find(units(12, lambda unit: [row | {"neutral": 0} for row in middling(unit)])))


def test_pressing_is_found_and_its_honest_neighbours_are_left_in_peace() -> None:
    pressing, beside = measure("pressing", desk_months=8, seed=0)
    assert pressing.flagged >= 7
    assert beside.flagged <= 4, "of forty honest desk-months"


def test_unstated_hours_are_from_six_to_seven_in_the_evening_but_for_sundays() -> None:
    monday = date(2025, 9, 1)
    for weekday in range(7):
        covered = [hour for hour in range(24) if Openings().of("a").covers(monday + timedelta(days=weekday), hour)]
        assert covered == ([] if weekday == 6 else list(range(6, 19)))


def test_sheets_in_hours_the_unit_did_not_state_are_flagged_with_those_it_did() -> None:
    rules = Rules(openings=Openings(general=Opening(dict.fromkeys(range(5), ((450, 690), (810, 1020))))))
    counted = table(month() + [sheet(9, 18, 900_000 + n) for n in range(3)] + [sheet(9, 12, 910_000 + n) for n in range(3)])
    flags = [flag for flag in detect(count_hours(counted), count_blocks(counted), rules=rules) if flag.kind == "outside_hours"]
    assert [(flag.place.first_hour + 7) % 24 for flag in flags] == [12, 18]
    assert {flag.evidence.open_minutes for flag in flags} == {((450, 690), (810, 1020))}
