"""the audit's rows are sealed in a chain, so that one that was removed or changed shows

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("pruned", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
    )
    op.add_column("audit", sa.Column("seal", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_audit_seal"), "audit", ["seal"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_seal"), "audit")
    op.drop_column("audit", "seal")
    op.drop_table("audit_seal")
