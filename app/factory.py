"""create_app: the one place that knows Flask, the blueprints and who may use them."""

from collections.abc import Callable
from importlib.metadata import version
from typing import cast

from flask import Blueprint, Flask, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app import vietnamese
from app.access import PUBLIC, declare, enforce, key_that_may, list_undeclared, mount, people
from app.admin import wording
from app.admin.blueprint import create_admin
from app.api.blueprint import create_api
from app.auth.blueprint import create_auth
from app.dashboard.blueprint import create_dashboard
from app.desk.blueprint import create_desk
from app.error_pages import register_error_pages
from app.errors import ConfigurationError
from app.headers import set_headers
from app.log import configure_log
from app.plotly_files import create_plotly_files, plotly_style_source
from app.runtime import Runtime
from app.services.figures import Figures
from app.services.installation import DEMONSTRATION_LABEL, get_installation
from app.services.kiosk import DeskServices
from app.services.people import Person
from app.services.sealed_box import public_key
from kiosk.blueprint import create_kiosk
from kiosk.protocols import BoxAddresses

STAFF = people("administrator", "analyst", "unit_head")
"""Who sees figures; an officer at the desk never does."""
EVERYBODY_AT_WORK = people("administrator", "analyst", "unit_head", "officer")


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
    csrf = CSRFProtect(app)
    enforce(app, runtime)
    register_error_pages(app, runtime)
    set_headers(app, plotly_style_source())
    vietnamese.register_filters(app)
    wording.register_filters(app)
    _share_with_templates(app, runtime)

    figures = Figures(runtime)
    api = create_api(runtime, figures)
    csrf.exempt(api)  # bearer keys only: a browser never adds one by itself
    mount(
        app,
        api,
        {
            "post_responses": key_that_may("submit responses"),
            "post_heartbeat": key_that_may("report as a device"),
            "get_index": key_that_may("read figures"),
        },
    )
    box = BoxAddresses(responses="/api/v1/responses", heartbeat="/api/v1/heartbeat", public_key=public_key(runtime))
    mount(app, create_kiosk(DeskServices(runtime), runtime.languages, box), PUBLIC)
    mount(app, create_admin(runtime), people("administrator", "unit_head"))
    mount(app, create_auth(runtime), PUBLIC)
    mount(app, create_dashboard(runtime, figures), STAFF)
    mount(app, create_desk(runtime), EVERYBODY_AT_WORK)
    mount(app, create_plotly_files(), STAFF)
    mount(app, _create_front(runtime), PUBLIC)
    declare(app, "static", PUBLIC)
    _limit_guessing(app)
    undeclared = list_undeclared(app)
    if undeclared:
        raise ConfigurationError(f"these routes declare nobody who may use them: {', '.join(undeclared)}")
    return app


def _create_front(runtime: Runtime) -> Blueprint:
    """The root address and the health check."""
    front = Blueprint("front", __name__)

    @front.get("/")
    def root() -> ResponseReturnValue:
        """Staff come by the root, officers to their desk; citizens come by a tablet or a code."""
        person: Person | None = g.get("person")
        at_desk = person is not None and person.role == "officer"
        return redirect(url_for("desk.invitations" if at_desk else "dashboard.overview"))

    @front.get("/healthz")
    def healthz() -> ResponseReturnValue:
        """Whether this process can serve: it answers and its database does."""
        if not runtime.database.is_reachable():
            return {"status": "database unavailable", "version": version("sipas")}, 503
        return {"status": "ok", "version": version("sipas")}

    return front


def _limit_guessing(app: Flask) -> None:
    """Stop guessing of passwords and rating codes. Only failures count, so a hall behind one address is never stopped."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    wrong_password = limiter.limit("20 per 5 minutes", methods=["POST"], deduct_when=lambda r: r.status_code == 401)
    wrong_code = limiter.limit("60 per minute", deduct_when=lambda r: r.status_code in (404, 410))
    limits = {"auth.sign_in": wrong_password} | dict.fromkeys(
        ("kiosk.invitation", "kiosk.typed_code", "kiosk.rate", "kiosk.enrol_by_code"), wrong_code
    )
    for endpoint, limit in limits.items():
        app.view_functions[endpoint] = cast(Callable[..., ResponseReturnValue], limit(app.view_functions[endpoint]))


def _share_with_templates(app: Flask, runtime: Runtime) -> None:
    """What every staff page needs: the demonstration label, if this is one, and the clock."""
    is_demonstration = get_installation(runtime).kind == "demonstration"

    @app.context_processor
    def share() -> dict[str, object]:
        return {"demonstration_label": DEMONSTRATION_LABEL if is_demonstration else None, "now": runtime.clock}
