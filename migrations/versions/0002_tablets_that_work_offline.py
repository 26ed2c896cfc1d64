"""Tablets that work offline: one-time enrolment, the staff screen's PIN, the last heartbeat

Revision ID: 0002
Revises: 0001
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Not in batch mode: other tables refer to devices, and copying it would break what refers to it on SQLite.
    op.add_column("devices", sa.Column("staff_pin", sa.String(), nullable=True))
    op.create_table(
        "enrolment_codes",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("valid_until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_enrolment_codes_device_id")),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrolment_codes")),
    )
    op.create_index(op.f("ix_enrolment_codes_device_id"), "enrolment_codes", ["device_id"], unique=False)
    op.create_table(
        "device_states",
        sa.Column("device_id", sa.String(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_offset_seconds", sa.Integer(), nullable=False),
        sa.Column("box", sa.String(), nullable=True),
        sa.Column("saved", sa.Integer(), nullable=False),
        sa.Column("acknowledged", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("oldest_pending_hour", sa.Integer(), nullable=True),
        sa.Column("lost_pending", sa.Integer(), nullable=False),
        sa.Column("app_version", sa.String(), nullable=False),
        sa.Column("is_storage_persistent", sa.Boolean(), nullable=True),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_device_states_device_id")),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device_states")),
    )


def downgrade() -> None:
    op.drop_table("device_states")
    op.drop_index(op.f("ix_enrolment_codes_device_id"), table_name="enrolment_codes")
    op.drop_table("enrolment_codes")
    op.drop_column("devices", "staff_pin")
