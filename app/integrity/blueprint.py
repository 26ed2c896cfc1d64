"""The addresses of integrity flags."""

from collections.abc import Callable
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import current_person
from app.errors import BadInputError
from app.integrity.pictures import HEIGHT, draw_hours, draw_peers
from app.integrity.reading import list_flags_in_sight, view_flags
from app.integrity.wording import KINDS, STATES, tell, tell_chance, tell_time
from app.queries.integrity import list_siblings
from app.runtime import Runtime
from app.services.integrity import (
    MOST_CHARACTERS,
    WORKING_DAYS_TO_EXPLAIN,
    IntegrityRefusedError,
    count_covered,
    decide,
    explain,
    get_flag,
    is_own,
    why_not_decide,
    why_not_explain,
)
from app.vietnamese import collation_key

PER_PAGE: Final = 50


def create_integrity(runtime: Runtime) -> Blueprint:
    """The blueprint, with the installation whose flags it shows."""
    integrity = Blueprint("integrity", __name__, url_prefix="/analytics/integrity")

    @integrity.get("", endpoint="flags")
    def show_flags() -> ResponseReturnValue:
        """The flags within the person's place, by unit and state."""
        state, unit = request.args.get("state", ""), request.args.get("unit", "")
        if state not in ("", *STATES):
            raise BadInputError("`state` is one of: " + ", ".join(STATES))
        with runtime.database.read() as session:
            every = view_flags(session, list_flags_in_sight(session, current_person()))
        units = sorted({view.unit_key: view.unit_name for view in every}.items(), key=lambda pair: collation_key(pair[1]))
        chosen = [view for view in every if unit in ("", view.unit_key) and state in ("", view.state)]
        n_pages = max(1, -(-len(chosen) // PER_PAGE))
        page = min(max(request.args.get("page", 1, type=int), 1), n_pages)
        return render_template(
            "integrity/flags.html",
            views=chosen[(page - 1) * PER_PAGE : page * PER_PAGE],
            n_found=len(chosen),
            n_all=len(every),
            counts={name: sum(view.state == name for view in every) for name in STATES},
            page=page,
            n_pages=n_pages,
            units=units,
            unit=unit,
            state=state,
            **_words(),
        )

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

    return integrity


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
