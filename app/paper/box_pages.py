"""Pages of one box: confirm, type, compare, settle, close, sign."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import current_person
from app.errors import ForbiddenError
from app.models import PaperBox, Unit
from app.paper.record import record_pdf
from app.runtime import Runtime
from app.services.paper_boxes import (
    MOST_SHEETS,
    PaperRefusedError,
    close_box,
    confirm_box,
    count_box,
    get_box,
    list_copies,
    list_differing,
    list_own_drafts,
)
from app.services.paper_entries import (
    SheetInHand,
    Standing,
    compare,
    find_sheet,
    get_own_answers,
    note_copy,
    save_entry,
    settle,
    withdraw_entry,
)
from app.services.people import Person
from kiosk.errors import SerialMistyped
from kiosk.paper_serial import PREFIX_LENGTH, group_serial, normalise_serial


def add_box_pages(paper: Blueprint, runtime: Runtime) -> None:
    """Add the addresses below /paper/boxes/<id>."""

    @paper.get("/boxes/<box_id>", endpoint="box")
    def show_box(box_id: str) -> ResponseReturnValue:
        """Where the box stands: what is typed, what waits, what differs."""
        return _show_box(runtime, box_id)

    @paper.post("/boxes/<box_id>/confirm", endpoint="confirm")
    def confirm(box_id: str) -> ResponseReturnValue:
        """The second person confirms the opening."""
        confirm_box(runtime, current_person(), box_id)
        return redirect(url_for("paper.box", box_id=box_id))

    @paper.get("/boxes/<box_id>/entry", endpoint="entry")
    def show_entry(box_id: str) -> ResponseReturnValue:
        """The number of the next sheet, then the sheet itself."""
        return _show_entry(runtime, box_id)

    @paper.post("/boxes/<box_id>/entry", endpoint="save")
    def save(box_id: str) -> ResponseReturnValue:
        """Keep one typed sheet and go on to the next number."""
        number = request.form.get("number", "")
        try:
            serial, _ = save_entry(runtime, current_person(), box_id, number, _cells_of(request.form), is_spoiled="spoiled" in request.form)
        except PaperRefusedError as refusal:
            return _show_entry(runtime, box_id, refusal.sentence)
        return redirect(url_for("paper.entry", box_id=box_id, saved=serial))

    @paper.post("/boxes/<box_id>/withdraw", endpoint="withdraw")
    def withdraw(box_id: str) -> ResponseReturnValue:
        """Take back one's own typing of a sheet."""
        return _then_box(runtime, box_id, lambda person, number: withdraw_entry(runtime, person, box_id, number))

    @paper.post("/boxes/<box_id>/copies", endpoint="copies")
    def copies(box_id: str) -> ResponseReturnValue:
        """Note a photocopy, or take the note back."""
        taken_back = "taken_back" in request.form
        return _then_box(runtime, box_id, lambda person, number: note_copy(runtime, person, box_id, number, taken_back=taken_back))

    @paper.get("/boxes/<box_id>/compare/<serial>", endpoint="compare")
    def show_comparison(box_id: str, serial: str) -> ResponseReturnValue:
        """Two typings of a sheet, where they differ."""
        return _show_comparison(runtime, box_id, serial)

    @paper.post("/boxes/<box_id>/compare/<serial>", endpoint="settle")
    def settle_one(box_id: str, serial: str) -> ResponseReturnValue:
        """Store the sheet as it was read again."""
        try:
            settle(runtime, current_person(), box_id, serial, _cells_of(request.form), is_spoiled="spoiled" in request.form)
        except PaperRefusedError as refusal:
            return _show_comparison(runtime, box_id, serial, refusal.sentence)
        with runtime.database.read() as session:
            waiting = list_differing(session, get_box(session, current_person(), box_id))
        if waiting:
            return redirect(url_for("paper.compare", box_id=box_id, serial=waiting[0]))
        return redirect(url_for("paper.box", box_id=box_id))

    @paper.post("/boxes/<box_id>/close", endpoint="close")
    def close(box_id: str) -> ResponseReturnValue:
        """Close the record once everything adds up."""
        numbers = [request.form.get(name, "") for name in ("sheets", "unnumbered")]
        try:
            if not all(text.isascii() and text.isdecimal() and len(text) < 9 for text in numbers):
                raise PaperRefusedError(f"Số tờ là một số nguyên từ 0 đến {MOST_SHEETS}.")
            close_box(runtime, current_person(), box_id, sheets=int(numbers[0]), unnumbered=int(numbers[1]))
        except PaperRefusedError as refusal:
            return _show_box(runtime, box_id, refusal.sentence)
        return redirect(url_for("paper.box", box_id=box_id))

    @paper.get("/boxes/<box_id>/record.pdf", endpoint="record")
    def take_record(box_id: str) -> ResponseReturnValue:
        """The record to sign."""
        headers = {"Content-Disposition": 'attachment; filename="bien-ban-hom-phieu.pdf"', "Cache-Control": "no-store"}
        return Response(record_pdf(runtime, current_person(), box_id), mimetype="application/pdf", headers=headers)


def _cells_of(form: Mapping[str, str]) -> dict[str, str]:
    """The typed cells; "cell." keeps their names apart from the page's own fields."""
    return {name.removeprefix("cell."): value for name, value in form.items() if name.startswith("cell.")}


def _then_box(runtime: Runtime, box_id: str, act: Callable[[Person, str], None]) -> ResponseReturnValue:
    try:
        act(current_person(), request.form.get("number", ""))
    except PaperRefusedError as refusal:
        return _show_box(runtime, box_id, refusal.sentence)
    return redirect(url_for("paper.entry" if "go_on" in request.form else "paper.box", box_id=box_id))


def _show_box(runtime: Runtime, box_id: str, problem: str | None = None) -> ResponseReturnValue:
    person = current_person()
    with runtime.database.read() as session:
        box = get_box(session, person, box_id)
        page = render_template(
            "paper/box.html",
            box=box,
            unit_name=session.get_one(Unit, box.unit_key).name,
            counts=count_box(session, box),
            is_one_of_two=person.name in (box.first_person, box.second_person),
            own_drafts=[(serial, group_serial(serial)) for serial in list_own_drafts(session, box, person)],
            differing=[(serial, group_serial(serial)) for serial in list_differing(session, box)],
            copies=[(serial, group_serial(serial), n) for serial, n in list_copies(session, box, person).items()],
            problem=problem,
            most_sheets=MOST_SHEETS,
        )
    return page, 200 if problem is None else 422


def _show_entry(runtime: Runtime, box_id: str, problem: str | None = None) -> ResponseReturnValue:
    """The number alone, or the sheet of a number; after a refusal the sheet again, with what was typed."""
    person = current_person()
    last_prefix = _find_last_prefix()
    typed = (request.form if problem is not None else request.args).get("number", "").strip()
    sheet: SheetInHand | None = None
    answers: Mapping[str, str] = {}
    with runtime.database.read() as session:
        box = _open_to(get_box(session, person, box_id), person)
        if typed:
            try:
                sheet = find_sheet(runtime, session, box, person, typed, last_prefix)
            except PaperRefusedError as refusal:
                problem = problem or refusal.sentence
        if sheet is not None and problem is None and sheet.standing is Standing.typed:
            answers = get_own_answers(session, box, person, sheet.serial)
        n_typed = len(list_own_drafts(session, box, person))
        counts = count_box(session, box)
    if problem is not None and request.method == "POST":
        answers = _cells_of(request.form)
    is_met = sheet is not None and sheet.standing is not Standing.new
    is_editing = "edit" in request.args and sheet is not None and sheet.standing is Standing.typed
    page = render_template(
        "paper/entry.html",
        box=box,
        counts=counts,
        n_done=counts.entered_first if person.name == box.first_person else counts.entered_second,
        n_typed=n_typed,
        sheet=sheet,
        shows_cells=sheet is not None and (request.method == "POST" or is_editing or not is_met),
        is_editing=is_editing,
        answers=answers,
        problem=problem,
        typed=typed,
        prefix=sheet.serial[:PREFIX_LENGTH] if sheet is not None else last_prefix,
        saved=_read_saved(),
    )
    return page, 200 if problem is None else 422


def _open_to(box: PaperBox, person: Person) -> PaperBox:
    if person.name not in (box.first_person, box.second_person):
        raise ForbiddenError("only the two people who opened the box type its sheets")
    return box


def _read_saved() -> str | None:
    """The number just saved, as the address says; nothing for an address somebody changed."""
    try:
        return group_serial(normalise_serial(request.args.get("saved", "")))
    except SerialMistyped:
        return None


def _find_last_prefix() -> str | None:
    prefix = request.args.get("prefix", "")[:PREFIX_LENGTH] or request.args.get("saved", "")[:PREFIX_LENGTH]
    return prefix if len(prefix) == PREFIX_LENGTH and prefix.isascii() and prefix.isdecimal() else None


def _show_comparison(runtime: Runtime, box_id: str, serial: str, problem: str | None = None) -> ResponseReturnValue:
    person = current_person()
    with runtime.database.read() as session:
        box = _open_to(get_box(session, person, box_id), person)
        try:
            comparison = compare(runtime, session, box, person, serial)
        except PaperRefusedError as refusal:
            return _show_box(runtime, box_id, problem or refusal.sentence)
    page = render_template("paper/compare.html", box=box, comparison=comparison, problem=problem, answers=_cells_of(request.form))
    return page, 200 if problem is None else 422
