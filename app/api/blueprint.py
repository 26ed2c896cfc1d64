"""The API's blueprint: `POST /api/v1/responses`, `/heartbeat`, `/invitations`, `GET /api/v1/index`."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.access import current_key_holder
from app.api.batch import MalformedBatchError, read_batch
from app.api.invitations import MalformedOrderError, read_order, read_paper, to_body
from app.errors import BadInputError, ForbiddenError
from app.runtime import Runtime
from app.selection import PARAMETERS
from app.services.figures import Figures
from app.services.heartbeat import find_clock_offset, read_heartbeat, record_heartbeat
from app.services.intake import Sender, submit_responses
from app.services.invitations import get_desk, make_invitations
from app.services.keys import KeyHolder

LARGEST_BATCH = 256 * 1024
LARGEST_ORDER = 8 * 1024
LARGEST_HEARTBEAT = 128 * 1024
_INDEX_PARAMETERS = (*PARAMETERS, "rank", "fpc")


def create_api(runtime: Runtime, figures: Figures) -> Blueprint:
    """The blueprint, with the installation it works on."""
    api = Blueprint("api", __name__, url_prefix="/api/v1")

    @api.post("/responses")
    def post_responses() -> ResponseReturnValue:
        """Take a batch at the one door; the answer leaves after the commit."""
        request.max_content_length = LARGEST_BATCH
        try:
            batch = read_batch(request.get_data(cache=False))
        except MalformedBatchError as error:
            return {"error": "the body is not a list of responses with ids", "fields": error.fields}, 422
        holder = current_key_holder()
        receipt = submit_responses(runtime, batch.submissions, _sender(runtime, holder))
        return {
            "acknowledged": [batch.sent_ids[i] for i in receipt.acknowledged],
            "quarantined": [{"id": batch.sent_ids[i], "reason": reason} for i, reason in receipt.quarantined],
            "rejected": [{"id": batch.sent_ids[i], "reason": reason} for i, reason in receipt.rejected]
            + [{"id": i, "reason": reason} for i, reason in batch.unreadable],
        }

    @api.post("/invitations")
    def post_invitations() -> ResponseReturnValue:
        """Issue rating codes. Plain codes and their images leave with this answer and are stored nowhere; a lost answer is ordered again.

        Nothing names a dossier. Raises NotFoundError, ForbiddenError, BadInputError.
        """
        request.max_content_length = LARGEST_ORDER
        try:
            wanted = read_order(request.get_data(cache=False))
        except MalformedOrderError as error:
            return {"error": str(error), "fields": error.fields}, 422
        paper = read_paper(request.args.get("paper"))
        if paper == "slip" and wanted.how_many != 1:
            raise BadInputError("`paper` slip is printed one by one; send how_many 1 or choose another paper")
        with runtime.database.read() as session:
            desk = get_desk(runtime, session, wanted.unit, current_key_holder().unit_key)
        return to_body(make_invitations(runtime, desk, wanted.to_order()), wanted.images, paper)

    @api.post("/heartbeat")
    def post_heartbeat() -> ResponseReturnValue:
        """What a tablet says of itself; the answer carries our time and the hash of its staff PIN."""
        request.max_content_length = LARGEST_HEARTBEAT
        device_id = current_key_holder().device_id
        if device_id is None:
            raise ForbiddenError("only an enrolled tablet sends heartbeats")
        return record_heartbeat(runtime, device_id, read_heartbeat(request.get_data(cache=False)))

    @api.get("/index")
    def get_index() -> ResponseReturnValue:
        """The figures, in the body `sipas index --json` prints; `rank=unit` and `fpc=1` are its options --rank and --fpc."""
        _refuse_unknown_parameters(request.args, (*_INDEX_PARAMETERS, *figures.find_questions(request.args.get("instrument"))))
        selection = figures.read_selection(request.args)
        ranks, is_finite = _read_switch(request.args, "rank", "unit"), _read_switch(request.args, "fpc", "1")
        return figures.compute_report(selection, current_key_holder().unit_key, ranks_units=ranks, is_finite=is_finite).to_json()

    return api


def _refuse_unknown_parameters(args: MultiDict[str, str], known: tuple[str, ...]) -> None:
    """A misspelt parameter would silently return the figure for everything. Raises BadInputError."""
    if set(args) - set(known):
        raise BadInputError(f"the parameters are: {', '.join(known)}")
    twice = [name for name in args if len(args.getlist(name)) > 1]
    if twice:
        raise BadInputError(f"`{twice[0]}` is given twice: give it once")


def _read_switch(args: MultiDict[str, str], name: str, on: str) -> bool:
    """Whether a parameter that has one value is there; empty counts as absent. Raises BadInputError for another value."""
    text = args.get(name, "").strip()
    if text not in ("", on):
        raise BadInputError(f"`{name}` is {on}, or left out")
    return text == on


def _sender(runtime: Runtime, holder: KeyHolder) -> Sender:
    if holder.device_id is None:
        return Sender(None, holder.unit_key)
    with runtime.database.read() as session:
        return Sender(holder.device_id, holder.unit_key, find_clock_offset(session, holder.device_id))
