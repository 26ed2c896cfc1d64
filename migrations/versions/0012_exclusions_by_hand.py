"""Exclusions made by hand: of one counter, proposed and confirmed by named people

Revision ID: 0012
Revises: 0011
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("exclusions", sa.Column("counter_code", sa.String(), nullable=True))
    op.create_table(
        "exclusion_steps",
        sa.Column("exclusion_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_name"], ["users.name"], name=op.f("fk_exclusion_steps_by_name")),
        sa.ForeignKeyConstraint(["exclusion_id"], ["exclusions.id"], name=op.f("fk_exclusion_steps_exclusion_id")),
        sa.PrimaryKeyConstraint("exclusion_id", "number", name=op.f("pk_exclusion_steps")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER exclusion_steps_no_{verb.lower()} BEFORE {verb} ON exclusion_steps "
                "BEGIN SELECT RAISE(ABORT, 'exclusion_steps are insert-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_change_of_exclusion_step() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'steps of exclusions are insert-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER exclusion_steps_insert_only BEFORE UPDATE OR DELETE ON exclusion_steps "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_exclusion_step()"
    )


def downgrade() -> None:
    # Without its counter an exclusion would leave out the whole unit: it stops leaving out anything instead.
    op.execute("UPDATE exclusions SET state = 'open' WHERE counter_code IS NOT NULL")
    op.drop_table("exclusion_steps")
    op.drop_column("exclusions", "counter_code")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change_of_exclusion_step()")
