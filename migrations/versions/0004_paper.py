"""Paper: batches, boxes, entries, counted numbers, copies

Revision ID: 0004
Revises: 0003
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "paper_batches",
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=False),
        sa.Column("field_code", sa.String(), nullable=True),
        sa.Column("instrument_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("size", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("box_place", sa.String(), nullable=False),
        sa.Column("forms", sa.Integer(), nullable=False),
        sa.Column("printed_on", sa.Date(), nullable=False),
        sa.Column("printed_by", sa.String(), nullable=False),
        sa.CheckConstraint("forms BETWEEN 1 AND 300", name=op.f("ck_paper_batches_forms")),
        sa.ForeignKeyConstraint(["field_code"], ["fields.code"], name=op.f("fk_paper_batches_field_code")),
        sa.ForeignKeyConstraint(["instrument_id"], ["instruments.id"], name=op.f("fk_paper_batches_instrument_id")),
        sa.ForeignKeyConstraint(["printed_by"], ["users.name"], name=op.f("fk_paper_batches_printed_by")),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_paper_batches_unit_key")),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_paper_batches")),
    )
    with op.batch_alter_table("paper_batches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_batches_unit_key"), ["unit_key"], unique=False)

    op.create_table(
        "paper_boxes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("unit_key", sa.String(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("unnumbered", sa.Integer(), nullable=False),
        sa.Column("first_person", sa.String(), nullable=False),
        sa.Column("second_person", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("first_person <> second_person", name=op.f("ck_paper_boxes_two_people")),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_paper_boxes_period")),
        sa.CheckConstraint("sheets >= 0 AND unnumbered >= 0", name=op.f("ck_paper_boxes_counts")),
        sa.ForeignKeyConstraint(["first_person"], ["users.name"], name=op.f("fk_paper_boxes_first_person")),
        sa.ForeignKeyConstraint(["second_person"], ["users.name"], name=op.f("fk_paper_boxes_second_person")),
        sa.ForeignKeyConstraint(["unit_key"], ["units.key"], name=op.f("fk_paper_boxes_unit_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_boxes")),
    )
    with op.batch_alter_table("paper_boxes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_boxes_unit_key"), ["unit_key"], unique=False)

    op.create_table(
        "paper_entries",
        sa.Column("box_id", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("is_spoiled", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["box_id"], ["paper_boxes.id"], name=op.f("fk_paper_entries_box_id")),
        sa.ForeignKeyConstraint(["entered_by"], ["users.name"], name=op.f("fk_paper_entries_entered_by")),
        sa.PrimaryKeyConstraint("box_id", "serial", "entered_by", name=op.f("pk_paper_entries")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "paper_sheets",
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("box_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('agreed', 'settled', 'spoiled')", name=op.f("ck_paper_sheets_state")),
        sa.ForeignKeyConstraint(["box_id"], ["paper_boxes.id"], name=op.f("fk_paper_sheets_box_id")),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_paper_sheets")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("paper_sheets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_sheets_box_id"), ["box_id"], unique=False)

    op.create_table(
        "paper_copies",
        sa.Column("box_id", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("noted_by", sa.String(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.CheckConstraint("copies > 0", name=op.f("ck_paper_copies_copies")),
        sa.ForeignKeyConstraint(["box_id"], ["paper_boxes.id"], name=op.f("fk_paper_copies_box_id")),
        sa.ForeignKeyConstraint(["noted_by"], ["users.name"], name=op.f("fk_paper_copies_noted_by")),
        sa.PrimaryKeyConstraint("box_id", "serial", "noted_by", name=op.f("pk_paper_copies")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("paper_copies")
    with op.batch_alter_table("paper_sheets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_sheets_box_id"))

    op.drop_table("paper_sheets")
    op.drop_table("paper_entries")
    with op.batch_alter_table("paper_boxes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_boxes_unit_key"))

    op.drop_table("paper_boxes")
    with op.batch_alter_table("paper_batches", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_paper_batches_unit_key"))

    op.drop_table("paper_batches")
