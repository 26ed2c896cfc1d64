"""Stopping those who guess passwords and rating codes, and nobody else."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, make_response, request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from app.errors import TooManyAttemptsError

WRONG_PASSWORDS = parse("20 per 5 minutes")
"""Of one name from one address."""
WRONG_CODES = parse("60 per minute")
"""From one address; beyond it a wrong code is answered with "too many attempts", a right one still opens."""
FLOOD_OF_CODES = parse("600 per minute")
"""From one address; beyond it every code is refused until the minute is over. No hall mistypes that often."""

Answer = Any
"""Whatever a Flask view returns; `make_response` reads it."""

_CODE_ENDPOINTS = ("kiosk.invitation", "kiosk.typed_code", "kiosk.rate")


def limit_guessing(app: Flask) -> None:
    """Count failures of sign-in and of rating codes. A whole hall sits behind one address, so only failures count, and
    a person with a right code is not stopped by neighbours with wrong ones."""
    failures = FixedWindowRateLimiter(MemoryStorage())

    def guard_sign_in() -> Response:
        whose = (request.remote_addr or "", request.form.get("name", "").strip().casefold())
        if not failures.test(WRONG_PASSWORDS, *whose):
            raise TooManyAttemptsError("too many wrong passwords for this name, wait a few minutes")
        return _count(failures, sign_in(), (401,), [(WRONG_PASSWORDS, whose)])

    def guard_code(view: Callable[..., Answer]) -> Callable[..., Response]:
        def guarded(**values: str) -> Response:
            whose = (request.remote_addr or "",)
            if not failures.test(FLOOD_OF_CODES, *whose):
                raise TooManyAttemptsError("too many wrong rating codes, wait a minute")
            return _count(failures, view(**values), (404, 410), [(FLOOD_OF_CODES, whose), (WRONG_CODES, whose)])

        return guarded

    sign_in = app.view_functions["auth.sign_in"]
    app.view_functions["auth.sign_in"] = guard_sign_in
    for endpoint in _CODE_ENDPOINTS:
        app.view_functions[endpoint] = guard_code(app.view_functions[endpoint])


def _count(
    failures: FixedWindowRateLimiter,
    answer: Answer,
    failing: tuple[int, ...],
    limits: list[tuple[RateLimitItem, tuple[str, ...]]],
) -> Response:
    """Count a failing answer; refuse it once any limit is used up."""
    response = make_response(answer)
    if response.status_code in failing:
        hits = [failures.hit(limit, *whose) for limit, whose in limits]  # every limit counts, whichever refuses
        if not all(hits):
            raise TooManyAttemptsError("too many attempts, wait a few minutes")
    return response
