"""The facts of the demonstration office hang together."""

from datetime import date, timedelta

import pytest

from app.demo.truth import CRITERION_EFFECTS
from app.demo.tuy_phuoc import TUY_PHUOC_OFFICE as OFFICE
from app.demo.units import FORMER_DISTRICT, FORMER_PROVINCE, LAND_BRANCH, PROVINCE
from survey_forms import Instrument

MERGER_ON = date(2025, 7, 1)
UNITS = {unit.key: unit for unit in OFFICE.units}


def test_four_communes_follow_thirteen_units_without_a_gap_or_an_overlap() -> None:
    communes = [unit for unit in OFFICE.units if unit.level == "commune" and unit.valid_from_on == MERGER_ON]
    former = [unit for unit in OFFICE.units if unit.level == "commune" and unit.valid_to_on is not None]
    assert {unit.codes for unit in communes} == {("21952",), ("21970",), ("21985",), ("21964",)}
    assert len(former) == 13
    assert {unit.successor_key for unit in former} == {unit.key for unit in communes}
    assert all(unit.valid_to_on == MERGER_ON - timedelta(days=1) for unit in former)


def test_one_code_names_an_old_and_a_new_unit_and_never_two_at_once() -> None:
    holders = [unit for unit in OFFICE.units if "21952" in unit.codes]
    assert [unit.name for unit in holders] == ["Xã Tuy Phước", "Thị trấn Tuy Phước"]
    for number in range(365):
        day = OFFICE.first_on + timedelta(days=number)
        assert sum(unit.is_valid_on(day) for unit in holders) == 1


def test_every_unit_stands_under_a_unit_listed_before_it() -> None:
    seen: set[str] = set()
    for unit in OFFICE.units:
        assert unit.parent_key is None or unit.parent_key in seen, unit.key
        seen.add(unit.key)
    assert len(seen) == len(OFFICE.units)


def test_former_units_lay_under_the_district_and_the_province_that_ended() -> None:
    assert {unit.parent_key for unit in OFFICE.units if unit.level == "commune" and unit.valid_to_on} == {FORMER_DISTRICT}
    assert UNITS[FORMER_DISTRICT].parent_key == FORMER_PROVINCE
    assert UNITS[FORMER_PROVINCE].successor_key == PROVINCE == OFFICE.top_unit_key


def test_land_is_resolved_by_a_branch_outside_the_communes() -> None:
    assert len(OFFICE.fields) >= 8
    assert [field.code for field in OFFICE.fields if field.resolving_unit_key] == ["dat-dai"]
    assert UNITS[LAND_BRANCH].parent_key == PROVINCE
    assert UNITS[LAND_BRANCH].weight == 0


def test_effects_name_factors_and_criteria_the_instrument_has(instrument: Instrument) -> None:
    factors = {factor.code for factor in instrument.factors}
    named = {code for unit in OFFICE.units for code in unit.factor_effects}
    named |= {code for field in OFFICE.fields for code in field.factor_effects}
    assert named <= factors
    assert set(CRITERION_EFFECTS) <= {criterion.code for criterion in instrument.criteria}


def test_contacts_hold_no_telephone_number() -> None:
    for desk in OFFICE.desks:
        assert desk.contacts
        assert not any(sign.isdigit() for sign in desk.contacts), desk.key


def test_unknown_unit_is_named_in_the_error() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        OFFICE.unit("nowhere")
