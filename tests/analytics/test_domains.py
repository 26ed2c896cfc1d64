"""Sub-groups by what a respondent is: the errors of the whole sample, however cells are brought together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.domains import tell_domain
from analytics.errors import TallyError
from analytics.index import compute_index
from analytics.intervals import wilson_interval
from analytics.results import METHODS, Method
from analytics.tally import Tally
from tests.analytics.test_survey_reference import DESIGN, DOSSIERS, ROWS, near
from tests.analytics.test_survey_reference import tally as tally_everybody

SEXES = np.array([row["sex"] for row in ROWS])


def group(sex: str, *dimensions: str) -> Tally:
    """The respondents of one sex as a domain of all 52."""
    by_sex = tally_everybody(DESIGN, *dimensions, "sex")
    own = by_sex.where((by_sex.cells["sex"] == sex).to_numpy()).by(*dimensions)
    return tell_domain(own, tally_everybody(DESIGN, *dimensions))


@pytest.mark.parametrize("sex", ["f", "m"])
@pytest.mark.parametrize("is_finite", [False, True])
def test_the_index_of_a_subgroup_has_the_error_r_prints_for_the_subset_of_the_design(sex: str, is_finite: bool) -> None:
    n_dossiers = np.array([sum(DOSSIERS.values())]) if is_finite else None
    cell = compute_index(group(sex), n_dossiers=n_dossiers).cells[0]
    name = f"{'plain_fpc' if is_finite else 'plain'}.sex_{sex}"
    assert cell.overall.share == near(f"{name}.share")
    assert cell.overall.se == near(f"{name}.se")
    assert cell.respondents == SEXES.tolist().count(sex)


@pytest.mark.parametrize("sex", ["f", "m"])
def test_cells_brought_together_have_the_same_error_as_the_whole_at_once(sex: str) -> None:
    together = group(sex, "unit", "field").by()
    assert together.equals(group(sex))
    assert compute_index(together) == compute_index(group(sex))


def test_the_interval_of_a_subgroup_is_the_one_computed_by_hand() -> None:
    """Two imaginary respondents of the group's average size in a sample of everybody and those two."""
    given_by = [[int(row[code]) for code in DESIGN.criterion_codes if row[code]] for row in ROWS if row["sex"] == "f"]
    x, m = [sum(level >= 4 for level in levels) for levels in given_by], [len(levels) for levels in given_by]
    n_all, n, total = len(ROWS), len(m), sum(m)
    average = total / n
    total_2 = total + 2 * average
    share_2 = (sum(x) + average) / total_2
    squares = sum((a - share_2 * b) ** 2 for a, b in zip(x, m, strict=True)) + average**2 * ((1 - share_2) ** 2 + share_2**2)
    design_effect = (n_all + 2) / (n_all + 1) * squares / total_2 / (share_2 * (1 - share_2))
    low, high = wilson_interval(sum(x) / total, min(total, total / design_effect))
    cell = compute_index(group("f")).cells[0]
    assert (cell.overall.low, cell.overall.high) == pytest.approx((float(low), float(high)), rel=1e-12)
    assert cell.design_effect == pytest.approx(design_effect, rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
def test_a_subgroup_of_everybody_is_the_plain_figure(method: Method) -> None:
    whole, pairs = tally_everybody(), tally_everybody(DESIGN.one_factor_each())
    domain = compute_index(tell_domain(whole, whole), method=method, pairs=tell_domain(pairs, pairs))
    assert domain == compute_index(whole, method=method, pairs=pairs)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_takes_the_sample_of_the_design(method: Method) -> None:
    by_sex = tally_everybody(DESIGN.one_factor_each(), "sex")
    pairs = tell_domain(by_sex.where((by_sex.cells["sex"] == "f").to_numpy()).by(), tally_everybody())
    own = group("f")
    alone = Tally(**{name: getattr(own, name) for name in own.__dataclass_fields__ if name != "n_design"})
    filtered = Tally(**{name: getattr(pairs, name) for name in pairs.__dataclass_fields__ if name != "n_design"})
    se = compute_index(own, method=method, pairs=pairs).cells[0].overall.se
    se_alone = compute_index(alone, method=method, pairs=filtered).cells[0].overall.se
    n, n_all = int(own.n_valid[0]), len(ROWS)
    assert se is not None
    assert se_alone is not None
    assert (se / se_alone) ** 2 == pytest.approx(n_all / (n_all - 1) * (n - 1) / n, rel=1e-9)


def test_nobody_and_one_of_a_group_have_no_error() -> None:
    whole = tally_everybody(DESIGN, "unit")
    by_age = tally_everybody(DESIGN, "unit", "field", "age")
    first = by_age.where(np.arange(by_age.n_cells) == int(np.flatnonzero(by_age.n_valid == 1)[0])).by("unit")
    told = tell_domain(first, whole)
    assert told.n_cells == whole.n_cells, "cells without anybody of the group stay in the sample"
    cells = {cell.respondents: cell.overall for cell in compute_index(told).cells}
    assert (cells[0].share, cells[0].se, cells[0].low) == (None, None, None)
    assert cells[1].share is not None
    assert (cells[1].se, cells[1].low) == (None, None)


def test_a_group_that_is_no_part_of_its_sample_is_refused() -> None:
    with pytest.raises(TallyError, match="same dimensions"):
        tell_domain(tally_everybody(DESIGN, "unit"), tally_everybody())
    with pytest.raises(TallyError, match="same rows"):
        tell_domain(tally_everybody(), group("f").where(np.array([False])) + Tally.empty(DESIGN))


@given(st.lists(st.booleans(), min_size=len(ROWS), max_size=len(ROWS)))
def test_the_error_of_a_domain_is_that_of_everybody_with_zeros(chosen: list[bool]) -> None:
    from tests.analytics.sheets import tally_of

    sheets = [[int(row[code]) if row[code] else None for code in DESIGN.criterion_codes] for row in ROWS]
    inside = np.array(chosen)
    own = tally_of(DESIGN, [sheet for sheet, is_in in zip(sheets, chosen, strict=True) if is_in], {})
    estimate = compute_index(tell_domain(own, tally_everybody())).cells[0].overall
    m = np.array([sum(level is not None for level in sheet) for sheet in sheets]) * inside
    x = np.array([sum(level is not None and level >= 4 for level in sheet) for sheet in sheets]) * inside
    if inside.sum() < 2:
        assert estimate.se is None
        return
    z = (x - x.sum() / m.sum() * m) / m.sum()
    assert estimate.se == pytest.approx(float(np.sqrt(len(ROWS) * z.var(ddof=1))), abs=1e-9)
    assert estimate.low is not None
    assert estimate.high is not None
    assert 0 <= estimate.low <= x.sum() / m.sum() <= estimate.high <= 1
