"""Scales of the points of the administrative-reform index

Revision ID: 0011
Revises: 0010
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "par_scales",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("points", sa.String(), nullable=False),
        sa.Column("bands", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_par_scales")),
        sa.UniqueConstraint("year", name=op.f("uq_par_scales_year")),
    )


def downgrade() -> None:
    op.drop_table("par_scales")
