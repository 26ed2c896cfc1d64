"""Turns a visit and its state into an HTML page. Chooses the template and what it needs; decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kiosk import wording
from kiosk.dealing import Dealer
from kiosk.faces import faces
from kiosk.fallback import mark_fallbacks
from kiosk.form_state import OVERALL, RATING, REASON, REASON_TEXT, RESPONDENT, FormState, posted_fields
from kiosk.forms import CodeForm, RateForm
from kiosk.further_codes import CodeFault
from kiosk.page_data import visit_data
from kiosk.protocols import GONE, BoxAddresses, Choice, CodeProblem, KioskServices
from kiosk.shell import BEHIND, MODULES, files_digest, shell_version
from kiosk.sounds import SoundShelf
from kiosk.typography import hold_together
from kiosk.visit import (
    CODES,
    FEEDBACK,
    FIELD,
    FINISH,
    KIND,
    QUESTIONS,
    REASONS,
    STAGE,
    START,
    Visit,
    asked_codes,
    criteria_in_question,
    explainable,
    factor_of_page,
    factor_page,
    factors_at,
    pages,
)
from survey_forms.instrument import Criterion
from survey_forms.reasons import MAX_REASON_CHARACTERS
from survey_forms.translation import Language
from survey_forms.vocabulary import Channel


class Pages:
    """Every page a citizen can see, in every language."""

    def __init__(
        self,
        services: KioskServices,
        languages: Mapping[str, Language],
        dealer: Dealer,
        box: BoxAddresses | None = None,
        shelf: SoundShelf | None = None,
    ) -> None:
        self._dealer = dealer
        self._services = services
        self._languages = languages
        self._box = box
        self._shelf = shelf or SoundShelf()
        self._files_digest = files_digest()

    def language(self, code: str | None) -> str:
        """The language asked for when there is one of that code, else Vietnamese."""
        return code if code is not None and code in self._languages else "vi"

    def say(self, sentence: str, lang: str) -> str:
        """A sentence in a language, its compounds held together for line breaks where it stays Vietnamese."""
        translated = self._languages[lang].translate(sentence)
        return hold_together(translated) if lang == "vi" or translated == sentence else translated

    def show(
        self, visit: Visit, state: FormState, say: str | None = None, status: int = 200, faults: Sequence[CodeFault] = ()
    ) -> ResponseReturnValue:
        """The page `state` names, carrying everything answered so far; an unknown name shows the first page."""
        if not visit.fields or not visit.stages:
            return self._page("kiosk/problem.html", state.lang, 503, desk=visit.desk, problem="not_ready", home=None)
        order = pages(visit, state.stage, state.gave_feedback, state.drawn, state.kind, state.ratings)
        if state.page not in order:
            state = replace(state, page=START)
        state = self._settled(visit, state)
        template, asks = self._asking(visit, state)
        hidden = [(name, value) for name, value in posted_fields(state) if name not in asks]
        return self._page(
            template,
            state.lang,
            status,
            form=RateForm(formdata=None),
            visit=visit,
            desk=visit.desk,
            state=state,
            hidden=hidden,
            say=say,
            faults=[(fault.number, wording.FURTHER_CODE_SENTENCES[fault.problem]) for fault in faults],
            field=visit.field or next((c for c in visit.fields if c.code == state.field), None),
            faces=faces(visit.instrument.scale),
            segments=self._segments(visit, state),
            home=url_for("kiosk.tablet") if visit.channel == "kiosk" else None,
            **self._content(visit, state),
        )

    def thanks(self, visit: Visit | None, channel: Channel, lang: str, *, is_masked: bool) -> ResponseReturnValue:
        """The sheet is kept. A tablet returns to its start page by itself, a citizen's phone stays. Whose numbers were masked is told."""
        home = url_for("kiosk.tablet") if channel == "kiosk" else None
        desk = visit.desk if visit else None
        return self._page(
            "kiosk/thanks.html", lang, 200, desk=desk, field=None, home=home, by_code=channel != "poster", is_masked=is_masked
        )

    def name_faults(self, faults: Sequence[CodeFault], lang: str) -> str:
        """What is wrong with further codes, by the line each stands on, as one text."""
        return " ".join(
            self.say(wording.SAY_CODE_LINE, lang).format(
                number=fault.number, problem=self.say(wording.FURTHER_CODE_SENTENCES[fault.problem], lang)
            )
            for fault in faults
        )

    def not_enrolled(self, status: int) -> ResponseReturnValue:
        """This browser is no tablet of ours: what happened and what to do."""
        lang = self.language(request.args.get("lang") or request.form.get("lang"))
        if request.accept_mimetypes.best == "application/json":
            return {"status": "rejected", "message": self.say(wording.SAY_REFUSED, lang)}, status
        return self._page("kiosk/problem.html", lang, status, desk=None, problem="not_enrolled", home=None)

    def no_such_desk(self, successors: tuple[Choice, ...]) -> ResponseReturnValue:
        """A poster's address that leads nowhere, or to a unit whose work went over into others: what happened and what to do."""
        lang, problem = self.language(request.args.get("lang")), "desk_has_moved" if successors else "no_such_desk"
        status = 410 if successors else 404
        return self._page("kiosk/problem.html", lang, status, desk=None, problem=problem, successors=successors, home=None)

    def enrolment(self, typed: str, sentence: str | None, status: int) -> ResponseReturnValue:
        """Typing an enrolment code; with a sentence why the last one did not work and what to do."""
        form = CodeForm(formdata=None)
        return self._page("kiosk/enrol.html", "vi", status, form=form, typed=typed, sentence=sentence, desk=None, field=None, home=None)

    def code_entry(self, form: CodeForm, lang: str, problem: CodeProblem | None, say: str | None = None) -> ResponseReturnValue:
        """Typing a code; with a problem also why the last one opened nothing and what to do. What was typed stays."""
        status = 200 if problem is None else 410 if problem in GONE else 404
        title, sentence = wording.CODE_SENTENCES[problem.value] if problem else (None, say)
        return self._page(
            "kiosk/code.html",
            lang,
            400 if say else status,
            form=form,
            title=title,
            sentence=sentence,
            desk=None,
            home=None,
            worn_out=problem in GONE,
        )

    def _settled(self, visit: Visit, state: FormState) -> FormState:
        """The state with what the server knows about this visit written into its envelope."""
        stage = visit.stage or state.stage
        state = replace(
            state,
            instrument=visit.instrument.id,
            unit=visit.desk.unit,
            counter=visit.counter.code if visit.counter else None,
            mode=visit.mode,
            code=visit.code,
            channel=None if visit.channel == "kiosk" else visit.channel,
            field=visit.field.code if visit.field else state.field,
            stage=stage,
            unreadable=(),
        )
        if state.page != FINISH or stage is None:
            return state
        # The moment of answering travels in the page, so that posting it twice is the same sheet twice.
        return replace(
            state, answered_at=self._services.now(), asked=asked_codes(visit.instrument, stage, state.gave_feedback, state.drawn)
        )

    def _asking(self, visit: Visit, state: FormState) -> tuple[str, frozenset[str]]:
        """The template of a page and the names of the fields it asks itself."""
        if state.page == START:
            return "kiosk/start.html", frozenset()
        if state.page in (STAGE, FIELD, KIND, FEEDBACK):
            return "kiosk/choices.html", frozenset({_CHOICE_NAME[state.page]})
        if state.page == QUESTIONS:
            return "kiosk/questions.html", frozenset(RESPONDENT + question.code for question in visit.instrument.questions)
        if state.page == OVERALL:
            return "kiosk/overall.html", frozenset({OVERALL})
        if state.page == REASONS:
            low = [criterion.code for criterion in self._explainable(visit, state)]
            return "kiosk/reasons.html", frozenset([*(REASON + code for code in low), *(REASON_TEXT + code for code in low)])
        if state.page == CODES:
            return "kiosk/codes.html", frozenset({"codes"})
        if state.page == FINISH:
            return "kiosk/finish.html", frozenset({"comment", "may_quote", "helped"})
        return "kiosk/factor.html", frozenset(RATING + c.code for c in self._criteria(visit, state))

    def _content(self, visit: Visit, state: FormState) -> dict[str, Any]:
        """What only this page shows."""
        if state.page == START:
            return {"data": self._data(visit, state.lang), "installable": self._keeps(visit), "modules": MODULES, "behind": BEHIND}
        if state.page in _CHOICE_NAME:
            question, choices = self._choices(visit, state.page)
            return {"question": question, "choices": choices, "name": _CHOICE_NAME[state.page]}
        if state.page == REASONS:
            return {"criteria": self._explainable(visit, state), "most": MAX_REASON_CHARACTERS}
        factor = factor_of_page(visit.instrument, state.page)
        return {"factor": factor, "criteria": self._criteria(visit, state)} if factor else {}

    def sounds_address(self) -> str:
        """How the address of every recording begins."""
        return url_for("kiosk.sound", name="x").removesuffix("x")

    def version(self, visit: Visit, lang: str) -> str:
        """The version of everything a tablet keeps of this visit."""
        return str(self._data(visit, lang)["version"])

    def _keeps(self, visit: Visit) -> bool:
        """Whether this browser keeps page and sheets itself: an enrolled tablet, when it has somewhere to send them."""
        return self._box is not None and visit.channel == "kiosk"

    def _data(self, visit: Visit, lang: str) -> dict[str, Any]:
        addresses = {
            "rate": url_for("kiosk.rate"),
            "home": home_of(visit),
        }
        if self._box is not None and self._keeps(visit):
            addresses |= {
                "responses": self._box.responses,
                "heartbeat": self._box.heartbeat,
                "key": url_for("kiosk.tablet_key"),
                "code": url_for("kiosk.tablet_code"),
                "worker": url_for("kiosk.worker"),
            }
        rotation = self._dealer.hand_over(visit) if visit.asking == "rotating" else None
        data = visit_data(visit, self._languages, lang, self._services.now(), addresses, rotation)
        sounds = self._shelf.by_sentence(visit.instrument, visit.fields)
        if sounds:
            data["sounds"] = sounds
            data["addresses"]["sounds"] = self.sounds_address()
        if self._box is not None and self._keeps(visit):
            data["seal_to"] = self._box.public_key
        return {**data, "version": shell_version(self._files_digest, data)}

    def _choices(self, visit: Visit, page: str) -> tuple[str, list[tuple[str, str]]]:
        if page == STAGE:
            return wording.WORDS["stage_question"], [(stage, wording.STAGE_WORDS[stage]) for stage in visit.stages]
        if page == FIELD:
            return wording.WORDS["field_question"], [(choice.code, choice.name) for choice in visit.fields]
        if page == KIND:
            return wording.WORDS["kind_question"], list(wording.KIND_WORDS.items())
        return visit.instrument.feedback_question or "", [("yes", wording.WORDS["yes"]), ("no", wording.WORDS["no"])]

    def _criteria(self, visit: Visit, state: FormState) -> tuple[Criterion, ...]:
        factor = factor_of_page(visit.instrument, state.page)
        if factor is None or state.stage is None:
            return ()
        asked = asked_codes(visit.instrument, state.stage, state.gave_feedback, state.drawn)
        return tuple(criterion for criterion in factor.criteria if criterion.code in asked)

    def _explainable(self, visit: Visit, state: FormState) -> tuple[Criterion, ...]:
        if state.stage is None:
            return ()
        return explainable(visit.instrument, state.ratings, asked_codes(visit.instrument, state.stage, state.gave_feedback, state.drawn))

    def _segments(self, visit: Visit, state: FormState) -> list[dict[str, Any]]:
        """The bar of progress: one segment per factor, as long as its criteria."""
        if state.stage is None:
            return []
        order = pages(visit, state.stage, state.gave_feedback, state.drawn, state.kind, state.ratings)
        in_question = criteria_in_question(visit.instrument, state.stage, state.drawn)
        here = order.index(state.page)
        segments = []
        for factor in factors_at(visit.instrument, state.stage, state.drawn):
            page = factor_page(factor)
            place = order.index(page) if page in order else here - 1
            at = "here" if place == here else "done" if place < here else "ahead"
            segments.append({"factor": factor, "at": at, "span": sum(c in in_question for c in factor.criteria)})
        return segments

    def _page(self, template: str, lang: str, status: int, **context: Any) -> ResponseReturnValue:
        language = self._languages[lang]
        stayed_vietnamese: set[str] = set()

        def translate(sentence: str | None, **filled: object) -> str:
            text = self.say(sentence, lang) if sentence else ""
            text = text.format(**filled) if filled else text
            if sentence and language.missing((sentence,)):
                stayed_vietnamese.add(text)
            return text

        html = render_template(template, t=translate, words=wording.WORDS, lang=lang, languages=self._languages, **context)
        return mark_fallbacks(html, stayed_vietnamese), status


_CHOICE_NAME = {STAGE: "stage", FIELD: "field", KIND: "kind", FEEDBACK: "gave_feedback"}


def home_of(visit: Visit) -> str:
    """Where this visit began, without its code: what the address bar shows afterwards."""
    if visit.channel == "kiosk":
        return url_for("kiosk.tablet")
    if visit.channel != "poster":
        return url_for("kiosk.code_entry")
    return url_for("kiosk.poster", unit=visit.desk.unit, counter=visit.counter.code if visit.counter else None)
