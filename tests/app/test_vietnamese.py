"""Figures, days and names as a Vietnamese office writes them."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from analytics.periods import parse_period
from analytics.results import METHODS as METHOD_CODES
from analytics.results import VERDICTS as VERDICT_CODES
from analytics.results import Estimate
from app import vietnamese as vi
from survey_forms import CHANNELS, MODES, STAGES


def estimate(satisfied: int, answers: int, share: float | None = None) -> Estimate:
    return Estimate(satisfied / answers if share is None else share, satisfied, answers, None, None, None, None, None)


def test_percentage_is_rounded_half_up_from_whole_numbers() -> None:
    assert vi.exact_percent(estimate(17_997, 20_000)) == Decimal("89.99"), "89,985 goes up; half-to-even would print 89,98"
    assert vi.exact_percent(estimate(17_999, 20_000)) == Decimal("90.00")


def test_share_of_a_mean_is_printed_from_the_share() -> None:
    assert vi.exact_percent(estimate(1, 3, share=0.5)) == Decimal("50.00")


def test_share_that_does_not_exist_is_a_dash() -> None:
    assert vi.percent(None) == "–"
    assert vi.exact_percent(Estimate(None, 0, 0, None, None, None, None, None)) is None


@pytest.mark.parametrize(("share", "text"), [(0.8841, "88,41%"), (Fraction(1), "100,00%"), (0.0, "0,00%"), (Fraction(2, 3), "66,67%")])
def test_percent_has_a_decimal_comma_two_places_and_no_space(share: Fraction | float, text: str) -> None:
    assert vi.percent(share) == text


def test_interval_stays_on_one_line() -> None:
    assert vi.interval(0.8672, 0.9003) == "86,72\u00a0–\u00a090,03%"
    assert vi.interval(None, None) is None


def test_counts_have_points_between_thousands() -> None:
    assert [vi.whole(n) for n in (0, 999, 1_284, 1_234_567)] == ["0", "999", "1.284", "1.234.567"]


def test_difference_carries_its_sign_and_its_unit() -> None:
    assert vi.points(0.019).replace("\u00a0", " ") == "+1,9 điểm phần trăm"
    assert vi.points(-0.004).replace("\u00a0", " ") == "−0,4 điểm phần trăm"


def test_days_are_written_day_month_year() -> None:
    assert vi.day(date(2025, 7, 1)) == "01/07/2025"
    assert vi.day(None) == "–"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2025-07", "Tháng 7/2025"),
        ("2025-Q3", "Quý III/2025"),
        ("2025-H1", "6 tháng đầu năm 2025"),
        ("2025-H2", "6 tháng cuối năm 2025"),
        ("2025-9M", "9 tháng đầu năm 2025"),
        ("2025", "Năm 2025"),
    ],
)
def test_periods_have_the_names_reports_use(text: str, name: str) -> None:
    assert vi.name_period(parse_period(text)).replace("\u00a0", " ") == name


def test_every_code_has_words() -> None:
    assert set(vi.CHANNELS) == set(CHANNELS)
    assert set(vi.STAGES) == set(STAGES)
    assert set(vi.MODES) == set(MODES)
    assert set(vi.METHODS) == set(METHOD_CODES)
    assert set(vi.VERDICTS) == set(VERDICT_CODES)


def test_every_verdict_has_a_sign_of_its_own() -> None:
    signs = [words.sign for words in vi.VERDICTS.values()]
    assert len(set(signs)) == len(signs)
    assert vi.tell_verdict(None).words == "Chưa có chỉ tiêu"


def test_collation_puts_d_before_crossed_d_and_letters_before_tones() -> None:
    words = ["đất", "dân", "ứng", "ưng", "ủng", "ung", "ân", "an", "ăn", "án", "à", "a"]
    assert sorted(words, key=vi.collation_key) == ["a", "à", "an", "án", "ăn", "ân", "dân", "đất", "ung", "ủng", "ưng", "ứng"]


def test_collation_compares_numbers_by_value_and_shorter_names_first() -> None:
    names = ["Quầy 10", "Quầy 2", "Xã Tuy Phước Bắc", "Xã Tuy Phước"]
    assert sorted(names, key=vi.collation_key) == ["Quầy 2", "Quầy 10", "Xã Tuy Phước", "Xã Tuy Phước Bắc"]


def test_names_are_found_without_accents() -> None:
    assert vi.fold_accents("Xã  Tuy Phước Đông") == "xa tuy phuoc dong"
