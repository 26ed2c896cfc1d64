"""Numbers of paper forms: ten digits a person types on a keypad, the last of them a check digit.

Six digits name the batch and are random, so that nobody prints a form that passes for one of a batch; three count the forms of the batch;
the check digit (Damm) notices every single wrong digit and every two neighbours that changed places. No letter: the number is typed for
every sheet, and read aloud when two people compare.
"""

import re
import unicodedata
from typing import Final

from kiosk.errors import SerialMistyped

PREFIX_LENGTH: Final = 6
SERIAL_LENGTH: Final = 10
SHORT_LENGTH: Final = 4
"""Digits of a serial without its batch: what is typed when the sheet before came from the same batch."""
MOST_FORMS: Final = 300
"""Of one batch: what a printer's tray holds."""

# A totally anti-symmetric quasigroup of order ten: H. Michael Damm, doctoral thesis, Marburg 2004.
_DAMM: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def check_digit(digits: str) -> str:
    """The digit that makes a number of these digits whole.

    >>> check_digit("572")
    '4'
    """
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def make_serial(prefix: str, number: int) -> str:
    """The serial of the `number`-th form (1–999) of a batch.

    >>> make_serial("482137", 17)
    '4821370170'
    """
    if re.fullmatch(r"[1-9][0-9]{5}", prefix) is None or not 1 <= number <= 999:
        raise ValueError("A batch has six digits and does not begin with 0; its forms are numbered from 1 to 999.")
    digits = f"{prefix}{number:03d}"
    return digits + check_digit(digits)


def group_serial(serial: str) -> str:
    """A serial as it is printed and read aloud.

    >>> group_serial("4821370170")
    '482137-017-0'
    """
    return f"{serial[:6]}-{serial[6:9]}-{serial[9:]}"


def normalise_serial(text: str, last_prefix: str | None = None) -> str:
    """The serial a person meant: spaces and dashes anywhere; its last four digits alone when the batch is known.

    >>> normalise_serial(" 482137-017-0 "), normalise_serial("017 0", "482137")
    ('4821370170', '4821370170')

    Raises SerialMistyped when the digits are too many or too few, or the check digit disagrees. The message never repeats what was typed.
    """
    plain = unicodedata.normalize("NFKC", text)
    digits = "".join(letter for letter in plain if not letter.isspace() and unicodedata.category(letter) != "Pd")
    if last_prefix is not None and len(digits) == SHORT_LENGTH:
        digits = last_prefix + digits
    if re.fullmatch(rf"[0-9]{{{SERIAL_LENGTH}}}", digits, re.ASCII) is None:
        raise SerialMistyped(f"The number of a form has {SERIAL_LENGTH} digits.")
    if check_digit(digits) != "0":
        raise SerialMistyped("The check digit does not agree with the rest of the number.")
    return digits
