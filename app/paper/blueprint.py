"""The paper pages' addresses: what there is, forms to print, templates to take, a box to open."""

from datetime import date, timedelta
from io import BytesIO, StringIO

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import current_person
from app.desk.desks import DeskList, list_desks
from app.errors import BadInputError
from app.models import PaperBatch
from app.paper.box_pages import add_box_pages
from app.paper.scan_pages import add_scan_pages
from app.queries.instruments import find_instrument, list_series
from app.queries.units import list_current, load_tree
from app.response_template import write_template_csv, write_template_xlsx
from app.runtime import Runtime
from app.services.invitations import get_desk
from app.services.paper_batches import MOST_PLACE_CHARACTERS, batch_pdf, list_batches, print_batch
from app.services.paper_boxes import MOST_SHEETS, PaperRefusedError, count_box, list_boxes, list_partners, open_box
from app.services.people import Person
from app.vietnamese import STAGES
from kiosk.errors import PaperFormError
from kiosk.paper_serial import MOST_FORMS, group_serial, make_serial
from survey_forms import Instrument

SIZES = {"normal": "A4, một tờ hai mặt", "large": "Chữ lớn (16 pt)"}
_DEFAULT_FORMS = 50


def create_paper(runtime: Runtime) -> Blueprint:
    """The blueprint, with the installation whose forms it prints."""
    paper = Blueprint("paper", __name__, url_prefix="/paper")

    @paper.get("", endpoint="home")
    def show_home() -> ResponseReturnValue:
        """The paper of one unit; the units to choose from when the account stands for several."""
        return _show_home(runtime)

    @paper.post("/batches", endpoint="make_batch")
    def make_batch() -> ResponseReturnValue:
        """Record a batch; its PDF is a click away on the page that follows."""
        posted = request.form
        try:
            prefix = print_batch(
                runtime,
                current_person(),
                unit_key=posted.get("unit", ""),
                field_code=posted.get("field") or None,
                instrument_id=posted.get("instrument", ""),
                stage=posted.get("stage", ""),
                size=posted.get("size", ""),
                language=posted.get("language", ""),
                box_place=posted.get("box_place", ""),
                forms=_read_whole(posted.get("forms", ""), MOST_FORMS),
            )
        except PaperFormError:
            return _show_home(runtime, "Bộ câu hỏi này không hỏi gì ở bước đã chọn, hoặc có quá nhiều mức để in. Mời chọn lại.")
        except PaperRefusedError as refusal:
            return _show_home(runtime, refusal.sentence)
        return redirect(url_for("paper.home", unit=posted.get("unit"), printed=prefix))

    @paper.get("/batches/<prefix>.pdf", endpoint="batch_pdf")
    def take_batch(prefix: str) -> ResponseReturnValue:
        """Every form of a batch."""
        return _download(batch_pdf(runtime, current_person(), prefix), "application/pdf", f"phieu-giay-{prefix}.pdf")

    @paper.post("/boxes", endpoint="open_box")
    def open_one() -> ResponseReturnValue:
        """Record that a box was opened by two."""
        posted = request.form
        try:
            box_id = open_box(
                runtime,
                current_person(),
                unit_key=posted.get("unit", ""),
                first_on=_read_day(posted.get("first_on", "")),
                last_on=_read_day(posted.get("last_on", "")),
                sheets=_read_whole(posted.get("sheets", ""), MOST_SHEETS),
                second_person=posted.get("second_person", ""),
            )
        except PaperRefusedError as refusal:
            return _show_home(runtime, refusal.sentence)
        return redirect(url_for("paper.box", box_id=box_id))

    @paper.get("/template.<ending>", endpoint="template")
    def take_template(ending: str) -> ResponseReturnValue:
        """The file `sipas import responses` takes, empty, for one questionnaire."""
        with runtime.database.read() as session:
            instrument = find_instrument(runtime, session, request.args.get("instrument", ""))
        if instrument is None or ending not in ("csv", "xlsx"):
            raise BadInputError("`instrument` is the id of a published questionnaire; the file ends in .csv or .xlsx")
        name = f"mau-nhap-{instrument.series}-{instrument.version}.{ending}"
        if ending == "csv":
            text = StringIO(newline="")
            write_template_csv(text, instrument, for_spreadsheet=True)
            return _download(text.getvalue().encode(), "text/csv; charset=utf-8", name)
        binary = BytesIO()
        write_template_xlsx(binary, instrument)
        return _download(binary.getvalue(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name)

    add_box_pages(paper, runtime)
    add_scan_pages(paper, runtime)
    return paper


def _show_home(runtime: Runtime, problem: str | None = None) -> ResponseReturnValue:
    person, search = current_person(), request.args.get("q", "").strip()[:80]
    desks = _list_desks(runtime, person, search)
    wanted = request.values.get("unit") or (desks.desks[0].code if len(desks.desks) == 1 and not search else None)
    if wanted is None:
        return render_template("paper/choose.html", desks=desks, search=search)
    with runtime.database.read() as session:
        desk = get_desk(runtime, session, wanted, person.unit_key)
        boxes = [(box, count_box(session, box)) for box in list_boxes(session, desk.unit)]
        batches = [_tell_batch(batch) for batch in list_batches(session, desk.unit)]
        partners = list_partners(session, person)
        published = [i for ids in list_series(session).values() if (i := find_instrument(runtime, session, ids[-1])) is not None]
    page = render_template(
        "paper/home.html",
        desk=desk,
        is_one_of_many=len(desks.desks) != 1,
        problem=problem,
        posted=request.form,
        printed=request.args.get("printed"),
        boxes=boxes,
        batches=batches,
        partners=partners,
        instruments=_default_first(published, runtime.settings.kiosk_instrument),
        languages=runtime.languages.values(),
        stages=STAGES,
        sizes=SIZES,
        fields={field.code: field.name for field in desk.fields},
        most_forms=MOST_FORMS,
        most_sheets=MOST_SHEETS,
        default_forms=_DEFAULT_FORMS,
        most_place=MOST_PLACE_CHARACTERS,
        today=runtime.today(),
        week_ago=runtime.today() - timedelta(days=6),
    )
    return page, 200 if problem is None else 422


def _tell_batch(batch: PaperBatch) -> tuple[PaperBatch, str, str]:
    first, last = make_serial(batch.prefix, 1), make_serial(batch.prefix, batch.forms)
    return batch, group_serial(first), group_serial(last)


def _default_first(instruments: list[Instrument], default: str) -> list[Instrument]:
    return sorted(instruments, key=lambda instrument: (instrument.id != default, instrument.id))


def _list_desks(runtime: Runtime, person: Person, search: str) -> DeskList:
    with runtime.database.read() as session:
        tree = load_tree(session)
        within = tree.subtree(person.unit_key) if person.unit_key is not None else tuple(tree.ancestors_of_all())
        return list_desks(session, person, search, set(list_current(session, within, runtime.today())))


def _read_whole(text: str, most: int) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > most:
        raise PaperRefusedError(f"Số tờ là một số nguyên, nhiều nhất {most}. Mời gõ lại.")
    return int(text)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise PaperRefusedError("Chưa đọc được ngày. Mời chọn lại hai ngày của kỳ.") from None


def _download(content: bytes, mimetype: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, content_type=mimetype, headers=headers)
