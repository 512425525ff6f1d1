"""feedback with the team's public answers; and of a case the day by which the law wants it answered

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", AT, nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", AT, nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("said", sa.String(500), nullable=True),
        sa.Column("did", sa.String(500), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_feedback_address_id")),
        sa.ForeignKeyConstraint(["settled_by"], ["staff.id"], name=op.f("fk_feedback_settled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
    )
    op.create_index(op.f("ix_feedback_address_id"), "feedback", ["address_id"])
    op.create_index("ix_feedback_waiting", "feedback", ["settled_at", "id"])
    op.add_column("cases", sa.Column("due_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        batch.drop_column("due_on")
    op.drop_table("feedback")
