"""Generated responses as rows, with the digest the intake would have given them: sent again, they are acknowledged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from app.demo.generator import GeneratedResponse
from app.errors import ConfigurationError
from app.models import Base, Comment, Installation, RespondentAnswers, Response
from app.runtime import Runtime
from app.services.digests import digest_apart, digest_response

_ROWS_AT_ONCE = 2_000

Row = dict[str, object]


@dataclass(slots=True)
class _Batch:
    """Rows of one executemany per table."""

    responses: list[Row] = field(default_factory=list)
    comments: list[Row] = field(default_factory=list)
    respondents: list[Row] = field(default_factory=list)


def require_demonstration(session: Session) -> None:
    """Raise ConfigurationError unless the database was labelled a demonstration when it was made."""
    label = session.get(Installation, 1)
    if label is None or label.kind != "demonstration":
        raise ConfigurationError(
            "this database was not made by `sipas demo`; generated responses never enter it: choose another --data folder"
        )


def write_responses(
    runtime: Runtime,
    session: Session,
    responses: Iterable[GeneratedResponse],
    *,
    instrument_id: str,
    campaign_key: str,
    resolving_units: Mapping[str, str | None],
) -> None:
    """Insert generated responses in the caller's transaction.

    `campaign_key` marks every row as generated; `resolving_units` says by field who resolves its dossiers. Raises
    ConfigurationError, with nothing written, for a database that was not made for a demonstration.
    """
    require_demonstration(session)
    waiting = iter(responses)
    while some := list(islice(waiting, _ROWS_AT_ONCE)):
        batch = _Batch()
        for response in some:
            sent = _as_sent(response, instrument_id)
            batch.responses.append(
                {
                    **sent,
                    "digest": digest_response(runtime, sent),
                    "resolving_unit_key": resolving_units[response.field],
                    "received_hour": response.received_hour,
                    "device_id": response.device_id,
                    "campaign_key": campaign_key,
                }
            )
            _put_apart(runtime, response, batch)
        for model, rows in ((Response, batch.responses), (Comment, batch.comments), (RespondentAnswers, batch.respondents)):
            insert_rows(session, model, rows)


def insert_rows(session: Session, model: type[Base], rows: Iterable[Row]) -> None:
    """Insert many rows of one table by Core; every row names the same columns."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  # a mapped class of ours is always a table, never a join
    if listed := list(rows):
        session.execute(insert(table), listed)


def _as_sent(response: GeneratedResponse, instrument_id: str) -> Row:
    """The fields a digest is taken of, as the intake lists them."""
    return {
        "id": response.id,
        "instrument_id": instrument_id,
        "unit_key": response.unit,
        "resolving_unit_key": None,
        "counter_code": response.counter,
        "field_code": response.field,
        "procedure_code": response.procedure,
        "channel": response.channel,
        "stage": response.stage,
        "mode": response.mode,
        "kind": response.kind,
        "helped": response.helped,
        "coded": response.is_coded,
        "asked": list(response.asked) if response.asked is not None else None,
        "ratings": dict(response.ratings),
        "overall": response.overall,
        "took": response.took,
        "repeats_previous": response.repeats_previous,
        "answered_hour": response.answered_hour,
    }


def _put_apart(runtime: Runtime, response: GeneratedResponse, batch: _Batch) -> None:
    if response.comment is not None:
        salt = runtime.random_bytes(16)
        digest = digest_apart(salt, response.comment)
        batch.comments.append({"response_id": response.id, "salt": salt, "text": response.comment, "digest": digest})
    if response.respondent:
        salt, answers = runtime.random_bytes(16), dict(response.respondent)
        digest = digest_apart(salt, answers)
        batch.respondents.append({"response_id": response.id, "salt": salt, "answers": answers, "digest": digest})
