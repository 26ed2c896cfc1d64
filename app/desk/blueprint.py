"""The desk's addresses: choose, make invitations on a paper or as a link, take a PDF, print the poster."""

from typing import Final, cast

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import current_person
from app.desk.desks import DeskList, list_desks
from app.desk.forms import InvitationForm, SlipForm
from app.errors import BadInputError, NotFoundError
from app.queries.units import list_current, load_tree
from app.runtime import Runtime
from app.services.codes import CodeRefusedError, get_code
from app.services.invitations import MOST_AT_ONCE, InvitationOrder, find_choice, find_slip, get_desk, make_invitations, poster_address
from app.services.people import Person
from app.vietnamese import MODES
from kiosk.papers import Paper, Poster, paper_pdf, poster_pdf
from kiosk.protocols import Desk
from kiosk.slips import InvitationSlip, slip_pdf
from survey_forms import Mode

LINK: Final = "link"
PAPERS: Final[dict[str, str]] = {
    "slip": "Phiếu A6, hai mặt",
    "thermal": "Cuộn giấy nhiệt 80 mm",
    "a5": "Phiếu A5",
    "stickers": "Tem cuộn 60 × 40 mm",
    "sticker-sheet": "Tem tờ A4, 24 tem",
    "insert": "Tờ A6 kèm kết quả gửi bưu chính",
    "request": "Tờ A5 kèm yêu cầu bổ sung, từ chối",
    LINK: "Liên kết để gửi SMS, Zalo",
}
"""Every way an invitation reaches somebody, as the desk's page offers it."""
_ONE_BY_ONE: Final = ("slip", LINK)


def create_desk(runtime: Runtime) -> Blueprint:
    """The blueprint, with the installation whose codes it issues."""
    desk_pages = Blueprint("desk", __name__, url_prefix="/desk")

    @desk_pages.get("/invitations", endpoint="invitations")
    def choose() -> ResponseReturnValue:
        """Desk, counter, mode and paper as choices, every field as a button: one tap makes an invitation."""
        person, search = current_person(), request.args.get("q", "").strip()[:80]
        desks = _list_desks(runtime, person, search)
        wanted = request.args.get("unit") or (desks.desks[0].code if len(desks.desks) == 1 and not search else None)
        desk = _get_desk(runtime, person, wanted) if wanted else None
        paper = request.args.get("paper", "slip")
        return render_template(
            "desk/invitations.html",
            desks=desks,
            desk=desk,
            search=search,
            modes=MODES,
            papers=PAPERS,
            counter=request.args.get("counter", ""),
            mode=request.args.get("mode", "in_person"),
            paper=paper if paper in PAPERS else "slip",
            most_at_once=MOST_AT_ONCE,
            form=InvitationForm(),
        )

    @desk_pages.post("/invitations", endpoint="make_invitation")
    def make() -> ResponseReturnValue:
        """Invitations: one slip shown as it prints, one link to send, or a PDF. Raises BadInputError for a choice that is not offered."""
        form = InvitationForm()
        if not form.validate_on_submit():
            raise BadInputError(f"choose a desk and a field, and how many from 1 to {MOST_AT_ONCE}")
        desk = _get_desk(runtime, current_person(), form.unit.data)
        paper, mode = form.paper.data or "slip", form.mode.data or None
        if paper not in PAPERS:
            raise BadInputError(f"`paper` is one of {', '.join(PAPERS)}")
        if mode is not None and mode not in MODES:
            raise BadInputError("`mode` is in_person, online or postal")
        order = InvitationOrder(
            unit_key=desk.unit,
            field_code=form.field.data,
            counter_code=form.counter.data or None,
            mode=cast(Mode | None, mode),
            how_many=1 if paper in _ONE_BY_ONE else form.how_many.data or 1,
            handed_out="link" if paper == LINK else "paper",
        )
        slips = make_invitations(runtime, desk, order).slips
        if paper not in _ONE_BY_ONE:
            return _pdf(paper_pdf(cast(Paper, paper), slips), f"phieu-moi-{paper}.pdf")
        again = url_for("desk.invitations", unit=desk.unit, counter=order.counter_code, mode=mode, paper=paper)
        if paper == LINK:
            return render_template("desk/link.html", slip=slips[0], message=_message(slips[0]), again=again)
        return render_template("desk/slip.html", slip=slips[0], form=SlipForm(formdata=None, code=slips[0].code), again=again)

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
            desk = get_desk(runtime, session, row.unit_key, current_person().unit_key)
            slip = find_slip(runtime, desk, row, form.code.data)
        return _pdf(slip_pdf(slip), "phieu-moi-danh-gia.pdf")

    @desk_pages.get("/poster.pdf", endpoint="poster")
    def poster() -> ResponseReturnValue:
        """The poster of a desk or of one counter; it holds no code. Raises NotFoundError, ForbiddenError."""
        desk = _get_desk(runtime, current_person(), request.args.get("unit", ""))
        wanted = request.args.get("counter")
        counter = find_choice(desk.counters, wanted)
        if wanted and counter is None:
            raise NotFoundError("this desk has no such counter")
        address = poster_address(runtime, desk, counter)
        sheet = Poster(desk.office_name, counter.name if counter else None, address, desk.contacts, desk.demonstration)
        return _pdf(poster_pdf(sheet), "ap-phich-danh-gia.pdf")

    return desk_pages


def _pdf(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, mimetype="application/pdf", headers=headers)


def _message(slip: InvitationSlip) -> str:
    """The text to send. The address stands last but one, with blanks around it, so that SMS and Zalo make it a link."""
    return (
        f"{slip.office_name} mời Ông/Bà đánh giá việc phục vụ, lĩnh vực {slip.field_name}. "
        f"Mất một đến hai phút, không ghi tên: {slip.url} (dùng đến hết ngày {slip.valid_until_on:%d/%m/%Y})."
    )


def _list_desks(runtime: Runtime, person: Person, search: str) -> DeskList:
    with runtime.database.read() as session:
        tree = load_tree(session)
        within = tree.subtree(person.unit_key) if person.unit_key is not None else tuple(tree.ancestors_of_all())
        return list_desks(session, person, search, set(list_current(session, within, runtime.today())))


def _get_desk(runtime: Runtime, person: Person, unit_key: str) -> Desk:
    with runtime.database.read() as session:
        return get_desk(runtime, session, unit_key, person.unit_key)
