"""a bucket a sender, what a backlog expires by, and when a number was said to be somebody else's

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bucket",
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("clocks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sender", name=op.f("pk_bucket")),
    )
    op.add_column("address", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_outbox_ends", "outbox", ["state", "rank", "expires_at", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_outbox_ends", "outbox")
    op.drop_column("address", "released_at")
    op.drop_table("bucket")
