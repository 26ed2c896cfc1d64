"""The kiosk mounted on a bare application: CSRF protection on, nothing else of the product."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFProtect

from kiosk.blueprint import create_kiosk
from survey_forms.translation import load_languages
from tests.kiosk.desk import DEVICE_KEY, DeskInMemory


@pytest.fixture
def desk() -> DeskInMemory:
    """The services."""
    return DeskInMemory()


@pytest.fixture
def kiosk_app(desk: DeskInMemory) -> Flask:
    """A Flask application with nothing but the kiosk."""
    app = Flask("kiosk-alone")
    app.config.update(SECRET_KEY="of this test alone", TESTING=True)
    CSRFProtect(app)
    app.register_blueprint(create_kiosk(desk, load_languages()))
    return app


@pytest.fixture
def phone(kiosk_app: Flask) -> FlaskClient:
    """A browser nobody enrolled."""
    return kiosk_app.test_client()


@pytest.fixture
def tablet(kiosk_app: Flask) -> FlaskClient:
    """A browser that has opened the enrolment address."""
    client = kiosk_app.test_client()
    assert client.get(f"/tablet/{DEVICE_KEY}").status_code == 302
    return client
