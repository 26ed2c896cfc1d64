"""Migrations: they make what the models say, and go up and down with data, on both databases."""

import re
from importlib.resources import files

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, inspect, select

from app import schema
from app.models import Base, Comment, Response, ResponseReasons
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


def test_reasons_and_consent_go_and_come_back_while_responses_and_comments_stay(any_runtime: Runtime) -> None:
    item = response(comment="Một ý kiến", may_quote=True, ratings={"3.1": 1}, reasons={"3.1": {"chips": ["rude"]}})
    submit_responses(any_runtime, [read_submission(item)], Sender())
    before = revision_before("response_reasons")
    schema.downgrade(any_runtime.database, before)
    with any_runtime.database.engine.connect() as connection:
        assert "response_reasons" not in inspect(connection).get_table_names()
        assert connection.exec_driver_sql("SELECT text FROM comments").scalars().all() == ["Một ý kiến"]
    schema.upgrade(any_runtime.database)
    with any_runtime.database.read() as session:
        comment = session.scalars(select(Comment)).one()
        assert (comment.text, comment.may_quote) == ("Một ý kiến", False), "a consent that was lost is not invented"
        assert session.scalar(select(func.count()).select_from(Response)) == 1
        assert session.scalar(select(func.count()).select_from(ResponseReasons)) == 0
        if any_runtime.database.is_sqlite:
            made = session.connection().exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'comments'").scalar()
            assert "WITHOUT ROWID" in (made or ""), "the table still keeps no order of arrival"


def revision_before(table: str) -> str:
    """The revision below the one that makes a table, wherever it stands in the chain."""
    for file in sorted((files("migrations") / "versions").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".py") and f'create_table(\n        "{table}"' in (text := file.read_text(encoding="utf-8")):
            found = re.search(r'down_revision.* = "(\w+)"', text)
            assert found is not None
            return found[1]
    raise AssertionError(f"no migration makes {table}")
