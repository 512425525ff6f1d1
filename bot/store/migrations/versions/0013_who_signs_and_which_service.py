"""who signs the check-ins of an enrolment, and the service the family was told of

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enrolment_beside",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("signed_by", sa.LargeBinary(), nullable=True),
        sa.Column("listing", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_enrolment_beside_enrolment_id")),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_enrolment_beside")),
    )


def downgrade() -> None:
    op.drop_table("enrolment_beside")
