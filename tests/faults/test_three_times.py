"""Every submission sent three times in parallel is one row, on both databases; the long run under `make soak`."""

import random
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.models import Comment, Quarantined, RatingCode, Response
from app.runtime import Runtime
from app.services.codes import issue_codes
from app.services.intake import Sender, submit_responses
from survey_forms import Submission, read_submission
from tests.factories import COMMUNE, response


def make_submissions(runtime: Runtime, how_many: int, source: random.Random) -> list[Submission]:
    """Every fifth with a code, every eleventh of those with three; every seventh with a comment."""
    codes, _ = issue_codes(runtime, unit_key=COMMUNE, field_code="ho-tich", how_many=how_many)
    made = []
    for number in range(how_many):
        changes: dict[str, object] = {
            "id": str(UUID(bytes=source.randbytes(16), version=4)),
            "ratings": {f"1.{n}": source.randint(1, 5) for n in (1, 2)},
        }
        if number % 5 == 0:
            changes |= {"channel": "invitation", "code": codes[number]}
        if number % 55 == 0:
            changes |= {"kind": "authorised", "codes": codes[number + 1 : number + 3]}
        if number % 7 == 0:
            changes["comment"] = f"Ý kiến số {number}"
        made.append(read_submission(response(**changes)))
    return made


def check_exactly_once(runtime: Runtime, how_many: int) -> None:
    source = random.Random(how_many)  # noqa: S311  # a fixed shuffle, not a secret
    made = make_submissions(runtime, how_many, source)
    # Three copies of each in random order, cut into batches of 1 to 40: copies of one sheet meet in the same moment, and now and then in
    # the same batch. A sender whose answer is lost on the way does exactly this.
    copies = made * 3
    source.shuffle(copies)
    batches, start = [], 0
    while start < len(copies):
        size = source.randint(1, 40)
        batches.append(copies[start : start + size])
        start += size
    with ThreadPoolExecutor(12) as pool:
        receipts = list(pool.map(lambda batch: submit_responses(runtime, batch, Sender()), batches))
    assert all(not receipt.quarantined and not receipt.rejected for receipt in receipts)
    for batch, receipt in zip(batches, receipts, strict=True):
        assert set(receipt.acknowledged) == {submission.id for submission in batch}
    with runtime.database.read() as session:
        counts = [session.scalar(select(func.count()).select_from(model)) for model in (Response, Comment, Quarantined)]
        spent = session.scalar(select(func.count()).select_from(RatingCode).where(RatingCode.result_used_on.is_not(None)))
        ids = set(session.scalars(select(Response.id)))
    assert counts == [how_many, len(range(0, how_many, 7)), 0]
    assert ids == {submission.id for submission in made}
    expected = {code for s in made for code in (s.code, *(s.codes or ())) if code}
    assert spent == len(expected)


def test_two_thousand_submissions_sent_three_times_in_parallel_are_two_thousand_rows(any_runtime: Runtime) -> None:
    check_exactly_once(any_runtime, 2_000)


@pytest.mark.soak
def test_ten_thousand_submissions_sent_three_times_in_parallel_are_ten_thousand_rows(any_runtime: Runtime) -> None:
    check_exactly_once(any_runtime, 10_000)
