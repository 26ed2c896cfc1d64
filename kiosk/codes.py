"""Rating codes: twelve characters a person can read aloud, type on a phone and not guess.

Eleven characters are random, the twelfth is a check character over GF(32). The alphabet is Crockford's base 32: no I, L, O or U, so that a
code never holds a pair that looks alike and rarely spells a word.
"""

import hashlib
import hmac
import unicodedata
from typing import Final

from kiosk.errors import CodeMistyped

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 12
N_RANDOM_BYTES: Final = 7  # 56 bits, of which eleven characters use 55

_VALUE: Final = {character: value for value, character in enumerate(ALPHABET)}
_LOOKALIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1"})
_REDUCTION: Final = 0b100101  # x^5 + x^2 + 1, primitive: the powers of 2 below are all distinct


def _double(value: int) -> int:
    value <<= 1
    return value ^ _REDUCTION if value & 0b100000 else value


def _multiply(left: int, right: int) -> int:
    product = 0
    while right:
        if right & 1:
            product ^= left
        left, right = _double(left), right >> 1
    return product


def _weights() -> tuple[int, ...]:
    powers = [1]
    while len(powers) < CODE_LENGTH:
        powers.append(_double(powers[-1]))
    return tuple(reversed(powers))  # the check character weighs 1


_WEIGHTS: Final = _weights()


def _weighted_sum(characters: str) -> int:
    total = 0
    for character, weight in zip(characters, _WEIGHTS, strict=False):
        total ^= _multiply(_VALUE[character], weight)
    return total


def new_code(random_bytes: bytes) -> str:
    """Make a code of twelve characters out of seven random bytes, which the caller takes from `secrets`.

    Every position has a weight of its own in GF(32), so the weighted sum of a code is zero and stops being zero when one character is
    replaced or any two different characters change places.

    >>> new_code(bytes(7))
    '000000000000'
    >>> new_code(bytes.fromhex("0123456789abcd"))
    '0938NKRKAYDZ'
    """
    if len(random_bytes) != N_RANDOM_BYTES:
        raise ValueError(f"A rating code is made of {N_RANDOM_BYTES} random bytes, {len(random_bytes)} were given.")
    number = int.from_bytes(random_bytes, "big")
    body = "".join(ALPHABET[(number >> (5 * place)) & 31] for place in reversed(range(CODE_LENGTH - 1)))
    return body + ALPHABET[_weighted_sum(body)]


def normalise_code(text: str) -> str:
    """The code a person meant: any case, spaces and dashes anywhere, O for 0, I and L for 1.

    >>> normalise_code(" oooo-0000 0000 ")
    '000000000000'

    Raises CodeMistyped when it is not twelve characters of the alphabet or the check character disagrees. The message never repeats
    what was typed.
    """
    letters = unicodedata.normalize("NFKC", text).upper().translate(_LOOKALIKE)
    code = "".join(letter for letter in letters if not letter.isspace() and unicodedata.category(letter) not in ("Pd", "Cf"))
    if len(code) != CODE_LENGTH:
        raise CodeMistyped(f"A rating code has {CODE_LENGTH} characters, {len(code)} were given.")
    if any(letter not in _VALUE for letter in code):
        raise CodeMistyped("A rating code is made of digits and the capital letters without I, L, O and U.")
    if _weighted_sum(code) != 0:
        raise CodeMistyped("The check character does not agree with the rest of the code.")
    return code


def group_code(code: str) -> str:
    """A code in groups of four, as it is printed and read aloud.

    >>> group_code("000000000000")
    '0000-0000-0000'
    """
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def hash_code(key: bytes, code: str) -> bytes:
    """HMAC-SHA256 of the normalised code under a server key: what is stored instead of the code itself.

    >>> len(hash_code(b"k" * 32, "000000000000"))
    32
    """
    return hmac.digest(key, normalise_code(code).encode("ascii"), hashlib.sha256)
