"""Stopping those who guess passwords and rating codes or flood the office, and nobody else."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, make_response, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.access import current_key_holder
from app.errors import TooManyAttemptsError

WRONG_PASSWORDS = parse("20 per 5 minutes")
"""Of one name from one address."""
WRONG_CODES = parse("60 per minute")
"""From one address; beyond it a wrong code is answered with "too many attempts", a right one still opens."""
FLOOD_OF_CODES = parse("600 per minute")
"""From one address; beyond it every code is refused until the minute is over. No hall mistypes that often."""

Answer = Any
"""Whatever a Flask view returns; `make_response` reads it."""

OPENED_BY_POSTER = parse("1200 per minute")
SENT_BY_POSTER = parse("600 per minute")
"""From one address. A poster has no code whose failures could be counted; no hall of people reaches these."""

ORDERED_BY_KEY = parse("120 per minute")
"""Orders of invitations of one API key. An office's software orders one for each dossier it takes; no office takes two a second."""

_CODE_ENDPOINTS = ("kiosk.invitation", "kiosk.typed_code", "kiosk.rate", "kiosk.enrol_by_code", "kiosk.tablet_code")


def limit_guessing(app: Flask) -> None:
    """Count failures of sign-in and of rating codes, floods through a poster, and orders of invitations by one key.

    A whole hall sits behind one address, so only failures count, a person with a right code is not stopped by neighbours
    with wrong ones, and a tablet's sheet, which carries no code, is not stopped at all.
    """
    failures = FixedWindowRateLimiter(MemoryStorage())

    def guard_sign_in() -> Response:
        whose = (request.remote_addr or "", request.form.get("name", "").strip().casefold())
        if not failures.test(WRONG_PASSWORDS, *whose):
            raise TooManyAttemptsError("too many wrong passwords for this name, wait a few minutes")
        return _count(failures, sign_in(), (401,), [(WRONG_PASSWORDS, whose)])

    def guard_code(view: Callable[..., Answer]) -> Callable[..., Response]:
        def guarded(**values: str) -> Response:
            whose = (request.remote_addr or "",)
            if _is_sent_by_poster() and not failures.hit(SENT_BY_POSTER, "sent", *whose):
                raise TooManyAttemptsError("too many sheets from this address, wait a minute")
            if request.endpoint == "kiosk.rate" and not request.form.get("code"):
                return make_response(view(**values))
            if not failures.test(FLOOD_OF_CODES, *whose):
                raise TooManyAttemptsError("too many wrong rating codes, wait a minute")
            return _count(failures, view(**values), (404, 410), [(FLOOD_OF_CODES, whose), (WRONG_CODES, whose)])

        return guarded

    def guard_poster(**values: str) -> Response:
        if not failures.hit(OPENED_BY_POSTER, "opened", request.remote_addr or ""):
            raise TooManyAttemptsError("too many visits from this address, wait a minute")
        return make_response(open_poster(**values))

    def guard_orders(**values: str) -> Response:
        if not failures.hit(ORDERED_BY_KEY, "ordered", current_key_holder().id):
            raise TooManyAttemptsError("too many orders with this key, wait a minute; one order may name up to 500 codes")
        return make_response(order_invitations(**values))

    sign_in = app.view_functions["auth.sign_in"]
    app.view_functions["auth.sign_in"] = guard_sign_in
    for endpoint in _CODE_ENDPOINTS:
        app.view_functions[endpoint] = guard_code(app.view_functions[endpoint])
    open_poster = app.view_functions["kiosk.poster"]
    app.view_functions["kiosk.poster"] = guard_poster
    order_invitations = app.view_functions["api.post_invitations"]
    app.view_functions["api.post_invitations"] = guard_orders


def _is_sent_by_poster() -> bool:
    """Whether this is a finished sheet of a poster, not one of the pages on the way there."""
    return request.form.get("channel") == "poster" and request.form.get("go") == "send"


def _count(
    failures: FixedWindowRateLimiter,
    answer: Answer,
    failing: tuple[int, ...],
    limits: list[tuple[RateLimitItem, tuple[str, ...]]],
) -> Response:
    """Count a failing answer, one for each wrong code of a sheet with several; refuse it once any limit is used up."""
    response = make_response(answer)
    if response.status_code in failing or "n_wrong_codes" in g:
        cost = max(1, g.get("n_wrong_codes", 1))
        hits = [failures.hit(limit, *whose, cost=cost) for limit, whose in limits]  # every limit counts, whichever refuses
        if not all(hits):
            raise TooManyAttemptsError("too many attempts, wait a few minutes")
    return response
