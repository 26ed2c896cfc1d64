"""Signing in for the pages of flags and exclusions; each module brings its own `office`."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.runtime import Runtime
from app.services.people import Person, sign_in
from tests.integrity import PASSWORD

Enter = Callable[[Person], FlaskClient]


@pytest.fixture
def enter(app: Flask, office: Runtime) -> Enter:
    """A client of somebody signed in."""

    def as_person(person: Person) -> FlaskClient:
        token = sign_in(office, person.name, PASSWORD)
        assert token is not None
        client = app.test_client()
        client.set_cookie("sipas_session", token)
        return client

    return as_person
