"""What went wrong with a criterion rated low; the consent to quote a comment

Revision ID: 0005
Revises: 0004
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Plain ALTER TABLE, not a batch: a batch would copy the table and could give it the row order it must not have.
    op.add_column("comments", sa.Column("may_quote", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "response_reasons",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("reasons", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("erased_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_response_reasons_response_id")),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_response_reasons")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("response_reasons")
    op.drop_column("comments", "may_quote")
