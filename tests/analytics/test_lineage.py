"""Any period on any map: totals are conserved, and what is not known is named instead of guessed."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import UnitError
from analytics.lineage import MapFold, Part, Undivided, apportion, fold_to, is_in_force
from analytics.moments import Moments
from analytics.units import Succession, Unit, UnitTree
from tests.analytics.test_units import LINEAGE, MERGER, follows, tuy_phuoc
from tests.app.imports.national_list import find_national_list

BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)
WHOLE = Fraction(1)


def whole(row: str) -> tuple[Part, ...]:
    return (Part(row, WHOLE),)


@pytest.mark.parametrize("with_district", [False, True])
def test_old_communes_count_in_todays_and_stand_alone_on_yesterdays_map(with_district: bool) -> None:
    tree = tuy_phuoc(with_district)
    olds = [old for olds in LINEAGE.values() for old in olds]
    today = fold_to(tree, [*olds, *LINEAGE], AFTER)
    assert today.parts == {**{old: whole(new) for new, olds in LINEAGE.items() for old in olds}, **{new: whole(new) for new in LINEAGE}}
    yesterday = fold_to(tree, olds, BEFORE)
    assert yesterday.parts == {old: whole(old) for old in olds}
    assert (today.undivided, yesterday.undivided) == ((), ())


def test_what_was_recorded_after_a_merger_is_not_cut_back_and_says_so() -> None:
    tree = UnitTree([Unit(key) for key in ("A1", "A2", "A")], [follows("A1", "A"), follows("A2", "A")])
    fold = fold_to(tree, ["A"], BEFORE)
    assert fold.undivided == (Undivided("A", "merged_later", ("A1", "A2")),)
    assert fold.parts == {"A": whole("A")}


def test_on_yesterdays_map_a_merged_commune_still_counts_in_its_province() -> None:
    tree = tuy_phuoc(with_district=False)
    fold = fold_to(tree, LINEAGE, BEFORE, rows=["tỉnh Gia Lai"])
    assert fold.parts == {new: whole("tỉnh Gia Lai") for new in LINEAGE}


def test_a_split_with_known_shares_is_divided_and_one_without_is_named() -> None:
    tree = UnitTree(
        [Unit(key) for key in ("known", "unknown", "half", "A", "B")],
        [
            follows("known", "A", "0.25"), follows("known", "B", "0.75"),
            follows("unknown", "A"), follows("unknown", "B", "0.5"),
            follows("half", "A", "0.5"),
        ],
    )  # fmt: skip
    fold = fold_to(tree, ["known", "unknown", "half"], AFTER)
    assert fold.parts["known"] == (Part("A", Fraction(1, 4)), Part("B", Fraction(3, 4)))
    assert fold.divided == ("known",)
    assert fold.undivided == (Undivided("unknown", "split_unknown", ("A", "B")), Undivided("half", "rest_unknown", ("A",)))


def test_a_split_inside_one_province_is_none_for_the_province() -> None:
    tree = UnitTree([Unit("P"), Unit("A", "P"), Unit("B", "P"), Unit("old")], [follows("old", "A"), follows("old", "B")])
    assert fold_to(tree, ["old"], AFTER, rows=["P"]).parts == {"old": whole("P")}


def test_a_part_of_a_split_unit_goes_back_to_it_wholly() -> None:
    tree = UnitTree([Unit("old"), Unit("A"), Unit("B")], [follows("old", "A", "0.3"), follows("old", "B")])
    assert fold_to(tree, ["A", "B"], BEFORE).parts == {"A": whole("old"), "B": whole("old")}


def test_shares_multiply_along_a_chain_of_splits() -> None:
    tree = UnitTree(
        [Unit(key) for key in ("first", "second", "A", "B", "C")],
        [
            Succession("first", "second", Fraction(1, 2), date(2024, 1, 1)), Succession("first", "C", Fraction(1, 2), date(2024, 1, 1)),
            follows("second", "A", "1/3"), follows("second", "B", "2/3"),
        ],
    )  # fmt: skip
    parts = {part.row: part.share for part in fold_to(tree, ["first"], AFTER).parts["first"]}
    assert parts == {"A": Fraction(1, 6), "B": Fraction(1, 3), "C": Fraction(1, 2)}
    between = {part.row: part.share for part in fold_to(tree, ["first", "A"], date(2024, 6, 1)).parts["first"]}
    assert between == {"second": Fraction(1, 2), "C": Fraction(1, 2)}


def test_a_room_closes_with_its_commune_and_counts_where_that_does() -> None:
    tree = UnitTree([Unit("A1"), Unit("room", "A1"), Unit("A")], [follows("A1", "A")])
    assert (is_in_force(tree, "room", BEFORE), is_in_force(tree, "room", AFTER)) == (True, False)
    assert fold_to(tree, ["room"], AFTER).parts == {"room": whole("A")}


def test_a_unit_from_which_nothing_leads_to_the_map_is_outside() -> None:
    tree = UnitTree([Unit("A"), Unit("elsewhere")])
    assert fold_to(tree, ["elsewhere"], AFTER, rows=["A"]).undivided == (Undivided("elsewhere", "outside", ()),)


def test_units_formed_of_a_unit_below_them_do_not_go_round_in_circles() -> None:
    tree = UnitTree([Unit("P"), Unit("B"), Unit("C", "P")], [follows("C", "B"), follows("B", "P")])
    assert fold_to(tree, ["B", "C", "P"], BEFORE, rows=[]).undivided == tuple(Undivided(key, "outside", ()) for key in ("B", "C", "P"))


@pytest.mark.parametrize(("keys", "rows"), [(["nowhere"], None), (["A"], ["nowhere"])])
def test_unknown_units_are_refused_by_name(keys: list[str], rows: list[str] | None) -> None:
    with pytest.raises(UnitError, match="nowhere"):
        fold_to(UnitTree([Unit("A")]), keys, AFTER, rows)


SHARES: list[list[Fraction | None]] = [
    [None, None, None],
    [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)],
    [Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)],
    [None, Fraction(1, 2), None],
]


@st.composite
def dated_trees(draw: st.DrawFn) -> UnitTree:
    """Units 0 … n − 1; parents and successors always point to a lower number, shares are known or not."""
    n = draw(st.integers(1, 12))
    units, successions = [], []
    for number in range(n):
        lower = st.integers(0, number - 1) if number else st.nothing()
        parent = draw(st.none() | lower) if number else None
        units.append(Unit(str(number), None if parent is None else str(parent)))
        news = sorted(draw(st.sets(lower, max_size=3))) if number else []
        day = date(draw(st.integers(2020, 2026)), 7, 1)
        shares: Sequence[Fraction | None] = draw(st.sampled_from(SHARES))
        if len(news) == 2 and None not in shares and draw(st.booleans()):
            shares = [Fraction(2, 7), Fraction(5, 7)]
        successions += [Succession(str(number), str(new), share, day) for new, share in zip(news, shares, strict=False)]
    return UnitTree(units, successions)


@settings(deadline=None)
@given(tree=dated_trees(), on=st.dates(date(2019, 1, 1), date(2027, 12, 31)), data=st.data())
def test_totals_are_conserved_on_every_map(tree: UnitTree, on: date, data: st.DataObject) -> None:
    keys = list(tree.ancestors_of_all())
    rows = data.draw(st.none() | st.sets(st.sampled_from(keys)))
    fold = fold_to(tree, keys, on, rows)
    left_alone = {each.unit for each in fold.undivided}
    for key in keys:
        assert sum(part.share for part in fold.parts[key]) == 1
        if key in left_alone:
            assert fold.parts[key] == whole(key)
        else:
            assert all(part.row in rows if rows is not None else is_in_force(tree, part.row, on) for part in fold.parts[key])
    n = np.arange(3, 3 + len(keys))
    moments = Moments(n, 2 * n, 3 * n, 4 * n, 6 * n, 9 * n)
    found = apportion(keys, moments, fold)
    assert sum(each.respondents for each in found.values()) == n.sum()
    assert sum(each.satisfied for each in found.values()) == 2 * n.sum()
    assert sum(each.answers for each in found.values()) == 3 * n.sum()


def test_an_undivided_row_has_the_figure_it_always_had() -> None:
    from analytics.intervals import pooled_interval

    moments = Moments(*(np.array(values) for values in ([3, 4], [3, 6], [6, 8], [5, 10], [6, 12], [12, 16])))
    fold = MapFold({"a": whole("A"), "b": whole("A")}, ())
    row = apportion(["a", "b"], moments, fold)["A"]
    together = Moments(*(np.array([getattr(moments, name).sum()]) for name in ("n", "x", "m", "xx", "xm", "mm")))
    low, high = pooled_interval(together)
    assert (row.respondents, row.share, row.by_share) == (Fraction(7), Fraction(9, 14), Fraction(0))
    assert (row.low, row.high) == (float(low[0]), float(high[0]))


def test_one_respondent_has_no_interval_and_nobody_no_share() -> None:
    moments = Moments(*(np.array(values) for values in ([1, 0], [1, 0], [2, 0], [1, 0], [2, 0], [4, 0])))
    rows = apportion(["a", "b"], moments, MapFold({"a": whole("a"), "b": whole("b")}, ()))
    assert (rows["a"].share, rows["a"].low, rows["a"].high) == (Fraction(1, 2), None, None)
    assert (rows["b"].share, rows["b"].low, rows["b"].respondents) == (None, None, Fraction(0))
    with pytest.raises(UnitError, match="Unit c was not folded"):
        apportion(["c"], Moments(*(np.array([1]) for _ in range(6))), MapFold({}, ()))


def country(folder: Path) -> list[Unit]:
    """Today's provinces and communes. A commune's code may equal a former one's, a name another's: the key is ours."""
    with find_national_list(folder).open(encoding="utf-8", newline="") as file:
        return [
            Unit(f"{row['level']} {row['code']}", f"province {row['parent_code']}" if row["parent_code"] else None)
            for row in csv.DictReader(file)
        ]


def test_the_whole_country_is_drawn_on_either_map_without_losing_anybody(tmp_path: Path) -> None:
    units = country(tmp_path)
    communes = [unit for unit in units if unit.parent is not None]
    assert len(communes) > 3000
    old, steps = [], []
    for number, commune in enumerate(communes):
        # Every commune followed one to four, and every tenth a part of one that its neighbour got the rest of.
        for part in range(1 + number % 4):
            old.append(Unit(f"{commune.key} – cũ {part}"))
            steps.append(Succession(old[-1].key, commune.key, None, MERGER))
        if number % 10 == 0 and number + 1 < len(communes):
            old.append(Unit(f"{commune.key} – chia"))
            steps.append(Succession(old[-1].key, commune.key, Fraction(2, 5), MERGER))
            steps.append(Succession(old[-1].key, communes[number + 1].key, Fraction(3, 5), MERGER))
    tree = UnitTree([*units, *old], steps)
    keys = [unit.key for unit in (*communes, *old)]
    today, yesterday = fold_to(tree, keys, AFTER), fold_to(tree, keys, BEFORE, rows=[unit.key for unit in old])
    assert today.undivided == ()
    assert {part.row for parts in today.parts.values() for part in parts} == {commune.key for commune in communes}
    assert {each.kind for each in yesterday.undivided} == {"merged_later"}
    n = np.arange(1, 1 + len(keys))
    for fold in (today, yesterday):
        found = apportion(keys, Moments(n, n, n, n, n, n), fold)
        assert sum(each.respondents for each in found.values()) == n.sum()
