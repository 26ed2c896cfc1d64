"""How Alembic runs here: on the connection it is handed, with the models as the target."""

from alembic import context
from sqlalchemy import Connection

from app.models import Base


def run(connection: Connection) -> None:
    """Run the migrations on an open connection; SQLite changes tables by copying them (batch mode)."""
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
