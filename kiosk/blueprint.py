"""The routes of a visit. Each reads, asks a service and shows a page; what a visit knows lives in `visit` and `form_state`."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, g, jsonify, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, generate_csrf

from kiosk.dealing import Dealer
from kiosk.form_state import FormState, Incomplete, build_submission, parse_state
from kiosk.forms import CodeForm, RateForm
from kiosk.further_codes import CodeFault, find_faults
from kiosk.openings import Openings
from kiosk.pages import Pages
from kiosk.protocols import GONE, BoxAddresses, CodeProblem, KioskServices
from kiosk.sounds import SoundShelf
from kiosk.tablets import add_tablet_routes
from kiosk.visit import (
    CODES,
    FIELD,
    FINISH,
    KIND,
    REASONS,
    STAGE,
    START,
    Visit,
    is_drawn,
    page_after,
    page_before,
    pages,
)
from kiosk.wording import (
    CODE_SENTENCES,
    SAY_CHOOSE_FIELD,
    SAY_CHOOSE_STAGE,
    SAY_CODES,
    SAY_EXPIRED_PAGE,
    SAY_NEW_SHEET,
    SAY_REASON_LONG,
    SAY_REFUSED,
    SAY_UNREADABLE,
    WORDS,
)
from survey_forms.free_text import mask_numbers
from survey_forms.reasons import MAX_REASON_CHARACTERS
from survey_forms.translation import Language


def create_kiosk(
    services: KioskServices, languages: Mapping[str, Language], box: BoxAddresses | None = None, sounds: SoundShelf | None = None
) -> Blueprint:
    """The blueprint of the citizen's pages. `languages` holds "vi" and whatever else can be chosen.

    `sounds` are the office's recordings, read aloud where a whole step is recorded.
    With `box`, where batches and heartbeats go, an enrolled tablet keeps finished sheets and works offline; without, it posts each sheet.

    Mount it without an address prefix. The app protects posts by Flask-WTF's CSRFProtect and sets the security headers; an expired token
    is answered here, because only the kiosk can show the same page again with everything that had been answered.
    """
    blueprint = Blueprint("kiosk", __name__, template_folder="templates", static_folder="static", static_url_path="/kiosk/static")
    dealer = Dealer(services)
    shelf = sounds or SoundShelf()
    pages_, openings = Pages(services, languages, dealer, box, shelf), Openings(services)
    add_tablet_routes(blueprint, services, pages_, openings)
    kiosk = _Kiosk(services, pages_, openings, dealer, shelf)
    blueprint.add_url_rule("/sounds/<name>", "sound", kiosk.sound, methods=["GET"])
    blueprint.add_url_rule("/tablet", "tablet", kiosk.tablet, methods=["GET"])
    blueprint.add_url_rule("/r", "code_entry", kiosk.code_entry, methods=["GET"])
    blueprint.add_url_rule("/r", "typed_code", kiosk.typed_code, methods=["POST"])
    blueprint.add_url_rule("/r/<code>", "invitation", kiosk.invitation, methods=["GET"])
    blueprint.add_url_rule("/p/<unit>", "poster", kiosk.poster, methods=["GET"])
    blueprint.add_url_rule("/p/<unit>/<counter>", "poster", kiosk.poster, methods=["GET"])
    blueprint.add_url_rule("/rate", "rate", kiosk.rate, methods=["POST"])
    blueprint.add_url_rule("/rate", "rate_again", kiosk.rate_again, methods=["GET"])
    blueprint.register_error_handler(CSRFError, kiosk.expired_page)
    blueprint.after_request(_never_stored)
    return blueprint


def _never_stored(response: Response) -> Response:
    if request.endpoint not in ("kiosk.static", "kiosk.sound"):
        response.headers["Cache-Control"] = "no-store"
    return response


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _has_long_reason(state: FormState) -> bool:
    return any(len(text.strip()) > MAX_REASON_CHARACTERS for text in state.reason_texts.values())


class _Kiosk:
    """The views, holding the services they were mounted with."""

    def __init__(self, services: KioskServices, pages_: Pages, openings: Openings, dealer: Dealer, shelf: SoundShelf) -> None:
        self._services = services
        self._openings = openings
        self._dealer = dealer
        self._pages = pages_
        self._shelf = shelf

    def sound(self, name: str) -> ResponseReturnValue:
        """One recording. Its address changes with its content, so that a browser may keep it for good."""
        file = self._shelf.find(name)
        if file is None:
            return Response("", 404, mimetype="text/plain")
        response = send_file(file.path.resolve(), mimetype=file.mimetype, etag=file.digest, max_age=31_536_000)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    def tablet(self) -> ResponseReturnValue:
        """The start page of an enrolled tablet; 403 for any other browser."""
        device = self._openings.device()
        if device is None:
            return self._pages.not_enrolled(403)
        return self._pages.show(self._openings.at(device), FormState(lang=self._pages.language(request.args.get("lang"))))

    def poster(self, unit: str, counter: str | None = None) -> ResponseReturnValue:
        """The rating page a desk's poster opens. 410 with its successors for a unit that has ended, 404 for one of no day or a later one.

        A counter that has gone leaves the desk.
        """
        visit = self._openings.by_poster(unit, counter)
        if visit is None:
            return self._pages.no_such_desk(self._services.list_successors(unit))
        return self._pages.show(visit, FormState(lang=self._pages.language(request.args.get("lang"))))

    def code_entry(self) -> ResponseReturnValue:
        """Where the code of an invitation is typed."""
        return self._pages.code_entry(CodeForm(formdata=None), self._pages.language(request.args.get("lang")), None)

    def typed_code(self) -> ResponseReturnValue:
        """Open the form of a typed code without putting the code into an address."""
        form = CodeForm()
        lang = self._pages.language(request.form.get("lang"))
        if "to_lang" in request.form:
            return self._pages.code_entry(form, self._pages.language(request.form.get("to_lang")), None)
        if not form.validate():
            return self._pages.code_entry(form, lang, CodeProblem.mistyped)
        return self._open(form.code.data or "", lang, form)

    def invitation(self, code: str) -> ResponseReturnValue:
        """The first page of an invitation; a sentence and what to do when the code opens nothing."""
        return self._open(code, self._pages.language(request.args.get("lang")), CodeForm(formdata=None))

    def _open(self, code: str, lang: str, form: CodeForm) -> ResponseReturnValue:
        visit = self._openings.by_code(code)
        if isinstance(visit, CodeProblem):
            return self._pages.code_entry(form, lang, visit)
        return self._pages.show(visit, FormState(lang=lang, code=visit.code))

    def rate_again(self) -> ResponseReturnValue:
        """Somebody reloaded the address of the form: back to where a visit begins."""
        return redirect(url_for("kiosk.tablet" if self._openings.device() else "kiosk.code_entry"))

    def rate(self) -> ResponseReturnValue:
        """Take one page of a visit and show the next, or hand the finished sheet to the one door."""
        state = parse_state(request.form)
        state = replace(state, lang=self._pages.language(request.form.get("to_lang") or state.lang))
        visit = self._openings.of_state(state)
        if request.form.get("go") == "send":
            return self._send(state, visit)
        if isinstance(visit, CodeProblem):
            return self._refuse_code(visit, state.lang)
        if visit is None:
            return self._pages.not_enrolled(403)
        return self._turn_page(visit, state)

    def _turn_page(self, visit: Visit, state: FormState) -> ResponseReturnValue:
        state = self._with_draw(visit, state)
        order = pages(visit, visit.stage or state.stage, state.gave_feedback, state.drawn, state.kind, state.ratings)
        if "to_lang" in request.form:
            return self._pages.show(visit, state)
        if state.unreadable:
            return self._pages.show(visit, state, SAY_UNREADABLE, 422)
        if request.form.get("go") == "back":
            return self._pages.show(visit, replace(state, page=page_before(order, state.page), asked=None))
        if state.page == START or state.id is None:
            state = replace(state, id=self._services.new_id(), started_at=self._services.now())
        target = page_after(order, state.page)
        if target not in (START, STAGE) and (visit.stage or state.stage) not in visit.stages:
            return self._pages.show(visit, replace(state, page=STAGE), SAY_CHOOSE_STAGE, 422)
        if target not in (START, STAGE, FIELD) and visit.field is None and state.field not in {c.code for c in visit.fields}:
            return self._pages.show(visit, replace(state, page=FIELD), SAY_CHOOSE_FIELD, 422)
        if state.page == KIND and target == KIND:  # the order was told before the stage was known
            target = page_after(pages(visit, state.stage, state.gave_feedback, state.drawn, state.kind, state.ratings), KIND)
        faults = find_faults(self._services, state) if state.page == CODES else []
        if faults:
            return self._name_faults(visit, state, faults)
        if state.page == REASONS and _has_long_reason(state):
            return self._pages.show(visit, state, SAY_REASON_LONG, 422)
        return self._pages.show(visit, replace(state, page=target, asked=None))

    def _with_draw(self, visit: Visit, state: FormState) -> FormState:
        """The state with the criteria this visit is asked, once stage and field are known; a new choice of them draws anew."""
        stage, field = visit.stage or state.stage, visit.field.code if visit.field else state.field
        if visit.asking == "full" or stage is None or field is None:
            return replace(state, drawn=None)
        if is_drawn(visit.instrument, stage, state.drawn) and state.page not in (START, STAGE, FIELD):
            return state
        return replace(state, drawn=self._dealer.draw(visit, stage, field))

    def _name_faults(self, visit: Visit, state: FormState, faults: list[CodeFault]) -> ResponseReturnValue:
        """The page of further codes with what is wrong; each wrong code counts as one guess, as typed ones do."""
        g.n_wrong_codes = len(faults)
        if _wants_json():
            message = self._pages.name_faults(faults, state.lang)
            return jsonify(status="rejected", message=message, page=CODES), 422
        return self._pages.show(visit, replace(state, page=CODES), SAY_CODES, 422, faults)

    def _send(self, state: FormState, visit: Visit | CodeProblem | None) -> ResponseReturnValue:
        if visit in (None, CodeProblem.mistyped, CodeProblem.unknown):
            return self._pages.not_enrolled(403) if visit is None else self._refuse_code(visit, state.lang)
        if isinstance(visit, Visit) and visit.code and state.stage is not None and state.stage not in visit.stages:
            # Its code is spent at this stage: the sheet may be one we have, sent again. The post speaks for itself, the one door knows.
            visit = CodeProblem.used
        known = visit if isinstance(visit, Visit) else None
        form = RateForm()
        if not form.validate():
            return self._hold(known, state, next(iter(form.errors.values()))[0], FINISH)
        if _has_long_reason(state):
            return self._hold(known, state, SAY_REASON_LONG, REASONS)
        if state.unreadable:
            return self._hold(known, state, SAY_UNREADABLE, FINISH)
        try:
            submission = build_submission(state, known, self._services.now())
        except Incomplete as incomplete:
            if incomplete.missing == "id":
                state = replace(state, id=self._services.new_id())
            page = {"stage": STAGE, "field": FIELD}.get(incomplete.missing, FINISH)
            say = {"stage": SAY_CHOOSE_STAGE, "field": SAY_CHOOSE_FIELD}.get(incomplete.missing, SAY_NEW_SHEET)
            return self._hold(known, state, say, page)
        outcome = self._services.submit(submission, self._openings.device() if submission.channel == "kiosk" else None)
        if outcome.status == "rejected":
            if isinstance(visit, CodeProblem):
                return self._refuse_code(visit, state.lang)
            faults = find_faults(self._services, state) if known and submission.codes else []
            if known and faults:
                return self._name_faults(known, state, faults)
            return self._hold(known, state, SAY_REFUSED, FINISH)
        # Quarantined is kept too: a person will look at it, and the citizen has done everything right.
        if _wants_json():
            return jsonify(status=outcome.status, message=self._pages.say(WORDS["thanks_text"], state.lang))
        return self._pages.thanks(known, submission.channel, state.lang, is_masked=mask_numbers(state.comment) != state.comment)

    def _hold(self, visit: Visit | None, state: FormState, say: str, page: str) -> ResponseReturnValue:
        """Show the page again with every answer on it, or tell the script to keep them."""
        if _wants_json():
            return jsonify(status="rejected", message=self._pages.say(say, state.lang)), 422
        if visit is None:
            return self._refuse_code(CodeProblem.used, state.lang)
        return self._pages.show(visit, replace(state, page=page), say, 422)

    def _refuse_code(self, problem: CodeProblem, lang: str) -> ResponseReturnValue:
        if _wants_json():
            status = 410 if problem in GONE else 404
            return jsonify(status="rejected", message=self._pages.say(CODE_SENTENCES[problem.value][1], lang)), status
        return self._pages.code_entry(CodeForm(formdata=None), lang, problem)

    def expired_page(self, _error: CSRFError) -> ResponseReturnValue:
        """The token is too old or the session is gone: a new token, and the same page with everything still on it."""
        state = parse_state(request.form)
        lang = self._pages.language(state.lang)
        if _wants_json():
            return jsonify(status="token_expired", message=self._pages.say(SAY_EXPIRED_PAGE, lang), csrf_token=generate_csrf()), 400
        if request.endpoint == "kiosk.enrol_by_code":
            return self._pages.enrolment(request.form.get("code", "")[:40], SAY_EXPIRED_PAGE, 400)
        if request.endpoint == "kiosk.typed_code":
            return self._pages.code_entry(CodeForm(), lang, None, SAY_EXPIRED_PAGE)
        visit = self._openings.of_state(state)
        if isinstance(visit, CodeProblem):
            return self._refuse_code(visit, lang)
        if visit is None:
            return self._pages.not_enrolled(403)
        return self._pages.show(visit, replace(state, lang=lang), SAY_EXPIRED_PAGE, 400)
