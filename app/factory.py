"""create_app: the one place that knows Flask, the blueprints and who may use them."""

from functools import partial
from importlib.metadata import version

from flask import Blueprint, Flask, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app import vietnamese
from app.access import PUBLIC, declare, enforce, key_that_may, list_undeclared, mount, people
from app.admin import wording
from app.admin.blueprint import create_admin
from app.api.blueprint import create_api
from app.auth.blueprint import create_auth
from app.compression import compress_first_load
from app.dashboard.blueprint import create_dashboard
from app.desk.blueprint import create_desk
from app.error_pages import register_error_pages
from app.errors import ConfigurationError
from app.headers import set_headers
from app.integrity.blueprint import create_integrity
from app.log import configure_log
from app.paper.blueprint import create_paper
from app.paper.scan_pages import allow_scans
from app.plotly_files import create_plotly_files, plotly_style_source
from app.runtime import Runtime
from app.services.exclusions import ACTING_ROLES
from app.services.figures import Figures
from app.services.installation import DEMONSTRATION_LABEL, get_installation
from app.services.kiosk import DeskServices
from app.services.paper_boxes import OFF_THE_DESK as PAPER_ROLES
from app.services.people import Person
from app.services.sealed_box import public_key
from app.services.server_watch import find_missed_night, watch_server
from app.services.sounds import load_sounds
from app.throttle import limit_guessing
from kiosk.blueprint import create_kiosk
from kiosk.protocols import BoxAddresses

STAFF = people("administrator", "analyst", "unit_head")
"""Who sees figures; an officer at the desk never does."""
EVERYBODY_AT_WORK = people("administrator", "analyst", "unit_head", "officer")
OFF_THE_DESK = people(*PAPER_ROLES)
"""Who opens boxes and types paper sheets; an officer at the desk never does."""


def create_app(runtime: Runtime) -> Flask:
    """The web application of one installation. Raises ConfigurationError when a route declares nobody."""
    configure_log()
    app = Flask("app")
    app.config.update(
        SECRET_KEY=runtime.key("form-signing"),
        SESSION_COOKIE_NAME="__Host-form" if runtime.settings.is_https else "form",
        SESSION_COOKIE_SECURE=runtime.settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a tablet stands open for days; the token still ends with the browser's session
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the order of the documented body
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    if runtime.settings.trusted_proxies:
        n = runtime.settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    # A browser sends no Referer under our policy, so Flask-WTF's check of it would refuse every form over HTTPS. The token protects.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    # Who may is asked first: the check of the form's token reads the whole body, and a stranger's 60 MB are not worth reading.
    enforce(app, runtime)
    allow_scans(app)
    csrf = CSRFProtect(app)
    register_error_pages(app, runtime)
    set_headers(app, plotly_style_source())
    compress_first_load(app)
    vietnamese.register_filters(app)
    wording.register_filters(app)
    _share_with_templates(app, runtime)

    figures = Figures(runtime)
    app.extensions["figures"] = figures  # for who keeps the store fresh beside the server
    api = create_api(runtime, figures)
    csrf.exempt(api)  # bearer keys only: a browser never adds one by itself
    mount(
        app,
        api,
        {
            "post_responses": key_that_may("submit responses"),
            "post_invitations": key_that_may("issue invitations"),
            "post_heartbeat": key_that_may("report as a device"),
            "get_index": key_that_may("read figures"),
        },
    )
    box = BoxAddresses(responses="/api/v1/responses", heartbeat="/api/v1/heartbeat", public_key=public_key(runtime))
    mount(app, create_kiosk(DeskServices(runtime), runtime.languages, box, load_sounds(runtime.settings.data_dir)), PUBLIC)
    mount(app, create_admin(runtime), people("administrator", "unit_head"))
    mount(app, create_auth(runtime), PUBLIC)
    mount(app, create_dashboard(runtime, figures), STAFF)
    mount(app, create_desk(runtime), EVERYBODY_AT_WORK)
    mount(
        app,
        create_integrity(runtime),
        {
            **{"flags": STAFF, "flag": STAFF, "explain": people("unit_head"), "decide": people("analyst")},
            **{"explain_several": people("unit_head"), "decide_several": people("analyst")},
            **{"exclusions": STAFF, "exclusion": STAFF, "propose": people(*ACTING_ROLES), "settle": people(*ACTING_ROLES)},
        },
    )
    mount(app, create_paper(runtime), OFF_THE_DESK)
    mount(app, create_plotly_files(), STAFF)
    mount(app, _create_front(runtime), PUBLIC)
    declare(app, "static", PUBLIC)
    limit_guessing(app)
    undeclared = list_undeclared(app)
    if undeclared:
        raise ConfigurationError(f"these routes declare nobody who may use them: {', '.join(undeclared)}")
    return app


def _create_front(runtime: Runtime) -> Blueprint:
    """The root address and the health check."""
    front = Blueprint("front", __name__)

    @front.get("/")
    def root() -> ResponseReturnValue:
        """Staff come by the root, officers to their desk, people who count to the boxes; citizens come by a tablet or a code."""
        person: Person | None = g.get("person")
        first_pages = {"officer": "desk.invitations", "counter": "paper.home"}
        return redirect(url_for(first_pages.get(person.role if person is not None else "", "dashboard.overview")))

    @front.get("/healthz")
    def healthz() -> ResponseReturnValue:
        """Whether this process can serve: it answers and its database does."""
        if not runtime.database.is_reachable():
            return {"status": "database unavailable", "version": version("sipas")}, 503
        return {"status": "ok", "version": version("sipas")}

    return front


def _share_with_templates(app: Flask, runtime: Runtime) -> None:
    """What every staff page needs: the demonstration label, if this is one, the clock, how the server is doing."""
    is_demonstration = get_installation(runtime).kind == "demonstration"

    @app.context_processor
    def share() -> dict[str, object]:
        label = DEMONSTRATION_LABEL if is_demonstration else None
        night = partial(find_missed_night, runtime)  # asked for only by the pages that show it: it reads the database
        return {"demonstration_label": label, "now": runtime.clock, "server": watch_server(runtime), "find_missed_night": night}
