"""Integrity flags and the steps people take about them

Revision ID: 0008
Revises: 0007
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLES = ("integrity_flags", "integrity_steps")


def upgrade() -> None:
    op.create_table(
        "integrity_flags",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("block", sa.String(), nullable=False),
        sa.Column("first_hour", sa.Integer(), nullable=False),
        sa.Column("last_hour", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("p_value", sa.Double(), nullable=True),
        sa.Column("adjusted_p", sa.Double(), nullable=True),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_integrity_flags_device_id")),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_integrity_flags_unit_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_flags")),
    )
    op.create_index("ix_integrity_flags_unit_key_first_hour", "integrity_flags", ["unit_key", "first_hour"])
    op.create_table(
        "integrity_steps",
        sa.Column("flag_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_name"], ["users.name"], name=op.f("fk_integrity_steps_by_name")),
        sa.ForeignKeyConstraint(["flag_id"], ["integrity_flags.id"], name=op.f("fk_integrity_steps_flag_id")),
        sa.PrimaryKeyConstraint("flag_id", "number", name=op.f("pk_integrity_steps")),
    )
    _make_insert_only()


def downgrade() -> None:
    # The triggers go with their tables.
    op.drop_table("integrity_steps")
    op.drop_index("ix_integrity_flags_unit_key_first_hour", table_name="integrity_flags")
    op.drop_table("integrity_flags")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change_of_integrity()")


def _make_insert_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _TABLES:
            for verb in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} are insert-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_integrity() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'flags and their steps are insert-only'; END $$"
    )
    for table in _TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_integrity()"
        )
