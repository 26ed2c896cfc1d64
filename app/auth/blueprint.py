"""Sign-in by name and password; the session lives on the server and can be revoked."""

from urllib.parse import urlsplit

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from app.access import cookie_name
from app.runtime import Runtime
from app.services.people import sign_in, sign_out


class SignInForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """Name and password."""

    name = StringField(validators=[InputRequired(), Length(max=80)])
    password = PasswordField(validators=[InputRequired(), Length(max=200)])


def create_auth(runtime: Runtime) -> Blueprint:
    """The blueprint, with the installation it works on."""
    auth = Blueprint("auth", __name__)

    @auth.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
    def show_sign_in() -> ResponseReturnValue:
        """The form; a wrong pair is told without saying which half was wrong."""
        form = SignInForm()
        is_refused = False
        if form.validate_on_submit():
            token = sign_in(runtime, form.name.data.strip(), form.password.data)
            if token is not None:
                response = make_response(redirect(_local_target(request.args.get("next", ""))))
                response.set_cookie(
                    cookie_name(runtime),
                    token,
                    httponly=True,
                    samesite="Lax",
                    secure=runtime.settings.is_https,
                    path="/",
                )
                return response
            is_refused = True
        status = 401 if is_refused else 200
        return render_template("auth/sign_in.html", form=form, is_refused=is_refused), status

    @auth.post("/sign-out", endpoint="sign_out")
    def end_session() -> ResponseReturnValue:
        """End the session here and in the browser."""
        sign_out(runtime, request.cookies.get(cookie_name(runtime), ""))
        response = make_response(redirect(url_for("auth.sign_in")))
        response.delete_cookie(cookie_name(runtime), path="/", secure=runtime.settings.is_https, httponly=True, samesite="Lax")
        return response

    return auth


def _local_target(target: str) -> str:
    """Where to go after signing in: only a path of ours, never another host."""
    parts = urlsplit(target)
    is_local = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc
    return target if is_local else url_for("front.root")
