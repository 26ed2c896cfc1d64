"""The addresses of exclusions made by hand: the list with the form that proposes one, and one exclusion with its steps."""

from typing import cast, get_args

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import current_person
from app.integrity.exclusion_reading import (
    STATE_WORDS,
    STEP_WORDS,
    list_places,
    list_units_with_places,
    read_exclusion_page,
    read_stretch,
    view_exclusions,
)
from app.queries.exclusions import list_exclusion_steps
from app.runtime import Runtime
from app.services.exclusions import (
    ACTING_ROLES,
    MOST_DAYS,
    Settlement,
    get_exclusion,
    propose_exclusion,
    settle_exclusion,
    why_not_settle,
    why_not_withdraw,
    withdraw_exclusion,
)
from app.services.integrity import MOST_CHARACTERS, IntegrityRefusedError


def add_exclusion_pages(integrity: Blueprint, runtime: Runtime) -> None:
    """Give the blueprint of flags the pages of exclusions."""

    @integrity.get("/exclusions", endpoint="exclusions")
    def show_exclusions() -> ResponseReturnValue:
        """Those in force and those that wait, and the form."""
        return _show_list(runtime)

    @integrity.post("/exclusions", endpoint="propose")
    def propose() -> ResponseReturnValue:
        """A proposal; it changes no figure until a second person confirms it."""
        try:
            exclusion_id = propose_exclusion(runtime, current_person(), read_stretch(request.form), request.form.get("reason", ""))
        except IntegrityRefusedError as refusal:
            return _show_list(runtime, refusal.sentence), 422
        return redirect(url_for("integrity.exclusion", exclusion_id=exclusion_id))

    @integrity.get("/exclusions/<exclusion_id>", endpoint="exclusion")
    def show_exclusion(exclusion_id: str) -> ResponseReturnValue:
        """One exclusion with its steps and what may be done now."""
        return _show_one(runtime, exclusion_id)

    @integrity.post("/exclusions/<exclusion_id>/step", endpoint="settle")
    def settle(exclusion_id: str) -> ResponseReturnValue:
        """A second person's word, or the withdrawal."""
        step, text = request.form.get("step", ""), request.form.get("reason", "")
        try:
            if step == "withdrawn":
                withdraw_exclusion(runtime, current_person(), exclusion_id, text)
            elif step in get_args(Settlement):
                settle_exclusion(runtime, current_person(), exclusion_id, cast(Settlement, step), text)
            else:
                return _show_one(runtime, exclusion_id, "Mời chọn một trong các cách xử lý."), 422
        except IntegrityRefusedError as refusal:
            return _show_one(runtime, exclusion_id, refusal.sentence), 422
        return redirect(url_for("integrity.exclusion", exclusion_id=exclusion_id))


def _show_list(runtime: Runtime, problem: str | None = None) -> str:
    person, unit = current_person(), request.args.get("unit", "")
    with runtime.database.read() as session:
        page = read_exclusion_page(session, person, request.args)
        may_propose = person.role in ACTING_ROLES
        places = list_places(session, person, unit) if may_propose else []
        units = list_units_with_places(session, person) if may_propose else []
    return render_template(
        "integrity/exclusions.html",
        page=page,
        places=places,
        units=units,
        unit=unit,
        may_propose=may_propose,
        problem=problem,
        typed=request.form,
        states=STATE_WORDS,
        today=runtime.today(),
        most=MOST_CHARACTERS,
        most_days=MOST_DAYS,
    )


def _show_one(runtime: Runtime, exclusion_id: str, problem: str | None = None) -> str:
    person = current_person()
    with runtime.database.read() as session:
        exclusion, unit_key = get_exclusion(session, person, exclusion_id)
        (view,) = view_exclusions(session, [(exclusion, unit_key)])
        steps = list_exclusion_steps(session, exclusion_id)
        no_settling, no_withdrawal = why_not_settle(unit_key, steps, person), why_not_withdraw(unit_key, steps, person)
    return render_template(
        "integrity/exclusion.html",
        view=view,
        no_settling=no_settling,
        no_withdrawal=no_withdrawal,
        problem=problem,
        typed=request.form.get("reason", "") if problem else "",
        states=STATE_WORDS,
        step_words=STEP_WORDS,
        most=MOST_CHARACTERS,
    )
