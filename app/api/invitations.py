"""What a program orders invitations with, and the body it gets back."""

import base64
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from app.errors import BadInputError
from app.services.invitations import MOST_AT_ONCE, InvitationOrder, Invitations
from kiosk.papers import PAPERS, Paper, paper_pdf
from kiosk.qr import qr_png, qr_svg
from survey_forms import HandedOut, Mode

Image = Literal["svg", "png"]
Key = Annotated[str, Field(min_length=1, max_length=200)]


class MalformedOrderError(BadInputError):
    """The body is not an order. `fields`: path and problem of each fault, never the value."""

    def __init__(self, fields: list[dict[str, str]]) -> None:
        super().__init__("the body is not an order of invitations")
        self.fields = fields


class OrderBody(BaseModel):
    """`POST /api/v1/invitations`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    unit: Key
    field: Key
    counter: Key | None = None
    mode: Mode | None = None
    how_many: Annotated[int, Field(ge=1, le=MOST_AT_ONCE)] = 1
    handed_out: HandedOut = "paper"
    images: Annotated[tuple[Image, ...], BeforeValidator(lambda value: tuple(value) if isinstance(value, list) else value)] = ()

    def to_order(self) -> InvitationOrder:
        """The same for the service."""
        return InvitationOrder(self.unit, self.field, self.counter, self.mode, self.how_many, self.handed_out)


_PROBLEMS = {
    "missing": "is missing",
    "extra_forbidden": "not a known key",
    "string_type": "must be a text",
    "string_too_short": "must be 1 to 200 characters",
    "string_too_long": "must be 1 to 200 characters",
    "int_type": f"must be a whole number from 1 to {MOST_AT_ONCE}",
    "greater_than_equal": f"must be a whole number from 1 to {MOST_AT_ONCE}",
    "less_than_equal": f"must be a whole number from 1 to {MOST_AT_ONCE}",
    "tuple_type": "must be a list",
    "json_invalid": "not JSON",
}


def read_order(body: bytes) -> OrderBody:
    """Read a posted body. Raises MalformedOrderError naming the paths that are wrong."""
    try:
        return OrderBody.model_validate_json(body)
    except ValidationError as error:
        faults = []
        for details in error.errors(include_url=False, include_input=False):
            problem = f"must be {details['ctx']['expected']}" if details["type"] == "literal_error" else None
            path = "" if details["type"] == "extra_forbidden" else ".".join(str(step) for step in details["loc"])
            faults.append({"path": path, "problem": problem or _PROBLEMS.get(details["type"], "cannot be read")})
        raise MalformedOrderError(faults) from None


def read_paper(text: str | None) -> Paper | None:
    """The paper an address names. Raises BadInputError for one there is not."""
    if text is None:
        return None
    if text not in PAPERS:
        raise BadInputError(f"`paper` is one of {', '.join(PAPERS)}")
    return text


def to_body(made: Invitations, images: tuple[Image, ...], paper: Paper | None) -> dict[str, object]:
    """Codes in groups of four, addresses, and the images that were asked for. Nothing of it is stored."""
    invitations: list[dict[str, object]] = []
    for slip in made.slips:
        item: dict[str, object] = {"code": slip.grouped_code, "address": slip.url}
        if "svg" in images:
            item["svg"] = qr_svg(slip.url)
        if "png" in images:
            item["png"] = base64.b64encode(qr_png(slip.url)).decode("ascii")
        invitations.append(item)
    body: dict[str, object] = {"invitations": invitations, "valid_until": made.valid_until_on.isoformat()}
    if paper is not None:
        body["pdf"] = base64.b64encode(paper_pdf(paper, made.slips)).decode("ascii")
    return body
