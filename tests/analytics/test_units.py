"""The tree over time: subtrees with predecessors, and totals that are conserved on either map."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import UnitError
from analytics.units import Succession, Unit, UnitTree

MERGER = date(2025, 7, 1)
# Four communes of today, thirteen of yesterday; the district they lay under is gone from the tree.
LINEAGE = {
    "xã Tuy Phước": ["tt Tuy Phước", "tt Diêu Trì", "xã Phước Thuận", "xã Phước Nghĩa", "xã Phước Lộc"],
    "xã Tuy Phước Đông": ["xã Phước Sơn", "xã Phước Hòa", "xã Phước Thắng"],
    "xã Tuy Phước Tây": ["xã Phước An", "xã Phước Thành"],
    "xã Tuy Phước Bắc": ["xã Phước Hiệp", "xã Phước Hưng", "xã Phước Quang"],
}


def follows(old: str, new: str, share: str | None = None) -> Succession:
    return Succession(old, new, None if share is None else Fraction(share), MERGER)


def tuy_phuoc(with_district: bool) -> UnitTree:
    district = [Unit("huyện Tuy Phước")] if with_district else []
    old_parent = "huyện Tuy Phước" if with_district else None
    return UnitTree(
        [
            Unit("tỉnh Gia Lai"),
            *district,
            *(Unit(new, "tỉnh Gia Lai") for new in LINEAGE),
            *(Unit(old, old_parent) for olds in LINEAGE.values() for old in olds),
        ],
        [follows(old, new) for new, olds in LINEAGE.items() for old in olds],
    )


@pytest.mark.parametrize("with_district", [False, True])
def test_a_province_holds_its_communes_and_their_predecessors(with_district: bool) -> None:
    tree = tuy_phuoc(with_district)
    assert set(tree.subtree("tỉnh Gia Lai")) == {"tỉnh Gia Lai", *LINEAGE, *chain(*LINEAGE.values())}
    assert set(tree.subtree("xã Tuy Phước Tây")) == {"xã Tuy Phước Tây", "xã Phước An", "xã Phước Thành"}
    assert tree.children("tỉnh Gia Lai") == tuple(sorted(LINEAGE))
    assert tree.ancestors("xã Tuy Phước") == ("tỉnh Gia Lai",)


@pytest.mark.parametrize("with_district", [False, True])
def test_predecessors_count_in_the_commune_that_followed(with_district: bool) -> None:
    fold = tuy_phuoc(with_district).fold([old for olds in LINEAGE.values() for old in olds], rows=LINEAGE)
    assert fold.row_of == {old: new for new, olds in LINEAGE.items() for old in olds}
    assert fold.unassigned == ()


def test_the_old_map_can_be_drawn_as_well() -> None:
    tree = tuy_phuoc(with_district=True)
    olds = list(chain(*LINEAGE.values()))
    fold = tree.fold(olds, rows=["huyện Tuy Phước"])
    assert set(fold.row_of.values()) == {"huyện Tuy Phước"}
    # What was recorded after the merger cannot be cut back into its predecessors.
    assert tree.fold(LINEAGE, rows=olds).unassigned == tuple(LINEAGE)


def test_everything_counts_in_the_province_row() -> None:
    tree = tuy_phuoc(with_district=True)
    fold = tree.fold(tree.subtree("tỉnh Gia Lai"), rows=["tỉnh Gia Lai"])
    assert set(fold.row_of.values()) == {"tỉnh Gia Lai"}


SPLIT = UnitTree(
    [Unit("P"), Unit("Q"), Unit("A", "P"), Unit("B", "P"), Unit("C", "Q"), *map(Unit, ("inner", "outer", "lost"))],
    [
        follows("inner", "A", "0.4"), follows("inner", "B", "0.6"),
        follows("outer", "A"), follows("outer", "C"),
        follows("lost", "A", "0.7"),
    ],
)  # fmt: skip


def test_a_split_unit_is_its_own_row_and_reported_apart() -> None:
    fold = SPLIT.fold(["A", "B", "C", "inner", "outer"], rows=["A", "B", "C"])
    assert fold.unassigned == ("inner", "outer")
    assert fold.row_of["inner"] == "inner"


def test_a_split_inside_one_row_is_no_split_for_that_row() -> None:
    assert SPLIT.fold(["inner"], rows=["P"]).row_of == {"inner": "P"}
    assert SPLIT.fold(["outer"], rows=["P", "Q"]).unassigned == ("outer",)


def test_a_part_of_a_unit_with_the_rest_unrecorded_cannot_be_folded() -> None:
    assert SPLIT.fold(["lost"], rows=["A"]).unassigned == ("lost",)


def test_what_became_of_the_district_does_not_decide_for_a_unit_that_was_split_itself() -> None:
    tree = UnitTree(
        [Unit("P"), Unit("Q"), Unit("H"), Unit("whole", "H"), Unit("cut", "H")],
        [follows("H", "P"), follows("cut", "P", "1/2"), follows("cut", "Q", "1/2")],
    )
    fold = tree.fold(["whole", "cut"], rows=["P", "Q"])
    assert (fold.row_of["whole"], fold.unassigned) == ("P", ("cut",))


def test_a_split_unit_is_in_the_subtree_of_each_part() -> None:
    assert "outer" in SPLIT.subtree("P")
    assert "outer" in SPLIT.subtree("Q")


def test_a_unit_outside_all_rows_is_kept_and_reported_once() -> None:
    fold = SPLIT.fold(["P", "C", "C"], rows=["A"])
    assert (fold.row_of, fold.unassigned) == ({"P": "P", "C": "C"}, ("P", "C"))


def test_chains_of_successions_are_followed() -> None:
    tree = UnitTree([Unit("P"), Unit("now", "P"), Unit("before"), Unit("first"), Unit("under", "first")],
                    [follows("first", "before", "1"), follows("before", "now", "1")])  # fmt: skip
    assert tree.fold(["first", "under"], rows=["now"]).row_of == {"first": "now", "under": "now"}
    assert set(tree.subtree("P")) == {"P", "now", "before", "first", "under"}


def test_the_nearer_of_nested_rows_wins() -> None:
    tree = UnitTree([Unit("P"), Unit("H", "P"), Unit("A", "P"), Unit("a", "H"), Unit("room", "A")], [follows("a", "A")])
    fold = tree.fold(["a", "A", "room", "H"], rows=["P", "A"])
    assert fold.row_of == {"a": "A", "A": "A", "room": "A", "H": "P"}
    # Two maps in one table: the map the unit was recorded on decides.
    assert tree.fold(["a"], rows=["H", "A"]).row_of == {"a": "H"}


@st.composite
def trees(draw: st.DrawFn) -> UnitTree:
    """Units 0 … n − 1; parents and successors always point to a lower number, so there is no circle."""
    n = draw(st.integers(1, 12))
    units, successions = [], []
    for number in range(n):
        lower = st.integers(0, number - 1) if number else st.nothing()
        parent = draw(st.none() | lower) if number else None
        units.append(Unit(str(number), None if parent is None else str(parent)))
        for new in draw(st.sets(lower, max_size=2)) if number else set():
            successions.append(follows(str(number), str(new), draw(st.sampled_from([None, "1/2"]))))
    return UnitTree(units, successions)


@given(tree=trees(), rows=st.sets(st.integers(0, 11)), counts=st.lists(st.integers(0, 99), min_size=12, max_size=12))
def test_totals_are_conserved_whatever_the_rows(tree: UnitTree, rows: set[int], counts: list[int]) -> None:
    keys = [key for key in map(str, range(12)) if key in tree.ancestors_of_all()]
    wanted = [key for key in keys if int(key) in rows]
    fold = tree.fold(keys, wanted)
    assert set(fold.row_of) == set(keys)
    assert {row for key, row in fold.row_of.items() if key not in fold.unassigned} <= set(wanted)
    assert all(fold.row_of[key] == key for key in (*wanted, *fold.unassigned))
    sums: dict[str, int] = {}
    for key, row in fold.row_of.items():
        sums[row] = sums.get(row, 0) + counts[int(key)]
    assert sum(sums.values()) == sum(counts[int(key)] for key in keys)


@given(tree=trees(), row=st.integers(0, 11))
def test_what_counts_in_a_row_lies_in_its_subtree(tree: UnitTree, row: int) -> None:
    keys = list(tree.ancestors_of_all())
    if str(row) in keys:
        fold = tree.fold(keys, [str(row)])
        counted = {key for key, found in fold.row_of.items() if found == str(row)}
        assert counted <= set(tree.subtree(str(row)))


@pytest.mark.parametrize(
    ("units", "successions", "problem"),
    [
        ([Unit("a", "b"), Unit("b", "a")], [], "circle: (a – b – a|b – a – b)"),
        ([Unit("a"), Unit("b")], [follows("a", "b"), follows("b", "a")], "circle"),
        ([Unit("a", "b"), Unit("b")], [follows("b", "a")], "circle"),
        ([Unit("a"), Unit("a")], [], "Unit a is given twice"),
        ([Unit("a", "x")], [], "Unit x, the parent of unit a, is not among"),
        ([Unit("a")], [follows("a", "x")], "Unit x, the successor of unit a, is not among"),
        ([Unit("a")], [follows("x", "a")], "Unit x, the predecessor of unit a, is not among"),
        ([Unit("a"), Unit("b")], [follows("a", "b"), follows("a", "b")], "given twice"),
        ([Unit("a"), Unit("b")], [follows("a", "b", "3/2")], "above 0 and at most 1"),
        ([Unit("a"), Unit("b"), Unit("c")], [follows("a", "b", "1"), follows("a", "c", "1/2")], "more than 1"),
    ],
)
def test_a_tree_that_contradicts_itself_is_refused_by_name(units: list[Unit], successions: list[Succession], problem: str) -> None:
    with pytest.raises(UnitError, match=problem):
        UnitTree(units, successions)


def test_unknown_units_are_refused_by_name() -> None:
    for ask in (SPLIT.subtree, SPLIT.children, SPLIT.ancestors):
        with pytest.raises(UnitError, match="Unit nowhere is not among"):
            ask("nowhere")
    with pytest.raises(UnitError, match="nowhere"):
        SPLIT.fold(["nowhere"], rows=["A"])
    with pytest.raises(UnitError, match="nowhere"):
        SPLIT.fold(["A"], rows=["nowhere"])
