"""Where a rating code was handed out: on paper, or in a message

Revision ID: 0003
Revises: 0002
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Plain ALTER TABLE, not a batch: a batch would copy the table and could give it the row order it must not have.
    op.add_column("rating_codes", sa.Column("handed_out", sa.String(), server_default="paper", nullable=False))


def downgrade() -> None:
    op.drop_column("rating_codes", "handed_out")
