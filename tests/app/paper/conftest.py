"""Two people off the desk, a printed batch, an opened box."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.runtime import Runtime
from app.services.people import Person, add_user, sign_in
from tests.factories import COMMUNE
from tests.paper import ONE, OTHER, PASSWORD, open_confirmed, print_forms


@pytest.fixture
def two_people(runtime: Runtime) -> Runtime:
    """The installation with two people who count at the commune."""
    for person in (ONE, OTHER):
        add_user(runtime, name=person.name, password=PASSWORD, role="counter", unit_key=COMMUNE)
    return runtime


@pytest.fixture
def serials(two_people: Runtime) -> list[str]:
    """Numbers of a printed batch of five."""
    return print_forms(two_people)


@pytest.fixture
def box(two_people: Runtime) -> str:
    """A confirmed box of three sheets, put in between 1 and 8 September."""
    return open_confirmed(two_people)


@pytest.fixture
def signed_in(app: Flask, two_people: Runtime) -> Callable[[Person], FlaskClient]:
    """A client of somebody signed in."""

    def open_client(person: Person) -> FlaskClient:
        token = sign_in(two_people, person.name, PASSWORD)
        assert token is not None
        client = app.test_client()
        client.set_cookie("sipas_session", token)
        return client

    return open_client
