"""The routes of tablets: how a browser becomes one, its key, what a scanned slip settles, the page it keeps."""

from typing import Final

from flask import Blueprint, Response, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kiosk.forms import CodeForm
from kiosk.openings import DEVICE_COOKIE, Openings
from kiosk.pages import Pages
from kiosk.protocols import GONE, CodeProblem, KioskServices
from kiosk.shell import ICONS, KEPT, manifest, worker_script
from kiosk.wording import ENROLMENT_SENTENCES, SCAN_PROBLEMS

_DEVICE_COOKIE_SECONDS: Final = 400 * 86_400  # the longest a browser keeps one


def add_tablet_routes(blueprint: Blueprint, services: KioskServices, pages: Pages, openings: Openings) -> None:
    """Add them to the blueprint of the citizen's pages, which sets who may use them and what is never stored."""
    tablets = _Tablets(services, pages, openings)
    blueprint.add_url_rule("/tablet/<device_key>", "enrol", tablets.enrol, methods=["GET"])
    blueprint.add_url_rule("/tablet/enrol", "enrol_form", tablets.enrol_form, methods=["GET"])
    blueprint.add_url_rule("/tablet/enrol", "enrol_by_code", tablets.enrol_by_code, methods=["POST"])
    blueprint.add_url_rule("/tablet/enrol/<code>", "enrol_link", tablets.enrol_form, methods=["GET"])
    blueprint.add_url_rule("/tablet/key", "tablet_key", tablets.tablet_key, methods=["POST"])
    blueprint.add_url_rule("/tablet/code", "tablet_code", tablets.tablet_code, methods=["POST"])
    blueprint.add_url_rule("/tablet/sw.js", "worker", tablets.worker, methods=["GET"])
    blueprint.add_url_rule("/tablet/manifest.webmanifest", "manifest", tablets.manifest, methods=["GET"])


class _Tablets:
    """The views, holding the services they were mounted with."""

    def __init__(self, services: KioskServices, pages: Pages, openings: Openings) -> None:
        self._services = services
        self._pages = pages
        self._openings = openings

    def enrol(self, device_key: str) -> ResponseReturnValue:
        """Make this browser the tablet of a key, then show that tablet's start page; 404 for a key nobody issued."""
        if self._services.find_device(device_key) is None:
            return self._pages.not_enrolled(404)
        return self._become(device_key)

    def enrol_form(self, code: str = "") -> ResponseReturnValue:
        """Where a one-time enrolment code is typed; the administrator's QR brings it along. Nothing is spent before the button."""
        return self._pages.enrolment(code[:40], None, 200)

    def enrol_by_code(self) -> ResponseReturnValue:
        """Spend an enrolment code: this browser becomes the tablet of its device."""
        form = CodeForm()
        problem_or_key = self._services.enrol(form.code.data or "") if form.validate() else CodeProblem.mistyped
        if isinstance(problem_or_key, CodeProblem):
            status = 410 if problem_or_key in GONE else 404
            return self._pages.enrolment(form.code.data or "", ENROLMENT_SENTENCES[problem_or_key.value], status)
        return self._become(problem_or_key)

    def tablet_key(self) -> ResponseReturnValue:
        """The key this browser was enrolled with, for its own script, which proves batches with it; 403 for any other browser."""
        device, key = self._openings.device(), request.cookies.get(DEVICE_COOKIE)
        if device is None:
            return jsonify(status="rejected"), 403
        return jsonify(device=device.id, key=key)

    def tablet_code(self) -> ResponseReturnValue:
        """What a slip's code settles for the tablet that read it, so that none of it is asked; nothing is spent here."""
        device = self._openings.device()
        if device is None:
            return jsonify(status="rejected"), 403
        form = CodeForm()
        visit = self._openings.by_code(form.code.data or "") if form.validate() else CodeProblem.mistyped
        if isinstance(visit, CodeProblem):
            return jsonify(status="problem", problem=SCAN_PROBLEMS[visit.value]), 410 if visit in GONE else 404
        at_device = self._openings.at(device)
        stages = tuple(stage for stage in visit.stages if stage in at_device.stages)
        if not stages:
            return jsonify(status="problem", problem=SCAN_PROBLEMS[CodeProblem.used.value]), 410
        if visit.instrument.id != at_device.instrument.id or not self._services.takes_sheets_for(device, visit.desk):
            return jsonify(status="problem", problem="scan_elsewhere"), 410
        counter = visit.counter.code if visit.counter else None
        return jsonify(
            status="known", unit=visit.desk.unit, field=visit.fields[0].code, counter=counter, mode=visit.mode, stages=list(stages)
        )

    def worker(self) -> ResponseReturnValue:
        """The service worker of this tablet's page as it is today; 403 for a browser that is no tablet."""
        device = self._openings.device()
        if device is None:
            return Response("", 403, mimetype="text/javascript")
        visit = self._openings.at(device)
        kept = [*(url_for("kiosk.static", filename=name) for name in KEPT), url_for("kiosk.manifest")]
        script = worker_script(self._pages.version(visit, "vi"), url_for("kiosk.tablet"), kept, self._pages.sounds_address())
        headers = {"Service-Worker-Allowed": url_for("kiosk.tablet")}
        return Response(script, mimetype="text/javascript", headers=headers)

    def manifest(self) -> ResponseReturnValue:
        """What a browser needs to install the tablet's page as an application."""
        icons = {name: url_for("kiosk.static", filename=name) for name in ICONS}
        response = jsonify(manifest(self._pages.say("Đánh giá mức độ hài lòng", "vi"), url_for("kiosk.tablet"), icons))
        response.mimetype = "application/manifest+json"
        return response

    def _become(self, device_key: str) -> ResponseReturnValue:
        response = make_response(redirect(url_for("kiosk.tablet")))
        response.set_cookie(
            DEVICE_COOKIE,
            device_key,
            max_age=_DEVICE_COOKIE_SECONDS,
            httponly=True,
            samesite="Strict",
            secure=request.is_secure,
        )
        return response
