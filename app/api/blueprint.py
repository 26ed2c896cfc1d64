"""The API's blueprint: `POST /api/v1/responses`, `GET /api/v1/index`."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.access import current_key_holder
from app.api.batch import MalformedBatchError, read_batch
from app.errors import BadInputError
from app.runtime import Runtime
from app.selection import PARAMETERS
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
            "acknowledged": [batch.sent_ids[i] for i in receipt.acknowledged],
            "quarantined": [{"id": batch.sent_ids[i], "reason": reason} for i, reason in receipt.quarantined],
            "rejected": [{"id": batch.sent_ids[i], "reason": reason} for i, reason in receipt.rejected]
            + [{"id": i, "reason": reason} for i, reason in batch.unreadable],
        }

    @api.get("/index")
    def get_index() -> ResponseReturnValue:
        """The figures, in the body `sipas index --json` prints."""
        _refuse_unknown_parameters(request.args)
        selection = figures.read_selection(request.args)
        return figures.compute_report(selection, current_key_holder().unit_key).to_json()

    return api


def _refuse_unknown_parameters(args: MultiDict[str, str]) -> None:
    """A misspelt parameter would silently return the figure for everything. Raises BadInputError."""
    if set(args) - set(PARAMETERS):
        raise BadInputError(f"the parameters are: {', '.join(PARAMETERS)}")
    twice = [name for name in args if len(args.getlist(name)) > 1]
    if twice:
        raise BadInputError(f"`{twice[0]}` is given twice: give it once")
