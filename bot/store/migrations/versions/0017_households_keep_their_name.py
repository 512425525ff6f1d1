"""a household's name at its source, sealed: its fingerprint can be made anew under another key

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("household", sa.Column("name", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("household", "name")
