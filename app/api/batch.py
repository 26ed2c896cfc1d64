"""A batch as it arrives: which items can be read at all, and where one cannot – never with the value that was sent."""

from dataclasses import dataclass
from uuid import UUID

import orjson

from app.errors import BadInputError
from survey_forms import SheetError, Submission, read_submission


class MalformedBatchError(BadInputError):
    """The body as a whole is not a list of objects with ids. `fields`: path and problem of each fault."""

    def __init__(self, fields: list[dict[str, str]]) -> None:
        super().__init__("the body is not a list of responses with ids")
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Batch:
    """Items that could be read, and the ids of those that could not with the reason."""

    submissions: list[Submission]
    sent_ids: dict[UUID, str]
    """Each id as the sender wrote it, so that the answer can be compared letter by letter."""
    unreadable: list[tuple[str, str]]


def read_batch(body: bytes) -> Batch:
    """Read a posted body. Raises MalformedBatchError naming the paths that are wrong."""
    items = _list_items(body)
    submissions: list[Submission] = []
    sent_ids: dict[UUID, str] = {}
    unreadable: list[tuple[str, str]] = []
    for item in items:
        try:
            submission = read_submission(item)
        except SheetError as error:
            unreadable.append((str(item["id"]), str(error)))
        else:
            submissions.append(submission)
            sent_ids[submission.id] = str(item["id"])
    return Batch(submissions, sent_ids, unreadable)


def _list_items(body: bytes) -> list[dict[str, object]]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise MalformedBatchError([{"path": "", "problem": "not JSON"}]) from None
    if not isinstance(document, dict):
        raise MalformedBatchError([{"path": "", "problem": "must be an object with the key `responses`"}])
    items = document.get("responses")
    if not isinstance(items, list):
        raise MalformedBatchError([{"path": "responses", "problem": "must be a list"}])
    faults = [{"path": "?", "problem": "the only key is `responses`"} for key in document if key != "responses"]
    for position, item in enumerate(items):
        if not isinstance(item, dict):
            faults.append({"path": f"responses.{position}", "problem": "must be an object"})
        elif not isinstance(item.get("id"), str) or not item["id"]:
            faults.append({"path": f"responses.{position}.id", "problem": "must be a text"})
    if faults:
        raise MalformedBatchError(faults)
    return items
