"""When desks are open, as the office states it

Revision ID: 0010
Revises: 0009
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "opening_hours",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=True),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_hours_weekday")),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_opening_hours_unit_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_hours")),
        sa.UniqueConstraint("unit_key", "weekday", name=op.f("uq_opening_hours_unit_key_weekday")),
    )
    op.create_table(
        "opening_days",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_opening_days_unit_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_days")),
        sa.UniqueConstraint("unit_key", "day", name=op.f("uq_opening_days_unit_key_day")),
    )


def downgrade() -> None:
    op.drop_table("opening_days")
    op.drop_table("opening_hours")
