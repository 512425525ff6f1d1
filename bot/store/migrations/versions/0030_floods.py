"""why a text was given no automatic answer

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("held", sa.String(8), nullable=True))


def downgrade() -> None:
    op.drop_column("inbox", "held")
