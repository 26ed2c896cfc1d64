"""The desk's addresses: choose, make one invitation, take its PDF."""

from typing import cast

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import current_person
from app.desk.desks import DeskList, get_desk, list_desks, make_slip
from app.desk.forms import InvitationForm, SlipForm
from app.errors import BadInputError, NotFoundError
from app.queries.units import list_current, load_tree
from app.runtime import Runtime
from app.services.codes import CodeRefusedError, get_code, issue_codes
from app.services.people import Person
from app.vietnamese import MODES
from kiosk.protocols import Desk
from kiosk.slips import slip_pdf
from survey_forms import Mode


def create_desk(runtime: Runtime) -> Blueprint:
    """The blueprint, with the installation whose codes it issues."""
    desk_pages = Blueprint("desk", __name__, url_prefix="/desk")

    @desk_pages.get("/invitations", endpoint="invitations")
    def choose() -> ResponseReturnValue:
        """Desk, counter and mode as choices, every field as a button: one tap makes an invitation."""
        person, search = current_person(), request.args.get("q", "").strip()[:80]
        desks = _list_desks(runtime, person, search)
        wanted = request.args.get("unit") or (desks.desks[0].code if len(desks.desks) == 1 and not search else None)
        desk = _get_desk(runtime, person, wanted) if wanted else None
        return render_template(
            "desk/invitations.html",
            desks=desks,
            desk=desk,
            search=search,
            modes=MODES,
            counter=request.args.get("counter", ""),
            mode=request.args.get("mode", "in_person"),
            form=InvitationForm(),
        )

    @desk_pages.post("/invitations", endpoint="make_invitation")
    def make() -> ResponseReturnValue:
        """One invitation, shown as it prints. Raises BadInputError when a choice is not one of those offered."""
        form = InvitationForm()
        if not form.validate_on_submit():
            raise BadInputError("choose a desk and a field")
        desk = _get_desk(runtime, current_person(), form.unit.data)
        counter, mode = form.counter.data or None, form.mode.data or None
        if form.field.data not in {choice.code for choice in desk.fields}:
            raise BadInputError("`field` is the code of a field")
        if counter is not None and counter not in {choice.code for choice in desk.counters}:
            raise BadInputError("`counter` is the code of a counter of this desk")
        if mode is not None and mode not in MODES:
            raise BadInputError("`mode` is in_person, online or postal")
        codes, _ = issue_codes(runtime, unit_key=desk.unit, field_code=form.field.data, counter_code=counter, mode=cast(Mode | None, mode))
        with runtime.database.read() as session:
            slip = make_slip(runtime, desk, get_code(runtime, session, codes[0]), codes[0])
        again = url_for("desk.invitations", unit=desk.unit, counter=counter, mode=mode)
        return render_template("desk/slip.html", slip=slip, form=SlipForm(formdata=None, code=codes[0]), again=again)

    @desk_pages.post("/invitations/slip.pdf", endpoint="slip_pdf")
    def download() -> ResponseReturnValue:
        """The invitation of a code as a PDF. Raises NotFoundError when the code is not a living one of this desk."""
        form = SlipForm()
        if not form.validate_on_submit():
            raise BadInputError("send the code of the invitation")
        with runtime.database.read() as session:
            try:
                row = get_code(runtime, session, form.code.data)
            except CodeRefusedError as error:
                raise NotFoundError(f"this code is {error}") from None
            desk = get_desk(runtime, session, current_person(), row.unit_key)
            slip = make_slip(runtime, desk, row, form.code.data)
        headers = {"Content-Disposition": 'attachment; filename="phieu-moi-danh-gia.pdf"', "Cache-Control": "no-store"}
        return Response(slip_pdf(slip), mimetype="application/pdf", headers=headers)

    return desk_pages


def _list_desks(runtime: Runtime, person: Person, search: str) -> DeskList:
    with runtime.database.read() as session:
        tree = load_tree(session)
        within = tree.subtree(person.unit_key) if person.unit_key is not None else tuple(tree.ancestors_of_all())
        return list_desks(session, person, search, set(list_current(session, within, runtime.today())))


def _get_desk(runtime: Runtime, person: Person, unit_key: str) -> Desk:
    with runtime.database.read() as session:
        return get_desk(runtime, session, person, unit_key)
