"""Rating codes: issued with an invitation, looked up, spent once per stage."""

from datetime import date, timedelta

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from app.errors import AppError
from app.models import RatingCode
from app.runtime import Runtime, day_of_hour, hour_of
from kiosk.codes import N_RANDOM_BYTES, hash_code, new_code, normalise_code
from kiosk.errors import CodeMistyped
from survey_forms import Mode, Submission

CODE_KEY_ID = 1
"""Number of the key that hashes new codes; every key up to it is still tried when a code is looked up."""


class CodeRefusedError(AppError):
    """A code that cannot be spent. `kind`: mistyped, unknown, used, expired or elsewhere."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


_REFUSALS = {
    "mistyped": "mistyped, the check character does not fit",
    "unknown": "not one of ours",
    "used": "already used at this stage",
    "expired": "no longer valid",
    "elsewhere": "made for another unit or field",
}


def _refuse(kind: str) -> CodeRefusedError:
    return CodeRefusedError(kind, _REFUSALS[kind])


def _hashes(runtime: Runtime, code: str) -> list[bytes]:
    return [hash_code(runtime.key(f"rating-code:{key_id}"), code) for key_id in range(CODE_KEY_ID, 0, -1)]


def issue_codes(
    runtime: Runtime,
    *,
    unit_key: str,
    field_code: str,
    counter_code: str | None = None,
    mode: Mode | None = None,
    how_many: int = 1,
) -> tuple[list[str], date]:
    """New rating codes and the last day they are valid. Only their keyed hashes are stored: print them now or never."""
    valid_until_on = runtime.today() + timedelta(days=runtime.settings.code_valid_days)
    codes = [new_code(runtime.random_bytes(N_RANDOM_BYTES)) for _ in range(how_many)]
    with runtime.database.write() as session:
        session.add_all(
            RatingCode(
                code_hash=_hashes(runtime, code)[0],
                key_id=CODE_KEY_ID,
                unit_key=unit_key,
                field_code=field_code,
                counter_code=counter_code,
                mode=mode,
                valid_until_on=valid_until_on,
            )
            for code in codes
        )
    return codes, valid_until_on


def get_code(runtime: Runtime, session: Session, text: str) -> RatingCode:
    """The code a person typed or scanned. Raises CodeRefusedError: mistyped, unknown, expired, used at both stages."""
    try:
        code = normalise_code(text)
    except CodeMistyped:
        raise _refuse("mistyped") from None
    row = session.scalar(select(RatingCode).where(RatingCode.code_hash.in_(_hashes(runtime, code))))
    if row is None:
        raise _refuse("unknown")
    if row.filing_used_on is not None and row.result_used_on is not None:
        raise _refuse("used")
    if row.valid_until_on < runtime.today():
        raise _refuse("expired")
    return row


def spend_code(runtime: Runtime, session: Session, submission: Submission) -> None:
    """Mark the submission's code as used at its stage, on this day. Raises CodeRefusedError when it cannot be."""
    try:
        hashes = _hashes(runtime, normalise_code(submission.code or ""))
    except CodeMistyped:
        raise _refuse("mistyped") from None
    used_on = RatingCode.filing_used_on if submission.stage == "filing" else RatingCode.result_used_on
    # A tablet without network may send days later: the code must have been valid when the answer was given.
    answered_on = day_of_hour(min(hour_of(submission.answered_at), runtime.hour()))
    spent: CursorResult[object] = session.execute(  # type: ignore[assignment]  # an UPDATE always returns a CursorResult
        update(RatingCode)
        .where(
            RatingCode.code_hash.in_(hashes),
            used_on.is_(None),
            RatingCode.valid_until_on >= answered_on,
            RatingCode.unit_key == submission.unit,
            RatingCode.field_code == submission.field,
        )
        .values({used_on: runtime.today()})
    )
    if spent.rowcount == 1:
        return
    row = session.scalar(select(RatingCode).where(RatingCode.code_hash.in_(hashes)))
    if row is None:
        raise _refuse("unknown")
    if (row.filing_used_on if submission.stage == "filing" else row.result_used_on) is not None:
        raise _refuse("used")
    raise _refuse("expired" if row.valid_until_on < answered_on else "elsewhere")
