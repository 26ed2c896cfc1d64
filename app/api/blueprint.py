"""The API's blueprint: `POST /api/v1/responses`, `POST /api/v1/heartbeat`, `GET /api/v1/index`."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.access import current_key_holder
from app.api.batch import MalformedBatchError, read_batch
from app.errors import ForbiddenError
from app.runtime import Runtime
from app.services.figures import Figures
from app.services.heartbeat import find_clock_offset, read_heartbeat, record_heartbeat
from app.services.intake import Sender, submit_responses
from app.services.keys import KeyHolder

LARGEST_BATCH = 256 * 1024
_LARGEST_HEARTBEAT = 128 * 1024


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
            "acknowledged": [str(i) for i in receipt.acknowledged],
            "quarantined": [{"id": str(i), "reason": reason} for i, reason in receipt.quarantined],
            "rejected": [{"id": str(i), "reason": reason} for i, reason in receipt.rejected]
            + [{"id": i, "reason": reason} for i, reason in batch.unreadable],
        }

    @api.post("/heartbeat")
    def post_heartbeat() -> ResponseReturnValue:
        """What a tablet says of itself; the answer carries our time and the hash of its staff PIN."""
        request.max_content_length = _LARGEST_HEARTBEAT
        device_id = current_key_holder().device_id
        if device_id is None:
            raise ForbiddenError("only an enrolled tablet sends heartbeats")
        return record_heartbeat(runtime, device_id, read_heartbeat(request.get_data(cache=False)))

    @api.get("/index")
    def get_index() -> ResponseReturnValue:
        """The figures, in the body `sipas index --json` prints."""
        selection = figures.read_selection(request.args)
        return figures.compute_report(selection, current_key_holder().unit_key).to_json()

    return api


def _sender(runtime: Runtime, holder: KeyHolder) -> Sender:
    if holder.device_id is None:
        return Sender(None, holder.unit_key)
    with runtime.database.read() as session:
        return Sender(holder.device_id, holder.unit_key, find_clock_offset(session, holder.device_id))
