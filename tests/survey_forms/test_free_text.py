"""Numbers by which somebody could be found never pass the door; what is only a number does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_forms import read_submission
from survey_forms.free_text import MASK, mask_numbers
from tests.factories import response
from tests.masking_cases import CASES


@pytest.mark.parametrize(("written", "kept"), CASES)
def test_telephone_and_identity_numbers_are_masked_and_sums_and_dates_are_not(written: str, kept: str) -> None:
    assert mask_numbers(written) == kept


@given(st.text("0123456789 .-+đ84\nX", max_size=60))
def test_masking_twice_is_masking_once_and_never_makes_a_text_longer(text: str) -> None:
    masked = mask_numbers(text)
    assert mask_numbers(masked) == masked
    assert len(masked) <= len(text)


@given(st.integers(0, 999_999_999), st.sampled_from(["03", "05", "07", "08", "09"]), st.sampled_from(["", " ", ".", "-"]))
def test_no_mobile_number_survives_in_any_grouping(number: int, prefix: str, gap: str) -> None:
    digits = prefix + f"{number % 100_000_000:08d}"
    for first, second in ((4, 7), (3, 6), (2, 6)):
        written = gap.join((digits[:first], digits[first:second], digits[second:]))
        assert mask_numbers(f"gọi {written} nhé") == f"gọi {MASK} nhé"


def test_comment_and_own_words_are_masked_as_soon_as_a_sheet_is_read() -> None:
    submission = read_submission(
        response(comment="Gọi 0912345678", ratings={"1.1": 1}, reasons={"1.1": {"chips": [], "text": "CCCD 001095012345"}})
    )
    assert submission.comment == "Gọi [đã che]"
    assert submission.reasons["1.1"].text == "CCCD [đã che]"
    assert "0912345678" not in submission.model_dump_json()
