"""Numbers of paper forms: a slip of the finger is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.errors import SerialMistyped
from kiosk.paper_serial import SERIAL_LENGTH, check_digit, group_serial, make_serial, normalise_serial

serials = st.builds(make_serial, st.integers(100_000, 999_999).map(str), st.integers(1, 999))


@given(serials)
def test_serial_is_read_back_however_it_is_grouped(serial: str) -> None:
    assert normalise_serial(f" {group_serial(serial)} ") == serial
    assert normalise_serial(serial[6:], serial[:6]) == serial


@given(serials, st.integers(0, SERIAL_LENGTH - 1), st.sampled_from("0123456789"))
def test_every_single_wrong_digit_is_noticed(serial: str, place: int, digit: str) -> None:
    wrong = serial[:place] + digit + serial[place + 1 :]
    assert (check_digit(wrong) == "0") == (wrong == serial)


@given(serials, st.integers(0, SERIAL_LENGTH - 2))
def test_every_swap_of_neighbours_is_noticed(serial: str, place: int) -> None:
    swapped = serial[:place] + serial[place + 1] + serial[place] + serial[place + 2 :]
    assert (check_digit(swapped) == "0") == (swapped == serial)


@pytest.mark.parametrize("text", ["", "0170", "48213701701", "48213701A0", "٤٨٢١٣٧٠١٧٠x", "4821370171"])
def test_what_is_no_number_of_ours_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(SerialMistyped) as refused:
        normalise_serial(text)
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize(("prefix", "number"), [("012345", 1), ("12345", 1), ("123456", 0), ("123456", 1000)])
def test_batch_and_number_keep_to_their_digits(prefix: str, number: int) -> None:
    with pytest.raises(ValueError, match="six digits"):
        make_serial(prefix, number)
