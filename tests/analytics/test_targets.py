"""Which target applies, and whether a share meets it."""

from __future__ import annotations

import csv
import io
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics.errors import TableError, TargetError
from analytics.targets import Target, TargetBook, judge, parse_share, parse_targets

ABOVE = {"xã A": ("tỉnh G", "cả nước")}


def target(unit: str | None, field: str | None, year: int | None, percent: int) -> Target:
    return Target(unit, field, year, Fraction(percent, 100))


def found(book: TargetBook, unit: str | None, field: str | None, year: int | None) -> int | None:
    match = book.find(unit, field, year)
    return None if match is None else int(match.share * 100)


# From the most specific to the least; each row wins over all rows below it.
RANKED = [
    target("xã A", "đất đai", 2025, 81),
    target("xã A", "đất đai", None, 82),
    target("xã A", None, 2025, 83),
    target("xã A", None, None, 84),
    target(None, "đất đai", 2025, 85),
    target(None, "đất đai", None, 86),
    target("tỉnh G", "đất đai", 2025, 87),
    target("tỉnh G", "đất đai", None, 88),
    target("tỉnh G", None, 2025, 89),
    target("tỉnh G", None, None, 90),
    target("cả nước", "đất đai", 2025, 91),
    target("cả nước", None, None, 92),
    target(None, None, 2025, 93),
    target(None, None, None, 94),
]


@given(kept=st.sets(st.integers(0, len(RANKED) - 1)), order=st.permutations(range(len(RANKED))))
def test_the_most_specific_target_wins(kept: set[int], order: list[int]) -> None:
    book = TargetBook([RANKED[place] for place in order if place in kept], ABOVE)
    assert book.find("xã A", "đất đai", 2025) == (RANKED[min(kept)] if kept else None)


def test_only_the_asked_year_and_no_year_count() -> None:
    book = TargetBook([target(None, None, 2024, 85), target("xã A", None, 2023, 70)])
    assert found(book, "xã A", "đất đai", 2024) == 85
    assert found(book, "xã A", "đất đai", 2025) is None


def test_no_year_asked_takes_the_latest() -> None:
    book = TargetBook([target(None, None, 2024, 85), target(None, None, 2025, 90), target(None, None, None, 80)])
    assert found(book, None, None, None) == 90
    assert found(TargetBook([target(None, None, None, 80)]), None, None, None) == 80


def test_a_cell_of_all_units_takes_no_target_of_one_unit() -> None:
    book = TargetBook(RANKED, ABOVE)
    assert found(book, None, "đất đai", 2025) == 85
    assert found(book, None, None, 2025) == 93
    assert found(book, "xã A", None, 2025) == 83
    assert found(book, "xã A", "hộ tịch", 2026) == 84


def test_the_same_targets_can_stand_in_another_tree() -> None:
    book = TargetBook([target("tỉnh G", None, None, 88), target(None, None, None, 90)])
    assert found(book, "xã A", None, 2025) == 90
    assert found(book.with_ancestors(ABOVE), "xã A", None, 2025) == 88


def test_two_targets_for_the_same_place_and_year_are_refused_by_name() -> None:
    first = Target("xã A", None, 2025, Fraction(9, 10), "KH 01")
    second = Target("xã A", None, 2025, Fraction(9, 10), "KH 02")
    with pytest.raises(TargetError, match=r"KH 01.*KH 02"):
        TargetBook([first, second])


@pytest.mark.parametrize(
    ("text", "share"),
    [("0.9", "9/10"), ("0,9", "9/10"), ("90%", "9/10"), (" 90 % ", "9/10"), ("89.995%", "17999/20000"), ("1", "1"),
     ("100%", "1"), ("0", "0")],
)  # fmt: skip
def test_a_share_is_read_exactly(text: str, share: str) -> None:
    assert parse_share(text) == Fraction(share)


@pytest.mark.parametrize("text", ["90", "101%", "-0.1", "", "x", "9/10", "1e-1", "٩٠%", ".9", "nan", "0.9.1", "90%%"])
def test_what_is_no_share_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(TargetError, match=r"write 0\.9 or 90%"):
        parse_share(text)


def test_a_target_outside_0_to_1_is_refused_with_what_to_write() -> None:
    with pytest.raises(TargetError, match=r"write 0\.9 or 90%"):
        Target(None, None, None, Fraction(90))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_targets_file_is_read() -> None:
    book = parse_targets(rows('unit,field,year,target,source\n,,2025,90%,KH 01/KH-UBND\n,đất đai,2025,0.8,KH 01/KH-UBND\nxã A,,,"0,95",\n'))
    assert found(book, "xã B", "đất đai", 2025) == 80
    assert found(book, "xã B", "hộ tịch", 2025) == 90
    assert found(book, "xã A", "đất đai", 2030) == 95
    default = book.find("xã B", None, 2025)
    assert default is not None
    assert default.source == "KH 01/KH-UBND"


def test_columns_other_than_target_may_be_absent() -> None:
    assert found(parse_targets(rows("target\n90%\n")), "xã A", "đất đai", 2025) == 90
    assert list(parse_targets([])) == []


def test_every_bad_cell_of_a_targets_file_is_named_and_not_repeated() -> None:
    with pytest.raises(TableError) as refused:
        parse_targets(rows("unit,year,target\n,2025,90\n,25,0.9\nxã A,2025,0.9\nxã A,2025,0.8\n,,\n"))
    assert [(problem.row, problem.column) for problem in refused.value.problems] == [
        (2, "target"),
        (3, "year"),
        (5, "target"),
        (6, "target"),
    ]
    assert "write 0.9 or 90%" in refused.value.problems[0].problem
    assert "row 4" in refused.value.problems[2].problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("unit,field\nA,B\n", "column 'target': this column is missing"),
        ("target,colour\n0.9,red\n", "column 'colour': this column is not known"),
        ("target\n0.9,extra\n", "more cells than the header"),
    ],
)
def test_a_wrong_header_is_named(text: str, problem: str) -> None:
    with pytest.raises(TableError, match=problem):
        parse_targets(rows(text))


shares = st.fractions(0, 1, max_denominator=10**6)
ends = st.none() | st.floats(0, 1)
ORDER = ["missed_clearly", "missed_within", "met_within", "met_clearly"]


@given(share=shares, better=shares, goal=shares, low=ends, high=ends)
def test_a_better_share_never_gets_a_worse_verdict(
    share: Fraction, better: Fraction, goal: Fraction, low: float | None, high: float | None
) -> None:
    assume(better >= share)
    first = judge(share, n_respondents=30, target=goal, low=low, high=high)
    second = judge(better, n_respondents=30, target=goal, low=low, high=high)
    assert first in ORDER
    assert second in ORDER
    # With the same interval only the side can change; "clearly" belongs to the interval.
    assert first.startswith("missed") or second.startswith("met")


@given(share=shares, goal=shares, higher=shares, half=st.floats(0, 0.2))
def test_a_higher_target_never_gets_a_better_verdict(share: Fraction, goal: Fraction, higher: Fraction, half: float) -> None:
    assume(higher >= goal)
    low, high = max(0.0, float(share) - half), min(1.0, float(share) + half)
    easy = judge(share, n_respondents=30, target=goal, low=low, high=high)
    hard = judge(share, n_respondents=30, target=higher, low=low, high=high)
    assert easy is not None
    assert hard is not None
    assert ORDER.index(hard) <= ORDER.index(easy)


@pytest.mark.parametrize(
    ("share", "n", "goal", "low", "high", "verdict"),
    [
        (None, 0, Fraction(9, 10), None, None, "no_data"),
        (None, 50, None, None, None, "no_data"),
        (Fraction(1), 50, None, 0.9, 1.0, None),
        (Fraction(1), 29, Fraction(9, 10), 0.95, 1.0, "insufficient"),
        (Fraction(1), 30, Fraction(9, 10), 0.95, 1.0, "met_clearly"),
        (Fraction(9, 10), 30, Fraction(9, 10), 0.8, 0.95, "met_within"),
        (Fraction(17999, 20000), 9999, Fraction(9, 10), 0.89, 0.91, "missed_within"),
        (Fraction(1, 2), 30, Fraction(9, 10), 0.4, 0.6, "missed_clearly"),
        (Fraction(1, 2), 30, Fraction(9, 10), None, None, "missed_within"),
        (Fraction(1), 30, Fraction(9, 10), None, None, "met_within"),
        (Fraction(1, 2), 30, Fraction(3, 4), 0.4, 0.75, "missed_within"),  # the upper end reaches the target
        (Fraction(1), 30, Fraction(3, 4), 0.75, 1.0, "met_clearly"),  # the lower end reaches it
    ],
)
def test_verdicts_are_named_as_agreed(
    share: Fraction | None, n: int, goal: Fraction | None, low: float | None, high: float | None, verdict: str | None
) -> None:
    assert judge(share, n_respondents=n, target=goal, low=low, high=high) == verdict
