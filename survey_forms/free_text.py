"""Free text of a citizen: its one stored form, and numbers by which a person could be found, masked before anything is kept."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from survey_forms.errors import Problem
from survey_forms.text import has_control_characters, normalise

MASK: Final = "[đã che]"
"""Stands for a masked number. Shorter than any of them, so that masking never makes a text too long; without a digit, so that
masking twice changes nothing."""

# The same rules stand in kiosk/static/masking.js, so that a tablet's box never holds such a number; a test runs both on one table.
# In a rule, ~ is what people put between the digits of one number, or nothing.
_GAP: Final = r"(?:[ \u00a0.\-\u2013()_]{1,3})?"
_NO_MONEY: Final = r"(?![ \u00a0]?(?:đồng|vnđ|vnd|triệu|tỷ|tỉ|nghìn|ngàn|đ(?:[\s.,;:)/]|$)))"
_RULES: Final = (
    # Kept: a date, so that its digits do not run into those of what follows.
    r"(?<![0-9])[0-9]{1,2}[.\-/][0-9]{1,2}[.\-/](?:19|20)[0-9]{2}(?![0-9]|[.\-][0-9])",
    # Telephone: with the country's code; mobile and old landline numbers of ten digits, landline numbers of eleven.
    r"(?<![0-9])(?:\+84|0084|84)~0?~(?:[35789](?:~[0-9]){8}|2(?:~[0-9]){9})(?![0-9])",
    r"(?<![0-9])0~(?:[3-9](?:~[0-9]){8}|[12](?:~[0-9]){9})(?![0-9])",
    # Citizen's identity (CCCD, twelve digits) and the older card (CMND, nine), written in one piece.
    r"(?<![0-9])[0-9]{12}(?![0-9])" + _NO_MONEY,
    r"(?<![0-9])(?![0-9]{3}0{6})[0-9]{9}(?![0-9])" + _NO_MONEY,
    # The same in the groups people write them in. A round sum of money has such groups too, but ends in 000 or says so.
    r"(?<![0-9A-Za-z])(?<![0-9][.\-])0[0-9]{2}(?:[ \u00a0.\-][0-9]{3}){3}(?![0-9])",
    r"(?<![0-9A-Za-z])(?<![0-9][.\-])0[0-9]{3}(?:[ \u00a0.\-][0-9]{4}){2}(?![0-9])",
    r"(?<![0-9A-Za-z])(?<![0-9][.\-])0[0-9]{2}[ \u00a0.\-](?:[0-9][ \u00a0.\-]?[0-9]{2}[ \u00a0.\-][0-9]{6}|[0-9]{9})(?![0-9])",
    r"(?<![0-9A-Za-z])(?<![0-9][.\-])0[0-9]{5}[ \u00a0.\-][0-9]{6}(?![0-9])",
    r"(?<![0-9A-Za-z])(?<![0-9][.\-])[0-9]{3}[ \u00a0.\-][0-9]{3}[ \u00a0.\-](?!000)[0-9]{3}(?![0-9]|[. \u00a0][0-9]{3}(?![0-9]))"
    + _NO_MONEY,
)
_PATTERN: Final = re.compile("|".join(f"({rule.replace('~', _GAP)})" for rule in _RULES), re.IGNORECASE)
_KEPT_RULE: Final = 1


def mask_numbers(text: str) -> str:
    """The text with telephone and identity numbers replaced by `MASK`; twice is the same as once.

    Masked are Vietnamese telephone numbers (0…, 84…, +84…) and runs of nine or twelve digits, in one piece or with spaces, dots and
    dashes between them. Sums of money, dates, years, file numbers and everything shorter stay as they are. What looks like both is
    masked: a lost number costs a phrase, a kept one somebody's privacy. Digits spelled out in words are not found.

    >>> mask_numbers("Gọi 0912 345 678, lệ phí 1.500.000 đồng, ngày 05-09-2025")
    'Gọi [đã che], lệ phí 1.500.000 đồng, ngày 05-09-2025'
    """
    return _PATTERN.sub(lambda found: found.group() if found.lastindex == _KEPT_RULE else MASK, text)


def _free_text(text: str) -> str:
    return mask_numbers(normalise(text))


FreeText = Annotated[str, AfterValidator(_free_text)]
"""What a citizen wrote: NFC, numbers masked. Every sheet passes here before it is looked at, stored or put aside."""


def check_free_text(text: str, field: str, most: int, problems: list[Problem]) -> str | None:
    """The text stripped, with line ends as ``\\n``; None when nothing is left. Notes what is wrong with it, never the text."""
    # A browser sends the line ends of a text area as CR LF.
    tidy = normalise(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(tidy) > most:
        problems.append(Problem(field, f"is longer than {most} characters; shorten it"))
    if has_control_characters(tidy, allowed="\n"):
        problems.append(Problem(field, "holds a control character; only line ends are allowed"))
    return tidy or None
