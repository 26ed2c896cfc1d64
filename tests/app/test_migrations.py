"""Migrations: they make what the models say, and go up and down with data, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, inspect, select

from app import schema
from app.models import Base, Response
from app.runtime import Runtime
from app.services.intake import Sender, submit_responses
from survey_forms import read_submission
from tests.factories import response


def test_migrated_database_is_what_the_models_say(any_runtime: Runtime) -> None:
    with any_runtime.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again_with_data(any_runtime: Runtime) -> None:
    submit_responses(any_runtime, [read_submission(response(comment="Một ý kiến"))], Sender())
    with any_runtime.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Response)) == 1
    schema.downgrade(any_runtime.database, "base")
    with any_runtime.database.engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
        assert schema.find_revision(connection) is None
    schema.upgrade(any_runtime.database)
    with any_runtime.database.engine.connect() as connection:
        assert schema.find_revision(connection) == schema.newest_revision()
