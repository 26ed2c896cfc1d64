"""Rating codes: what a person can type wrong is noticed, what a person may type differently is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.codes import ALPHABET, CODE_LENGTH, N_RANDOM_BYTES, group_code, hash_code, new_code, normalise_code
from kiosk.errors import CodeMistyped

RANDOM_BYTES = st.binary(min_size=N_RANDOM_BYTES, max_size=N_RANDOM_BYTES)
SAMPLES = [
    new_code(bytes.fromhex(sample)) for sample in ("00000000000000", "0123456789abcd", "fedcba98765432", "7f00ff10ee2233", "ffffffffffffff")
]


def is_refused(code: str) -> bool:
    try:
        normalise_code(code)
    except CodeMistyped:
        return True
    return False


@pytest.mark.parametrize("code", SAMPLES)
def test_every_single_substitution_is_refused(code: str) -> None:
    for place in range(CODE_LENGTH):
        for letter in ALPHABET.replace(code[place], ""):
            assert is_refused(code[:place] + letter + code[place + 1 :]), (code, place, letter)


@pytest.mark.parametrize("code", SAMPLES)
def test_every_transposition_of_two_different_characters_is_refused(code: str) -> None:
    for left in range(CODE_LENGTH):
        for right in range(left + 1, CODE_LENGTH):
            swapped = list(code)
            swapped[left], swapped[right] = swapped[right], swapped[left]
            if code[left] != code[right]:
                assert is_refused("".join(swapped)), (code, left, right)


def test_every_adjacent_transposition_of_every_pair_of_letters_is_refused() -> None:
    for place in range(CODE_LENGTH - 2):
        for first in range(32):
            for second in range(32):
                body = [0] * (CODE_LENGTH - 1)
                body[place], body[place + 1] = first, second
                number = 0
                for value in body:
                    number = number << 5 | value
                code = new_code(number.to_bytes(N_RANDOM_BYTES, "big"))
                swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
                assert is_refused(swapped) == (first != second)


@given(RANDOM_BYTES)
def test_a_new_code_is_accepted_in_any_spelling(random_bytes: bytes) -> None:
    code = new_code(random_bytes)
    assert len(code) == CODE_LENGTH
    assert set(code) <= set(ALPHABET)
    as_read = code.replace("0", "o").replace("1", "l").lower()
    for spelling in (code, group_code(code), group_code(code).replace("-", " – "), as_read, f"\u00a0{code[:6]} {code[6:]}\n"):
        assert normalise_code(spelling) == code


@given(RANDOM_BYTES, RANDOM_BYTES)
def test_different_random_bits_make_different_codes(left: bytes, right: bytes) -> None:
    bits = (1 << 55) - 1
    same = int.from_bytes(left, "big") & bits == int.from_bytes(right, "big") & bits
    assert (new_code(left) == new_code(right)) == same


@given(st.text(max_size=40))
def test_any_text_is_a_code_or_mistyped_and_never_echoed(text: str) -> None:
    refusal = ""
    try:
        assert len(normalise_code(text)) == CODE_LENGTH
    except CodeMistyped as error:
        refusal = str(error)
    assert len(text.strip()) < 3 or text.strip() not in refusal


@pytest.mark.parametrize("text", ["", "0938NKRKAYD", "0938NKRKAYDZZ", "U938NKRKAYDZ", "0938NKRKAYDÉ", "٠٩٣٨NKRKAYDZ"])
def test_wrong_length_and_foreign_letters_are_mistyped(text: str) -> None:
    assert is_refused(text)


def test_too_few_random_bytes_are_an_error_and_not_a_weak_code() -> None:
    with pytest.raises(ValueError, match="7 random bytes"):
        new_code(b"123")


def test_the_hash_depends_on_the_key_and_not_on_the_spelling() -> None:
    code = SAMPLES[1]
    assert hash_code(b"a" * 32, code) == hash_code(b"a" * 32, group_code(code).lower())
    assert hash_code(b"a" * 32, code) != hash_code(b"b" * 32, code)
