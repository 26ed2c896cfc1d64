"""When the night's work last came to its end

Revision ID: 0009
Revises: 0008
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("installation", sa.Column("night_at", sa.DateTime(timezone=True), nullable=True))
    # What ran before was not noted: an office that has been running for months is not told on the day of its upgrade that it never did.
    installation = sa.table("installation", sa.column("night_at", sa.DateTime(timezone=True)))
    op.execute(installation.update().values(night_at=datetime.now(UTC)))


def downgrade() -> None:
    op.drop_column("installation", "night_at")
