"""how the directory's entries are kept true: their history, what vanished, and what only staff may read

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry",
        sa.Column("service_id", sa.String(80), nullable=False),
        sa.Column("feed_document", sa.Text(), nullable=True),
        sa.Column("missing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sunk_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_off", sa.String(80), nullable=True),
        sa.Column("staff_contact", sa.LargeBinary(), nullable=True),
        sa.Column("criteria", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_entry_service_id")),
        sa.PrimaryKeyConstraint("service_id", name=op.f("pk_entry")),
    )
    op.create_table(
        "entry_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("how", sa.String(16), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("withdrawn_before", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_entry_change_service_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_entry_change_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_change")),
    )
    op.create_index(op.f("ix_entry_change_service_id"), "entry_change", ["service_id"])


def downgrade() -> None:
    op.drop_table("entry_change")
    op.drop_table("entry")
