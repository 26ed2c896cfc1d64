"""Hours received are closed before they are counted for good

Revision ID: 0007
Revises: 0006
"""

import secrets
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    table = op.create_table(
        "hour_closing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("database", sa.String(), nullable=False),
        sa.Column("open_from", sa.Integer(), nullable=False),
        sa.Column("mark", sa.BigInteger(), nullable=True),
        sa.Column("closed_until", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_hour_closing_one_row")),
        sa.CheckConstraint("closed_until <= open_from", name=op.f("ck_hour_closing_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hour_closing")),
    )
    op.bulk_insert(table, [{"id": 1, "database": secrets.token_hex(8), "open_from": 0, "mark": None, "closed_until": 0}])


def downgrade() -> None:
    op.drop_table("hour_closing")
