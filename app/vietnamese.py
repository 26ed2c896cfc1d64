"""How figures, days and the product's terms are written for a Vietnamese reader: pure formatting, lent to templates as filters."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from analytics.periods import Period
from analytics.results import Estimate, Method, Verdict
from analytics.rounding import percent_half_up, share_to_percent
from kiosk.typography import NO_BREAK_SPACE, hold_together
from survey_forms.vocabulary import Channel, Mode, RespondentKind, Stage, Took

if TYPE_CHECKING:
    from flask import Flask  # `sipas index` uses these words and starts without the web

NO_NUMBER: Final = "–"
_PLACES: Final = (Decimal(1), Decimal("0.1"), Decimal("0.01"))
_SEPARATORS: Final = str.maketrans(",.-", ".,−")

CHANNELS: Final[Mapping[Channel, str]] = {
    "kiosk": "Máy tính bảng tại quầy",
    "invitation": "Phiếu mời có mã",
    "poster": "QR chung tại bộ phận",
    "link": "Đường dẫn gửi riêng",
    "paper": "Phiếu giấy",
    "import": "Nhập từ tệp",
}
STAGES: Final[Mapping[Stage, str]] = {"filing": "Nộp hồ sơ", "result": "Nhận kết quả"}
MODES: Final[Mapping[Mode, str]] = {"in_person": "Trực tiếp", "online": "Trực tuyến", "postal": "Bưu chính công ích"}
RESPONDENT_KINDS: Final[Mapping[RespondentKind, str]] = {
    "individual": "Cá nhân",
    "organisation": "Tổ chức, doanh nghiệp",
    "authorised": "Người được ủy quyền",
}
TOOK: Final[Mapping[Took, str]] = {"<30": "Dưới 30 giây", "30-59": "30–59 giây", "60-119": "60–119 giây", ">=120": "Từ 120 giây"}
METHODS: Final[Mapping[Method, str]] = {
    "pooled": "Gộp mọi lượt đánh giá",
    "criteria_mean": "Trung bình các tiêu chí",
    "factor_mean": "Trung bình các yếu tố",
}
LEVELS: Final[Mapping[str, str]] = {
    "province": "Tỉnh, thành phố",
    "district": "Huyện (đến 30/6/2025)",
    "commune": "Xã, phường",
    "department": "Phòng, sở",
    "branch": "Chi nhánh",
    "centre": "Trung tâm",
}


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """A verdict for a person: words, and a sign that does not need colour. `kind` names its look in the style sheet."""

    words: str
    sign: str
    kind: str


VERDICTS: Final[Mapping[Verdict, VerdictWords]] = {
    "met_clearly": VerdictWords("Đạt", "▲", "met-clearly"),
    "met_within": VerdictWords("Đạt, trong sai số", "△", "met-within"),
    "missed_within": VerdictWords("Chưa đạt, trong sai số", "▽", "missed-within"),
    "missed_clearly": VerdictWords("Chưa đạt, thấp rõ rệt", "▼", "missed-clearly"),
    "insufficient": VerdictWords("Ít phiếu, chưa đủ căn cứ", "…", "insufficient"),
    "no_data": VerdictWords("Chưa có số liệu", "–", "no-data"),
}
NO_TARGET: Final = VerdictWords("Chưa có chỉ tiêu", "·", "no-target")


def tell_verdict(verdict: Verdict | None) -> VerdictWords:
    """A verdict's words and sign; None means that no target has been set."""
    return NO_TARGET if verdict is None else VERDICTS[verdict]


def whole(number: int) -> str:
    """A count with points between thousands.

    >>> whole(1284), whole(-12), whole(3)
    ('1.284', '−12', '3')
    """
    return f"{number:,}".replace(",", ".").replace("-", "−")


def decimal_comma(number: Decimal | float, places: int = 2) -> str:
    """A number with a decimal comma, half-up to `places` (at most two).

    >>> decimal_comma(Decimal("4.125")), decimal_comma(-0.5, 1)
    ('4,13', '−0,5')
    """
    exact = number if isinstance(number, Decimal) else Decimal(repr(float(number)))
    return f"{exact.quantize(_PLACES[places], ROUND_HALF_UP):,f}".translate(_SEPARATORS)


def percent_number(share: Fraction | float | None) -> str:
    """A share (0–1) as a percentage of two decimals without its sign, for columns that name it; "–" for none.

    >>> percent_number(0.89985), percent_number(None)
    ('89,99', '–')
    """
    return NO_NUMBER if share is None else decimal_comma(share_to_percent(share))


def percent(share: Fraction | float | None) -> str:
    """A share (0–1) as 88,41%.

    >>> percent(0.8841), percent(Fraction(1))
    ('88,41%', '100,00%')
    """
    return NO_NUMBER if share is None else f"{percent_number(share)}%"


def target_percent(share: Fraction | float) -> str:
    """A target as documents write it: 90%, 87,5%.

    >>> target_percent(0.9), target_percent(Fraction(7, 8))
    ('90%', '87,5%')
    """
    text = percent_number(share).rstrip("0").rstrip(",")
    return f"{text}%"


def exact_percent(estimate: Estimate) -> Decimal | None:
    """An estimate's share as a percentage, rounded half-up from whole numbers where the share is their ratio."""
    if estimate.share is None:
        return None
    # Under a mean method the share is not satisfied / answers, and only its double is known.
    if estimate.satisfied / estimate.answers == estimate.share:
        return percent_half_up(estimate.satisfied, estimate.answers)
    return share_to_percent(estimate.share)


def interval(low: float | None, high: float | None) -> str | None:
    """An interval as 86,72 – 90,03%, held on one line; None where none is defined."""
    if low is None or high is None:
        return None
    return f"{percent_number(low)}{NO_BREAK_SPACE}–{NO_BREAK_SPACE}{percent(high)}"


def points(difference: float, places: int = 1) -> str:
    """A difference of two shares in percentage points, with its sign.

    >>> points(0.019).replace("\\xa0", " ")
    '+1,9 điểm phần trăm'
    """
    text = decimal_comma(share_to_percent(difference, places), places)
    sign = "" if text.startswith("−") else "+"
    return f"{sign}{text}{NO_BREAK_SPACE}điểm{NO_BREAK_SPACE}phần{NO_BREAK_SPACE}trăm"


def day(on: date | None) -> str:
    """A day as dd/mm/yyyy.

    >>> day(date(2025, 7, 1))
    '01/07/2025'
    """
    return NO_NUMBER if on is None else f"{on:%d/%m/%Y}"


def name_period(period: Period) -> str:
    """A reporting period as reports call it: Quý III/2025, 6 tháng đầu năm 2025, Tháng 7/2025."""
    held = NO_BREAK_SPACE
    match period.kind:
        case "month":
            return f"Tháng{held}{period.number}/{period.year}"
        case "quarter":
            return f"Quý{held}{('I', 'II', 'III', 'IV')[period.number - 1]}/{period.year}"
        case "half":
            return f"6{held}tháng {('đầu', 'cuối')[period.number - 1]}{held}năm {period.year}"
        case "nine_months":
            return f"9{held}tháng đầu{held}năm {period.year}"
        case "year":
            return f"Năm{held}{period.year}"


# The letters of Việt, and where Ê-đê, Gia-rai, Ba-na and Mnông write further ones, beside the letter they come from.
_ALPHABET: Final = {
    unicodedata.normalize("NFC", letter): place
    for place, letter in enumerate(re.findall(r"\w[\u0306]?", "aăâbƀcčdđeĕêê\u0306fghiĭjklmnñoŏôô\u0306ơơ\u0306pqrstuŭưư\u0306vwxyz"))
}
# Ngang, huyền, hỏi, ngã, sắc, nặng: the order of Vietnamese dictionaries.
_TONES: Final = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_LETTER: Final = re.compile(r"[^\W\d_][\u0300-\u036f]*")
"""A letter with the marks no single character holds, such as ơ̆."""
_WORDS: Final = re.compile(r"\d+|(?:[^\W\d_][\u0300-\u036f]*)+")

CollationKey = tuple[tuple[tuple[int, tuple[int, ...], tuple[int, ...]], ...], str]


def collation_key(text: str) -> CollationKey:
    """Sort key of Vietnamese dictionaries: syllable by syllable, letters first (đ after d, ơ after ô), then tones; numbers by value.

    >>> sorted(["Đất đai", "Dân tộc", "Hộ tịch", "Quầy 10", "Hộ kinh doanh", "Quầy 2"], key=collation_key)
    ['Dân tộc', 'Đất đai', 'Hộ kinh doanh', 'Hộ tịch', 'Quầy 2', 'Quầy 10']
    >>> sorted(["Bơm", "Ƀăng", "Bơ\u0306", "Bu"], key=collation_key) == ["Bơm", "Bơ\u0306", "Bu", "Ƀăng"]
    True
    """
    found = _WORDS.findall(unicodedata.normalize("NFC", text).lower())
    return tuple(_syllable_key(word) for word in found), text


def _syllable_key(word: str) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    if word.isdecimal():
        return 0, (int(word),), ()
    letters, tones = [], []
    for letter in _LETTER.findall(word):
        parts = unicodedata.normalize("NFD", letter)
        tone = next((_TONES[mark] for mark in parts if mark in _TONES), 0)
        bare = unicodedata.normalize("NFC", "".join(mark for mark in parts if mark not in _TONES))
        letters.append(_ALPHABET.get(bare, 100 + ord(bare[0])))
        tones.append(tone)
    return 1, tuple(letters), tuple(tones)


def fold_accents(text: str) -> str:
    """Text as people type it in a hurry: small letters, no accents, đ as d, single spaces.

    >>> fold_accents("Xã  Tuy Phước Đông")
    'xa tuy phuoc dong'
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return " ".join(bare.replace("đ", "d").split())


def register_filters(app: "Flask") -> None:
    """Lend the formatting to every template of the application."""
    filters: dict[str, Callable[..., object]] = {
        "whole": whole,
        "percent": percent,
        "percent_number": percent_number,
        "target_percent": target_percent,
        "day": day,
        "held": hold_together,
        "decimal_comma": decimal_comma,
        "name_period": name_period,
    }
    for name, function in filters.items():
        app.add_template_filter(function, name)
