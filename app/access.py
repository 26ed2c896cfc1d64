"""Who may: declared for every route where its blueprint is mounted, enforced in one place before any view runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Flask, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.errors import ForbiddenError, UnauthenticatedError
from app.runtime import Runtime
from app.services.keys import KeyHolder, Permission, authenticate_key
from app.services.people import Person, Role, find_person

COOKIE = "sipas_session"
_DECLARED = "sipas.access"


@dataclass(frozen=True, slots=True)
class Access:
    """What one route asks for: nothing, a signed-in person of some role, or a bearer key that may do something."""

    roles: frozenset[str] = frozenset()
    permission: Permission | None = None

    @property
    def is_public(self) -> bool:
        """Whether anybody may come."""
        return not self.roles and self.permission is None


PUBLIC = Access()


def people(*roles: Role) -> Access:
    """Signed-in people of these roles."""
    return Access(roles=frozenset(roles))


def key_that_may(permission: Permission) -> Access:
    """Programs and devices whose bearer key allows this."""
    return Access(permission=permission)


def mount(app: Flask, blueprint: Blueprint, access: Access | Mapping[str, Access]) -> None:
    """Register a blueprint with who may use it: one rule for all its views, or one per view name."""
    before = {rule.endpoint for rule in app.url_map.iter_rules()}
    app.register_blueprint(blueprint)
    for endpoint in {rule.endpoint for rule in app.url_map.iter_rules()} - before:
        view = endpoint.removeprefix(f"{blueprint.name}.")
        rule = PUBLIC if view == "static" else access if isinstance(access, Access) else access.get(view)
        if rule is not None:
            declare(app, endpoint, rule)


def declare(app: Flask, endpoint: str, access: Access) -> None:
    """Say who may use one endpoint."""
    app.extensions.setdefault(_DECLARED, {})[endpoint] = access


def list_undeclared(app: Flask) -> list[str]:
    """Endpoints nobody declared; a start with any is refused, and a test plants one."""
    declared = app.extensions.get(_DECLARED, {})
    return sorted({rule.endpoint for rule in app.url_map.iter_rules()} - set(declared))


def enforce(app: Flask, runtime: Runtime) -> None:
    """Check every request against what its route declared."""

    @app.before_request
    def check() -> ResponseReturnValue | None:
        if request.endpoint is None:
            return None  # no such page: the error handler answers
        access = cast(Mapping[str, Access], app.extensions[_DECLARED]).get(request.endpoint)
        if access is None:
            raise ForbiddenError(f"route {request.endpoint} declares nobody who may use it")
        if access.permission is not None:
            g.key_holder = authenticate_key(runtime, _bearer_key(), access.permission)
        token = request.cookies.get(cookie_name(runtime))
        g.person = find_person(runtime, token) if token and access.permission is None else None
        if access.roles and g.person is None:
            if request.method == "GET":
                return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))
            raise UnauthenticatedError("nobody is signed in")
        if access.roles and g.person.role not in access.roles:
            raise ForbiddenError(f"role {g.person.role} may not use {request.endpoint}")
        return None


def cookie_name(runtime: Runtime) -> str:
    """Name of the session cookie; the __Host- prefix, which browsers enforce, needs HTTPS."""
    return f"__Host-{COOKIE}" if runtime.settings.is_https else COOKIE


def current_person() -> Person:
    """Who is signed in; only views that declare roles may ask."""
    return cast(Person, g.person)


def current_key_holder() -> KeyHolder:
    """Whose bearer key came with the request; only views that declare a permission may ask."""
    return cast(KeyHolder, g.key_holder)


def _bearer_key() -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise UnauthenticatedError("send the header `Authorization: Bearer <key>`")
    return key.strip()
