"""The addresses of integrity flags."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import current_person
from app.integrity.exclusion_pages import add_exclusion_pages
from app.integrity.flag_list import read_flag_page
from app.integrity.pictures import HEIGHT, draw_hours, draw_peers
from app.integrity.reading import view_flags
from app.integrity.wording import KINDS, STATES, tell, tell_chance, tell_time
from app.queries.integrity import list_siblings
from app.runtime import Runtime
from app.services.integrity import (
    MOST_CHARACTERS,
    WORKING_DAYS_TO_EXPLAIN,
    Decision,
    IntegrityRefusedError,
    count_covered,
    decide,
    decide_several,
    explain,
    explain_several,
    get_flag,
    is_own,
    why_not_decide,
    why_not_explain,
)


def create_integrity(runtime: Runtime) -> Blueprint:
    """The blueprint, with the installation whose flags it shows."""
    integrity = Blueprint("integrity", __name__, url_prefix="/analytics/integrity")

    @integrity.get("", endpoint="flags")
    def show_flags() -> ResponseReturnValue:
        """The flags within the person's place, by unit, kind and state."""
        return _show_flags(runtime)

    @integrity.post("/decisions", endpoint="decide_several")
    def decide_about_several() -> ResponseReturnValue:
        """One decision about the ticked flags."""
        decision = request.form.get("decision", "")
        if decision not in ("confirmed", "dismissed"):
            return _show_flags(runtime, "Mời chọn một trong hai kết luận."), 422
        word: Decision = "confirmed" if decision == "confirmed" else "dismissed"
        return _then_flags(runtime, lambda ids, text: decide_several(runtime, current_person(), ids, word, text))

    @integrity.post("/explanations", endpoint="explain_several")
    def explain_about_several() -> ResponseReturnValue:
        """One explanation of the ticked flags."""
        return _then_flags(runtime, lambda ids, text: explain_several(runtime, current_person(), ids, text))

    @integrity.get("/<flag_id>", endpoint="flag")
    def show_flag(flag_id: str) -> ResponseReturnValue:
        """One flag with its evidence, its steps and what may be done now."""
        return _show_flag(runtime, flag_id)

    @integrity.post("/<flag_id>/explanation", endpoint="explain")
    def explain_one(flag_id: str) -> ResponseReturnValue:
        """The unit head's explanation."""
        return _then_flag(runtime, flag_id, lambda text: explain(runtime, current_person(), flag_id, text))

    @integrity.post("/<flag_id>/decision", endpoint="decide")
    def decide_one(flag_id: str) -> ResponseReturnValue:
        """The analyst's decision."""
        decision = request.form.get("decision", "")
        if decision not in ("confirmed", "dismissed"):
            return _show_flag(runtime, flag_id, "Mời chọn một trong hai kết luận.")
        return _then_flag(
            runtime,
            flag_id,
            lambda text: decide(runtime, current_person(), flag_id, "confirmed" if decision == "confirmed" else "dismissed", text),
        )

    add_exclusion_pages(integrity, runtime)
    return integrity


def _show_flags(runtime: Runtime, problem: str | None = None) -> str:
    ticked = request.form.getlist("flag") if problem else []
    with runtime.database.read() as session:
        page = read_flag_page(session, current_person(), request.args, runtime.today(), ticked)
    typed = request.form.get("reason", "") if problem else ""
    return render_template("integrity/flags.html", page=page, problem=problem, typed=typed, most=MOST_CHARACTERS, **_words())


def _then_flags(runtime: Runtime, act: Callable[[list[str], str], None]) -> ResponseReturnValue:
    try:
        act(request.form.getlist("flag"), request.form.get("reason", ""))
    except IntegrityRefusedError as refusal:
        return _show_flags(runtime, refusal.sentence), 422
    chosen = {name: request.args.get(name) or None for name in ("unit", "kind", "state")}
    return redirect(url_for("integrity.flags", unit=chosen["unit"], kind=chosen["kind"], state=chosen["state"]))


def _words() -> dict[str, object]:
    return {"kinds": KINDS, "states": STATES, "tell": tell, "tell_time": tell_time, "days_to_explain": WORKING_DAYS_TO_EXPLAIN}


def _then_flag(runtime: Runtime, flag_id: str, act: Callable[[str], None]) -> ResponseReturnValue:
    try:
        act(request.form.get("reason", ""))
    except IntegrityRefusedError as refusal:
        return _show_flag(runtime, flag_id, refusal.sentence)
    return redirect(url_for("integrity.flag", flag_id=flag_id))


def _show_flag(runtime: Runtime, flag_id: str, problem: str | None = None) -> ResponseReturnValue:
    person = current_person()
    with runtime.database.read() as session:
        flag = get_flag(session, person, flag_id)
        (view,) = view_flags(session, [flag])
        n_covered = count_covered(session, flag)
        siblings = view_flags(session, list_siblings(session, flag))
        no_explanation = why_not_explain(view.steps, person)
        no_decision = why_not_decide(flag, view.steps, person, runtime.today())
        own = is_own(flag, person)
    page = render_template(
        "integrity/flag.html",
        view=view,
        chance=tell_chance(view),
        bars=draw_hours(view),
        bar_height=HEIGHT,
        peers=draw_peers(view),
        n_covered=n_covered,
        siblings=siblings,
        no_explanation=no_explanation,
        no_decision=no_decision,
        is_own=own,
        problem=problem,
        typed=request.form.get("reason", "") if problem else "",
        most=MOST_CHARACTERS,
        **_words(),
    )
    return page, 200 if problem is None else 422
