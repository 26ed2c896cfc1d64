"""Sheets as counts: nothing is lost on the way, counts add and take away, and many sheets cost what the different ones cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.drivers import report_drivers
from analytics.errors import DesignError, TallyError
from analytics.importance import shapley_shares
from analytics.patterns import count_patterns
from analytics.sheet_counts import SheetCounts, add_sheets, count_sheets
from tests.analytics.sheets import design_of

DESIGN = design_of(2, 3)
Bytes = NDArray[np.uint8]


def draw(n: int, seed: int) -> tuple[Bytes, Bytes]:
    """n sheets of five criteria that hang together, with blanks, no opinion and not asked; the overall answers."""
    chance = np.random.default_rng(seed)
    person = chance.normal(size=(n, 1))
    answers = np.clip(np.round(3.6 + person + 0.8 * chance.normal(size=(n, 5))), 1, 5).astype(np.uint8)
    overall = np.clip(np.round(answers[:, :3].mean(axis=1) + chance.normal(size=n)), 1, 5).astype(np.uint8)
    gaps = chance.random(answers.shape)
    answers[gaps < 0.04], answers[gaps > 0.97], answers[gaps > 0.99] = 0, 254, 255
    overall[chance.random(n) < 0.05] = 254
    return answers, overall


def same(left: SheetCounts, right: SheetCounts) -> bool:
    pairs = [*zip(left.within, right.within, strict=True), (left.across, right.across)]
    return all(np.array_equal(a.codes, b.codes) and np.array_equal(a.counts, b.counts) for a, b in pairs)


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 60), cut=st.integers(0, 60))
@settings(deadline=None, max_examples=40)
def test_counts_of_two_files_are_the_counts_of_both_and_can_be_taken_away_again(seed: int, n: int, cut: int) -> None:
    answers, overall = draw(n, seed)
    first, second = (count_sheets(DESIGN, answers[part], overall[part]) for part in (slice(0, cut), slice(cut, None)))
    both = count_sheets(DESIGN, answers, overall)
    assert same(add_sheets([first, second]), both)
    assert same(both.minus(second), first)
    assert both.n_sheets == n


def test_counts_do_not_depend_on_the_order_of_the_sheets() -> None:
    answers, overall = draw(500, seed=3)
    order = np.random.default_rng(1).permutation(500)
    assert same(count_sheets(DESIGN, answers, overall), count_sheets(DESIGN, answers[order], overall[order]))


def test_a_file_repeated_has_the_drivers_of_the_file_and_smaller_errors() -> None:
    answers, overall = draw(400, seed=4)
    once = report_drivers(count_sheets(DESIGN, answers, overall))
    many = report_drivers(add_sheets([count_sheets(DESIGN, answers, overall)] * 100))
    assert (many.n, many.n_sheets) == (once.n * 100, 40_000)
    for name in ("shapley", "shapley_r2", "performance", "r2"):
        assert many.to_json()[name] == pytest.approx(once.to_json()[name], abs=1e-12)
    slopes = [report.to_json()["ordered_logit"]["coefficients"] for report in (once, many)]
    for code in once.fitted:
        assert slopes[1][code]["estimate"] == pytest.approx(slopes[0][code]["estimate"], abs=1e-9)
        assert slopes[1][code]["se"] == pytest.approx(slopes[0][code]["se"] / 10, rel=1e-9)
    assert once.importance.errors is not None
    assert many.importance.errors is not None
    assert many.importance.errors["1"] == pytest.approx(once.importance.errors["1"] / 10, rel=0.01)  # n − 1 is not n


def test_sheets_that_were_never_counted_cannot_be_taken_away() -> None:
    some, others = (count_sheets(DESIGN, *draw(30, seed)) for seed in (1, 2))
    with pytest.raises(TallyError, match="taken away"):
        some.minus(others)
    with pytest.raises(DesignError):
        add_sheets([some, count_sheets(design_of(3, 2), *draw(30, seed=1))])


def test_a_byte_that_is_no_answer_is_refused() -> None:
    with pytest.raises(TallyError, match="no answer"):
        count_sheets(DESIGN, np.full((1, 5), 6, dtype=np.uint8), np.array([5], dtype=np.uint8))


def test_rows_of_more_possibilities_than_a_number_can_hold_are_told_apart() -> None:
    chance = np.random.default_rng(7)
    rows = chance.integers(0, 2**15, size=(40, 6))[chance.integers(0, 40, 300)]
    found, pattern_of = count_patterns(list(rows.T), [2**15] * 6)
    expected, counts = np.unique(rows, axis=0, return_counts=True)
    assert found.codes.tolist() == expected.tolist()
    assert found.counts.tolist() == counts.tolist()
    assert found.codes[pattern_of].tolist() == rows.tolist()


def test_the_error_of_a_share_is_what_each_sheet_pulls_it_by() -> None:
    chance = np.random.default_rng(11)
    x = np.round(3.5 + 0.7 * chance.normal(size=(90, 1)) + 0.7 * chance.normal(size=(90, 3)), 1)
    y = np.clip(np.round(x @ [0.7, 0.3, 0.1] + chance.normal(size=90)), 1, 5)
    whole = shapley_shares(x, y, "abc")
    assert whole.shares is not None
    assert whole.errors is not None
    # The weight of one sheet changed a little, shared out so that the sum of weights stays: the derivative by its weight.
    step = 1_000_000
    pulls = []
    for sheet in range(90):
        more = np.full(90, step)
        more[sheet] += 90
        found = shapley_shares(x, y, "abc", more)
        assert found.shares is not None
        assert found.r2 is not None
        assert whole.r2 is not None
        changes = [*(found.shares[name] - whole.shares[name] for name in "abc"), found.r2 - whole.r2]
        pulls.append([change * (step + 1) for change in changes])
    errors = np.sqrt((np.array(pulls) ** 2).sum(axis=0) / (90 * 89))
    assert [*whole.errors.values(), whole.r2_error] == pytest.approx(errors.tolist(), rel=1e-3)


def test_intervals_of_a_share_hold_it_and_stay_within_zero_and_one() -> None:
    report = report_drivers(count_sheets(DESIGN, *draw(60, seed=9)))
    assert report.importance.shares is not None
    for code, share in report.importance.shares.items():
        ends = report.importance.interval(code, 0.95)
        assert ends is not None
        assert 0 <= ends[0] <= share <= ends[1] <= 1
    assert report.importance.r2_interval(0.95) is not None
