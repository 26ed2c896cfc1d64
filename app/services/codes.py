"""Rating codes: issued with an invitation, looked up, spent once per stage."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.errors import AppError
from app.models import RatingCode
from app.runtime import Runtime, day_of_hour, hour_of
from kiosk.codes import N_RANDOM_BYTES, hash_code, new_code, normalise_code
from kiosk.errors import CodeMistyped
from survey_forms import HandedOut, Mode, Submission


class CodeRefusedError(AppError):
    """A code that cannot be spent. `kind`: mistyped, unknown, used, expired or elsewhere."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class CodesRefusedError(AppError):
    """Codes of one sheet that cannot be spent. `refused`: each one's name – `code`, `codes.2` for the second further one – and why."""

    def __init__(self, refused: list[tuple[str, CodeRefusedError]]) -> None:
        super().__init__("; ".join(f"{name}: {error}" for name, error in refused))
        self.refused = refused


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
    """The hash of a code under the key in force, and under every earlier one."""
    return [hash_code(runtime.key(f"rating-code:{key_id}"), code) for key_id in range(runtime.settings.code_key_id, 0, -1)]


def issue_codes(
    runtime: Runtime,
    *,
    unit_key: str,
    field_code: str,
    counter_code: str | None = None,
    mode: Mode | None = None,
    how_many: int = 1,
    handed_out: HandedOut = "paper",
) -> tuple[list[str], date]:
    """New rating codes and the last day they are valid. Only their keyed hashes are stored: print them now or never."""
    valid_until_on = runtime.today() + timedelta(days=runtime.settings.code_valid_days)
    codes = [new_code(runtime.random_bytes(N_RANDOM_BYTES)) for _ in range(how_many)]
    with runtime.database.write() as session:
        session.add_all(
            RatingCode(
                code_hash=_hashes(runtime, code)[0],
                key_id=runtime.settings.code_key_id,
                unit_key=unit_key,
                field_code=field_code,
                counter_code=counter_code,
                mode=mode,
                handed_out=handed_out,
                valid_until_on=valid_until_on,
            )
            for code in codes
        )
    return codes, valid_until_on


def count_open_codes(runtime: Runtime) -> dict[int, int]:
    """How many codes could still be used today, by the number of the key that hashed them."""
    with runtime.database.read() as session:
        rows = session.execute(
            select(RatingCode.key_id, func.count())
            .where(
                RatingCode.valid_until_on >= runtime.today(),
                RatingCode.filing_used_on.is_(None) | RatingCode.result_used_on.is_(None),
            )
            .group_by(RatingCode.key_id)
            .order_by(RatingCode.key_id)
        )
        return {row[0]: row[1] for row in rows}


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


def spend_codes(runtime: Runtime, session: Session, submission: Submission) -> None:
    """Mark every code of a submission as used at its stage, on this day. Raises CodesRefusedError naming each that cannot be.

    How many codes one sheet spent is kept nowhere: in a small cell the number alone would join them to the response.
    """
    named = [(name, code) for name, code in _name_codes(submission)]
    refused: list[tuple[str, CodeRefusedError]] = []
    readable: list[tuple[str, list[bytes]]] = []
    for name, code in named:
        try:
            readable.append((name, _hashes(runtime, normalise_code(code))))
        except CodeMistyped:
            refused.append((name, _refuse("mistyped")))
    # In the order of hashes: two sheets that share codes then wait for each other instead of locking each other out.
    for name, hashes in sorted(readable, key=lambda entry: entry[1]):
        try:
            _spend(runtime, session, submission, hashes)
        except CodeRefusedError as error:
            refused.append((name, error))
    if refused:
        order = [name for name, _ in named]
        raise CodesRefusedError(sorted(refused, key=lambda entry: order.index(entry[0])))


@dataclass(frozen=True, slots=True)
class CodePlace:
    """What a code settles about the dossier it was handed out for."""

    unit_key: str
    field_code: str
    counter_code: str | None
    mode: Mode | None


def find_code_place(runtime: Runtime, session: Session, submission: Submission) -> CodePlace | None:
    """What the code of a submission settles; None where it could not be spent at its stage, whatever the reason."""
    if submission.code is None:
        return None
    try:
        hashes = _hashes(runtime, normalise_code(submission.code))
    except CodeMistyped:
        return None
    used_on, answered_on = _when(runtime, submission)
    row = session.scalar(
        select(RatingCode).where(RatingCode.code_hash.in_(hashes), used_on.is_(None), RatingCode.valid_until_on >= answered_on)
    )
    if row is None:
        return None
    return CodePlace(row.unit_key, row.field_code, row.counter_code, cast(Mode | None, row.mode))


def _when(runtime: Runtime, submission: Submission) -> tuple[InstrumentedAttribute[date | None], date]:
    """The column that says whether a code was used at this stage, and the day its answer was given.

    A tablet without network may send days later: the code must have been valid when the answer was given.
    """
    used_on = RatingCode.filing_used_on if submission.stage == "filing" else RatingCode.result_used_on
    return used_on, day_of_hour(min(hour_of(submission.answered_at), runtime.hour()))


def _name_codes(submission: Submission) -> Iterable[tuple[str, str]]:
    if submission.code is not None:
        yield "code", submission.code
    yield from ((f"codes.{number}", code) for number, code in enumerate(submission.codes or (), start=1))


def _spend(runtime: Runtime, session: Session, submission: Submission, hashes: list[bytes]) -> None:
    used_on, answered_on = _when(runtime, submission)
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
    row = session.scalar(select(RatingCode).where(RatingCode.code_hash.in_(hashes)).execution_options(populate_existing=True))
    if row is None:
        raise _refuse("unknown")
    if row.unit_key != submission.unit or row.field_code != submission.field:
        raise _refuse("elsewhere")
    if (row.filing_used_on if submission.stage == "filing" else row.result_used_on) is not None:
        raise _refuse("used")
    raise _refuse("expired")
