"""Scanned pages of paper forms, and which entries came from one

Revision ID: 0006
Revises: 0005
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FLAG = "is_scanned"


def upgrade() -> None:
    for table in ("paper_entries", "paper_sheets"):
        op.add_column(table, sa.Column(_FLAG, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "paper_scans",
        sa.Column("box_id", sa.String(), nullable=False),
        sa.Column("serial", sa.String(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("scanned_by", sa.String(), nullable=False),
        sa.Column("readings", sa.JSON(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("page >= 1", name=op.f("ck_paper_scans_page")),
        sa.ForeignKeyConstraint(["box_id"], ["paper_boxes.id"], name=op.f("fk_paper_scans_box_id")),
        sa.ForeignKeyConstraint(["scanned_by"], ["users.name"], name=op.f("fk_paper_scans_scanned_by")),
        sa.PrimaryKeyConstraint("box_id", "serial", "page", name=op.f("pk_paper_scans")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("paper_scans")
    for table in ("paper_entries", "paper_sheets"):
        op.drop_column(table, _FLAG)
