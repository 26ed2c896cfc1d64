"""An office with responses, and somebody of the analysis who has signed in."""

from collections.abc import Callable, Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.runtime import Runtime
from app.services.intake import Sender, submit_responses
from app.services.people import Role, add_user, sign_in
from survey_forms import read_submission
from tests.factories import NEIGHBOUR, OLD_COMMUNE, RESULT_CODES, response

PASSWORD = "mật khẩu đủ dài để thử"
SignIn = Callable[..., FlaskClient]


def send(runtime: Runtime, *responses: Mapping[str, object]) -> None:
    """Submit responses through the one door."""
    receipt = submit_responses(runtime, [read_submission(item) for item in responses], Sender())
    assert len(receipt.acknowledged) == len(responses)


def satisfied(n: int, of: int, **changes: object) -> list[dict[str, object]]:
    """`of` sheets with every criterion rated, `n` of them at the best level and the others at the second lowest."""
    return [response(ratings=dict.fromkeys(RESULT_CODES, 5 if i < n else 2), **changes) for i in range(of)]


@pytest.fixture
def filled(runtime: Runtime) -> Runtime:
    """Commune: 40 sheets on civil status (38 satisfied), 5 of its predecessor; neighbour: 36 on land (20 satisfied); one empty sheet."""
    send(
        runtime,
        *satisfied(38, 40, answered_at="2025-07-20T03:00:00Z"),
        *satisfied(5, 5, unit=OLD_COMMUNE, answered_at="2025-06-16T03:00:00Z"),
        *satisfied(20, 36, unit=NEIGHBOUR, field="dat-dai", channel="invitation", answered_at="2025-08-20T03:00:00Z"),
        response(ratings={}, answered_at="2025-07-20T03:00:00Z"),
    )
    return runtime


@pytest.fixture
def enter(app: Flask, runtime: Runtime) -> SignIn:
    """Signs somebody in: a role and a place in the tree."""

    def as_person(role: Role = "analyst", unit_key: str | None = None) -> FlaskClient:
        add_user(
            runtime, name=f"nguoi-dung-{role}", password=PASSWORD, role=role, unit_key=unit_key, title="Sở Nội vụ tỉnh A · Chuyên viên"
        )
        token = sign_in(runtime, f"nguoi-dung-{role}", PASSWORD)
        assert token is not None
        client = app.test_client()
        client.set_cookie("sipas_session", token)
        return client

    return as_person


@pytest.fixture
def analyst(filled: Runtime, enter: SignIn) -> FlaskClient:
    """An analyst who sees everything, on the filled office."""
    return enter()
