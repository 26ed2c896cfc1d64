"""The API's blueprint: `POST /api/v1/responses`, `GET /api/v1/index`."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.access import current_key_holder
from app.api.batch import MalformedBatchError, read_batch
from app.runtime import Runtime
from app.services.figures import Figures
from app.services.intake import Sender, submit_responses

LARGEST_BATCH = 256 * 1024


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
        receipt = submit_responses(runtime, batch.submissions, Sender(holder.device_id, holder.unit_key))
        return {
            "acknowledged": [str(i) for i in receipt.acknowledged],
            "quarantined": [{"id": str(i), "reason": reason} for i, reason in receipt.quarantined],
            "rejected": [{"id": str(i), "reason": reason} for i, reason in receipt.rejected]
            + [{"id": i, "reason": reason} for i, reason in batch.unreadable],
        }

    @api.get("/index")
    def get_index() -> ResponseReturnValue:
        """The figures, in the body `sipas index --json` prints."""
        selection = figures.read_selection(request.args)
        return figures.compute_report(selection, current_key_holder().unit_key).to_json()

    return api
