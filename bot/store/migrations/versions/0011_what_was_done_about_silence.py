"""what the team did about a silence, and when

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("touch", sa.Column("seen_as", sa.String(length=12), nullable=True))
    op.add_column("touch", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("touch", "seen_at")
    op.drop_column("touch", "seen_as")
