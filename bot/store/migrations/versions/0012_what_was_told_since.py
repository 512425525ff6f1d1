"""the day on which staff or the family told otherwise: a sheet told of by then does not undo it

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrolment", sa.Column("corrected_on", sa.Date(), nullable=True))
    op.add_column("person", sa.Column("born_corrected_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("person", "born_corrected_on")
    op.drop_column("enrolment", "corrected_on")
