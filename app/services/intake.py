"""The one door: every response enters here, whatever its channel; sending twice is safe and nothing is lost.

For each submission, in this order: the same id with the same content is acknowledged again; the same id with other
content, or an unknown instrument, unit or field, goes to quarantine; a sheet that breaks its instrument's rules, or a
rating code that cannot be spent, is rejected and the sender keeps it; anything else is stored. The codes of a sheet are
spent in the transaction that stores the response, all or none, and nothing that joins them to it is kept.

At a tablet a code is a help, never a gate: nobody needs one there, and a tablet without a network cannot ask whether one is
good. Where it can be spent it settles unit, field, counter and mode; where not, it is left aside and the sheet counts
without it.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.models import Comment, Field, Installation, Quarantined, RespondentAnswers, Response, ResponseReasons, Unit
from app.queries.instruments import find_instrument
from app.queries.units import is_within
from app.runtime import Runtime, hour_of
from app.services.closing import claim_hour
from app.services.codes import CodesRefusedError, find_code_place, spend_codes
from app.services.digests import digest_apart, digest_comment, digest_response
from app.services.generated_ids import is_generated
from app.services.heartbeat import corrected_moment
from survey_forms import AnswerSheet, SheetError, Submission
from survey_forms.free_text import mask_numbers


@dataclass(frozen=True, slots=True)
class Sender:
    """Who hands a submission in: an enrolled device, a program's key, or nobody known (phone, import).

    `unit_key` limits the units it may submit for to a subtree; None: no limit. `clock_offset` is how far the sender's clock
    runs ahead of ours, where that is known and worth correcting.
    """

    device_id: str | None = None
    unit_key: str | None = None
    clock_offset: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of each submission. Only ids and reasons, never an answer."""

    acknowledged: list[UUID] = field(default_factory=list)
    quarantined: list[tuple[UUID, str]] = field(default_factory=list)
    rejected: list[tuple[UUID, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Refused:
    """A submission that was not stored, and why."""

    reason: str
    is_kept: bool


def submit_responses(runtime: Runtime, submissions: Iterable[Submission], sender: Sender) -> Receipt:
    """Store submissions, all or none of them; the receipt is good once this returns, because the commit is behind it.

    Raises DatabaseUnavailableError when nothing could be stored.
    """
    return runtime.database.write_together(lambda session: file_submissions(runtime, session, submissions, sender))


def file_submissions(runtime: Runtime, session: Session, submissions: Iterable[Submission], sender: Sender) -> Receipt:
    """The same inside a transaction of the caller's; nothing is stored until the caller commits."""
    # In the order of ids: two transactions that share ids then wait for each other instead of locking each other out.
    batch = list(submissions)
    received_hour = claim_hour(session, runtime.hour())
    in_order = sorted(range(len(batch)), key=lambda position: batch[position].id)
    outcomes = {position: _file(runtime, session, batch[position], sender, received_hour) for position in in_order}
    receipt = Receipt()
    for position, submission in enumerate(batch):
        outcome = outcomes[position]
        if outcome is None:
            receipt.acknowledged.append(submission.id)
        elif outcome.is_kept:
            receipt.quarantined.append((submission.id, outcome.reason))
        else:
            receipt.rejected.append((submission.id, outcome.reason))
    receipt.acknowledged[:] = dict.fromkeys(receipt.acknowledged)  # an id sent twice in a batch is named once
    return receipt


def _file(runtime: Runtime, session: Session, submission: Submission, sender: Sender, received_hour: int) -> _Refused | None:
    """File one submission; None when it is stored, now or before."""
    if is_generated(submission.id) and session.get_one(Installation, 1).kind != "demonstration":
        return _Refused("id: made by the demonstration's generator, which never enters an office's database", is_kept=False)
    instrument = find_instrument(runtime, session, submission.instrument)
    unknown = "unknown instrument" if instrument is None else _find_unknown_place(session, submission, sender)
    if unknown is not None:
        return _quarantine(runtime, session, submission, sender, unknown)
    assert instrument is not None  # noqa: S101  # said by `unknown` just above
    try:
        sheet = submission.sheet(instrument)
    except SheetError as error:
        return _Refused("; ".join(f"{p.field}: {p.problem}" for p in error.problems), is_kept=False)
    return _store(runtime, session, submission, sheet, sender, received_hour)


def _find_unknown_place(session: Session, submission: Submission, sender: Sender) -> str | None:
    if session.get(Unit, submission.unit) is None:
        return "unknown unit"
    if session.get(Field, submission.field) is None:
        return "unknown field"
    if submission.resolving_unit is not None and session.get(Unit, submission.resolving_unit) is None:
        return "unknown resolving unit"
    if sender.unit_key is not None and not is_within(session, submission.unit, sender.unit_key):
        return "unit outside the sender's place"
    return None


def _store(
    runtime: Runtime, session: Session, submission: Submission, sheet: AnswerSheet, sender: Sender, received_hour: int
) -> _Refused | None:
    settled = _settle_by_code(runtime, session, submission, sender) if _is_read_at_tablet(submission, sender) else submission
    return _store_settled(runtime, session, submission, settled, sheet, sender, received_hour)


def _is_read_at_tablet(submission: Submission, sender: Sender) -> bool:
    return submission.code is not None and submission.channel == "kiosk" and sender.device_id is not None


def _settle_by_code(runtime: Runtime, session: Session, submission: Submission, sender: Sender) -> Submission:
    """The submission with what its code knows better, or without the code where that one cannot be spent here."""
    place = find_code_place(runtime, session, submission)
    if place is None or (sender.unit_key is not None and not is_within(session, place.unit_key, sender.unit_key)):
        return submission.model_copy(update={"code": None, "codes": None})
    update: dict[str, object] = {"unit": place.unit_key, "field": place.field_code, "codes": None}
    if place.counter_code is not None or place.unit_key != submission.unit:
        update["counter"] = place.counter_code
    if place.mode is not None:
        update["mode"] = place.mode
    return submission.model_copy(update=update)


def _store_settled(
    runtime: Runtime,
    session: Session,
    submission: Submission,
    settled: Submission,
    sheet: AnswerSheet,
    sender: Sender,
    received_hour: int,
) -> _Refused | None:
    row = _to_row(runtime, session, submission, settled, sheet, sender, received_hour)
    with session.begin_nested() as savepoint:
        if not _insert_unless_known(session, Response, row):
            if _is_same(session, submission.id, cast(bytes, row["digest"]), sheet):
                return None
            return _quarantine(runtime, session, submission, sender, "this id already stands for another sheet")
        if settled.code is not None:
            try:
                spend_codes(runtime, session, settled)
            except CodesRefusedError as error:
                savepoint.rollback()
                if _is_read_at_tablet(submission, sender):  # spent by somebody else since it was looked up
                    without = submission.model_copy(update={"code": None, "codes": None})
                    return _store_settled(runtime, session, submission, without, sheet, sender, received_hour)
                return _Refused(str(error), is_kept=False)
        _store_apart(runtime, session, sheet, submission.id)
    return None


def _to_row(
    runtime: Runtime,
    session: Session,
    submission: Submission,
    settled: Submission,
    sheet: AnswerSheet,
    sender: Sender,
    received_hour: int,
) -> dict[str, object]:
    """The response row. The digest is taken of what was sent, before anything is settled, filled in or bounded here."""
    sent: dict[str, object] = {
        "id": submission.id,
        "instrument_id": sheet.instrument_id,
        "unit_key": submission.unit,
        "resolving_unit_key": submission.resolving_unit,
        "counter_code": submission.counter,
        "field_code": submission.field,
        "procedure_code": submission.procedure,
        "channel": submission.channel,
        "stage": sheet.stage,
        "mode": submission.mode,
        "kind": submission.kind,
        "helped": submission.helped,
        "coded": submission.code is not None,
        "asked": list(sheet.asked) if submission.asked is not None else None,
        "ratings": dict(sheet.ratings),
        "overall": sheet.overall,
        "took": submission.took,
        "repeats_previous": submission.repeats_previous,
        "answered_hour": hour_of(submission.answered_at),
    }
    return {
        **sent,
        "digest": digest_response(runtime, sent),
        "unit_key": settled.unit,
        "field_code": settled.field,
        "counter_code": settled.counter,
        "mode": settled.mode,
        "coded": settled.code is not None,
        "resolving_unit_key": submission.resolving_unit or session.get_one(Field, settled.field).resolving_unit_key,
        # A clock may run ahead in spite of that: a response never belongs to a period after the one it arrived in.
        "answered_hour": min(hour_of(corrected_moment(submission.answered_at, sender.clock_offset)), received_hour),
        "received_hour": received_hour,
        "device_id": sender.device_id,
        "campaign_key": None,
    }


def _store_apart(runtime: Runtime, session: Session, sheet: AnswerSheet, response_id: UUID) -> None:
    if sheet.comment is not None:
        salt = runtime.random_bytes(16)
        digest = digest_comment(salt, sheet.comment, may_quote=sheet.may_quote)
        session.add(Comment(response_id=response_id, salt=salt, text=sheet.comment, may_quote=sheet.may_quote, digest=digest))
    if sheet.respondent:
        salt, answers = runtime.random_bytes(16), dict(sheet.respondent)
        session.add(RespondentAnswers(response_id=response_id, salt=salt, answers=answers, digest=digest_apart(salt, answers)))
    if reasons := _as_stored(sheet):
        salt = runtime.random_bytes(16)
        session.add(ResponseReasons(response_id=response_id, salt=salt, reasons=reasons, digest=digest_apart(salt, reasons)))


def _as_stored(sheet: AnswerSheet) -> dict[str, dict[str, object]]:
    return {code: {"chips": list(given.chips), "text": given.text} for code, given in sheet.reasons.items()}


def _is_same(session: Session, response_id: UUID, digest: bytes, sheet: AnswerSheet) -> bool:
    """Whether what is stored under this id is what was sent again; what was erased since counts as the same."""
    stored = session.execute(select(Response.digest).where(Response.id == response_id)).scalar_one()
    return (
        hmac.compare_digest(stored, digest)
        and _is_same_comment(session.get(Comment, response_id), sheet)
        and _matches(session.get(RespondentAnswers, response_id), sheet.respondent or None)
        and _matches(session.get(ResponseReasons, response_id), _as_stored(sheet) or None)
    )


def _is_same_comment(stored: Comment | None, sheet: AnswerSheet) -> bool:
    if stored is None or sheet.comment is None:
        return stored is None and sheet.comment is None
    if stored.salt is None:
        return True
    if hmac.compare_digest(stored.digest, digest_comment(stored.salt, sheet.comment, may_quote=sheet.may_quote)):
        return True
    # A comment stored before numbers were masked at this door comes again masked.
    return stored.text is not None and mask_numbers(stored.text) == sheet.comment and stored.may_quote == sheet.may_quote


def _matches(stored: RespondentAnswers | ResponseReasons | None, sent: Mapping[str, object] | None) -> bool:
    if stored is None or sent is None:
        return stored is None and sent is None
    return stored.salt is None or hmac.compare_digest(stored.digest, digest_apart(stored.salt, sent))


def _quarantine(runtime: Runtime, session: Session, submission: Submission, sender: Sender, reason: str) -> _Refused:
    """Keep a submission whole for a person to look at – all but its codes, which would tie a receipt to an answer."""
    in_hours = submission.model_copy(update={"answered_at": submission.answered_at.replace(minute=0, second=0, microsecond=0)})
    kept = in_hours.model_dump(mode="json", exclude={"code", "codes"})
    row = {
        "response_id": submission.id,
        "digest": digest_response(runtime, kept),
        "reason": reason,
        "submission": kept,
        "device_id": sender.device_id,
        "received_hour": runtime.hour(),
    }
    _insert_unless_known(session, Quarantined, row)
    return _Refused(reason, is_kept=True)


def _insert_unless_known(session: Session, model: type[Response] | type[Quarantined], row: dict[str, object]) -> bool:
    """Insert by primary key unless it is there; whether it was new. Waits for a transaction that inserts the same key."""
    table = cast(Table, model.__table__)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return session.execute(statement, row).first() is not None
