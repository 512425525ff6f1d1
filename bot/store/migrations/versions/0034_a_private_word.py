"""a family's private word, and until when it is said

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("address", sa.Column("word", sa.LargeBinary(), nullable=True))
    op.add_column("address", sa.Column("word_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("address", "word_until")
    op.drop_column("address", "word")
