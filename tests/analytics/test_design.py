"""What a byte of an answer means, and which questionnaires may be pooled."""

from __future__ import annotations

import pytest

from analytics.design import BLANK, NO_OPINION, NOT_ASKED, Design, encode_sheet
from analytics.errors import DesignError
from survey_forms.loader import find_instrument, load_shipped
from tests.analytics.sheets import design_of


def test_a_design_follows_the_order_of_its_instrument() -> None:
    instrument = find_instrument("an-my-2023")
    design = Design.of(instrument)
    assert design.instrument_id == instrument.id
    assert design.criterion_codes == tuple(criterion.code for criterion in instrument.criteria)
    assert [design.factor_codes[position] for position in design.factor_of] == [
        instrument.factor_of(code).code for code in design.criterion_codes
    ]
    assert (design.n_criteria, design.n_factors, design.n_levels, design.satisfied_from) == (21, 5, 5, 3)


def test_every_shipped_instrument_has_a_design() -> None:
    for instrument in load_shipped().values():
        assert Design.of(instrument).n_criteria == len(instrument.criteria)


def test_blank_no_opinion_and_not_asked_are_told_apart() -> None:
    sheet = encode_sheet(design_of(4), ["1.1", "1.2", "1.3"], {"1.1": 1, "1.2": "no_opinion", "1.3": None})
    assert sheet.tolist() == [1, NO_OPINION, BLANK, NOT_ASKED]


def test_asked_none_means_everything_was_asked() -> None:
    assert encode_sheet(design_of(3), None, {"1.2": 5}).tolist() == [BLANK, 5, BLANK]


def test_a_level_is_coded_by_its_place_and_not_by_its_number() -> None:
    design = Design("demo", ("1",), ("a",), ("A",), (0,), (-2, 0, 10), satisfied_from=2)
    assert [int(encode_sheet(design, None, {"a": level})[0]) for level in (-2, 0, 10)] == [1, 2, 3]


@pytest.mark.parametrize("rating", [0, 6, True, 4.0, "4", "x"])
def test_a_rating_that_is_no_level_is_refused_and_not_repeated(rating: object) -> None:
    with pytest.raises(DesignError, match=r"criterion 1\.1 is no level") as refused:
        encode_sheet(design_of(1), None, {"1.1": rating})  # type: ignore[dict-item]
    assert repr(rating) not in str(refused.value).replace("demo@1.0", "").replace("1.1", "")


def test_a_rating_of_a_criterion_that_was_not_asked_is_refused() -> None:
    with pytest.raises(DesignError, match=r"1\.2 has a rating but was not asked"):
        encode_sheet(design_of(2), ["1.1"], {"1.2": 4})


def test_criteria_of_another_questionnaire_are_refused() -> None:
    with pytest.raises(DesignError, match=r"9\.9 is not part of instrument demo@1\.0"):
        encode_sheet(design_of(2), None, {"9.9": 4})
    with pytest.raises(DesignError, match=r"9\.9 is not part"):
        encode_sheet(design_of(2), ["9.9"], {})


def test_versions_of_a_series_pool_and_are_both_named() -> None:
    pooled = design_of(2, version="1.1").pooled_with(design_of(2, version="1.0"))
    assert pooled.instrument_id == "demo@1.0+1.1"


@pytest.mark.parametrize("other", [design_of(2, series="other"), design_of(3), design_of(1, 1)])
def test_other_series_or_criteria_never_pool(other: Design) -> None:
    with pytest.raises(DesignError, match="never pooled"):
        design_of(2).pooled_with(other)


def test_a_design_that_does_not_fit_its_bytes_is_refused() -> None:
    with pytest.raises(DesignError, match="factor positions"):
        Design("d", ("1",), ("a", "b"), ("A",), (0,), (1, 2), 1)
    with pytest.raises(DesignError, match="levels"):
        Design("d", ("1",), ("a",), ("A",), (0,), (1,), 0)
    with pytest.raises(DesignError, match="at most 255 criteria"):
        Design("d", ("1",), tuple(map(str, range(256))), ("A",), (0,) * 256, (1, 2), 1)
